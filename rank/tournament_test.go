package rank_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

// prefers is a model that ranks two images by what it is told to prefer: the
// first of two IDs in a string such as "2>0" wins, whatever the order. Of
// pairs that it knows nothing of it prefers what it sees first. An image in
// fits meets all that is asked.
func prefers(rules, fits string) imagescope.ReasonerFunc {
	return func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		a, b := req.Images[0].ID, req.Images[1].ID
		ranking := "[1, 2]"
		if strings.Contains(rules, b+">"+a) {
			ranking = "[2, 1]"
		}
		says := map[bool]string{true: "yes", false: "no"}
		return imagescope.Response{Text: fmt.Sprintf(`{"images": {"1": "%s: %s", "2": "%s: %s"}, "ranking": %s}`,
			says[strings.Contains(fits, a)], a, says[strings.Contains(fits, b)], b, ranking)}, nil
	}
}

func TestTournamentOrder(t *testing.T) {
	tests := []struct {
		name        string
		alpha, n    int
		rules, fits string
		want        []string
	}{
		{"the last wins all", 0, 5, "2>0 2>1 0>1", "2", []string{"2:yes", "0:no", "1:no", "3:?", "4:?"}},
		{"in order", 0, 3, "0>1 0>2 1>2", "01", []string{"0:yes", "1:yes", "2:no"}},
		{"reversed", 0, 3, "2>1 2>0 1>0", "", []string{"2:no", "1:no", "0:no"}},
		{"only what is first", 0, 4, "", "", []string{"0:no", "1:no", "2:no", "3:?"}},
		{"a circle", 0, 3, "0>1 1>2 2>0", "", []string{"0:no", "1:no", "2:no"}},
		{"a draw is worth more than a loss", 0, 3, "1>0", "", []string{"1:no", "2:no", "0:no"}},
		{"one win and two losses behind three draws", 4, 4, "0>1 2>0 3>0", "", []string{"2:no", "3:no", "0:no", "1:no"}},
		{"alpha 2", 2, 4, "1>0 2>0", "2", []string{"1:no", "0:no", "2:?", "3:?"}},
		{"alpha beyond the candidates", 9, 2, "1>0", "0", []string{"1:no", "0:yes"}},
		{"one", 0, 1, "", "0", []string{"0:?"}},
		{"none", 0, 0, "", "", []string{}},
	}
	for _, tt := range tests {
		for _, query := range []imagescope.Query{text, change} {
			for _, concurrency := range []int{0, 1, 3} {
				var calls atomic.Int64
				model := prefers(tt.rules, tt.fits)
				counted := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
					calls.Add(1)
					return model(ctx, req)
				})
				r := rank.NewTournament(counted, &rank.TournamentOptions{Alpha: tt.alpha, Concurrency: concurrency})
				got, err := r.Rank(t.Context(), query, imagescope.Intent{}, candidates(tt.n))
				if d := cmp.Diff(tt.want, outcome(got)); d != "" || err != nil {
					t.Errorf("%s: Rank: %v, want is -, got is +\n%s", tt.name, err, d)
				}
				n := min(tt.n, 3)
				if tt.alpha > 0 {
					n = min(tt.n, tt.alpha)
				}
				if calls.Load() != int64(n*(n-1)) {
					t.Errorf("%s: %d calls, want %d·%d", tt.name, calls.Load(), n, n-1)
				}
			}
		}
	}
}

func TestTournamentVerdict(t *testing.T) {
	got, err := rank.NewTournament(prefers("2>0 2>1", "02"), nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
	if err != nil {
		t.Fatal(err)
	}
	var replies []string
	for _, c := range got {
		replies = append(replies, c.Verdict.Reply)
	}
	want := []string{
		"won 2, drew 0, lost 0; fits by 4 of 4 replies, the first: yes: 2",
		"won 0, drew 1, lost 1; fits by 4 of 4 replies, the first: yes: 0",
		"won 0, drew 1, lost 1; fits by 0 of 4 replies, the first: no: 1",
	}
	if d := cmp.Diff(want, replies); d != "" {
		t.Errorf("verdicts: want is -, got is +\n%s", d)
	}
}

// TestTournamentReplies has replies of no use draw their pair, and end the
// stage where all are of no use.
func TestTournamentReplies(t *testing.T) {
	for _, useless := range []string{"prose", "", `{"ranking": [3]}`, strings.Repeat("{", 10<<20), strings.Repeat("1", 10<<20)} {
		for _, rules := range []string{"2>0 2>1 1>0", "2>0 2>1 0>1"} {
			good := prefers(rules, "")
			partly := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
				if req.Images[0].ID == "0" && req.Images[1].ID == "1" {
					return imagescope.Response{Text: useless}, nil
				}
				return good(ctx, req)
			})
			got, err := rank.NewTournament(partly, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
			if d := cmp.Diff([]string{"2:no", "0:no", "1:no"}, outcome(got)); d != "" || err != nil {
				t.Fatalf("one reply is %.20q: %v, want is -, got is +\n%s", useless, err, d)
			}
			for _, c := range got[1:] {
				if !strings.HasPrefix(c.Verdict.Reply, "won 0, drew 1, lost 1; fits by 0 of 3 replies") {
					t.Errorf("one reply is %.20q: the verdict on %s is %q", useless, c.Image.ID, c.Verdict.Reply)
				}
			}
		}
		all := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{Text: useless}, nil
		})
		got, err := rank.NewTournament(all, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
		if !errors.As(err, new(*imagescope.ReplyError)) || got != nil {
			t.Errorf("all replies are %.20q: Rank = %v, %.100v", useless, outcome(got), err)
		}
	}
}

// TestTournamentUnreadable lets a candidate that cannot be opened keep its
// place, in each form.
func TestTournamentUnreadable(t *testing.T) {
	tests := []struct {
		name   string
		broken string
		want   []string
	}{
		{"the first", "0", []string{"0:?", "2:no", "1:no", "3:?"}},
		{"the middle one", "1", []string{"2:no", "1:?", "0:no", "3:?"}},
		{"all but one", "0 1", []string{"0:?", "1:?", "2:?", "3:?"}},
		{"all", "0 1 2", []string{"0:?", "1:?", "2:?", "3:?"}},
	}
	for _, tt := range tests {
		for _, sheet := range []bool{false, true} {
			cs := candidates(4)
			for i := range cs {
				if strings.Contains(tt.broken, cs[i].Image.ID) {
					cs[i].Image = imagescope.Bytes(cs[i].Image.ID, []byte("no picture"))
				}
			}
			turn := atomic.Int64{}
			good := prefers("2>0 2>1", "")
			model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
				if len(req.Images) == 1 { // the sheet of the two that are left, the second being 2
					return imagescope.Response{Text: []string{`{"images": {"1": "no", "2": "no"}, "ranking": [2]}`, `{"ranking": [1]}`}[turn.Add(1)-1]}, nil
				}
				for _, img := range req.Images {
					if _, err := img.Decode(); err != nil {
						return imagescope.Response{}, err
					}
				}
				return good(ctx, req)
			})
			got, err := rank.NewTournament(model, &rank.TournamentOptions{Sheet: sheet, Concurrency: 1}).Rank(t.Context(), text, imagescope.Intent{}, cs)
			var ie *imagescope.ImageError
			if !errors.As(err, &ie) || !strings.Contains(tt.broken, ie.ID) || !errors.Is(err, imagescope.ErrImageFormat) {
				t.Errorf("%s, sheet %v: Rank: error %v", tt.name, sheet, err)
			}
			if err != nil && strings.Count(err.Error(), "decode image") != len(strings.Fields(tt.broken)) {
				t.Errorf("%s, sheet %v: Rank: error %v; want each image once", tt.name, sheet, err)
			}
			if d := cmp.Diff(tt.want, outcome(got)); d != "" {
				t.Errorf("%s, sheet %v: Rank: want is -, got is +\n%s", tt.name, sheet, d)
			}
		}
	}
}

func TestTournamentFails(t *testing.T) {
	down := errors.New("connection refused")
	model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		if req.Images[0].ID == "2" {
			return imagescope.Response{}, down
		}
		return prefers("", "")(ctx, req)
	})
	for _, m := range []struct {
		name  string
		model imagescope.Reasoner
		query imagescope.Query
		is    error
	}{
		{"a call fails", model, text, down},
		{"no model", nil, text, nil},
		{"reference", &script{replies: []string{"{}"}, broken: []string{"ref"}}, change, imagescope.ErrImageFormat},
	} {
		got, err := rank.NewTournament(m.model, &rank.TournamentOptions{Concurrency: 1}).Rank(t.Context(), m.query, imagescope.Intent{}, candidates(3))
		if got != nil || err == nil || m.is != nil && !errors.Is(err, m.is) {
			t.Errorf("%s: Rank = %v, %v", m.name, outcome(got), err)
		}
	}
}

// TestTournamentTime counts calls in flight and the seconds that they take,
// and has a cancelled context end them.
func TestTournamentTime(t *testing.T) {
	for concurrency, want := range map[int]time.Duration{1: 12 * time.Second, 4: 3 * time.Second, 0: 2 * time.Second, 12: time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var flying, most atomic.Int64
			model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
				if n := flying.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer flying.Add(-1)
				time.Sleep(time.Second)
				return prefers("", "")(ctx, req)
			})
			start := time.Now()
			if _, err := rank.NewTournament(model, &rank.TournamentOptions{Alpha: 4, Concurrency: concurrency}).Rank(t.Context(), text, imagescope.Intent{}, candidates(4)); err != nil {
				t.Error(err)
			}
			limit := int64(concurrency)
			if limit == 0 {
				limit = rank.DefaultConcurrency
			}
			if took := time.Since(start); took != want || most.Load() > limit {
				t.Errorf("Concurrency %d: took %v with %d in flight, want %v", concurrency, took, most.Load(), want)
			}

			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			hangs := imagescope.ReasonerFunc(func(ctx context.Context, _ imagescope.Request) (imagescope.Response, error) {
				<-ctx.Done()
				return imagescope.Response{}, ctx.Err()
			})
			got, err := rank.NewTournament(hangs, &rank.TournamentOptions{Concurrency: concurrency}).Rank(ctx, text, imagescope.Intent{}, candidates(4))
			if got != nil || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Rank that hangs = %v, %v", outcome(got), err)
			}
		})
	}
}

// FuzzTournament gives one reply to all pairs: whatever it prefers is a
// matter of place, so nobody wins.
func FuzzTournament(f *testing.F) {
	for _, reply := range []string{
		`{"images": {"1": "no", "2": "yes"}, "ranking": [2, 1]}`, "```json\n{\"ranking\": [1]}\n```", `{"ranking": "2 > 1"}`, `{"ranking": [2`, "prose", "", "\xff",
	} {
		f.Add(reply)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{Text: reply}, nil
		})
		got, err := rank.NewTournament(model, nil).Rank(t.Context(), text, imagescope.Intent{}, candidates(4))
		if err != nil {
			if !errors.As(err, new(*imagescope.ReplyError)) || got != nil {
				t.Errorf("Rank = %v, %v", outcome(got), err)
			}
			return
		}
		for i, c := range got {
			if c.Image.ID != fmt.Sprint(i) || (c.Verdict != nil) != (i < 3) {
				t.Fatalf("Rank with reply %q = %v", reply, outcome(got))
			}
			if c.Verdict != nil && (!strings.HasPrefix(c.Verdict.Reply, "won 0, drew 2, lost 0") || len(c.Verdict.Reply) > 2<<10) {
				t.Errorf("Rank with reply %q: verdict %q", reply, c.Verdict.Reply)
			}
		}
	})
}
