package rehearsal

import (
	"math/rand/v2"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
)

// where tells places in captions, and in questions behind "Is it".
var where = map[scene.Place]string{
	scene.Meadow: "in a meadow", scene.Beach: "on a beach", scene.Street: "on a city street", scene.Mountains: "in the mountains",
	scene.Desert: "in a desert", scene.Snow: "in the snow", scene.Harbour: "in a harbour", scene.Bedroom: "in a bedroom",
	scene.LivingRoom: "in a living room",
}

// moment tells times of day behind what is to be seen.
var moment = map[scene.Time]string{scene.Day: "by day", scene.Sunset: "at sunset", scene.Night: "at night"}

// bare returns an item without its colour and side.
func bare(it scene.Item) scene.Item { return scene.Item{Kind: it.Kind, Count: it.Count} }

// colored returns an item without its side.
func colored(it scene.Item) scene.Item {
	return scene.Item{Kind: it.Kind, Color: it.Color, Count: it.Count}
}

// one returns a single thing of an item's kind.
func one(it scene.Item) scene.Item { return scene.Item{Kind: it.Kind, Count: 1} }

// nouns names the things of an item without their number: "car", "blue boats".
func nouns(it scene.Item) string {
	_, name, _ := strings.Cut(it.Phrase(), " ")
	return strings.TrimSuffix(name, " on the wall")
}

// some names the things of an item as several: "cars", "blue boats".
func some(it scene.Item) string {
	it.Count = 2
	return nouns(it)
}

// is asks whether an item is there.
func is(it scene.Item) string {
	if it.Count > 1 {
		return "Are there " + it.Phrase() + "?"
	}
	return "Is there " + it.Phrase() + "?"
}

// yes and no are propositions: the question and the answer that is wanted.
func yes(question string) imagescope.Proposition {
	return imagescope.Proposition{Question: question, Want: true}
}

func no(question string) imagescope.Proposition { return imagescope.Proposition{Question: question} }

func atTime(t scene.Time) imagescope.Proposition { return yes("Is it " + string(t) + "?") }

func atPlace(p scene.Place) imagescope.Proposition { return yes("Is it " + where[p] + "?") }

// enumerate joins "a", "b" and "c" to "a, b and c".
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// holds reports whether all propositions are true of a scene.
func holds(s scene.Scene, props []imagescope.Proposition) bool {
	for _, p := range props {
		if yes, known := s.Answer(p.Question); !known || yes != p.Want {
			return false
		}
	}
	return true
}

// edits words propositions as edits.
func edits(kind imagescope.EditKind, props []imagescope.Proposition) (all []imagescope.Edit) {
	for _, p := range props {
		k, text := kind, strings.TrimSuffix(p.Question, "?")+": yes."
		if !p.Want {
			k, text = imagescope.Removal, strings.TrimSuffix(p.Question, "?")+": no."
		}
		all = append(all, imagescope.Edit{Kind: k, Text: text})
	}
	return all
}

// wording chooses words about a picture.
type wording struct {
	rng    *rand.Rand
	rival  scene.Scene  // the member of its family that is least like it
	others []scene.Item // things in pictures of other families
}

func wordingOf(fs []family, nth, member int) wording {
	w := wording{rng: rand.New(rand.NewPCG(uint64(nth), uint64(member))), rival: fs[nth][0]}
	if differ := members[member] & asked; differ&hue == 0 {
		w.rival = fs[nth][1]
	}
	for i := range fs {
		f := fs[(nth+i)%len(fs)]
		w.others = append(w.others, f[0].Items...)
	}
	return w
}

// strangers returns n things that are not in a scene, of those in other ones as
// far as there are as many.
func (w wording) strangers(s scene.Scene, n int) (items []scene.Item) {
	taken := map[scene.Kind]bool{}
	try := func(k scene.Kind) {
		it := scene.Item{Kind: k, Count: 1}
		if answer, known := s.Answer(is(it)); len(items) < n && !taken[k] && known && !answer {
			items = append(items, it)
			taken[k] = true
		}
	}
	for _, i := range w.rng.Perm(len(w.others)) {
		try(w.others[i].Kind)
	}
	for _, k := range everywhere {
		try(k)
	}
	return items
}

// everywhere are kinds of things, more than a dialogue and a scene name.
var everywhere = []scene.Kind{
	scene.Dog, scene.Cat, scene.Boat, scene.Car, scene.Bird, scene.House, scene.Tent, scene.Bench, scene.Kite, scene.Rabbit,
	scene.Person, scene.Umbrella, scene.Ball, scene.Bicycle, scene.Flower, scene.Duck,
}
