package tokenizer

import (
	"slices"
	"strings"
	"unicode"
)

// added is a token that stands for a text as a whole, such as the one that ends
// a sequence.
type added struct {
	id          int64
	text        string
	left, right bool // white space beside it belongs to it
}

// matcher finds added tokens, of several at one place the longest.
type matcher []added

func newMatcher(tokens []added) matcher {
	tokens = slices.DeleteFunc(tokens, func(a added) bool { return a.text == "" })
	slices.SortStableFunc(tokens, func(a, b added) int { return len(b.text) - len(a.text) })
	return tokens
}

// cut hands the pieces of text between added tokens, and these, to each, until
// it returns false.
func (m matcher) cut(text string, each func(piece string, token int64, added bool) bool) {
	for text != "" {
		at, found := m.next(text)
		if at < 0 {
			each(text, 0, false)
			return
		}
		piece, rest := text[:at], text[at+len(found.text):]
		if found.left {
			piece = strings.TrimRightFunc(piece, unicode.IsSpace)
		}
		if found.right {
			rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		}
		if piece != "" && !each(piece, 0, false) || !each(found.text, found.id, true) {
			return
		}
		text = rest
	}
}

// next returns where the first added token of a text begins; -1 where there is
// none.
func (m matcher) next(text string) (at int, found added) {
	at = -1
	for _, a := range m {
		within := text
		if at >= 0 {
			within = text[:min(at+len(a.text), len(text))]
		}
		if i := strings.Index(within, a.text); i >= 0 && (at < 0 || i < at) {
			at, found = i, a
		}
	}
	return at, found
}
