// Package phrase finds the noun phrases of plain English: what a caption says
// is there, how many, of which kind, and what it does. It knows no grammar
// beyond the order of words and tables of common ones, and is meant for
// captions, instructions and questions about pictures.
package phrase

import "github.com/imagescope/imagescope/internal/words"

// Phrase is a noun phrase, such as "two large red boats".
type Phrase struct {
	Start, End int // its tokens in the text: Tokens[Start:End], determiner to noun
	From       int // where what leads to it begins: "next to", "without"; Start where nothing does

	Article string   // "a", "the", "no", "another", …; "" for none
	Count   int      // how many; 0 where no number says it
	Many    bool     // the noun is a plural, or a word says "several"
	Mods    []string // what qualifies the noun, before or after it: "large", "red"
	After   int      // how many of Mods, the last ones, stand behind the noun: "the car is red"
	Head    string   // the noun, in the singular; "" for qualities of nothing named
	Actions []string // the verbs after it, as they are written
	Denied  bool     // the text says that it is not there

	Link string // the preposition or verb that leads to it; "" for none
}

// Text is a text with its noun phrases in their order.
type Text struct {
	Tokens  []words.Token
	Phrases []Phrase
}

// Bounds on what is read: tokens of a text, and qualities and verbs of a
// phrase. No caption has as many; they keep the work in proportion to the
// length of a text that was made to be slow.
const (
	maxTokens  = 2000
	maxMods    = 16
	maxActions = 16
)

// Read finds the noun phrases of a text.
func Read(text string) Text { return Of(words.Tokens(text)) }

// Of finds the noun phrases of a text that is cut into tokens.
func Of(tokens []words.Token) Text {
	r := reader{text: Text{Tokens: tokens[:min(len(tokens), maxTokens)]}}
	for r.at < len(r.text.Tokens) {
		r.step()
	}
	return r.text
}

// Words returns the tokens of a phrase as a text.
func (t Text) Words(p Phrase) string { return words.Join(t.Tokens[p.Start:p.End]) }

// Affirmed returns the text without what it says is not there.
func (t Text) Affirmed() []words.Token {
	var out []words.Token
	next := 0
	for _, p := range t.Phrases {
		from := p.From
		for from > next && has[t.Tokens[from-1].Word] {
			from--
		}
		if p.Denied && from >= next {
			out = append(out, t.Tokens[next:from]...)
			next = p.End
		}
	}
	return Tidy(append(out, t.Tokens[next:]...))
}

// has are the words before "no" that say nothing without it: "a road that has
// no cars".
var has = map[string]bool{"that": true, "which": true, "who": true, "has": true, "have": true, "had": true, "there": true, "is": true, "are": true, "does": true, "do": true}

// Tidy drops marks and conjunctions that join nothing, as they are left where
// words were taken out.
func Tidy(tokens []words.Token) []words.Token {
	var out []words.Token
	for i, t := range tokens {
		var next words.Token
		if i+1 < len(tokens) {
			next = tokens[i+1]
		}
		joins := t.Word == "and" || t.Word == "or" || t.Word == "but" || t.Word == "with"
		ends := i+1 == len(tokens) || next.Word == "" && next.Text != "&"
		switch {
		case joins && (ends || len(out) == 0 && t.Word != "with" || next.Word == "and" || next.Word == "or" || next.Word == "with"):
		case t.Word == "but" && words.IsPreposition(next.Word) && next.Word != "with":
		case t.Text == "," && (ends || len(out) == 0 || next.Word == "and" || next.Word == "with"):
		case t.Word == "" && len(out) > 0 && out[len(out)-1].Word == "":
		default:
			out = append(out, t)
		}
	}
	return out
}
