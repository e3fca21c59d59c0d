package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
)

// gauge is a model that takes a second and keeps when calls began, and the
// most that there were at once.
type gauge struct {
	mu         sync.Mutex
	began      []time.Time
	order      []string
	now, most  int
	tokens     int
	takes      time.Duration
	heedsNoEnd bool
}

func (m *gauge) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	m.mu.Lock()
	m.began = append(m.began, time.Now())
	m.order = append(m.order, req.Prompt)
	m.now++
	m.most = max(m.most, m.now)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.now--
		m.mu.Unlock()
	}()
	end := ctx.Done()
	if m.heedsNoEnd {
		end = nil
	}
	select {
	case <-time.After(m.takes):
		return imagescope.Response{Text: "yes", PromptTokens: m.tokens}, nil
	case <-end:
		return imagescope.Response{}, ctx.Err()
	}
}

func TestLimitInFlight(t *testing.T) {
	for given, want := range map[int]int{0: imagescope.DefaultInFlight, 1: 1, 5: 5, -1: 50} {
		synctest.Test(t, func(t *testing.T) {
			model := &gauge{takes: time.Second}
			limited := imagescope.Limit(model, &imagescope.LimitOptions{InFlight: given})
			var wg sync.WaitGroup
			var came []string
			for i := range 50 {
				prompt := fmt.Sprint(i)
				came = append(came, prompt)
				wg.Go(func() {
					if _, err := limited.Reason(t.Context(), imagescope.Request{Prompt: prompt}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait() // so that they come in this order
			}
			wg.Wait()
			if model.most != want {
				t.Errorf("InFlight %d: %d calls at once, want %d", given, model.most, want)
			}
			if want == 1 && !slices.Equal(model.order, came) {
				t.Errorf("calls came in the order %v and were made in the order %v", came, model.order)
			}
		})
	}
}

func TestLimitWaiterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := &gauge{takes: time.Minute}
		limited := imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 1})
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := limited.Reason(t.Context(), imagescope.Request{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBroken)
		defer cancel()
		_, err := limited.Reason(ctx, imagescope.Request{})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errBroken) || len(model.began) != 1 {
			t.Errorf("Reason in the queue: %v after %d calls", err, len(model.began))
		}
		wg.Wait()
	})
}

func TestLimitPerMinute(t *testing.T) {
	for _, n := range []int{1, 2, 7, 60, 600} {
		synctest.Test(t, func(t *testing.T) {
			model := new(gauge)
			limited := imagescope.Limit(model, &imagescope.LimitOptions{CallsPerMinute: n})
			start := time.Now()
			for range 4 * n {
				if _, err := limited.Reason(t.Context(), imagescope.Request{}); err != nil {
					t.Fatal(err)
				}
			}
			for i, from := range model.began {
				in := 0
				for _, at := range model.began[i:] {
					if at.Sub(from) < time.Minute {
						in++
					}
				}
				if in > n {
					t.Errorf("%d a minute: %d calls began in the minute from call %d on", n, in, i)
					break
				}
			}
			if took := time.Since(start); took > 5*time.Minute {
				t.Errorf("%d a minute: %d calls took %v", n, 4*n, took)
			}
		})
	}
}

func TestLimitTokens(t *testing.T) {
	const perMinute, each = 6000, 500
	prompt := strings.Repeat("word", each) // as many tokens as it has words
	for name, reported := range map[string]int{"reported": each, "not reported": 0, "far more than the prompt tells": 10 * each} {
		synctest.Test(t, func(t *testing.T) {
			model := &gauge{tokens: reported}
			limited := imagescope.Limit(model, &imagescope.LimitOptions{TokensPerMinute: perMinute})
			for range 100 {
				if _, err := limited.Reason(t.Context(), imagescope.Request{Prompt: prompt}); err != nil {
					t.Fatal(err)
				}
			}
			used := 100 * max(reported, each)
			minutes := model.began[99].Sub(model.began[0]).Minutes()
			if rate := float64(used) / minutes; rate > 1.1*perMinute || rate < 0.7*perMinute {
				t.Errorf("%s: %.0f tokens a minute, want about %d", name, rate, perMinute)
			}
		})
	}
}

// TestLimitAbsurdTokens has a server say that a call took more tokens than there
// are: the next one waits an hour, not for ever, and working that out is quick.
func TestLimitAbsurdTokens(t *testing.T) {
	for _, claimed := range []int{math.MaxInt, math.MaxInt / 2, math.MinInt} {
		synctest.Test(t, func(t *testing.T) {
			model := &gauge{tokens: claimed}
			limited := imagescope.Limit(model, &imagescope.LimitOptions{TokensPerMinute: 6000})
			for range 2 {
				if _, err := limited.Reason(t.Context(), imagescope.Request{Prompt: "word"}); err != nil {
					t.Fatal(err)
				}
			}
			waited := model.began[1].Sub(model.began[0])
			if most := 61 * time.Minute; waited > most || claimed > 0 && waited < 50*time.Minute {
				t.Errorf("of %d tokens: the second call waited %v, want %v at most", claimed, waited, most)
			}
		})
	}
}

// TestLimitTooLate has a wait that cannot end in time fail at once.
func TestLimitTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range []imagescope.LimitOptions{{CallsPerMinute: 1}, {TokensPerMinute: 10}} {
			model := &gauge{tokens: 10}
			limited := imagescope.Limit(model, &opts)
			if _, err := limited.Reason(t.Context(), imagescope.Request{Prompt: "?"}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			_, err := limited.Reason(ctx, imagescope.Request{Prompt: strings.Repeat("word", 5)})
			if !errors.Is(err, imagescope.ErrNoTime) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 0 {
				t.Errorf("%+v: %v after %v, want ErrNoTime at once", opts, err, time.Since(start))
			}
			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if _, err := limited.Reason(ctx, imagescope.Request{Prompt: strings.Repeat("word", 5)}); !errors.Is(err, context.Canceled) {
				t.Errorf("%+v: cancelled while it waits: %v", opts, err)
			}
		}
	})
}

func TestLimitTimeout(t *testing.T) {
	for name, model := range map[string]*gauge{"heeds": {takes: time.Hour}, "does not heed": {takes: time.Minute, heedsNoEnd: true}} {
		synctest.Test(t, func(t *testing.T) {
			limited := imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 1, Timeout: 10 * time.Second})
			_, err := limited.Reason(t.Context(), imagescope.Request{})
			if !errors.Is(err, imagescope.ErrCallTimeout) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a model that %s its context: %v", name, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := limited.Reason(ctx, imagescope.Request{}); errors.Is(err, imagescope.ErrCallTimeout) || err == nil && !model.heedsNoEnd {
				t.Errorf("a model that %s its context, whose caller gives up first: %v", name, err)
			}
		})
	}
}

// TestLimitCountsNoCachedTokens puts a limit before a cache.
func TestLimitCountsNoCachedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		cached := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
			calls.Add(1)
			return imagescope.Response{Text: "yes", Cached: true, PromptTokens: 1000}, nil
		})
		limited := imagescope.Limit(cached, &imagescope.LimitOptions{TokensPerMinute: 100})
		start := time.Now()
		for range 100 {
			if _, err := limited.Reason(t.Context(), imagescope.Request{}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took > 0 {
			t.Errorf("%d cached replies took %v", calls.Load(), took)
		}
	})
}
