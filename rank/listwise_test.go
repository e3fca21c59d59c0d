package rank_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

// script is a model that gives its replies one after the other, and the last
// one for ever. It keeps what it was asked. An image named in broken cannot be
// read.
type script struct {
	replies []string
	broken  []string
	asked   []imagescope.Request
}

func (s *script) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	s.asked = append(s.asked, req)
	for _, img := range req.Images {
		if slices.Contains(s.broken, img.ID) {
			return imagescope.Response{}, fmt.Errorf("send: %w", &imagescope.ImageError{ID: img.ID, Op: "decode", Err: imagescope.ErrImageFormat})
		}
	}
	text := s.replies[0]
	if len(s.replies) > 1 {
		s.replies = s.replies[1:]
	}
	return imagescope.Response{Text: text}, nil
}

func (s *script) seen() (ids [][]string) {
	for _, req := range s.asked {
		var row []string
		for _, img := range req.Images {
			row = append(row, img.ID)
		}
		ids = append(ids, row)
	}
	return ids
}

// TestListwiseReply reads replies about the first three of four candidates.
func TestListwiseReply(t *testing.T) {
	tests := []struct {
		name  string
		reply string
		want  []string // nil if the reply is of no use
	}{
		{"whole", `{"requirements": ["blue"], "images": {"1": "no: red", "2": "yes", "3": "No."}, "ranking": [2, 3, 1]}`, []string{"1:yes", "2:no", "0:no", "3:?"}},
		{"fenced, in prose", "Let me {think}.\n```json\n{\"images\": {\"3\": true}, \"ranking\": [3, 1, 2]}\n```\nThat is it.", []string{"2:yes", "0:?", "1:?", "3:?"}},
		{"other fence", "```\n{\"ranking\": [2, 1, 3]}\n```", []string{"1:?", "0:?", "2:?", "3:?"}},
		{"the fence has another object", "```json\n{\"requirements\": []}\n```\n{\"ranking\": [2, 1, 3]}", []string{"1:?", "0:?", "2:?", "3:?"}},
		{"ranking only", `{"ranking": [3, 2, 1]}`, []string{"2:?", "1:?", "0:?", "3:?"}},
		{"some missing", `{"ranking": [3]}`, []string{"2:?", "0:?", "1:?", "3:?"}},
		{"repeated", `{"ranking": [2, 2, 3, 2, 1, 3]}`, []string{"1:?", "2:?", "0:?", "3:?"}},
		{"out of range", `{"ranking": [4, 0, -2, 99999999999999999999, 1e3, 3, 2.5]}`, []string{"2:?", "0:?", "1:?", "3:?"}},
		{"strings", `{"ranking": ["Image 2", "#1", "3 (two dogs, 1 cat)"]}`, []string{"1:?", "0:?", "2:?", "3:?"}},
		{"one string", `{"ranking": "3 > 1 > 2"}`, []string{"2:?", "0:?", "1:?", "3:?"}},
		{"other things in it", `{"ranking": [null, {"image": 1}, [1], true, 3]}`, []string{"2:?", "0:?", "1:?", "3:?"}},
		{"images of another kind", `{"images": ["yes", "yes"], "ranking": [2]}`, []string{"1:?", "0:?", "2:?", "3:?"}},
		{"images that say nothing", `{"images": {"1": "perhaps", "2": 7, "9": "yes", "3": {"yes": 1}}, "ranking": [1]}`, []string{"0:?", "1:?", "2:?", "3:?"}},
		{"damaged", `{"images": {"2": "yes: "blue" dress"}, 'ranking': [2, 1,`, []string{"1:yes", "0:?", "2:?", "3:?"}},
		{"cut off before the ranking", `{"requirements": ["blue"], "images": {"1": "yes`, nil},
		{"empty ranking", `{"images": {"1": "yes"}, "ranking": []}`, nil},
		{"only unknown numbers", `{"ranking": [7, 8]}`, nil},
		{"no numbers", `{"ranking": {"1": 2}}`, nil},
		{"prose", "Image 2 is the best, then 1.", nil},
		{"empty", " ", nil},
		{"10 MB of prose", strings.Repeat("blue ", 2<<20), nil},
		{"10 MB of braces", strings.Repeat("{", 10<<20), nil},
		{"10 MB behind the ranking", `{"ranking": [3, 1, 2]}` + strings.Repeat("x", 10<<20), []string{"2:?", "0:?", "1:?", "3:?"}},
		{"10 MB of numbers", `{"ranking": [2, ` + strings.Repeat("1, ", 4<<20) + `3]}`, nil},
		{"as long as a reply is read", `{"ranking": [2` + strings.Repeat(", 1", 80<<10) + `, 3]}`, []string{"1:?", "0:?", "2:?", "3:?"}},
		{"not UTF-8", "\xff{\"ranking\": [2, 1, 3]}\xfe", []string{"1:?", "0:?", "2:?", "3:?"}},
	}
	for _, tt := range tests {
		for _, sheet := range []bool{false, true} {
			model := &script{replies: []string{tt.reply}}
			got, err := rank.NewListwise(model, &rank.ListwiseOptions{Alpha: 3, Sheet: sheet, Side: 20}).Rank(t.Context(), change, imagescope.Intent{}, candidates(4))
			calls := 1
			if tt.want == nil {
				calls = 2
				var re *imagescope.ReplyError
				if !errors.As(err, &re) || got != nil || len(err.Error()) > 1<<10 {
					t.Errorf("%s: Rank = %v, %.200v; want a ReplyError", tt.name, outcome(got), err)
				}
			} else if err != nil {
				t.Errorf("%s: Rank: %v", tt.name, err)
			} else if d := cmp.Diff(tt.want, outcome(got)); d != "" {
				t.Errorf("%s: Rank: want is -, got is +\n%s", tt.name, d)
			}
			if len(model.asked) != calls {
				t.Errorf("%s: %d calls, want %d", tt.name, len(model.asked), calls)
			}
		}
	}
}

// TestListwiseAgain asks once more, in other words, where a reply is of no use.
func TestListwiseAgain(t *testing.T) {
	for _, first := range []string{"I would rather not.", "", `{"ranking": [17]}`} {
		model := &script{replies: []string{first, `{"ranking": [3, 1, 2]}`}}
		got, err := rank.NewListwise(model, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
		if d := cmp.Diff([]string{"2:?", "0:?", "1:?"}, outcome(got)); d != "" || err != nil {
			t.Errorf("Rank after %q: %v, want is -, got is +\n%s", first, err, d)
		}
		if len(model.asked) != 2 || model.asked[0].Prompt == model.asked[1].Prompt {
			t.Errorf("Rank after %q: %d calls, want 2 with different prompts", first, len(model.asked))
		}
	}
}

func TestListwiseTruncated(t *testing.T) {
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: `{"requirements": ["bl`, Truncated: true}, nil
	})
	if _, err := rank.NewListwise(model, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(3)); err == nil || !strings.Contains(err.Error(), "MaxTokens") {
		t.Errorf("Rank: error %v, want the remedy", err)
	}
}

// TestListwiseShows checks what the model sees.
func TestListwiseShows(t *testing.T) {
	type seen struct {
		IDs                []string
		MaxSide, MaxTokens int
		Size               image.Point // of the first
	}
	tests := []struct {
		name  string
		query imagescope.Query
		opts  rank.ListwiseOptions
		n     int
		want  seen
	}{
		{"the reference last", change, rank.ListwiseOptions{}, 2, seen{[]string{"0", "1", "ref"}, 512, 4096, image.Pt(2, 2)}},
		{"no reference", text, rank.ListwiseOptions{Side: 99, MaxTokens: 7}, 2, seen{[]string{"0", "1"}, 99, 7, image.Pt(2, 2)}},
		{"ten at most", text, rank.ListwiseOptions{}, 12, seen{strings.Fields("0 1 2 3 4 5 6 7 8 9"), 512, 4096, image.Pt(2, 2)}},
		{"alpha", text, rank.ListwiseOptions{Alpha: 3}, 12, seen{strings.Fields("0 1 2"), 512, 4096, image.Pt(2, 2)}},
		{"sheet of eleven", change, rank.ListwiseOptions{Sheet: true}, 12, seen{[]string{""}, 1071, 4096, image.Pt(1071, 948)}},
		{"sheet of two", text, rank.ListwiseOptions{Sheet: true, Side: 100}, 2, seen{[]string{""}, 225, 4096, image.Pt(225, 136)}},
	}
	for _, tt := range tests {
		model := &script{replies: []string{`{"ranking": [1]}`}}
		if _, err := rank.NewListwise(model, &tt.opts).Rank(t.Context(), tt.query, imagescope.Intent{}, candidates(tt.n)); err != nil {
			t.Errorf("%s: Rank: %v", tt.name, err)
			continue
		}
		req := model.asked[0]
		got := seen{IDs: model.seen()[0], MaxSide: req.MaxSide, MaxTokens: req.MaxTokens}
		img, err := req.Images[0].Decode()
		if err != nil {
			t.Fatal(err)
		}
		got.Size = img.Bounds().Size()
		if d := cmp.Diff(tt.want, got); d != "" || req.Task != imagescope.TaskCompare {
			t.Errorf("%s: request for %s: want is -, got is +\n%s", tt.name, req.Task, d)
		}
	}
}

func TestListwiseFew(t *testing.T) {
	for n := range 2 {
		model := &script{}
		got, err := rank.NewListwise(model, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(n))
		if len(got) != n || err != nil || len(model.asked) != 0 {
			t.Errorf("Rank of %d = %v, %v after %d calls; want them unasked", n, outcome(got), err, len(model.asked))
		}
	}
}

// TestListwiseUnreadable leaves out what cannot be opened, in each form: it
// keeps its place, and the numbers are those of the others.
func TestListwiseUnreadable(t *testing.T) {
	tests := []struct {
		name   string
		broken []string
		want   []string
		calls  int // the sheet finds out before it asks
	}{
		{"the first", []string{"0"}, []string{"0:?", "2:yes", "1:?", "3:?", "4:?"}, 2},
		{"two", []string{"1", "3"}, []string{"2:yes", "1:?", "0:?", "3:?", "4:?"}, 3},
		{"all but one", []string{"0", "1", "3"}, []string{"0:?", "1:?", "2:?", "3:?", "4:?"}, 3},
		{"all", []string{"0", "1", "2", "3"}, []string{"0:?", "1:?", "2:?", "3:?", "4:?"}, 3},
	}
	for _, tt := range tests {
		for _, sheet := range []bool{false, true} {
			cs := candidates(5)
			for i := range cs {
				if slices.Contains(tt.broken, cs[i].Image.ID) {
					cs[i].Image = imagescope.Bytes(cs[i].Image.ID, []byte("no picture"))
				}
			}
			model := &script{broken: tt.broken, replies: []string{`{"images": {"2": "yes"}, "ranking": [2, 1]}`}}
			got, err := rank.NewListwise(model, &rank.ListwiseOptions{Alpha: 4, Sheet: sheet, Side: 20}).Rank(t.Context(), change, imagescope.Intent{}, cs)
			var ie *imagescope.ImageError
			if !errors.As(err, &ie) || ie.ID != tt.broken[0] || !errors.Is(err, imagescope.ErrImageFormat) {
				t.Errorf("%s, sheet %v: Rank: error %v", tt.name, sheet, err)
			}
			if d := cmp.Diff(tt.want, outcome(got)); d != "" {
				t.Errorf("%s, sheet %v: Rank: want is -, got is +\n%s", tt.name, sheet, d)
			}
			if !sheet && len(model.asked) != tt.calls || sheet && len(model.asked) > 1 {
				t.Errorf("%s, sheet %v: %d calls", tt.name, sheet, len(model.asked))
			}
		}
	}
}

// TestListwiseFails has what ends the stage: an error without an order.
func TestListwiseFails(t *testing.T) {
	down := errors.New("connection refused")
	dead := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{}, down
	})
	noPrompt := template.Must(template.New("broken").Parse("{{.Caption}}"))
	usable := []string{`{"ranking": [1]}`}
	tests := []struct {
		name  string
		model imagescope.Reasoner
		opts  rank.ListwiseOptions
		query imagescope.Query
		is    error
		says  string
	}{
		{"call fails", dead, rank.ListwiseOptions{}, text, down, "compare"},
		{"no model", nil, rank.ListwiseOptions{}, text, nil, "Reasoner is nil"},
		{"reference cannot be sent", &script{replies: usable, broken: []string{"ref"}}, rank.ListwiseOptions{}, change, imagescope.ErrImageFormat, "ref"},
		{
			"reference cannot be drawn", &script{replies: usable}, rank.ListwiseOptions{Sheet: true},
			imagescope.Change(imagescope.Image{ID: "ref"}, "in blue"), imagescope.ErrNoImage, "reference",
		},
		{"prompt fails", &script{replies: usable}, rank.ListwiseOptions{Prompt: noPrompt}, text, nil, "broken"},
	}
	for _, tt := range tests {
		got, err := rank.NewListwise(tt.model, &tt.opts).Rank(t.Context(), tt.query, imagescope.Intent{}, candidates(3))
		if got != nil || err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Rank = %v, %v; want an error of %v that says %q", tt.name, outcome(got), err, tt.is, tt.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, sheet := range []bool{false, true} {
		got, err := rank.NewListwise(&script{replies: usable}, &rank.ListwiseOptions{Sheet: sheet}).Rank(ctx, text, imagescope.Intent{}, candidates(3))
		if got != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Rank cancelled = %v, %v", outcome(got), err)
		}
	}
}

// FuzzListwise has all candidates come back whatever the model says, those
// that were not shown in their places.
func FuzzListwise(f *testing.F) {
	for _, reply := range []string{
		`{"images": {"1": "no: red", "2": "yes"}, "ranking": [2, 3, 1]}`, "```json\n{\"ranking\": [3]}\n```", `{"ranking": "2 > 1"}`,
		`{"ranking": ["Image 2", -1, 1e9, null]}`, `{"images": {"1": {"ranking": [2]}}}`, `{"ranking": [2`, "prose", "", "\xff",
	} {
		f.Add(reply)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		model := &script{replies: []string{reply}}
		got, err := rank.NewListwise(model, &rank.ListwiseOptions{Alpha: 3}).Rank(t.Context(), text, imagescope.Intent{}, candidates(5))
		if err != nil {
			if !errors.As(err, new(*imagescope.ReplyError)) || got != nil || len(model.asked) != 2 {
				t.Errorf("Rank = %v, %v after %d calls", outcome(got), err, len(model.asked))
			}
			return
		}
		var ids []string
		for _, c := range got {
			ids = append(ids, c.Image.ID)
			if c.Verdict != nil && len(c.Verdict.Reply) > 2<<10 {
				t.Errorf("a verdict of %d bytes", len(c.Verdict.Reply))
			}
		}
		shown := slices.Sorted(slices.Values(ids[:3]))
		if d := cmp.Diff([]string{"0", "1", "2", "3", "4"}, append(shown, ids[3:]...)); d != "" {
			t.Errorf("Rank with reply %q: want is -, got is +\n%s", reply, d)
		}
	})
}
