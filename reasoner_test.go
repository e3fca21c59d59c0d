package imagescope_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

func TestAskCleansReplies(t *testing.T) {
	const most = imagescope.MaxReply
	tests := []struct {
		name, reply, want string
	}{
		{"plain", "Yes.", "Yes."},
		{"outer white space stays", " Yes.\n", " Yes.\n"},
		{"invalid UTF-8", "a\xffb\xc3", "a�b�"},
		{"too long", strings.Repeat("x", 10<<20), strings.Repeat("x", most)},
		{"cut inside a character", "x" + strings.Repeat("€", most), "x" + strings.Repeat("€", (most-1)/3)},
		{"only stray bytes", strings.Repeat("\x80", 2*most), "�"},
		{"a replacement is longer than what it replaces", strings.Repeat("a\x80", most), strings.Repeat("a�", most/4)},
	}
	for _, tt := range tests {
		model := scripted(map[imagescope.Task]string{"": tt.reply})
		got, err := imagescope.Ask(t.Context(), model, imagescope.Request{})
		if err != nil {
			t.Errorf("%s: Ask: %v", tt.name, err)
		}
		if got.Text != tt.want {
			t.Errorf("%s: Ask returned %d bytes %.20q…, want %d bytes %.20q…", tt.name, len(got.Text), got.Text, len(tt.want), tt.want)
		}
		if len(got.Text) > most || !utf8.ValidString(got.Text) {
			t.Errorf("%s: Ask returned %d bytes, valid UTF-8: %v", tt.name, len(got.Text), utf8.ValidString(got.Text))
		}
	}
}

func TestAskEmptyReply(t *testing.T) {
	for _, text := range []string{"", " \n\t "} {
		_, err := imagescope.Ask(t.Context(), scripted(map[imagescope.Task]string{"caption": text}), imagescope.Request{Task: "caption"})
		var re *imagescope.ReplyError
		if !errors.Is(err, imagescope.ErrEmptyReply) || !errors.As(err, &re) || re.Task != "caption" {
			t.Errorf("Ask with reply %q: error %v", text, err)
		}
	}
}

func TestAskRequest(t *testing.T) {
	asked := imagescope.Request{Task: "verify", Prompt: "?", Images: []imagescope.Image{{ID: "x"}}, MaxSide: 5, Temperature: 0.5}
	for given, want := range map[int]int{0: imagescope.DefaultMaxTokens, -1: imagescope.DefaultMaxTokens, 7: 7} {
		var got imagescope.Request
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			got = req
			return imagescope.Response{Text: "yes"}, nil
		})
		req := asked
		req.MaxTokens = given
		if _, err := imagescope.Ask(t.Context(), model, req); err != nil {
			t.Fatal(err)
		}
		req.MaxTokens = want
		if d := cmp.Diff(req, got); d != "" {
			t.Errorf("Ask with MaxTokens %d: want is -, got is +\n%s", given, d)
		}
	}
}

func TestAskErrors(t *testing.T) {
	if _, err := imagescope.Ask(t.Context(), nil, imagescope.Request{Task: "verify"}); err == nil || !strings.Contains(err.Error(), "verify: the Reasoner is nil") {
		t.Errorf("Ask without a Reasoner: error %v", err)
	}
	failing := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Yes."}, errBroken
	})
	got, err := imagescope.Ask(t.Context(), failing, imagescope.Request{Task: "verify"})
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "verify") || got.Text != "" {
		t.Errorf("Ask of a failing Reasoner = %q, %v", got.Text, err)
	}
}

// TestAskCancelled cancels before and during a call. Adapters exist that then
// return a reply and no error.
func TestAskCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	deaf := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		cancel(errEnough)
		return imagescope.Response{Text: "Yes."}, nil
	})
	for _, when := range []string{"during", "before"} {
		got, err := imagescope.Ask(ctx, deaf, imagescope.Request{})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errEnough) || got.Text != "" {
			t.Errorf("Ask cancelled %s the call = %q, %v", when, got.Text, err)
		}
	}
}

func TestReplyErrorIsShort(t *testing.T) {
	err := &imagescope.ReplyError{Task: "propose", Reply: strings.Repeat("é", 1000), Err: errBroken}
	if s := err.Error(); len(s) > 200 || !strings.HasPrefix(s, "propose: it is broken") || !strings.Contains(s, "éé") {
		t.Errorf("Error() = %q", s)
	}
}
