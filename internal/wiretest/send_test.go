package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// TestSends compares what arrives at a server with what was asked.
func TestSends(t *testing.T) {
	wide, tall := painting("wide.png", 1000, 600, 1), painting("tall.png", 300, 900, 2)
	tests := []struct {
		name  string
		req   imagescope.Request
		parts []string
	}{
		{"words", imagescope.Request{Prompt: "What is \"red\" & <blue>?\nOne word.", MaxTokens: 321}, []string{"text"}},
		{"defaults", imagescope.Request{Prompt: "A dog?"}, []string{"text"}},
		{"not UTF-8", imagescope.Request{Prompt: "A caf\xe9?"}, []string{"text"}},
		{"warm", imagescope.Request{Prompt: "A dog?", Temperature: 0.5}, []string{"text"}},
		{"one image", imagescope.Request{Prompt: "A dog?", Images: []imagescope.Image{wide}, MaxTokens: 9}, []string{"image", "text"}},
		{"two images", imagescope.Request{Prompt: "Same?", Images: []imagescope.Image{wide, tall}}, []string{"image", "image", "text"}},
		{"two images turned", imagescope.Request{Prompt: "Same?", Images: []imagescope.Image{tall, wide}}, []string{"image", "image", "text"}},
	}
	for _, p := range providers {
		for _, tt := range tests {
			t.Run(p.name+"/"+tt.name, func(t *testing.T) {
				var got []question
				handler := p.answering(t, answer{Text: "Yes.", PromptTokens: 1, CompletionTokens: 1}, func(q question) { got = append(got, q) })
				if _, err := p.reasoner(t, handler, nil, imagescope.ReasonerOptions{}).Reason(t.Context(), tt.req); err != nil {
					t.Fatal(err)
				}
				if len(got) != 1 {
					t.Fatalf("Reason sent %d requests, want 1", len(got))
				}
				checkImages(t, tt.req.Images, got[0])
				want := question{
					Model: modelName, Parts: tt.parts, Prompt: strings.ToValidUTF8(tt.req.Prompt, "\uFFFD"),
					Temperature: &tt.req.Temperature, MaxTokens: tt.req.MaxTokens,
				}
				if want.MaxTokens == 0 {
					want.MaxTokens = imagescope.DefaultMaxTokens
				}
				got[0].Images, got[0].Mimes = nil, nil
				if d := cmp.Diff(want, got[0]); d != "" {
					t.Errorf("Reason(%q): want is -, sent is +\n%s", tt.req.Prompt, d)
				}
			})
		}
	}
}

// checkImages compares the files that arrived with those that the images have,
// byte for byte.
func checkImages(t *testing.T, want []imagescope.Image, q question) {
	t.Helper()
	if len(q.Images) != len(want) {
		t.Fatalf("%d images arrived, want %d", len(q.Images), len(want))
	}
	for i, img := range want {
		file, err := img.JPEG(imagescope.DefaultMaxSide)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(q.Images[i], file) {
			t.Errorf("image %d: %d bytes arrived that are not the %d of %s", i, len(q.Images[i]), len(file), img.ID)
		}
		got, format, err := image.Decode(bytes.NewReader(q.Images[i]))
		if err != nil || format != "jpeg" {
			t.Errorf("image %d: decoded as %q with error %v, want jpeg", i, format, err)
			continue
		}
		if side := max(got.Bounds().Dx(), got.Bounds().Dy()); side != imagescope.DefaultMaxSide {
			t.Errorf("image %d: longest side is %d, want %d", i, side, imagescope.DefaultMaxSide)
		}
	}
	if slices.ContainsFunc(q.Mimes, func(mime string) bool { return mime != "image/jpeg" }) {
		t.Errorf("images arrived as %q, want image/jpeg", q.Mimes)
	}
}

// TestReads compares what a Reasoner returns with what a server answered.
func TestReads(t *testing.T) {
	tests := []struct {
		name string
		answer
	}{
		{"plain", answer{Text: "Yes, there is a dog.", PromptTokens: 1201, CompletionTokens: 6}},
		{"not only ASCII", answer{Text: "Oui, “un chien” 🐕 <b>\n", PromptTokens: 7, CompletionTokens: 9}},
		{"cut at the limit", answer{Text: "Yes, there is", Truncated: true, PromptTokens: 1201, CompletionTokens: 64}},
	}
	for _, p := range providers {
		for _, tt := range tests {
			t.Run(p.name+"/"+tt.name, func(t *testing.T) {
				r := p.reasoner(t, p.answering(t, tt.answer, nil), nil, imagescope.ReasonerOptions{Model: "ours"})
				got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?", MaxTokens: 64})
				if err != nil {
					t.Fatal(err)
				}
				want := imagescope.Response{
					Text: tt.Text, Model: "ours", Truncated: tt.Truncated,
					PromptTokens: tt.PromptTokens, CompletionTokens: tt.CompletionTokens,
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("Reason: want is -, got is +\n%s", d)
				}
			})
		}
	}
}

// TestOverlap asks one client from several goroutines at once; the race
// detector is the judge.
func TestOverlap(t *testing.T) {
	img := painting("a.png", 100, 80, 3)
	for _, p := range providers {
		t.Run(p.name, func(t *testing.T) {
			r := p.reasoner(t, p.answering(t, answer{Text: "Yes.", PromptTokens: 1, CompletionTokens: 1}, nil), nil, imagescope.ReasonerOptions{})
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					req := imagescope.Request{Prompt: strings.Repeat("Well? ", i+1), Images: []imagescope.Image{img}}
					if resp, err := r.Reason(t.Context(), req); err != nil || resp.Text != "Yes." {
						t.Errorf("Reason: got (%q, %v), want Yes.", resp.Text, err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// oneUserMessage returns an error unless a request has one message of a user.
func oneUserMessage(n int, role func() string) error {
	if n != 1 {
		return fmt.Errorf("%d messages, want one", n)
	}
	if got := role(); got != "user" {
		return fmt.Errorf("a message of %q, want one of user", got)
	}
	return nil
}

func marshal(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // unreachable: the tests marshal texts, numbers and lists of them
	}
	return string(data)
}
