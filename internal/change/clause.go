package change

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// clause is a part of an instruction that asks for something by itself.
type clause struct {
	tokens  []words.Token
	goesOn  bool // "and", "or" or a comma joins it to the clause before
	kind    Kind // of the cue that was found; "" where it only describes
	none    bool // "no" or "without" rules out what it names
	changes []Change
}

// clauses cuts an instruction at its marks, and at the conjunctions that join
// what can be asked for apart.
func clauses(tokens []words.Token) []clause {
	var all []clause
	start, goesOn := 0, false
	cut := func(end, next int, joined bool) {
		if end > start {
			all = append(all, clause{tokens: tokens[start:end], goesOn: goesOn})
			goesOn = joined
		}
		start = next
	}
	for i := range tokens {
		left, right := tokens[max(start, i-maxClause):i], tokens[i+1:]
		switch t := tokens[i]; {
		case t.Word == "with" && i > start && (isQuality(left) || tellsQuality(left)): // "is pink with puffy sleeves"
			cut(i, i, false)
		case t.Word == "without" && i > start, t.Word == "with" && i > start && at(right, 0) == "no":
			cut(i, i, false)
		case t.Word == "but" && at(right, 0) != "not", t.Word == "while", t.Word == "then", t.Text == ".", t.Text == ";", t.Text == "!", t.Text == "?", t.Text == ":":
			cut(i, i+1, false)
		case (t.Text == "," || t.Text == "&" || t.Word == "and" || t.Word == "or") && parts(left, right, t.Text == ","):
			cut(i, i+1, true)
		}
	}
	cut(len(tokens), len(tokens), false)
	return all
}

func at(tokens []words.Token, i int) string {
	if i < 0 || i >= len(tokens) {
		return ""
	}
	return tokens[i].Word
}

// parts reports whether what stands right of a conjunction asks for something
// apart from what stands left of it. After a comma, "waves" is taken for a
// noun and "waving" for a verb.
func parts(left, right []words.Token, comma bool) bool {
	if len(left) == 0 || len(right) == 0 {
		return true
	}
	right = right[:min(maxClause, len(right))]
	last, next := at(left, len(left)-1), at(right, 0)
	switch {
	case next == "and" || next == "or" || next == "but":
		return true
	case next == "not" || next == "which" || next == "who" || next == "that":
		return false
	case openers[next]:
		return true
	case words.IsAdjective(last) && words.IsAdjective(next): // "black and white", "longer and darker"
		negated := slices.ContainsFunc(left, func(t words.Token) bool { return t.Word == "not" })
		return negated || tellsQuality(left) && beginsWithNoun(right)
	case opensPair(left):
		return false
	case words.IsVerb(next) && (!comma || words.IsParticiple(next)): // "sits and looks up"
		return false
	case isPlain(left) && toldOfBoth(right):
		return false
	}
	return true
}

// opensPair reports whether a clause still waits for what takes the place:
// "replace the cat and …".
func opensPair(left []words.Token) bool {
	first := at(left, 0)
	if first == "between" || first == "both" {
		return true
	}
	if !slices.Contains([]string{"replace", "substitute", "swap", "change", "turn", "convert", "switch", "instead", "rather"}, first) {
		return false
	}
	if first == "instead" || first == "rather" {
		return false
	}
	return !slices.ContainsFunc(left[1:], func(t words.Token) bool {
		return slices.Contains([]string{"with", "by", "for", "to", "into"}, t.Word) || words.IsComparative(t.Word) || words.IsVerb(t.Word)
	})
}

// tellsQuality reports whether a clause ends in how something is, as in "make
// the dress bigger" or "is blue", and not in the middle of a noun phrase.
func tellsQuality(tokens []words.Token) bool {
	if words.IsCopula(at(tokens, 0)) {
		return isQuality(tokens[1:])
	}
	ps := phrase.Of(tokens).Phrases
	return len(ps) > 0 && ps[len(ps)-1].After > 0
}

func beginsWithNoun(tokens []words.Token) bool {
	ps := phrase.Of(tokens).Phrases
	return len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != ""
}

// isPlain reports whether the tokens are a noun phrase and nothing else.
func isPlain(tokens []words.Token) bool { return isNoun(tokens) }

// toldOfBoth reports whether a clause is a noun phrase and how it is, as in
// "(the sofa and) the lamp are green".
func toldOfBoth(tokens []words.Token) bool {
	ps := phrase.Of(tokens).Phrases
	if len(ps) == 0 || ps[0].Head == "" || ps[0].Start != 0 {
		return false
	}
	w := at(tokens, ps[0].End)
	return w == "are" || w == "were" || w == "have" && at(tokens, ps[0].End+1) == "become"
}
