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

// judge is a model that gives the reply listed for a candidate, and else a no.
// It keeps what it was asked.
type judge struct {
	replies map[string]string
	fails   map[string]error
	asked   []imagescope.Request
}

func (j *judge) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	j.asked = append(j.asked, req)
	for _, img := range req.Images {
		if err := j.fails[img.ID]; err != nil {
			return imagescope.Response{}, err
		}
	}
	id := req.Images[len(req.Images)-1].ID
	text, ok := j.replies[id]
	if !ok {
		text = "ANSWER: No"
	}
	return imagescope.Response{Text: text}, nil
}

// candidates returns n candidates with the IDs 0, 1, 2, …, each of 2×2 pixels.
func candidates(n int) []imagescope.Candidate {
	cs := make([]imagescope.Candidate, n)
	for i := range cs {
		cs[i].Image = imagescope.Pixels(fmt.Sprint(i), image.NewGray(image.Rect(0, 0, 2, 2)))
	}
	return cs
}

// outcome is what of a candidate the tests compare: ID and verdict.
func outcome(cs []imagescope.Candidate) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		verdict := "?"
		if c.Verdict != nil {
			verdict = map[bool]string{true: "yes", false: "no"}[c.Verdict.Accepted]
		}
		out[i] = c.Image.ID + ":" + verdict
	}
	return out
}

var (
	text      = imagescope.Text(" A blue Dress. ")
	reference = imagescope.Pixels("ref", image.NewGray(image.Rect(0, 0, 3, 1)))
	change    = imagescope.Change(reference, " Make it Blue.. ")
)

const yes = "ANSWER: Yes\nIt is blue."

func TestRankOrder(t *testing.T) {
	tests := []struct {
		name     string
		alpha, n int
		accepts  []string
		want     []string
		calls    int
	}{
		{"the first", 0, 5, []string{"0", "1"}, []string{"0:yes", "1:?", "2:?", "3:?", "4:?"}, 1},
		{"the second", 0, 5, []string{"1"}, []string{"1:yes", "0:no", "2:?", "3:?", "4:?"}, 2},
		{"the third", 0, 5, []string{"2", "3"}, []string{"2:yes", "0:no", "1:no", "3:?", "4:?"}, 3},
		{"none of the first three", 0, 5, []string{"3"}, []string{"0:no", "1:no", "2:no", "3:?", "4:?"}, 3},
		{"alpha 1", 1, 3, []string{"1"}, []string{"0:no", "1:?", "2:?"}, 1},
		{"alpha 4", 4, 5, []string{"3"}, []string{"3:yes", "0:no", "1:no", "2:no", "4:?"}, 4},
		{"alpha beyond the candidates", 9, 2, nil, []string{"0:no", "1:no"}, 2},
		{"no candidates", 0, 0, nil, []string{}, 0},
	}
	for _, tt := range tests {
		for _, query := range []imagescope.Query{text, change} {
			for _, onePicture := range []bool{false, true} {
				model := &judge{replies: map[string]string{}}
				for _, id := range tt.accepts {
					model.replies[id] = yes
				}
				r := rank.New(model, &rank.Options{Alpha: tt.alpha, OnePicture: onePicture, PictureSide: 20})
				got, err := r.Rank(t.Context(), query, imagescope.Intent{}, candidates(tt.n))
				if err != nil {
					t.Errorf("%s: Rank: %v", tt.name, err)
				}
				if d := cmp.Diff(tt.want, outcome(got)); d != "" {
					t.Errorf("%s: Rank: want is -, got is +\n%s", tt.name, d)
				}
				if len(model.asked) != tt.calls {
					t.Errorf("%s: the model was asked %d times, want %d", tt.name, len(model.asked), tt.calls)
				}
			}
		}
	}
}

func TestRankWording(t *testing.T) {
	tests := []struct {
		reply           string
		strict, lenient bool
	}{
		{"ANSWER: Yes", true, true},
		{"ANSWER: No", false, false},
		{"Reasons first.\nANSWER: Yes.", true, true},
		{"**ANSWER: Yes**", true, true},
		{"ANSWER: Yes and no", true, true},
		{"ANSWER: No. Otherwise I would say ANSWER: Yes", true, false}, // the letters are there
		{"Answer: Yes", false, true},
		{"ANSWER: yes", false, true},
		{"ANSWER:Yes", false, true},
		{"ANSWER:  Yes", false, true},
		{"ANSWER: **Yes**", false, true},
		{"answer - no, yes", false, false},
		{"Yes, it does.", false, true},
		{"No.", false, false},
		{"My answer is clear. Yes.", false, true},
		{"Yes. That is my answer.", false, true},
		{"Its eyes are blue, I know.", false, false},
		{"", false, false},
		{" \n", false, false},
		{strings.Repeat("x", 10<<20), false, false},
		{strings.Repeat("x", 10<<20) + "ANSWER: Yes", false, false}, // behind what is kept of a reply
		{"\xff\xfeANSWER: Yes", true, true},
	}
	for _, tt := range tests {
		for _, lenient := range []bool{false, true} {
			want := tt.strict
			if lenient {
				want = tt.lenient
			}
			model := &judge{replies: map[string]string{"0": tt.reply}}
			got, err := rank.New(model, &rank.Options{Lenient: lenient}).Rank(t.Context(), text, imagescope.Intent{}, candidates(1))
			if err != nil {
				t.Errorf("Rank with reply %.40q: %v", tt.reply, err)
				continue
			}
			if v := got[0].Verdict; v == nil || v.Accepted != want || len(v.Reply) > 2<<10 {
				t.Errorf("Lenient %v: the verdict by reply %.40q is %.80v, want %v", lenient, tt.reply, v, want)
			}
		}
	}
}

// TestRankShows checks what the model sees.
func TestRankShows(t *testing.T) {
	type seen struct {
		IDs       []string
		MaxSide   int
		MaxTokens int
		Task      imagescope.Task
	}
	tests := []struct {
		name  string
		query imagescope.Query
		opts  rank.Options
		want  seen
	}{
		{"two images", change, rank.Options{}, seen{[]string{"ref", "0"}, 0, 4096, imagescope.TaskCompare}},
		{"no reference", text, rank.Options{MaxTokens: 9}, seen{[]string{"0"}, 0, 9, imagescope.TaskCompare}},
		{"one picture", change, rank.Options{OnePicture: true}, seen{[]string{"0"}, 1645, 4096, imagescope.TaskCompare}},
		{"one picture, no reference", text, rank.Options{OnePicture: true}, seen{[]string{"0"}, 1645, 4096, imagescope.TaskCompare}},
	}
	for _, tt := range tests {
		model := new(judge)
		if _, err := rank.New(model, &tt.opts).Rank(t.Context(), tt.query, imagescope.Intent{}, candidates(1)); err != nil {
			t.Errorf("%s: Rank: %v", tt.name, err)
			continue
		}
		req := model.asked[0]
		got := seen{MaxSide: req.MaxSide, MaxTokens: req.MaxTokens, Task: req.Task}
		for _, img := range req.Images {
			got.IDs = append(got.IDs, img.ID)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: request: want is -, got is +\n%s", tt.name, d)
		}
		if tt.opts.OnePicture {
			if img, err := req.Images[0].Decode(); err != nil || img.Bounds().Size() != image.Pt(1645, 826) {
				t.Errorf("%s: the picture is %v, %v; want the authors' 1645×826", tt.name, img.Bounds(), err)
			}
		}
	}
}

func TestRankPictureSide(t *testing.T) {
	model := new(judge)
	if _, err := rank.New(model, &rank.Options{OnePicture: true, PictureSide: 100}).Rank(t.Context(), change, imagescope.Intent{}, candidates(1)); err != nil {
		t.Fatal(err)
	}
	img, err := model.asked[0].Images[0].Decode()
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w < 200 || w > 300 || model.asked[0].MaxSide != w {
		t.Errorf("the picture of two sides of 100 pixels is %v wide, sent with MaxSide %d", w, model.asked[0].MaxSide)
	}
}

// TestRankUnreadableCandidate passes over what cannot be opened, in each form.
func TestRankUnreadableCandidate(t *testing.T) {
	broken := func(cs []imagescope.Candidate, ids ...string) []imagescope.Candidate {
		for i := range cs {
			if slices.Contains(ids, cs[i].Image.ID) {
				cs[i].Image = imagescope.Bytes(cs[i].Image.ID, []byte("no picture"))
			}
		}
		return cs
	}
	tests := []struct {
		name   string
		broken []string
		want   []string
	}{
		{"before the accepted one", []string{"0"}, []string{"2:yes", "0:?", "1:no"}},
		{"all", []string{"0", "1", "2"}, []string{"0:?", "1:?", "2:?"}},
	}
	for _, tt := range tests {
		for _, onePicture := range []bool{false, true} {
			model := &judge{replies: map[string]string{"2": yes}, fails: map[string]error{}}
			for _, id := range tt.broken {
				model.fails[id] = fmt.Errorf("send: %w", &imagescope.ImageError{ID: id, Op: "decode", Err: imagescope.ErrImageFormat})
			}
			r := rank.New(model, &rank.Options{OnePicture: onePicture, PictureSide: 20})
			got, err := r.Rank(t.Context(), change, imagescope.Intent{}, broken(candidates(3), tt.broken...))
			var ie *imagescope.ImageError
			if !errors.As(err, &ie) || ie.ID != "0" || !errors.Is(err, imagescope.ErrImageFormat) {
				t.Errorf("%s, one picture %v: Rank: error %v", tt.name, onePicture, err)
			}
			if d := cmp.Diff(tt.want, outcome(got)); d != "" {
				t.Errorf("%s, one picture %v: Rank: want is -, got is +\n%s", tt.name, onePicture, d)
			}
		}
	}
}

// TestRankFails has what ends the stage: an error without an order.
func TestRankFails(t *testing.T) {
	down := errors.New("connection refused")
	noReference := &imagescope.ImageError{ID: "ref", Op: "open", Err: imagescope.ErrNoImage}
	noPrompt := template.Must(template.New("broken").Parse("{{.Caption}}"))
	tests := []struct {
		name  string
		model imagescope.Reasoner
		opts  rank.Options
		query imagescope.Query
		is    error
		says  string
	}{
		{"call fails", &judge{fails: map[string]error{"0": down}}, rank.Options{}, text, down, "candidate 0"},
		{"later call fails", &judge{fails: map[string]error{"1": down}}, rank.Options{}, text, down, "candidate 1"},
		{"no model", nil, rank.Options{}, text, nil, "Reasoner is nil"},
		{"reference cannot be sent", &judge{fails: map[string]error{"ref": noReference}}, rank.Options{}, change, imagescope.ErrNoImage, "ref"},
		{
			"reference cannot be drawn", new(judge), rank.Options{OnePicture: true},
			imagescope.Change(imagescope.Image{ID: "ref"}, "in blue"), imagescope.ErrNoImage, "reference",
		},
		{"prompt fails", new(judge), rank.Options{Prompt: noPrompt}, text, nil, "broken"},
	}
	for _, tt := range tests {
		got, err := rank.New(tt.model, &tt.opts).Rank(t.Context(), tt.query, imagescope.Intent{}, candidates(3))
		if got != nil || err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Rank = %v, %v; want an error of %v that says %q", tt.name, outcome(got), err, tt.is, tt.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := rank.New(new(judge), nil).Rank(ctx, text, imagescope.Intent{}, candidates(3)); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Rank cancelled = %v, %v", outcome(got), err)
	}
}

func FuzzRank(f *testing.F) {
	for _, reply := range []string{yes, "ANSWER: No", "answer: YES", "prose", "", "\xff", "ANSWER: ANSWER: Yes"} {
		f.Add(reply, true)
		f.Add(reply, false)
	}
	f.Fuzz(func(t *testing.T, reply string, lenient bool) {
		model := &judge{replies: map[string]string{"1": reply}}
		got, err := rank.New(model, &rank.Options{Lenient: lenient}).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
		if err != nil {
			t.Fatalf("Rank: %v", err)
		}
		want := []string{"0:no", "1:no", "2:no"}
		if slices.Contains(outcome(got), "1:yes") {
			want = []string{"1:yes", "0:no", "2:?"}
		}
		if d := cmp.Diff(want, outcome(got)); d != "" {
			t.Errorf("Rank with reply %q: want is -, got is +\n%s", reply, d)
		}
	})
}
