package imagescope

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// Limiter bounds the calls of a server as [Limit] does those of a [Reasoner]:
// for an [Embedder], a [Captioner] or a [VectorIndex] of one's own. One Limiter
// stands before one server, within its [Retrier] so that each try counts. Make
// it with [NewLimiter]; calls may overlap.
type Limiter struct {
	timeout       time.Duration
	inFlight      *semaphore.Weighted // nil for no limit
	calls, tokens *rate.Limiter       // nil for no limit
}

// NewLimiter returns a Limiter. opts may be nil.
func NewLimiter(opts *LimitOptions) *Limiter {
	if opts == nil {
		opts = &LimitOptions{}
	}
	l := &Limiter{
		timeout: opts.Timeout,
		calls:   perMinute(opts.CallsPerMinute),
		tokens:  perMinute(opts.TokensPerMinute),
	}
	if n := cmp.Or(opts.InFlight, DefaultInFlight); n > 0 {
		l.inFlight = semaphore.NewWeighted(int64(n))
	}
	return l
}

// Do makes a call when its turn has come. tokens is how many it takes at least,
// about; call returns how many it has taken, or tokens where it cannot tell.
func (l *Limiter) Do(ctx context.Context, tokens int, call func(context.Context) (used int, err error)) error {
	// The place comes first: who waits for a minute's allowance holds one, so
	// that the order is kept and nobody who gives up has used the allowance.
	if l.inFlight != nil {
		if err := l.inFlight.Acquire(ctx, 1); err != nil {
			return fmt.Errorf("wait for other calls to end: %w", done(ctx))
		}
		defer l.inFlight.Release(1)
	}
	if err := take(ctx, l.calls, 1, "CallsPerMinute"); err != nil {
		return err
	}
	if err := take(ctx, l.tokens, tokens, "TokensPerMinute"); err != nil {
		return err
	}
	used, err := l.call(ctx, call)
	owe(l.tokens, used-tokens)
	return err
}

// call makes a call within the timeout.
func (l *Limiter) call(ctx context.Context, call func(context.Context) (int, error)) (used int, err error) {
	if l.timeout <= 0 {
		return call(ctx)
	}
	limited, cancel := context.WithTimeoutCause(ctx, l.timeout, ErrCallTimeout)
	defer cancel()
	used, err = call(limited)
	if limited.Err() != nil && ctx.Err() == nil && (err == nil || !errors.Is(err, ErrCallTimeout)) {
		err = fmt.Errorf("no reply after %v: %w", l.timeout, done(limited))
	}
	return used, err
}

// perMinute returns a limiter that lets at most n through in any minute, as
// long as no more than its burst is asked for at once: a full bucket and what
// flows in during the minute.
func perMinute(n int) *rate.Limiter {
	if n <= 0 {
		return nil
	}
	burst := max(1, n/6)
	return rate.NewLimiter(rate.Limit(float64(n-burst+1)/60), burst)
}

// take waits until n may be had of a minute's allowance.
func take(ctx context.Context, l *rate.Limiter, n int, option string) error {
	if l == nil {
		return nil
	}
	err := l.WaitN(planned{ctx}, min(n, l.Burst()))
	switch {
	case err == nil:
		owe(l, n-l.Burst())
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("wait for LimitOptions.%s: %w", option, done(ctx))
	}
	return fmt.Errorf("LimitOptions.%s lets it begin after the context's deadline only: %w: %w", option, ErrNoTime, context.DeadlineExceeded)
}

// planned is a context whose deadline is the one to plan by.
type planned struct{ context.Context }

func (p planned) Deadline() (time.Time, bool) { return deadlineOf(p.Context) }

// longestDebt bounds for how long one call can hold up others, whatever its
// server says that it has taken.
const longestDebt = time.Hour

// owe takes what was used already, so that those who come next wait for it.
func owe(l *rate.Limiter, n int) {
	if l == nil {
		return
	}
	n = min(n, int(longestDebt.Seconds()*float64(l.Limit())))
	for now := time.Now(); n > 0; n -= l.Burst() {
		l.ReserveN(now, min(n, l.Burst()))
	}
}
