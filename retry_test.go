package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
)

// faulty is a model that fails as it is told, call by call, and then replies.
type faulty struct {
	mu    sync.Mutex
	fails []error
	calls []time.Time
}

func (m *faulty) Reason(context.Context, imagescope.Request) (imagescope.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.calls)
	m.calls = append(m.calls, time.Now())
	if n < len(m.fails) && m.fails[n] != nil {
		return imagescope.Response{}, m.fails[n]
	}
	return imagescope.Response{Text: "yes"}, nil
}

func status(code int, after time.Duration) error {
	return fmt.Errorf("asked: %w", &imagescope.StatusError{Code: code, RetryAfter: after, Err: errBroken})
}

func TestTemporary(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {errBroken, false},
		{status(0, 0), true}, {status(429, 0), true}, {status(408, 0), true}, {status(500, 0), true}, {status(503, 0), true}, {status(529, 0), true},
		{status(400, 0), false}, {status(401, 0), false}, {status(403, 0), false}, {status(404, 0), false}, {status(413, 0), false}, {status(501, 0), false},
		{context.Canceled, false}, {context.DeadlineExceeded, false},
		{fmt.Errorf("%w: %w", context.DeadlineExceeded, imagescope.ErrCallTimeout), true},
		{fmt.Errorf("%w: %w", context.DeadlineExceeded, imagescope.ErrNoTime), false},
		{imagescope.ErrEmptyReply, true},
		{&net.OpError{Op: "dial", Err: errBroken}, true}, {io.ErrUnexpectedEOF, true},
		{&imagescope.ImageError{Err: io.ErrUnexpectedEOF}, false},
		{&imagescope.PanicError{Value: io.ErrUnexpectedEOF}, false},
		{&imagescope.DownError{Err: status(500, 0)}, false},
	} {
		if got := imagescope.Temporary(tt.err); got != tt.want {
			t.Errorf("Temporary(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestRetry(t *testing.T) {
	broken, busy := status(500, 0), status(429, 0)
	tests := []struct {
		name  string
		fails []error
		opts  *imagescope.RetryOptions
		calls int
		is    error // of the error; nil for success
	}{
		{name: "no failure", calls: 1},
		{name: "one failure", fails: []error{broken}, calls: 2},
		{name: "as many failures as can be", fails: []error{broken, busy, status(0, 0)}, calls: 4},
		{name: "one more", fails: []error{broken, busy, broken, broken}, calls: 4, is: errBroken},
		{name: "fewer attempts", fails: []error{broken, broken}, opts: &imagescope.RetryOptions{Attempts: 2}, calls: 2, is: errBroken},
		{name: "no use", fails: []error{status(400, 0)}, calls: 1, is: errBroken},
		{name: "unknown", fails: []error{errBroken}, calls: 1, is: errBroken},
		{name: "one's own choice", fails: []error{errBroken}, opts: &imagescope.RetryOptions{Worth: func(error) bool { return true }}, calls: 2},
		{name: "longer than the budget", fails: []error{status(503, time.Minute)}, calls: 1, is: errBroken},
		{name: "a wait that is none", fails: []error{status(503, -time.Minute)}, calls: 2},
		{name: "within the budget", fails: []error{status(503, 20*time.Second)}, calls: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				model := &faulty{fails: tt.fails}
				_, err := imagescope.Retry(model, tt.opts).Reason(t.Context(), imagescope.Request{})
				if len(model.calls) != tt.calls || !errors.Is(err, tt.is) {
					t.Errorf("%d calls and %v, want %d and %v", len(model.calls), err, tt.calls, tt.is)
				}
			})
		})
	}
}

func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const asked = 7 * time.Second
		for range 50 {
			model := &faulty{fails: []error{status(500, 0), status(429, asked), status(500, 0)}}
			if _, err := imagescope.Retry(model, nil).Reason(t.Context(), imagescope.Request{}); err != nil {
				t.Fatal(err)
			}
			want := []struct{ least, most time.Duration }{
				{imagescope.DefaultFirstWait / 2, imagescope.DefaultFirstWait * 3 / 2},
				{asked, asked + asked/10},
				{imagescope.DefaultFirstWait * 2, imagescope.DefaultFirstWait * 6},
			}
			for i, w := range want {
				if got := model.calls[i+1].Sub(model.calls[i]); got < w.least || got > w.most {
					t.Errorf("wait %d took %v, want %v to %v", i+1, got, w.least, w.most)
				}
			}
		}
	})
}

// TestRetryCheckPanics has Check panic on the call that finds out whether the
// model is up again. The next one finds out.
func TestRetryCheckPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		checks := 0
		model := imagescope.Retry(&faulty{fails: []error{status(500, 0)}}, &imagescope.RetryOptions{Attempts: 1, Check: func(imagescope.Request, imagescope.Response) error {
			if checks++; checks == 1 {
				panic("on the first reply")
			}
			return nil
		}})
		for _, fails := range []bool{true, true, false} {
			_, err := imagescope.Ask(t.Context(), model, imagescope.Request{})
			if (err != nil) != fails {
				t.Errorf("Ask: error %v, want one: %v", err, fails)
			}
			time.Sleep(imagescope.DefaultRest + time.Second)
		}
	})
}

func TestRetryHeedsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := &faulty{fails: []error{status(429, 10*time.Second)}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		_, err := imagescope.Retry(model, nil).Reason(ctx, imagescope.Request{})
		if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "deadline") || time.Since(start) > 0 {
			t.Errorf("a wait beyond the deadline: %v after %v", err, time.Since(start))
		}
		model = &faulty{fails: []error{status(429, 10*time.Second)}}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := imagescope.Retry(model, nil).Reason(ctx, imagescope.Request{}); !errors.Is(err, context.Canceled) || len(model.calls) != 1 {
			t.Errorf("cancelled while it waits: %v after %d calls", err, len(model.calls))
		}
	})
}

// TestRetryUnusable asks again for replies that are empty or of no use.
func TestRetryUnusable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, replies := range [][]imagescope.Response{
			{{Text: " \n"}, {Text: "good"}},
			{{Text: "bad"}, {Text: "bad"}, {Text: "good"}},
			{{Text: "bad"}, {Text: "bad"}, {Text: "bad"}, {Text: "bad"}},
			{{Text: "", Truncated: true}},
		} {
			calls := 0
			model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
				calls++
				return replies[calls-1], nil
			})
			retry := imagescope.Retry(model, &imagescope.RetryOptions{Check: func(_ imagescope.Request, resp imagescope.Response) error {
				if resp.Text == "bad" {
					return errBroken
				}
				return nil
			}})
			resp, err := retry.Reason(t.Context(), imagescope.Request{Task: "verify"})
			last := replies[len(replies)-1]
			var unusable *imagescope.ReplyError
			if calls != len(replies) || resp != last || (err != nil) != (last.Text == "bad") {
				t.Errorf("%v: %d calls, %+v, %v", replies, calls, resp, err)
			}
			if err != nil && (!errors.As(err, &unusable) || !errors.Is(err, errBroken) || unusable.Reply != "bad") {
				t.Errorf("%v: %v, want a ReplyError", replies, err)
			}
			// A model that answers nonsense is not down.
			replies, calls = []imagescope.Response{{Text: "good"}}, 0
			if _, err := retry.Reason(t.Context(), imagescope.Request{}); err != nil {
				t.Errorf("the next call: %v", err)
			}
		}
	})
}

// TestRetryModelDown has one call find out that the model is down; others fail
// at once, until one that is let through finds it up again.
func TestRetryModelDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fails []error
		for range 6 {
			fails = append(fails, status(0, 0))
		}
		model := &faulty{fails: fails}
		retry := imagescope.Retry(model, &imagescope.RetryOptions{Rest: time.Second})
		ask := func() error {
			_, err := retry.Reason(t.Context(), imagescope.Request{})
			return err
		}
		if err := ask(); !errors.Is(err, errBroken) || len(model.calls) != 4 {
			t.Fatalf("the first call: %v after %d tries", err, len(model.calls))
		}
		for rest := range 2 {
			start := time.Now()
			for range 100 {
				var down *imagescope.DownError
				if err := ask(); !errors.As(err, &down) || !errors.Is(err, errBroken) || down.Wait != time.Second {
					t.Fatalf("rest %d: %v", rest, err)
				}
			}
			if time.Since(start) > 0 || len(model.calls) != 4+rest {
				t.Errorf("rest %d: calls took %v and made %d tries", rest, time.Since(start), len(model.calls))
			}
			time.Sleep(time.Second + 1)
			if err := ask(); err == nil || len(model.calls) != 5+rest {
				t.Errorf("the probe: %v after %d tries", err, len(model.calls))
			}
		}
		time.Sleep(time.Second + 1)
		for range 10 {
			if err := ask(); err != nil {
				t.Errorf("the model is up again: %v", err)
			}
		}
	})
}

// TestRetryOneBadRequest has a request that breaks the model every time,
// beside others that do not: the model is not taken to be down.
func TestRetryOneBadRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			time.Sleep(100 * time.Millisecond)
			if req.Prompt == "crash" {
				return imagescope.Response{}, status(500, 0)
			}
			return imagescope.Response{Text: "yes"}, nil
		})
		retry := imagescope.Retry(model, nil)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := retry.Reason(t.Context(), imagescope.Request{Prompt: "crash"}); err == nil {
				t.Error("it did not crash")
			}
		})
		for range 100 {
			if _, err := retry.Reason(t.Context(), imagescope.Request{}); err != nil {
				t.Errorf("another call: %v", err)
			}
		}
		wg.Wait()
	})
}

// TestSearchModelDown is a whole search with a model that is down, in each of
// the ways of being so: it is answered from stage 1 within one retry budget.
func TestSearchModelDown(t *testing.T) {
	down := map[string]imagescope.ReasonerFunc{
		"refuses connections": func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, status(0, 0)
		},
		"500 after a while": func(context.Context, imagescope.Request) (imagescope.Response, error) {
			time.Sleep(3 * time.Second)
			return imagescope.Response{}, status(500, 0)
		},
		"429 for ever": func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, status(429, 5*time.Second)
		},
		"hangs": func(ctx context.Context, _ imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, wait(ctx)
		},
		"empty replies": func(context.Context, imagescope.Request) (imagescope.Response, error) {
			return imagescope.Response{}, nil
		},
	}
	for name, model := range down {
		synctest.Test(t, func(t *testing.T) {
			const timeout = 5 * time.Second
			r := imagescope.Retry(imagescope.Limit(model, &imagescope.LimitOptions{Timeout: timeout}), nil)
			p := newPipeline(t, withModel(r))
			for query := range 3 {
				start := time.Now()
				got, err := p.Search(t.Context(), imagescope.Text("red cat"))
				if err != nil || len(got.Candidates) != len(retrieved) || got.Candidates[0].Image.ID != retrieved[0] {
					t.Errorf("%s: Search = %v, %v", name, got.IDs(), err)
				}
				if took := time.Since(start); took > imagescope.DefaultRetryBudget+timeout {
					t.Errorf("%s: query %d took %v", name, query, took)
				} else if !testing.Short() {
					t.Logf("%s: query %d took %v", name, query, took)
				}
			}
		})
	}
}
