package imagescope

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Usage is what a stage has cost.
type Usage struct {
	Calls            int           `json:"calls"`             // model calls, answers from a cache not counted
	CacheHits        int           `json:"cache_hits"`        // answers from a cache
	PromptTokens     int           `json:"prompt_tokens"`     // as far as the model reports them
	CompletionTokens int           `json:"completion_tokens"` // as far as the model reports them
	Time             time.Duration `json:"time_ns"`           // time spent in the stage; stages can overlap
}

// Add returns the sum of both.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		Calls:            u.Calls + v.Calls,
		CacheHits:        u.CacheHits + v.CacheHits,
		PromptTokens:     u.PromptTokens + v.PromptTokens,
		CompletionTokens: u.CompletionTokens + v.CompletionTokens,
		Time:             u.Time + v.Time,
	}
}

// meter adds up the usage of one stage and charges it to the search's account.
// A nil meter counts nothing.
type meter struct {
	account *account  // nil for none
	keep    int       // calls of the budget that are kept for the stages behind
	until   time.Time // when the budget ends the stage; zero for never

	mu    sync.Mutex
	usage Usage
}

type meterKey struct{}

// metered returns a context whose calls of [Ask] count into m.
func metered(ctx context.Context, m *meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func meterOf(ctx context.Context) *meter {
	m, _ := ctx.Value(meterKey{}).(*meter)
	return m
}

// unmetered returns the context for what is asked within a call: it is part of
// that call.
func unmetered(ctx context.Context) context.Context {
	if meterOf(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, meterKey{}, (*meter)(nil))
}

// reserve takes a call out of the budget; count must follow.
func (m *meter) reserve(ctx context.Context) error {
	if m == nil || m.account == nil {
		return nil
	}
	return m.account.reserve(ctx, m.keep)
}

// blame returns an error of a call as one of the budget, where it comes of the
// budget's time.
func (m *meter) blame(err error) error {
	if m == nil || m.until.IsZero() || !errors.Is(err, ErrNoTime) {
		return err
	}
	return fmt.Errorf("%w: %w", errTime, err)
}

func (m *meter) count(r Response) {
	if m == nil {
		return
	}
	if m.account != nil {
		m.account.settle(r)
	}
	u := Usage{Calls: 1, PromptTokens: r.PromptTokens, CompletionTokens: r.CompletionTokens}
	if r.Cached {
		u = Usage{CacheHits: 1}
	}
	m.add(u)
}

func (m *meter) add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage = m.usage.Add(u)
}

// time runs f and counts how long it took.
func (m *meter) time(f func()) {
	start := time.Now()
	f()
	m.add(Usage{Time: time.Since(start)})
}

func (m *meter) read() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.usage
}
