package reply_test

import (
	"strings"
	"testing"

	"github.com/imagescope/imagescope/internal/reply"
)

func TestCut(t *testing.T) {
	tests := []struct {
		name, text string
		n          int
		want       string
	}{
		{"short", "abc", 3, "abc"},
		{"long", "abcd", 3, "abc"},
		{"inside a character", "ab€d", 4, "ab"},
		{"behind a character", "ab€d", 5, "ab€"},
		{"first character too long", "€", 2, ""},
		{"no character begins", strings.Repeat("\x80", 20), 10, strings.Repeat("\x80", 7)},
		{"nothing wanted", "abc", 0, ""},
	}
	for _, tt := range tests {
		if got := reply.Cut(tt.text, tt.n); got != tt.want {
			t.Errorf("%s: Cut(%q, %d) = %q, want %q", tt.name, tt.text, tt.n, got, tt.want)
		}
	}
}

func TestBrief(t *testing.T) {
	if got, want := reply.Brief("\n Yes.\t"), "Yes."; got != want {
		t.Errorf("Brief = %q, want %q", got, want)
	}
	long := reply.Brief(strings.Repeat("ä", 10<<20))
	if len(long) > 1100 || !strings.HasSuffix(long, "ä…") {
		t.Errorf("Brief of 20 MiB has %d bytes and ends in %q", len(long), long[len(long)-8:])
	}
}
