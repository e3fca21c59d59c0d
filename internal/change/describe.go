package change

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// Describe reads a description of an image as additions to nothing, and
// removals where it rules something out.
func Describe(tokens []words.Token) []Change {
	var all []Change
	var before clause
	for _, c := range clauses(tokens[:min(len(tokens), maxTokens)]) {
		c.follow(before)
		switch {
		case len(c.changes) == 0:
		case c.changes[0].Kind == Removal:
			all = append(all, c.changes[0])
		default:
			body, setting := cutSetting(c.tokens)
			for _, said := range [][]words.Token{body, setting} {
				if len(said) > 0 {
					all = append(all, Change{Kind: Addition, Thing: words.Join(said), Told: true})
				}
			}
		}
		before = c
		if len(all) >= maxChanges {
			break
		}
	}
	return slices.Clip(all[:min(len(all), maxChanges)])
}

// maxSearch bounds how often WithoutSearch begins anew behind what it dropped.
const maxSearch = 8

// WithoutSearch drops the words at the beginning of a description that only
// say that images are searched for: "find me a photo of".
func WithoutSearch(tokens []words.Token) []words.Token {
	for range maxSearch {
		rest := withoutPicture(withoutLead(dropFirst(tokens, searches)))
		if len(rest) == 0 || len(rest) == len(tokens) {
			return tokens
		}
		tokens = rest
	}
	return tokens
}

func dropFirst(tokens []words.Token, table map[string]bool) []words.Token {
	for len(tokens) > 0 && table[tokens[0].Word] {
		tokens = tokens[1:]
	}
	return tokens
}

var searches = map[string]bool{
	"find": true, "search": true, "show": true, "looking": true, "look": true, "give": true, "get": true, "fetch": true, "see": true,
	"me": true, "us": true, "for": true, "i'm": true, "i": true, "am": true, "want": true, "need": true, "to": true, "do": true, "have": true,
	"let's": true, "display": true, "retrieve": true, "hi": true, "hello": true, "hey": true, "you": true, "can": true, "are": true, "there": true, "would": true, "like": true,
}

// withoutPicture drops "a photo of".
func withoutPicture(tokens []words.Token) []words.Token {
	i := 0
	for i < len(tokens) && (words.IsDeterminer(tokens[i].Word) || words.IsQuantity(tokens[i].Word)) {
		i++
	}
	one, _ := words.Singular(at(tokens, i))
	if !pictureWords[one] && one != "pic" {
		return tokens
	}
	switch next := at(tokens, i+1); {
	case next == "of" || next == "showing" || next == "with" || next == "where" || next == "containing" || next == "featuring":
		return tokens[i+2:]
	case (next == "that" || next == "which") && tells[at(tokens, i+2)] || at(tokens, i+2) == "show":
		return tokens[i+3:]
	}
	return tokens
}

// Affirmed returns a description without what it rules out.
func Affirmed(tokens []words.Token) []words.Token { return phrase.Of(tokens).Affirmed() }
