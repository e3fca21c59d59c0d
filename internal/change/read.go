package change

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// maxClause is how many tokens a clause may have to be looked through for
// cues. A longer one is a description.
const maxClause = 40

// follow reads the clause. What only names a thing is asked for in the way of
// the clause before: "remove the dog and the cat".
func (c *clause) follow(before clause) {
	c.tokens = withoutLead(c.tokens)
	instead := len(c.tokens) > 1 && lastWord(c.tokens) == "instead"
	if instead {
		c.tokens = c.tokens[:len(c.tokens)-1]
	}
	if len(c.tokens) == 0 {
		c.kind = before.kind
		return
	}
	body, setting := cutSetting(c.tokens)
	if len(body) > 0 {
		c.changes = c.read(body, before)
	}
	if instead && len(c.changes) == 1 {
		c.changes[0].replaceMain()
	}
	if len(setting) > 0 {
		c.changes = append(c.changes, Change{Kind: Modification, Quality: words.Join(setting)})
	}
}

func (c *clause) read(tokens []words.Token, before clause) []Change {
	text := words.Join(tokens)
	if view, rest := cutView(tokens); view != nil {
		all := []Change{{Kind: Modification, Quality: words.Join(view), View: true}}
		if len(rest) > 0 {
			all = append(all, one(rest))
		}
		return all
	}
	if c.goesOn && (before.kind == Removal || before.kind == Retention) && continues(before, tokens) {
		c.kind, c.none = before.kind, before.none
		return []Change{{Kind: before.kind, Thing: text}}
	}
	ch := one(tokens)
	if does := words.IsParticiple(tokens[0].Word) || words.IsVerb(tokens[0].Word); ch.Told && does && before.subject() != "" { // "(a dog runs and) looks up"
		ch = Change{Kind: Modification, Thing: before.subject(), Quality: text}
	}
	c.kind = ch.Kind
	c.none = slices.ContainsFunc(tokens, func(t words.Token) bool { return t.Word == "no" || t.Word == "without" })
	return []Change{ch}
}

// subject returns the noun phrase that the clause is about, "" for none.
func (c *clause) subject() string {
	if len(c.changes) == 0 {
		return ""
	}
	tokens := words.Tokens(c.changes[0].Thing)
	ps := phrase.Of(tokens).Phrases
	if len(ps) == 0 || ps[0].Start > 0 || ps[0].Head == "" || c.changes[0].Kind == Removal {
		return ""
	}
	return words.Join(tokens[:ps[0].End])
}

// one reads a clause that asks for one thing.
func one(tokens []words.Token) Change {
	switch text := words.Join(tokens); {
	case isQuality(tokens):
		return quality("", tokens)
	case isPlace(tokens):
		return Change{Kind: Modification, Quality: text}
	case isPronoun(tokens[0].Word) && words.IsVerb(at(tokens, 1)): // "he stirs a pot"
		return Change{Kind: Modification, Quality: words.Join(tokens[1:])}
	}
	if found, cue := findCue(tokens); cue != nil {
		return understand(cue.kind, found)
	}
	if compares(tokens) {
		return Change{Kind: Comparison, Thing: words.Join(tokens), Told: true}
	}
	return Change{Kind: Addition, Thing: words.Join(tokens), Told: true}
}

// findCue returns the first cue that fits, and its slots.
func findCue(tokens []words.Token) (slots, *cue) {
	if len(tokens) > maxClause {
		return nil, nil
	}
	r := newReading(tokens)
	for i := range cues {
		if found, ok := r.match(cues[i]); ok {
			return found, &cues[i]
		}
	}
	return nil, nil
}

// continues reports whether a removal or retention goes on with a clause that
// only names a thing: "no dogs or cats" rules both out, "no dogs and a cat"
// does not.
func continues(before clause, tokens []words.Token) bool {
	ps := phrase.Of(tokens).Phrases
	if openers[at(tokens, 0)] || len(ps) == 0 || ps[0].Start != 0 || ps[0].Head == "" || words.IsCopula(at(tokens, ps[0].End)) {
		return false
	}
	if before.none {
		return ps[0].Article == "" && ps[0].Count == 0
	}
	return isNoun(tokens)
}

// compares reports whether tokens begin with a noun phrase that compares:
// "a bigger dog", "fewer people".
func compares(tokens []words.Token) bool {
	ps := phrase.Of(tokens).Phrases
	return len(ps) > 0 && ps[0].Start == 0 && slices.ContainsFunc(tokens[:ps[0].End], func(t words.Token) bool {
		return words.IsComparative(t.Word) || t.Word == "more" || t.Word == "fewer" || t.Word == "less"
	})
}
