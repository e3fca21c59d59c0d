package run_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// BenchmarkOverhead asks a model that takes 50 ms for a call, and prints how
// much longer the queries take than there is a call in flight.
func BenchmarkOverhead(b *testing.B) {
	s := mine(b)
	model := modeltest.New(world(), nil)
	do(b, s, run.Options{Dir: b.TempDir(), Models: asking(model)}) // makes the index
	var inFlight, others time.Duration
	for b.Loop() {
		t := &timed{Reasoner: model}
		begin := time.Now()
		do(b, s, run.Options{Dir: b.TempDir(), Models: asking(t)})
		inFlight, others = inFlight+t.busy, others+time.Since(begin)-t.busy
	}
	b.ReportMetric(100*float64(others)/float64(inFlight), "%overhead")
}

// timed takes 50 ms for each call, and measures how long there is one in flight.
type timed struct {
	imagescope.Reasoner

	mu    sync.Mutex
	calls int
	since time.Time
	busy  time.Duration
}

func (m *timed) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	m.mu.Lock()
	if m.calls++; m.calls == 1 {
		m.since = time.Now()
	}
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		if m.calls--; m.calls == 0 {
			m.busy += time.Since(m.since)
		}
		m.mu.Unlock()
	}()
	time.Sleep(50 * time.Millisecond)
	return m.Reasoner.Reason(ctx, req)
}
