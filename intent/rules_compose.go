package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/words"
)

var _ imagescope.Composer = Rules{}

// Compose tells what the query's words want and rule out, for an instant
// answer: what the edited caption, or the description carried, says and did
// not say before, and what it said and says no more. Of "A red car on a city
// street by day." and "make it night and the car blue" come "a blue car" and
// "night" as wanted, "a red car" and "day" as unwanted. Things that are ruled
// out are unwanted whether or not the caption tells of them. A description with
// no reference wants nothing beside its own words.
func (Rules) Compose(q imagescope.Query) imagescope.Composition {
	text := strings.TrimSpace(reply.Cut(q.Text, maxRead))
	known := strings.TrimSpace(reply.Cut(q.Described(), maxRead))
	if !words.IsEnglish(text) {
		return imagescope.Composition{}
	}
	if q.Reference == nil && known == "" {
		changes := change.Describe(change.WithoutSearch(words.Tokens(text)))
		return imagescope.Composition{Unwanted: newSketch("").ruledOut(changes)}
	}
	changes, after := change.Parse(text), newSketch(known)
	if q.Reference == nil {
		changes, after.gathers = change.Turn(text)
		if after.gathers {
			changes = slices.DeleteFunc(changes, after.doubts)
		}
	}
	had, absent := after.things(), after.ruledOut(changes)
	after.edit(changes)
	has := after.things()
	return imagescope.Composition{
		Wanted:   without(has, had),
		Unwanted: without(append(without(had, has), absent...), has),
	}
}

// ruledOut returns the things that changes take away and the text does not
// name.
func (s *sketch) ruledOut(changes []change.Change) []string {
	var things []string
	for _, c := range changes {
		if c.Kind == change.Removal && c.Thing != "" && c.Quality == "" && !s.has(c.Thing) {
			things = append(things, words.Join(lowered(words.Tokens(c.Thing))))
		}
	}
	return things
}

// things returns the noun phrases of the text that it does not deny.
func (s *sketch) things() []string {
	var all []string
	for _, sentence := range append([]*sketch{s}, s.rest...) {
		for _, p := range sentence.phrases() {
			if !p.Denied {
				all = append(all, sentence.text.Words(p))
			}
		}
	}
	return all
}

// without returns the texts of all that are not among others, each once.
func without(all, others []string) []string {
	var left []string
	for _, text := range all {
		if !slices.Contains(others, text) && !slices.Contains(left, text) {
			left = append(left, text)
		}
	}
	return left
}
