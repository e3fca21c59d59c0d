package modeltest_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// asker notes how long calls wait for their turn. It stands before a limit, and
// its other half behind it.
type asker struct {
	imagescope.Reasoner

	mu     sync.Mutex
	waited []time.Duration
}

type sinceKey struct{}

func (a *asker) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	return a.Reasoner.Reason(context.WithValue(ctx, sinceKey{}, time.Now()), req)
}

func (a *asker) begun(r imagescope.Reasoner) imagescope.Reasoner {
	return imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		a.mu.Lock()
		a.waited = append(a.waited, time.Since(ctx.Value(sinceKey{}).(time.Time)))
		a.mu.Unlock()
		return r.Reason(ctx, req)
	})
}

// TestLoad has 200 searches at once on one pipeline, whose model answers 16
// calls at a time.
//
//	go test ./verify/modeltest -run TestLoad -v
func TestLoad(t *testing.T) {
	const searches, inFlight = 200, 16
	const slowest = 1500 * time.Millisecond
	b := newBench(t, 20)
	synctest.Test(t, func(t *testing.T) {
		model := modeltest.New(b.World, &modeltest.Options{Latency: slowest / 3, Jitter: slowest * 2 / 3})
		a := new(asker)
		a.Reasoner = imagescope.Limit(a.begun(model), &imagescope.LimitOptions{InFlight: inFlight})
		p := b.pipeline(t, mode{}, a)
		queries := b.Queries()
		took := make([]time.Duration, searches)
		var group sync.WaitGroup
		start := time.Now()
		for i := range took {
			group.Go(func() {
				got, err := p.Search(t.Context(), queries[i%len(queries)].Query)
				if err != nil || len(got.Faults) > 0 {
					t.Errorf("Search: faults %v, error %v", got.Faults, err)
				}
				took[i] = time.Since(start)
			})
		}
		group.Wait()
		s := model.Stats()
		slices.Sort(a.waited)
		slices.Sort(took)
		t.Logf("%d searches at once, %d calls of 0.5 to 1.5 s, at most %d in flight", searches, s.Total(), s.MaxInFlight)
		t.Logf("a call waits for its turn: median %.1f s, p99 %.1f s, longest %.1f s", at(a.waited, 0.5), at(a.waited, 0.99), at(a.waited, 1))
		t.Logf("a search takes: median %.1f s, p99 %.1f s, longest %.1f s; the calls alone take %.1f s at %d at a time",
			at(took, 0.5), at(took, 0.99), at(took, 1), float64(s.Total())/inFlight, inFlight)
		if s.MaxInFlight != inFlight {
			t.Errorf("%d calls in flight, want %d", s.MaxInFlight, inFlight)
		}
		// In turn, a call waits for all those that others have before it: 8 of
		// each search.
		if most := slowest * searches * 8 / inFlight; a.waited[len(a.waited)-1] > most {
			t.Errorf("a call waited for %v, want %v at most", a.waited[len(a.waited)-1], most)
		}
	})
}

// at returns the quantile of sorted durations, in seconds.
func at(sorted []time.Duration, q float64) float64 {
	return sorted[int(q*float64(len(sorted)-1))].Seconds()
}
