// Package tokenizer turns text into the token numbers that CLIP-family models
// were trained with, as described by the tokenizer.json (or vocab.json and
// merges.txt) beside a model.
//
// It covers the parts that these models use: byte-level and byte-fallback BPE
// (CLIP, SigLIP 2) and unigram models (SigLIP), with their normalisers and
// splits. A part that it does not know is an error when the file is read, never
// another tokenisation.
package tokenizer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tokenizer encodes texts. It is safe for concurrent use.
type Tokenizer struct {
	raw        matcher // added tokens that are looked for in the text as it is
	normalised matcher // and those looked for once it is normalised
	normalise  []normaliser
	split      []splitter
	model      model
	before     []int64 // tokens that begin every sequence
	after      []int64 // and that end it
	ids        func(token string) (int64, bool)
}

// model splits a piece of text into tokens of its vocabulary.
type model interface {
	tokens(piece string) []int64
}

// maxText is how much of a text is read, in bytes: more than any model has
// tokens for.
const maxText = 128 << 10

// Encode returns the numbers of a text's tokens, those that begin and end a
// sequence included, at most limit of them: what does not fit is left out
// before the end. Invalid UTF-8 is read as replacement characters.
func (t *Tokenizer) Encode(text string, limit int) []int64 {
	if len(text) > maxText {
		text = text[:maxText]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	room := max(limit-len(t.before)-len(t.after), 0)
	tokens := slices.Clone(t.before)
	start := len(tokens)
	t.raw.cut(text, func(piece string, token int64, added bool) bool {
		if added {
			tokens = append(tokens, token)
		} else {
			tokens = t.plain(tokens, piece, start+room)
		}
		return len(tokens)-start < room
	})
	tokens = tokens[:min(len(tokens), start+room)]
	return append(tokens, t.after...)
}

// plain appends the tokens of text without raw added tokens, until there are
// enough of them.
func (t *Tokenizer) plain(tokens []int64, text string, enough int) []int64 {
	for _, n := range t.normalise {
		text = n(text)
	}
	t.normalised.cut(text, func(piece string, token int64, added bool) bool {
		if added {
			tokens = append(tokens, token)
			return len(tokens) < enough
		}
		pieces := []string{piece}
		for _, split := range t.split {
			var finer []string
			for _, p := range pieces {
				finer = append(finer, split(p)...)
			}
			pieces = finer
		}
		for _, p := range pieces {
			if len(tokens) >= enough {
				return false
			}
			if p != "" {
				tokens = append(tokens, t.model.tokens(p)...)
			}
		}
		return len(tokens) < enough
	})
	return tokens
}

// ID returns the number of a token, such as the one that pads.
func (t *Tokenizer) ID(token string) (int64, error) {
	if id, ok := t.ids(token); ok {
		return id, nil
	}
	return 0, fmt.Errorf("the vocabulary has no token %q", token)
}
