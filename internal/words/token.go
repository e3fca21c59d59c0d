package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Token is a word or a mark of a text.
type Token struct {
	Text string // as it is written
	Word string // in lower case; "" for a mark
}

// Tokens cuts a text into words and marks. A word is a run of letters and
// digits, with hyphens, slashes and apostrophes inside. Marks are kept where
// they part sentences or their members; quotes, brackets and all else are
// dropped.
func Tokens(text string) []Token {
	var out []Token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case inWord(r):
			n := wordLen(text[i:])
			word := strings.ToLower(strings.ReplaceAll(text[i:i+n], "’", "'"))
			out = append(out, Token{Text: text[i : i+n], Word: word})
			i += n
			continue
		case strings.ContainsRune(",.;:?!&", r):
			out = append(out, Token{Text: string(r)})
		case r == '–' || r == '—' || r == '-' && i+1 < len(text) && text[i+1] == ' ':
			out = append(out, Token{Text: ","})
		}
		i += size
	}
	return out
}

// wordLen returns how many bytes the word takes that text begins with.
func wordLen(text string) int {
	end := 0
	for i, r := range text {
		switch {
		case inWord(r):
			end = i + utf8.RuneLen(r)
		case !strings.ContainsRune("-/'’", r) || end < i:
			return end
		}
	}
	return end
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// Join writes tokens as a text: a space before every word, none before a mark.
func Join(tokens []Token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && (t.Word != "" || t.Text == "&") {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}
