package rehearsal

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// change leads from one member of a family to another one, by those of the
// traits they differ in that are told.
type change struct {
	from, to int
	told     traits
}

// apart are changes after each of which only one of the first members is left,
// that every trait is part of, and that begin and end at several.
var apart = []change{
	{0, 1, when | hue | many}, {1, 0, when | hue | many}, {2, 3, when | hue}, {4, 2, when | many}, {3, 4, hue | many},
}

// together are changes that several members answer.
var together = []change{
	{0, 1, when | hue}, {0, 1, when | hue | many}, {1, 0, when | many}, {2, 1, when}, {3, 1, hue},
}

// manner is how a dataset words changes.
type manner struct {
	time  func(scene.Time) string
	color func(scene.Item) string
	count func(scene.Item) string
}

// orders are the changes of CIRR, told to whoever makes them.
var orders = manner{
	func(t scene.Time) string { return "make it " + string(t) },
	func(it scene.Item) string {
		if it.Kind == scene.Person {
			return "put the " + nouns(bare(it)) + " into " + string(it.Color) + " coats"
		}
		return "make the " + nouns(bare(it)) + " " + string(it.Color)
	},
	func(it scene.Item) string { return "show " + bare(it).Phrase() },
}

// reports are those of CIRCO and FashionIQ, told of the image that is wanted.
var reports = manner{
	func(t scene.Time) string { return "is " + moment[t] },
	func(it scene.Item) string { return "has " + nouns(colored(it)) },
	func(it scene.Item) string { return "shows " + bare(it).Phrase() },
}

// tell puts a change into words, part by part, and says what it means.
func (f family) tell(c change, in manner) (said []string, q modeltest.Query) {
	from, to := f[c.from], f[c.to]
	result := from
	result.Items = slices.Clone(from.Items)
	add := func(phrase string, p imagescope.Proposition) {
		said = append(said, phrase)
		text := strings.ToUpper(phrase[:1]) + phrase[1:] + "."
		q.Intent.Edits = append(q.Intent.Edits, imagescope.Edit{Kind: imagescope.Modification, Text: text})
		q.Propositions = append(q.Propositions, p)
	}
	first, second := to.Items[0], to.Items[1]
	if c.told&hue != 0 {
		result.Items[0].Color = first.Color
		any := scene.Item{Kind: first.Kind, Color: first.Color, Count: 1}
		add(in.color(first), yes(is(any)))
	}
	if c.told&many != 0 {
		result.Items[1].Count = second.Count
		add(in.count(second), yes(is(bare(second))))
	}
	if c.told&when != 0 {
		result.Time = to.Time
		add(in.time(to.Time), atTime(to.Time))
	}
	core := colored(result.Items[0]).Phrase() + " " + moment[result.Time]
	q.Intent.Descriptions = []string{core, result.Caption()}
	return said, q
}

// ask makes the query of a text for a picture that is to be changed.
func ask(q modeltest.Query, text, reference, target string) modeltest.Query {
	q.Query = imagescope.Change(imagescope.Image{ID: reference}, text)
	q.Target = target
	return q
}

// answers returns which of the pictures do what a query asks of a reference:
// all propositions hold, at the same place.
func answers(pictures []scene.Named, reference scene.Named, props []imagescope.Proposition) (ids []string) {
	for _, p := range pictures {
		if p.ID != reference.ID && p.Scene.Place == reference.Scene.Place && holds(p.Scene, props) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}
