package rehearsal

import (
	"fmt"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// told are the members of a family that dialogues are about.
var told = []int{0, 1, 2, 3}

// visDial writes VisDial_v1.0_queries_val.json, of dialogues of an opening and
// ten questions with their answers, and the pool Search_Space_val_50k.json.
func visDial(fs []family) (*plan, error) {
	type entry struct {
		Image  string   `json:"img"`
		Dialog []string `json:"dialog"`
	}
	p := newPlan()
	path := func(i, k int) string { return fmt.Sprintf("unlabeled2017/%012d.jpg", cocoID(i, k)) }
	pool, entries := []string{}, []entry{}
	for i, f := range fs {
		for k, s := range f {
			pool = append(pool, path(i, k))
			p.show(path(i, k), s)
		}
	}
	for i, f := range fs {
		for _, k := range told {
			e := entry{Image: path(i, k)}
			for _, q := range wordingOf(fs, i, k).dialogue(f[k]) {
				q.Target = path(i, k)
				p.ask(q)
				e.Dialog = append(e.Dialog, q.Text)
			}
			entries = append(entries, e)
		}
	}
	slices.Sort(pool)
	p.json("VisDial_v1.0_queries_val.json", entries)
	p.json("Search_Space_val_50k.json", pool)
	return p, nil
}

// known is what has been told of a scene so far, as it is described.
type known struct {
	first, second, third scene.Item // without what is not known yet
	time                 scene.Time
	place                scene.Place
}

func (k known) String() string {
	var things []string
	for _, it := range []scene.Item{k.first, k.second, k.third} {
		switch {
		case it.Kind == "":
		case it.Count == 0:
			things = append(things, some(it))
		default:
			things = append(things, it.Phrase())
		}
	}
	text := enumerate(things) + " " + where[k.place]
	if k.time != "" {
		text += " " + moment[k.time]
	}
	return text
}

// turn is a question with its answer, and what it tells.
type turn struct {
	text    string
	checked []imagescope.Proposition // by stage 2, in this turn and those after it
	minded  []imagescope.Proposition // by stage 3 in this turn
	learn   func(*known)
}

// dialogue returns the turns about a scene: an opening that tells
// the place and what things come first, and ten questions with answers, half of
// them about things that are not there.
func (w wording) dialogue(s scene.Scene) []modeltest.Query {
	a, b := colored(s.Items[0]), colored(s.Items[1])
	k := known{first: scene.Item{Kind: a.Kind}, place: s.Place}
	single := scene.Item{Kind: a.Kind, Color: a.Color, Count: 1}
	turns := []turn{
		{"what time of day is it? " + string(s.Time), []imagescope.Proposition{atTime(s.Time)}, []imagescope.Proposition{atTime(s.Time)},
			func(k *known) { k.time = s.Time }},
		{"what colour are the " + some(bare(a)) + "? " + string(a.Color), []imagescope.Proposition{yes(is(single))}, []imagescope.Proposition{yes(is(single))},
			func(k *known) { k.first.Color = a.Color }},
		{"what else is there? " + some(b), []imagescope.Proposition{yes(is(one(b)))}, []imagescope.Proposition{yes(is(one(b)))},
			func(k *known) { k.second.Kind, k.second.Color = b.Kind, b.Color }},
		{"how many " + some(bare(b)) + "? " + b.Phrase(), []imagescope.Proposition{yes(is(one(b)))}, []imagescope.Proposition{yes(is(b))},
			func(k *known) { k.second = b }},
	}
	if len(s.Items) > 2 {
		c := colored(s.Items[2])
		turns = append(turns, turn{"anything more? yes, " + c.Phrase(), []imagescope.Proposition{yes(is(one(c)))}, []imagescope.Proposition{yes(is(c))},
			func(k *known) { k.third = c }})
	}
	for _, it := range w.strangers(s, rounds-len(turns)) {
		absent := []imagescope.Proposition{no(is(one(it)))}
		turns = append(turns, turn{"is there " + one(it).Phrase() + "? no", absent, absent, func(*known) {}})
	}
	w.rng.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })

	checked := []imagescope.Proposition{yes(is(one(a))), atPlace(s.Place)}
	all := []modeltest.Query{{Query: imagescope.Text(k.String()), Propositions: slices.Clone(checked), Intent: imagescope.Intent{
		Edits: edits(imagescope.Addition, checked), Descriptions: []string{k.String()},
	}}}
	for _, t := range turns {
		q := modeltest.Query{Query: imagescope.Query{Text: t.text, Carried: k.String()}, Overlooked: t.minded}
		t.learn(&k)
		q.Intent = imagescope.Intent{Edits: append(edits(imagescope.Retention, checked), edits(imagescope.Addition, t.checked)...), Descriptions: []string{k.String()}}
		for _, p := range t.checked {
			if !slices.Contains(checked, p) {
				checked = append(checked, p)
			}
		}
		q.Propositions = slices.Clone(checked)
		all = append(all, q)
	}
	return all
}

// rounds is how many questions a dialogue has.
const rounds = 10
