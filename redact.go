package imagescope

import "regexp"

// redacted is an error whose text can be shown and logged. The error below it,
// with its own text, is there for errors.Is and errors.As.
type redacted struct {
	text string
	err  error
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.err }

// maxErrorText is how many bytes are kept of the text of a model's error: a
// server may answer with a page of HTML or with the request's images.
const maxErrorText = 2048

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

// withoutSecrets returns an error's text without credentials, cut to a length
// that can be logged.
func withoutSecrets(text string) string {
	// Cut first, so that a huge text costs little, and generously, so that
	// the second cut lies before a secret that the first one has cut in two.
	text = redact(head(text, 4*maxErrorText))
	if short := head(text, maxErrorText); short != text {
		return short + "…"
	}
	return text
}

// redact returns a text without credentials.
func redact(text string) string {
	for _, secret := range secrets {
		text = secret.ReplaceAllString(text, "${1}REDACTED${2}")
	}
	return text
}
