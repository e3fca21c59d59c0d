package reply

import (
	"strings"
	"unicode/utf8"
)

// Cut returns the first n bytes of text at most, not ending inside a
// character. It keeps nothing of what it cuts off alive.
func Cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	end := n
	for end > 0 && n-end < utf8.UTFMax-1 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.Clone(text[:end])
}

// maxBrief is how many bytes of a model's words are kept with an answer.
const maxBrief = 1 << 10

// Brief returns text without outer white space, cut to a length that may be
// kept for every answer.
func Brief(text string) string {
	trimmed := strings.TrimSpace(text)
	if len(trimmed) > maxBrief {
		return Cut(trimmed, maxBrief) + "…"
	}
	if len(trimmed) < len(text) {
		return strings.Clone(trimmed) // text may be a long run of white space
	}
	return trimmed
}
