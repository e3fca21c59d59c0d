// Package redact removes credentials from what may be shown or logged: what a
// server or its client says of a failed call.
package redact

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Error is an error whose text can be shown and logged. The error below it,
// with its own text, is there for errors.Is and errors.As.
type Error struct {
	Text string
	Err  error
}

func (e *Error) Error() string { return e.Text }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Text returns a text without credentials: those of known shapes, and keys.
func Text(text string, keys ...string) string {
	for _, key := range keys {
		if key != "" {
			text = strings.ReplaceAll(text, key, "REDACTED")
		}
	}
	for _, secret := range secrets {
		text = secret.ReplaceAllString(text, "${1}REDACTED${2}")
	}
	return text
}

// maxMessage is how many bytes are kept of the text of a model's error: a
// server may answer with a page of HTML or with the request's images.
const maxMessage = 2048

// Message returns an error's text without credentials, cut to a length that can
// be logged.
func Message(text string, keys ...string) string {
	// Cut first, so that a huge text costs little, and generously, so that
	// the second cut lies before a secret that the first one has cut in two.
	text = Text(cut(text, 4*maxMessage), keys...)
	if short := cut(text, maxMessage); short != text {
		return short + "…"
	}
	return text
}

// cut returns the first n bytes of s at most, not ending inside a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && n-end < utf8.UTFMax-1 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// secrets matches what must not reach a log: all that lies outside of the groups.
var secrets = []*regexp.Regexp{
	// key=… and its like, in a URL or not: googleai has its key there.
	regexp.MustCompile(`(?i)((?:\b|%[0-9a-f]{2})(?:[a-z]+[_-])*(?:key|token|secret|password|sig|signature)(?:=|%3D))[^&\s"'<>]+`),
	// Headers with credentials, as HTTP, JSON or a Go map shows them.
	regexp.MustCompile(`(?i)(\b(?:proxy-)?authorization["']?\s*[:=]\s*\[?["']?(?:(?:bearer|basic)\s+)?)[^\s"',}\]]+`),
	regexp.MustCompile(`(?i)(\b(?:[a-z]+-)*api[_-]?key["']?\s*:\s*\[?["']?)[^\s"',}\]]+`),
	regexp.MustCompile(`(?i)(\bbearer\s+)[a-z0-9._~+/=-]{16,}`),
	// A password in a URL.
	regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]+(@)`),
	// Keys by the shape that OpenAI and Anthropic, and Google, give them.
	regexp.MustCompile(`(\b)sk-[A-Za-z0-9_*-]{8,}`),
	regexp.MustCompile(`(\b)AIza[A-Za-z0-9_-]{16,}`),
}
