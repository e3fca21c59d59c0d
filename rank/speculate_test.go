package rank_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

// TestSpeculateAgrees has the order, the verdicts and the error of
// asking in turn, whatever the replies and in whatever order they come.
func TestSpeculateAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		replies := make([]func() (string, error), 6)
		for i := range replies {
			id := fmt.Sprint(i)
			switch rng.IntN(8) {
			case 0:
				replies[i] = func() (string, error) { return "ANSWER: Yes " + id, nil }
			case 1:
				replies[i] = func() (string, error) { return "", errors.New("down " + id) }
			case 2:
				replies[i] = func() (string, error) {
					return "", &imagescope.ImageError{ID: id, Op: "open", Err: imagescope.ErrNoImage}
				}
			case 3:
				replies[i] = func() (string, error) { return " ", nil }
			default:
				replies[i] = func() (string, error) { return "ANSWER: No " + id, nil }
			}
		}
		delays := rng.Perm(len(replies))
		alpha := 1 + rng.IntN(len(replies))
		run := func(speculate int) (result []string) {
			synctest.Test(t, func(t *testing.T) {
				model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
					var i int
					fmt.Sscan(req.Images[0].ID, &i)
					time.Sleep(time.Duration(delays[i]) * time.Second)
					text, err := replies[i]()
					return imagescope.Response{Text: text}, err
				})
				got, err := rank.New(model, &rank.Options{Alpha: alpha, Speculate: speculate}).Rank(t.Context(), text, imagescope.Intent{}, candidates(6))
				result = append(outcome(got), fmt.Sprint(err))
				for _, c := range got {
					if c.Verdict != nil {
						result = append(result, c.Verdict.Reply)
					}
				}
			})
			return result
		}
		want := run(0)
		for speculate := 2; speculate < 7; speculate++ {
			if d := cmp.Diff(want, run(speculate)); d != "" {
				t.Fatalf("Speculate %d: in turn is -, at once is +\n%s", speculate, d)
			}
		}
	}
}

// TestSpeculateTime counts calls, and the time that they take: a second each,
// and half of one for a yes.
func TestSpeculateTime(t *testing.T) {
	tests := []struct {
		name             string
		alpha, speculate int
		accepts          string
		calls            int64
		want             time.Duration
	}{
		{"in turn, none", 3, 0, "", 3, 3 * time.Second},
		{"in turn, the second", 3, 0, "1", 2, 1500 * time.Millisecond},
		{"at once, none", 3, 3, "", 3, time.Second},
		{"at once, the first", 3, 9, "0", 3, 500 * time.Millisecond},
		{"two at a time, none", 6, 2, "", 6, 3 * time.Second},
		{"two at a time, the first", 6, 2, "0", 2, 500 * time.Millisecond},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var calls, flying atomic.Int64
			model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
				calls.Add(1)
				if n := flying.Add(1); n > int64(max(tt.speculate, 1)) {
					t.Errorf("%s: %d calls in flight", tt.name, n)
				}
				defer flying.Add(-1)
				takes, text := time.Second, "ANSWER: No"
				if req.Images[0].ID == tt.accepts {
					takes, text = time.Second/2, yes
				}
				select {
				case <-time.After(takes):
				case <-ctx.Done():
				}
				return imagescope.Response{Text: text}, ctx.Err()
			})
			start := time.Now()
			if _, err := rank.New(model, &rank.Options{Alpha: tt.alpha, Speculate: tt.speculate}).Rank(t.Context(), text, imagescope.Intent{}, candidates(6)); err != nil {
				t.Fatal(err)
			}
			if calls.Load() != tt.calls || time.Since(start) != tt.want {
				t.Errorf("%s: %d calls in %v, want %d in %v", tt.name, calls.Load(), time.Since(start), tt.calls, tt.want)
			}
		})
	}
}

// TestSpeculateCancels ends calls whose answer does not matter any more: those
// behind an accepted candidate, but not one before it.
func TestSpeculateCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
			switch req.Images[0].ID {
			case "0":
				time.Sleep(time.Second)
				return imagescope.Response{Text: "ANSWER: No"}, ctx.Err()
			case "1":
				return imagescope.Response{Text: yes}, nil
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Hour):
			}
			return imagescope.Response{}, ctx.Err()
		})
		start := time.Now()
		got, err := rank.New(model, &rank.Options{Speculate: 3}).Rank(t.Context(), text, imagescope.Intent{}, candidates(3))
		if d := cmp.Diff([]string{"1:yes", "0:no", "2:?"}, outcome(got)); d != "" || err != nil {
			t.Errorf("Rank: %v, want is -, got is +\n%s", err, d)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v, want the second of the first candidate", took)
		}

		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the user has gone")
		time.AfterFunc(time.Minute, func() { cancel(why) })
		model = func(ctx context.Context, _ imagescope.Request) (imagescope.Response, error) {
			<-ctx.Done()
			return imagescope.Response{}, ctx.Err()
		}
		got, err = rank.New(model, &rank.Options{Speculate: 2}).Rank(ctx, text, imagescope.Intent{}, candidates(3))
		if got != nil || !errors.Is(err, why) {
			t.Errorf("Rank cancelled = %v, %v", outcome(got), err)
		}
	})
}

// panics is a file system whose files blow up.
type panics struct{}

func (panics) Open(string) (fs.File, error) { panic("the disk is on fire") }

func TestRankPanics(t *testing.T) {
	cs := candidates(2)
	cs[0].Image = imagescope.File(panics{}, "0")
	for _, speculate := range []int{0, 2} {
		_, err := rank.New(new(judge), &rank.Options{OnePicture: true, Speculate: speculate}).Rank(t.Context(), text, imagescope.Intent{}, cs)
		var pe *imagescope.PanicError
		if !errors.As(err, &pe) {
			t.Errorf("Speculate %d: Rank: error %v, want a PanicError", speculate, err)
		}
	}
}
