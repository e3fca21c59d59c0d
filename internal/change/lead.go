package change

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/words"
)

// leads are words at the beginning of a clause that ask for nothing yet.
var leads = [][]string{
	{"then"}, {"and"}, {"or"}, {"but"}, {"maybe"}, {"actually"}, {"so"}, {"ok"}, {"okay"}, {"oh"}, {"well"},
	{"i", "want"}, {"i", "would", "like"}, {"i'd", "like"}, {"i", "need"}, {"i", "prefer"}, {"can", "you"}, {"could", "you"}, {"you", "should"},
	{"make", "sure"}, {"that"}, {"this", "time"}, {"the", "target", "photo"}, {"the", "target", "image"}, {"target", "photo"}, {"target", "image"}, {"target", "on"}, {"the", "target"}, {"target"},
}

// withoutLead drops such words. What is left may be nothing.
func withoutLead(tokens []words.Token) []words.Token {
	tokens = expanded(tokens)
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(t words.Token) bool { return fillers[t.Word] })
	for {
		n := leadLen(tokens)
		if n == 0 {
			return tokens
		}
		tokens = tokens[n:]
	}
}

// expanded parts contractions: "it's" is "it is".
func expanded(tokens []words.Token) []words.Token {
	var out []words.Token
	for _, t := range tokens {
		head, tail, ok := strings.Cut(t.Word, "'")
		full := map[string]string{"s": "is", "re": "are"}[tail]
		if !ok || full == "" || !isPronoun(head) && head != "there" && head != "here" {
			out = append(out, t)
			continue
		}
		out = append(out, words.Token{Text: head, Word: head}, words.Token{Text: full, Word: full})
	}
	return out
}

// fillers add nothing wherever they stand.
var fillers = map[string]bool{"also": true, "now": true, "too": true, "please": true, "just": true, "still": true}

func leadLen(tokens []words.Token) int {
	for _, lead := range leads {
		if len(tokens) >= len(lead) && slices.EqualFunc(tokens[:len(lead)], lead, func(t words.Token, w string) bool { return t.Word == w }) {
			return len(lead)
		}
	}
	switch first, next := at(tokens, 0), at(tokens, 1); {
	case first == "the" && pictureWords[next] && tells[at(tokens, 2)]:
		return 2
	case pictureWords[first] && tells[next], first == "there" && next == "to":
		return 1
	case len(tokens) > 0 && tokens[0].Word == "":
		return 1
	}
	return 0
}

var (
	pictureWords = map[string]bool{"photo": true, "picture": true, "image": true, "photograph": true, "scene": true}
	tells        = map[string]bool{"is": true, "has": true, "shows": true, "should": true, "must": true, "was": true, "does": true, "contains": true}
)
