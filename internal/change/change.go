// Package change reads instructions in plain English as atomic changes to a
// picture: "make it night and the car blue" is two of them. It knows common
// ways to ask for something, listed in cues.txt, and takes what it does not
// know for a description of what is wanted.
package change

import (
	"cmp"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/words"
)

// Kind is one of the five kinds of edits, by the names that the root package
// has for them.
type Kind string

// The kinds.
const (
	Addition     Kind = "Addition"
	Removal      Kind = "Removal"
	Modification Kind = "Modification"
	Comparison   Kind = "Comparison"
	Retention    Kind = "Retention"
)

// Change is one change to a picture, in the words of the instruction.
type Change struct {
	Kind    Kind
	Thing   string // what is wanted, ruled out, changed or kept; "" for the main thing or the whole picture
	Was     string // what Thing takes the place of, [Main] for the main thing; "" for nothing
	Quality string // how Thing is to be: "blue", "night", "next to a tree"
	View    bool   // Quality tells how the picture is taken: "zoom in"
	Told    bool   // Thing is a description, and the instruction says no more
}

// Main stands in Change.Was for the thing that the picture is about.
const Main = "it"

// String returns the change as an instruction. [Parse] reads it back.
func (c Change) String() string {
	switch {
	case c.View:
		return c.Quality
	case c.Told:
		return c.Thing
	case c.Kind == Addition:
		return "add " + c.Thing
	case c.Kind == Removal && c.Quality != "" && c.Thing == "":
		return "it is not " + c.Quality
	case c.Kind == Removal && c.Quality != "":
		be := " is"
		if endsInPlural(c.Thing) {
			be = " are"
		}
		return c.Thing + be + " not " + c.Quality
	case c.Kind == Removal:
		return "remove " + c.Thing
	case c.Kind == Retention:
		return "keep " + c.Thing
	case c.Was != "":
		return "replace " + c.Was + " with " + c.Thing
	case c.Quality == "":
		return "show " + c.Thing
	case words.IsVerb(firstWord(c.Quality)) && strings.HasSuffix(firstWord(c.Quality), "s"): // "it stirs a pot"
		return cmp.Or(c.Thing, "it") + " " + c.Quality
	case c.Thing != "":
		return "make " + c.Thing + " " + c.Quality
	}
	if words.IsPreposition(firstWord(c.Quality)) {
		return "show it " + c.Quality
	}
	return "make it " + c.Quality
}

func firstWord(text string) string {
	first, _, _ := strings.Cut(text, " ")
	return first
}

func endsInPlural(noun string) bool {
	all := words.Split(noun)
	if len(all) == 0 {
		return false
	}
	_, many := words.Singular(all[len(all)-1])
	return many
}

// Bounds on what is read from one instruction: tokens, and changes made of
// them. What comes behind is left out.
const (
	maxTokens  = 300
	maxChanges = 32
)

// Parse reads an instruction. Every clause gives at least one change; a text
// without words gives none.
func Parse(text string) []Change {
	var all []Change
	var before clause
	for _, c := range clauses(read(text)) {
		c.follow(before)
		all = append(all, c.changes...)
		before = c
		if len(all) >= maxChanges {
			break
		}
	}
	return slices.Clip(all[:min(len(all), maxChanges)])
}

// read returns the tokens of an instruction, as far as it is read.
func read(text string) []words.Token {
	tokens := words.Tokens(text)
	return tokens[:min(len(tokens), maxTokens)]
}
