package change

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// cue is a way to ask for something.
type cue struct {
	kind string // a Kind, or how the slots are to be understood
	form []part
}

// part is one part of a cue: a slot, or words of which one must stand there.
type part struct {
	slot     string
	words    []string
	optional bool
}

//go:embed cues.txt
var cuesText string

// cues is the table of cues.txt.
var cues = func() []cue {
	var all []cue
	for line := range strings.Lines(cuesText) {
		kind, form, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(kind, "#") {
			continue
		}
		c := cue{kind: kind}
		for field := range strings.FieldsSeq(form) {
			inner := strings.Trim(field, "()")
			p := part{optional: inner != field}
			if inner == strings.ToUpper(inner) && inner != strings.ToLower(inner) {
				p.slot = inner
			} else {
				p.words = strings.Split(inner, "|")
			}
			c.form = append(c.form, p)
		}
		all = append(all, c)
	}
	return all
}()

// openers are the words that a clause that asks for something may begin with.
var openers = func() map[string]bool {
	m := map[string]bool{"zoom": true, "focus": true, "look": true, "move": true, "zoomed": true}
	for _, c := range cues {
		for i, p := range c.form[:2] {
			if i == 0 || c.form[0].optional {
				for _, w := range p.words {
					m[w] = true
				}
			}
		}
	}
	for _, w := range []string{"not", "of", "in", "the", "same"} {
		delete(m, w)
	}
	return m
}()

// slots are the words that the slots of a cue stand for.
type slots map[string][]words.Token

// reading is a clause that cues are fitted to.
type reading struct {
	tokens []words.Token
	nouns  map[[2]int]bool // from where to where a noun phrase, or a pronoun, goes
	found  slots
}

func newReading(tokens []words.Token) *reading {
	r := &reading{tokens: tokens, nouns: map[[2]int]bool{}}
	for _, p := range phrase.Of(tokens).Phrases {
		for i := p.Start; i < p.End && p.Head != ""; i++ { // "different background" in "a different background"
			r.nouns[[2]int{i, p.End}] = true
		}
	}
	for i, t := range tokens {
		if t.Word == "it" || t.Word == "them" || t.Word == "they" {
			r.nouns[[2]int{i, i + 1}] = true
		}
	}
	return r
}

// match fits a cue to the whole clause. A slot takes as few words as it can.
func (r *reading) match(c cue) (slots, bool) {
	r.found = slots{}
	return r.found, r.fits(c.form, 0)
}

// fits fits the parts of a cue to the tokens from at on.
func (r *reading) fits(form []part, at int) bool {
	if len(form) == 0 {
		return at == len(r.tokens)
	}
	p, rest := form[0], form[1:]
	if p.slot != "" {
		for end := at + 1; end <= len(r.tokens); end++ {
			if r.takes(p.slot, at, end) && r.fits(rest, end) {
				r.found[p.slot] = r.tokens[at:end]
				return true
			}
		}
		return false
	}
	if at < len(r.tokens) && p.is(r.tokens[at]) && r.fits(rest, at+1) {
		return true
	}
	return p.optional && r.fits(rest, at)
}

func (p part) is(t words.Token) bool {
	return slices.Contains(p.words, t.Word) || t.Word == "" && slices.Contains(p.words, t.Text)
}

// takes reports whether a slot may stand for the tokens from at to end.
func (r *reading) takes(slot string, at, end int) bool {
	first, last := r.tokens[at].Word, r.tokens[end-1].Word
	switch slot {
	case "NOUN":
		return r.nouns[[2]int{at, end}]
	case "HOW":
		return isQuality(r.tokens[at:end])
	case "DOING":
		return words.IsVerb(first) || words.IsParticiple(first)
	case "WHERE":
		return words.IsPreposition(first) && last != ""
	}
	return first != "" && last != ""
}

// isNoun reports whether the tokens are one noun phrase, or a pronoun.
func isNoun(tokens []words.Token) bool {
	if len(tokens) == 1 && (tokens[0].Word == "it" || tokens[0].Word == "them" || tokens[0].Word == "they") {
		return true
	}
	ps := phrase.Of(tokens).Phrases
	return len(ps) == 1 && ps[0].Head != "" && ps[0].Start == 0 && ps[0].End == len(tokens)
}

// isQuality reports whether the tokens only say how something is.
func isQuality(tokens []words.Token) bool {
	adjective := false
	for i, t := range tokens {
		switch {
		case words.IsAdjective(t.Word), i > 0 && intensifies[at(tokens, i-1)] && words.LooksLikeAdjective(t.Word):
			adjective = true
		case !degree[t.Word] && t.Text != ",":
			return false
		}
	}
	return adjective
}

// intensifies are the words after which an unknown word may be an adjective:
// "more frilly".
var intensifies = map[string]bool{"more": true, "less": true, "very": true, "much": true, "slightly": true, "so": true}

// degree are the words that may stand with qualities.
var degree = map[string]bool{
	"and": true, "more": true, "less": true, "much": true, "very": true, "slightly": true, "bit": true, "a": true, "all": true,
	"too": true, "so": true, "quite": true, "really": true, "in": true, "color": true, "colour": true, "colored": true, "coloured": true,
	"not": true, "mostly": true, "completely": true, "solid": true, "pure": true, "or": true, "as": true, "well": true, "but": true,
	"pretty": true, "fairly": true, "both": true, "really,": true, "rather": true, "just": true,
}
