package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
)

// sluggish is a model that takes a second, heeds its context, and counts.
type sluggish struct {
	calls, ended atomic.Int32
	fail         error
}

func (m *sluggish) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	m.calls.Add(1)
	defer m.ended.Add(1)
	select {
	case <-time.After(time.Second):
		return imagescope.Response{Text: "re: " + req.Prompt}, m.fail
	case <-ctx.Done():
		return imagescope.Response{}, ctx.Err()
	}
}

func TestShareCallsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := new(sluggish)
		shared := imagescope.Share(model, nil)
		var wg sync.WaitGroup
		var cached atomic.Int32
		for i := range 30 {
			wg.Go(func() {
				req := imagescope.Request{Prompt: fmt.Sprint("question ", i%3)}
				resp, err := shared.Reason(t.Context(), req)
				if err != nil || resp.Text != "re: "+req.Prompt {
					t.Errorf("Reason(%q) = %q, %v", req.Prompt, resp.Text, err)
				}
				if resp.Cached {
					cached.Add(1)
				}
			})
		}
		wg.Wait()
		if model.calls.Load() != 3 || cached.Load() != 27 {
			t.Errorf("30 calls with 3 questions: %d were made and %d shared, want 3 and 27", model.calls.Load(), cached.Load())
		}
		if _, err := shared.Reason(t.Context(), imagescope.Request{Prompt: "question 0"}); err != nil || model.calls.Load() != 4 {
			t.Errorf("a call after the others: %d calls, error %v", model.calls.Load(), err)
		}
	})
}

// TestShareOutlivesTheFirst has the one that made the call, and others, give
// up. Those who stay get the reply.
func TestShareOutlivesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := new(sluggish)
		shared := imagescope.Share(model, nil)
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // 0 comes first
				ctx := t.Context()
				if i < 7 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
					defer cancel()
				}
				start := time.Now()
				resp, err := shared.Reason(ctx, imagescope.Request{Prompt: "?"})
				switch took := time.Since(start); {
				case i < 7 && (!errors.Is(err, context.DeadlineExceeded) || took != 100*time.Millisecond):
					t.Errorf("caller %d with a deadline: %q, %v after %v", i, resp.Text, err, took)
				case i >= 7 && (err != nil || resp.Text != "re: ?"):
					t.Errorf("caller %d: %q, %v", i, resp.Text, err)
				}
			})
		}
		wg.Wait()
		if n := model.calls.Load(); n != 1 {
			t.Errorf("%d calls were made, want 1", n)
		}
	})
}

// TestShareEndsWithTheLast has all give up: the call ends, and the last one
// stays until it has. Nobody joins a call that is being ended.
func TestShareEndsWithTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := new(sluggish)
		shared := imagescope.Share(model, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := shared.Reason(ctx, imagescope.Request{Prompt: "?"}); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Reason: %v, want the deadline's error", err)
				}
			})
		}
		wg.Wait()
		if model.ended.Load() != 1 {
			t.Error("the call goes on after the last one has gone")
		}
		if resp, err := shared.Reason(t.Context(), imagescope.Request{Prompt: "?"}); err != nil || resp.Cached {
			t.Errorf("the next one gets %+v, %v, want a reply to a call of its own", resp, err)
		}
	})
}

// TestShareHandsOnDeadlines has what lies below plan by the time there is: that
// of whoever has most of it.
func TestShareHandsOnDeadlines(t *testing.T) {
	busy := func(*testing.T) imagescope.Reasoner { // it is to be asked again in 20 seconds
		return imagescope.Retry(&faulty{fails: []error{status(429, 20*time.Second)}}, nil)
	}
	full := func(t *testing.T) imagescope.Reasoner { // the second call waits for 10 seconds
		limited := imagescope.Limit(new(faulty), &imagescope.LimitOptions{CallsPerMinute: 6})
		if _, err := limited.Reason(t.Context(), imagescope.Request{}); err != nil {
			t.Error(err)
		}
		return limited
	}
	for name, model := range map[string]func(*testing.T) imagescope.Reasoner{
		"Retry": busy, "Limit": full,
		"two Shares": func(t *testing.T) imagescope.Reasoner { return imagescope.Share(busy(t), nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			ask := func(shared imagescope.Reasoner, within time.Duration) (time.Duration, error) {
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				start := time.Now()
				_, err := shared.Reason(ctx, imagescope.Request{Prompt: "?"})
				return time.Since(start), err
			}
			if took, err := ask(imagescope.Share(model(t), nil), 5*time.Second); err == nil || took > 0 {
				t.Errorf("%s, with little time: %v after %v, want to hear at once", name, err, took)
			}
			shared := imagescope.Share(model(t), nil)
			var wg sync.WaitGroup
			for _, within := range []time.Duration{time.Hour, 5 * time.Second, time.Minute} {
				wg.Go(func() {
					if _, err := ask(shared, within); (err == nil) != (within > 20*time.Second) {
						t.Errorf("%s, with %v beside others: %v", name, within, err)
					}
				})
				synctest.Wait()
			}
			wg.Wait()
		})
	}
}

// TestShareKeepsToTimeouts has a call begun for one who has little time, and
// waited for by one who has any: the timeout below holds for it all the same.
func TestShareKeepsToTimeouts(t *testing.T) {
	hangs := imagescope.ReasonerFunc(func(ctx context.Context, _ imagescope.Request) (imagescope.Response, error) {
		<-ctx.Done()
		return imagescope.Response{}, ctx.Err()
	})
	own := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, imagescope.ErrCallTimeout)
		defer cancel()
		_, _ = hangs(ctx, req)
		return imagescope.Response{}, context.Cause(ctx)
	})
	for name, model := range map[string]imagescope.Reasoner{
		"Limit":      imagescope.Limit(hangs, &imagescope.LimitOptions{Timeout: time.Minute}),
		"one's own":  own,
		"two Shares": imagescope.Share(own, nil),
	} {
		synctest.Test(t, func(t *testing.T) {
			shared := imagescope.Share(model, nil)
			var wg sync.WaitGroup
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := shared.Reason(ctx, imagescope.Request{}); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s, with a second: %v", name, err)
				}
			})
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			start := time.Now()
			_, err := shared.Reason(ctx, imagescope.Request{})
			if took := time.Since(start); !errors.Is(err, imagescope.ErrCallTimeout) || took != time.Minute {
				t.Errorf("%s, with an hour: %v after %v", name, err, took)
			}
			wg.Wait()
		})
	}
}

func TestShareErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		panics := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			time.Sleep(time.Second)
			panic("boom")
		})
		for name, model := range map[string]imagescope.Reasoner{"panic": panics, "error": &sluggish{fail: errBroken}, "nil": nil} {
			shared := imagescope.Share(model, nil)
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					_, err := shared.Reason(t.Context(), imagescope.Request{Prompt: "?"})
					var panicked *imagescope.PanicError
					if err == nil || errors.As(err, &panicked) != (name == "panic") || errors.Is(err, errBroken) != (name == "error") {
						t.Errorf("%s: Reason: %v", name, err)
					}
				})
			}
			wg.Wait()
		}
	})
}

func TestShareOnlyWhatIsEqual(t *testing.T) {
	picture := square(t)
	requests := []imagescope.Request{
		{Prompt: "?"},
		{Prompt: "?", Task: "verify"},
		{Prompt: "?", MaxTokens: 7},
		{Prompt: "?", Images: []imagescope.Image{imagescope.Bytes("a", picture)}},
		{Prompt: "?", Images: []imagescope.Image{imagescope.Bytes("a", append(picture[:len(picture):len(picture)], 0))}},
		{Prompt: "?", Images: []imagescope.Image{imagescope.Bytes("a", picture), imagescope.Bytes("a", picture)}},
		{Prompt: "sampled", Temperature: 1},
		{Prompt: "sampled", Temperature: 1},
		{Prompt: "no bytes", Images: []imagescope.Image{{ID: "a"}}},
		{Prompt: "no bytes", Images: []imagescope.Image{{ID: "a"}}},
	}
	same := []imagescope.Request{
		{Prompt: "?", MaxTokens: imagescope.DefaultMaxTokens},
		{Prompt: "?", Images: []imagescope.Image{imagescope.File(fstest.MapFS{"b": {Data: picture}}, "b")}},
	}
	for _, tt := range []struct {
		opts *imagescope.ShareOptions
		want int
	}{{nil, len(requests)}, {&imagescope.ShareOptions{Sampled: true}, len(requests) - 1}} {
		synctest.Test(t, func(t *testing.T) {
			model := new(sluggish)
			shared := imagescope.Share(model, tt.opts)
			var wg sync.WaitGroup
			for _, req := range append(requests, same...) {
				wg.Go(func() {
					if _, err := shared.Reason(t.Context(), req); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := int(model.calls.Load()); n != tt.want {
				t.Errorf("with %+v: %d calls were made, want %d", tt.opts, n, tt.want)
			}
		})
	}
}
