package embed

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/imagescope/imagescope/internal/reply"
)

// tidy returns the caption that a reply holds, in one line of at most
// maxCaption bytes; "" where it holds none. All of it stands in the reply, but
// that white space is folded and that a letter which comes first because
// something before it was cut off is made a capital.
func tidy(text string) string {
	if _, behind, ok := strings.Cut(text, "</think>"); ok {
		text = behind
	}
	text = bare(oneLine(withoutAnnouncement(text)))
	for _, opening := range []*regexp.Regexp{label, preamble} {
		if loc := opening.FindStringSubmatchIndex(text); loc != nil {
			text = capital(bare(text[loc[2]:]))
		}
	}
	return short(text)
}

// withoutAnnouncement leaves out a first line that only announces what follows:
// "Here is the caption:".
func withoutAnnouncement(text string) string {
	first, rest, ok := strings.Cut(strings.TrimSpace(text), "\n")
	if ok && strings.HasSuffix(strings.TrimRight(first, " *\r"), ":") {
		return rest
	}
	return text
}

// bare returns text without white space, quotation marks, and marks of
// emphasis, headings and code around it.
func bare(text string) string { return strings.Trim(text, " \"“”„«»‘'`*_#") }

// label and preamble are what models begin a caption with against orders; the
// caption begins at the group. A preamble counts only before an article or a
// number: in "The image shows how glass is blown" it carries the sentence.
var (
	label    = regexp.MustCompile(`(?i)^(?:caption|description|answer|sentence)\W*: *()`)
	preamble = regexp.MustCompile(`(?i)^th(?:e|is) (?:image|picture|photo|photograph) (?:shows|depicts|features|displays|captures|is of) ((?:an?|the|some|several|many|two|three|four|five|six) )`)
)

// capital returns text with its first letter made a capital.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || r == utf8.RuneError {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

// maxCaption is how many bytes a model's caption may have: 256 tokens make
// about as many.
const maxCaption = 1 << 10

// short cuts text to maxCaption bytes: behind its last sentence that fits, or
// else its last word, or else anywhere.
func short(text string) string {
	if len(text) <= maxCaption {
		return text
	}
	text = reply.Cut(text, maxCaption)
	if end := strings.LastIndex(text, ". "); end > 0 {
		return text[:end+1]
	}
	if end := strings.LastIndexByte(text, ' '); end > 0 {
		return text[:end]
	}
	return text
}
