package intent

import (
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// maxRetained is how many things carried over are checked again in each turn.
const maxRetained = 8

// dialogue is the intent of a turn of a conversation: what it changes, and
// that the rest stays.
func dialogue(text, known string) imagescope.Intent {
	changes, answered := change.Turn(text)
	s := newSketch(known)
	s.gathers = answered
	if answered {
		changes = slices.DeleteFunc(changes, s.doubts)
	}
	for i, c := range changes {
		if c.Kind == change.Addition && s.has(c.Thing) {
			changes[i].Kind = change.Modification
		}
	}
	before := parts(s.text)
	s.edit(changes)
	said := s.words()
	if said == "" {
		said = text // all that was known has been taken back
	}
	return imagescope.Intent{
		Edits:        edited(append(changes, retained(before, s)...)),
		Descriptions: []string{said},
	}
}

// doubts reports whether an answer rules out what is known to be there by
// another word. It is then not meant that way: "are there people? no" is said
// of more people than the man that the caption tells of.
func (s *sketch) doubts(c change.Change) bool {
	if c.Kind != change.Removal || c.Quality != "" {
		return false
	}
	wanted := phrase.Read(c.Thing).Phrases
	i := s.findText(c.Thing)
	return i >= 0 && (i == s.main() || wanted[0].Head != s.phrases()[i].Head)
}

// retained returns what the description before says that still holds.
func retained(before []string, after *sketch) []change.Change {
	var kept []change.Change
	for _, thing := range before {
		if len(kept) == maxRetained {
			break
		}
		if after.says(thing) {
			kept = append(kept, change.Change{Kind: change.Retention, Thing: thing})
		}
	}
	return kept
}

// parts returns the things that a text names, each with where it is: "a bed",
// "three posters on the wall".
func parts(text phrase.Text) []string {
	var all []string
	var start, end int
	flush := func() {
		if end > start {
			all = append(all, words.Join(text.Tokens[start:end]))
		}
	}
	for _, p := range text.Phrases {
		if end > 0 && p.From <= end && p.Link != "with" && words.IsPreposition(p.Link) {
			end = p.End
			continue
		}
		flush()
		start, end = p.Start, p.End
		if p.Denied || p.Head == "" {
			start = end
		}
	}
	flush()
	return all
}

// says reports whether the words of a thing still stand in the text.
func (s *sketch) says(thing string) bool {
	have := phrase.Read(thing).Phrases
	for _, p := range have {
		i := s.find(p)
		if i < 0 || s.phrases()[i].Count != p.Count {
			return false
		}
		for _, m := range p.Mods {
			if !hasQuality(s.phrases()[i], m) {
				return false
			}
		}
	}
	return len(have) > 0
}
