// Package words cuts English text into words for the model-free parts of
// imagescope.
package words

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Split returns the words of text in lower case: runs of letters and digits.
// An apostrophe inside a word and what follows it are dropped ("man's" → "man").
func Split(text string) []string {
	var out []string
	for _, field := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r != '\'' && r != '’' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	}) {
		field, _, _ = strings.Cut(strings.Trim(field, "'’"), "'")
		field, _, _ = strings.Cut(field, "’")
		if field != "" {
			out = append(out, field)
		}
	}
	return out
}

// Stem returns the stem of a lower-case English word by the Porter 2
// algorithm.
func Stem(word string) string {
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}

// IsStop reports whether a lower-case word only holds a sentence together.
func IsStop(word string) bool { return stop[word] }

var stop = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`a an the and or but nor if then than that this these those there here it its
		is are was were be been being am do does did has have had having of in on at to from by for with as into
		he she they them his her their i you we us our your my me who whom whose which what while where when
		so such very can could will would shall should may might must not`) {
		m[w] = true
	}
	return m
}()
