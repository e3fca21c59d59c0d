package redact_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imagescope/imagescope/internal/redact"
)

func TestText(t *testing.T) {
	const secret = "0123456789abcdefghij"
	for _, tt := range []struct{ text, keys, want string }{
		{"https://host/v1?key=" + secret + "&alt=json", "", "https://host/v1?key=REDACTED&alt=json"},
		{"Authorization: Bearer " + secret, "", "Authorization: Bearer REDACTED"},
		{"https://me:" + secret + "@host", "", "https://me:REDACTED@host"},
		{"the key jina_abc is unknown", "jina_abc", "the key REDACTED is unknown"},
		{"nothing of the kind", "", "nothing of the kind"},
	} {
		if got := redact.Text(tt.text, tt.keys); got != tt.want {
			t.Errorf("Text(%q, %q) = %q; want %q", tt.text, tt.keys, got, tt.want)
		}
	}
}

func TestMessageIsShort(t *testing.T) {
	long := strings.Repeat("ä", 5000) + "secret"
	got := redact.Message(long)
	if len(got) > 2100 || !utf8.ValidString(got) || !strings.HasPrefix(long, strings.TrimSuffix(got, "…")) {
		t.Errorf("Message of %d bytes has %d", len(long), len(got))
	}
}

func TestErrorUnwraps(t *testing.T) {
	err := error(&redact.Error{Text: "cut off", Err: io.EOF})
	if err.Error() != "cut off" || !errors.Is(err, io.EOF) {
		t.Errorf("error %v is not io.EOF", err)
	}
}
