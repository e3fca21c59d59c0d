package modeltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
)

// Gallery returns the world of the pictures that examples/quickstart draws,
// some five dozen, with a query for each that a description tells apart and
// for each pair that an instruction leads from one to the other of. It is made
// once.
func Gallery() *World { return gallery() }

var gallery = sync.OnceValue(func() *World {
	pictures := scene.Gallery()
	var queries []Query
	for _, p := range pictures {
		wanted := described(p.Scene)
		if len(wanted.props) > 0 && satisfied(pictures, wanted.props) == 1 {
			queries = append(queries, wanted.query(nil, p))
		}
	}
	for _, from := range pictures {
		for _, to := range pictures {
			if wanted, ok := between(from.Scene, to.Scene); ok {
				queries = append(queries, wanted.query(&from, to))
			}
		}
	}
	return newWorld(pictures, queries)
})

// satisfied returns how many of the pictures meet all propositions.
func satisfied(pictures []scene.Named, props []imagescope.Proposition) (n int) {
	for _, p := range pictures {
		if met, known := check(p.Scene, props); known && met == len(props) {
			n++
		}
	}
	return n
}

// check returns how many propositions hold for a scene; known is false where
// one cannot be told.
func check(s scene.Scene, props []imagescope.Proposition) (met int, known bool) {
	for _, p := range props {
		yes, known := s.Answer(p.Question)
		if !known {
			return 0, false
		}
		if yes == p.Want {
			met++
		}
	}
	return met, true
}

// NewWorld returns a world of the given number of queries, the same one for
// the same seed: half of them descriptions, half changes to a reference, each
// with three propositions. Its gallery has 7 pictures for a query: the target,
// the reference if there is one, and neighbours of the target that miss one
// proposition or more, or are elsewhere than the reference. A number below 1
// gives an empty world.
func NewWorld(seed uint64, queries int) *World {
	b := &builder{rng: rand.New(rand.NewPCG(seed, 0x3d1e57)), taken: map[string]bool{}}
	for batch := seed; len(b.queries) < queries; batch++ {
		for _, s := range scene.Random(batch, max(200, 6*queries)) {
			if len(b.queries) == queries {
				break
			}
			if len(b.queries)%2 == 0 {
				b.describe(s)
			} else {
				b.change(s)
			}
		}
	}
	b.number()
	return newWorld(b.pictures, b.queries)
}

// neighbours is how many pictures there are of a query that miss its point, the
// reference among them.
const neighbours = 6

// builder makes a world. Pictures are named by their captions until all are
// there, so that no two are the same.
type builder struct {
	rng      *rand.Rand
	pictures []scene.Named
	queries  []Query
	taken    map[string]bool // captions, and the texts of queries
}

// describe makes a query for a scene by its description.
func (b *builder) describe(s scene.Scene) {
	wanted := described(s)
	if len(wanted.props) != 3 {
		return
	}
	b.add(wanted, nil, s, func() scene.Scene { return b.changed(s) })
}

// change makes a query for what three changes make of a scene.
func (b *builder) change(from scene.Scene) {
	to, wanted, ok := b.changes(from, 7)
	if !ok || len(wanted.props) != 3 {
		return
	}
	b.add(wanted, &from, to, func() scene.Scene {
		if b.rng.IntN(4) == 0 { // all is as wanted, elsewhere
			miss := to
			miss.Place = []scene.Place{scene.Meadow, scene.Beach, scene.Street, scene.Mountains, scene.Snow, scene.Harbour}[b.rng.IntN(6)]
			return miss
		}
		if miss, _, _ := b.changes(from, 1+b.rng.IntN(6)); b.rng.IntN(2) == 0 {
			return miss
		}
		return b.changed(to)
	})
}

// add takes a query in if it is a good one, with its reference, its target and
// pictures that miss it.
func (b *builder) add(wanted intention, from *scene.Scene, to scene.Scene, miss func() scene.Scene) {
	met, known := check(to, wanted.props)
	text := enumerate(wanted.said)
	if to.Validate() != nil || !known || met != len(wanted.props) || b.taken[to.Caption()] || b.taken[text] {
		return
	}
	fresh := []scene.Scene{to}
	if from != nil {
		if met, known := check(*from, wanted.props); !known || met == len(wanted.props) || b.taken[from.Caption()] {
			return
		}
		fresh = append(fresh, *from)
	}
	isNew := func(s scene.Scene) bool {
		return !b.taken[s.Caption()] && !slices.ContainsFunc(fresh, func(o scene.Scene) bool { return o.Caption() == s.Caption() })
	}
	for tries := 0; len(fresh) < neighbours+1 && tries < 100; tries++ {
		s := miss()
		if s.Validate() != nil || !isNew(s) {
			continue
		}
		if met, known := check(s, wanted.props); known && (met < len(wanted.props) || from != nil && s.Place != from.Place) {
			fresh = append(fresh, s)
		}
	}
	if len(fresh) < neighbours+1 {
		return
	}
	b.taken[text] = true
	name := func(s scene.Scene) scene.Named { return scene.Named{ID: s.Caption(), Scene: s} }
	for _, s := range fresh {
		b.taken[s.Caption()] = true
		b.pictures = append(b.pictures, name(s))
	}
	if from == nil {
		b.queries = append(b.queries, wanted.query(nil, name(to)))
		return
	}
	ref := name(*from)
	b.queries = append(b.queries, wanted.query(&ref, name(to)))
}

// changed returns a scene with something about it changed that may matter.
func (b *builder) changed(s scene.Scene) scene.Scene {
	s.Items = slices.Clone(s.Items)
	i := b.rng.IntN(len(s.Items))
	switch b.rng.IntN(4) {
	case 0:
		s.Time = other(b.rng, s.Time, scene.Day, scene.Sunset, scene.Night)
	case 1:
		s.Items[i].Color = other(b.rng, s.Items[i].Color, colors...)
	case 2:
		s.Items[i].Count = s.Items[i].Count%4 + 1
	default:
		s.Items = slices.Delete(s.Items, i, i+1)
	}
	return s
}

var colors = []scene.Color{scene.Red, scene.Blue, scene.Green, scene.White, scene.Black, scene.Yellow}

func other[T comparable](rng *rand.Rand, not T, from ...T) T {
	for {
		if v := from[rng.IntN(len(from))]; v != not {
			return v
		}
	}
}

// number names the pictures by numbers in an order that tells nothing.
func (b *builder) number() {
	b.rng.Shuffle(len(b.pictures), func(i, j int) { b.pictures[i], b.pictures[j] = b.pictures[j], b.pictures[i] })
	ids := map[string]string{}
	for i := range b.pictures {
		id := fmt.Sprintf("%05d.png", i)
		ids[b.pictures[i].ID] = id
		b.pictures[i].ID = id
	}
	for i := range b.queries {
		q := &b.queries[i]
		q.Target = ids[q.Target]
		if q.Reference != nil {
			q.Reference.ID = ids[q.Reference.ID]
		}
	}
}

// intention is what a query says and means.
type intention struct {
	said  []string // joined, the text
	edits []imagescope.Edit
	props []imagescope.Proposition
	core  string // the barest description
}

func (in *intention) add(kind imagescope.EditKind, said, question string, want bool) {
	in.said = append(in.said, said)
	in.edits = append(in.edits, imagescope.Edit{Kind: kind, Text: strings.ToUpper(said[:1]) + said[1:] + "."})
	in.props = append(in.props, imagescope.Proposition{Question: question, Want: want})
}

// query makes the query for a target.
func (in intention) query(from *scene.Named, to scene.Named) Query {
	text := enumerate(in.said)
	q := Query{Query: imagescope.Text(text), Target: to.ID, Propositions: in.props}
	q.Intent = imagescope.Intent{Edits: in.edits, Descriptions: []string{text}}
	if from != nil {
		q.Query = imagescope.Change(imagescope.Image{ID: from.ID}, text)
		q.Intent.Descriptions = []string{in.core, to.Scene.Caption()}
	}
	return q
}

func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// described is the wish for a scene in words: its first two things, and when.
func described(s scene.Scene) (in intention) {
	for _, it := range s.Items[:min(len(s.Items), 2)] {
		it.Count = max(it.Count, 1)
		in.add(imagescope.Addition, it.Phrase(), isThere(it), true)
	}
	if len(in.said) > 0 {
		in.said = []string{enumerate(in.said) + moment(s)}
		in.props = append(in.props, imagescope.Proposition{Question: "Is it " + timeOf(s) + "?", Want: true})
		in.edits = append(in.edits, imagescope.Edit{Kind: imagescope.Addition, Text: "It is " + timeOf(s) + "."})
	}
	return in
}

func isThere(it scene.Item) string {
	if it.Count > 1 {
		return "Are there " + it.Phrase() + "?"
	}
	return "Is there " + it.Phrase() + "?"
}

// noun names what an item is: "car", "fir trees".
func noun(it scene.Item) string {
	_, name, _ := strings.Cut(scene.Item{Kind: it.Kind, Count: max(it.Count, 1)}.Phrase(), " ")
	return strings.TrimSuffix(name, " on the wall")
}

func timeOf(s scene.Scene) string {
	if s.Time == "" {
		return string(scene.Day)
	}
	return string(s.Time)
}

func moment(s scene.Scene) string {
	return map[string]string{"day": " by day", "sunset": " at sunset", "night": " at night"}[timeOf(s)]
}

// changes makes three changes to a scene, those of which which has the bit.
func (b *builder) changes(s scene.Scene, which int) (to scene.Scene, in intention, ok bool) {
	if len(s.Items) < 2 {
		return s, in, false
	}
	// What is changed depends on the scene alone, so that neighbours have some
	// of the same changes.
	rng := rand.New(rand.NewPCG(uint64(len(s.Caption())), 1))
	to = s
	to.Items = slices.Clone(s.Items)
	if when := other(rng, s.Time, scene.Day, scene.Sunset, scene.Night); which&1 != 0 {
		to.Time = when
		in.add(imagescope.Modification, "make it "+timeOf(to), "Is it "+timeOf(to)+"?", true)
	}
	if color := other(rng, s.Items[0].Color, colors...); which&2 != 0 {
		it := &to.Items[0]
		it.Color, it.Count = color, max(it.Count, 1)
		in.add(imagescope.Modification, "make the "+noun(*it)+" "+string(color), isThere(*it), true)
	}
	remove, n := rng.IntN(2) == 0, s.Items[1].Count%4+1
	if which&4 != 0 && remove {
		gone := to.Items[1]
		to.Items = slices.Delete(to.Items, 1, 2)
		in.add(imagescope.Removal, "remove the "+noun(gone), isThere(scene.Item{Kind: gone.Kind, Count: 1}), false)
	} else if which&4 != 0 {
		it := &to.Items[1]
		it.Count = n
		in.add(imagescope.Modification, "show "+it.Phrase(), isThere(*it), true)
	}
	in.core = core(to)
	return to, in, to.Validate() == nil
}

// core describes a scene by its first thing and the time.
func core(s scene.Scene) string {
	it := s.Items[0]
	it.Count = max(it.Count, 1)
	return strings.TrimSuffix(it.Phrase(), " on the "+string(it.Side)) + moment(s)
}

// between returns the instruction that leads from one scene to another one at
// the same place that differs in the time, a colour or a number.
func between(from, to scene.Scene) (in intention, ok bool) {
	if from.Place != to.Place || from.Weather != to.Weather || len(from.Items) != len(to.Items) {
		return in, false
	}
	if from.Time != to.Time {
		in.add(imagescope.Modification, "make it "+timeOf(to), "Is it "+timeOf(to)+"?", true)
	}
	for i, it := range to.Items {
		was := from.Items[i]
		if it.Kind != was.Kind || it.Side != was.Side {
			return in, false
		}
		switch {
		case it.Count != was.Count:
			in.add(imagescope.Modification, "show "+it.Phrase(), isThere(it), true)
		case it.Color != was.Color:
			in.add(imagescope.Modification, "make the "+noun(it)+" "+string(it.Color), isThere(it), true)
		}
	}
	if met, known := check(to, in.props); len(in.props) == 0 || !known || met != len(in.props) {
		return in, false
	}
	if met, _ := check(from, in.props); met == len(in.props) {
		return in, false // as of two red boats to one
	}
	in.core = core(to)
	return in, true
}
