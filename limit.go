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

// Errors of [Limit]. Both come with [context.DeadlineExceeded].
var (
	// ErrNoTime means that a call was not made because its turn would come
	// only after the deadline of its context.
	ErrNoTime = errors.New("no time is left for the call")
	// ErrCallTimeout means that a call took longer than LimitOptions.Timeout.
	ErrCallTimeout = errors.New("the call took longer than LimitOptions.Timeout")
)

// DefaultInFlight is how many calls [Limit] lets through at once where
// nothing else is said: few enough for hosted models, and not more than a
// server of one's own can queue. Such a server answers as many at a time as it
// was set up for (Ollama: OLLAMA_NUM_PARALLEL).
const DefaultInFlight = 16

// LimitOptions bounds the calls that [Limit] lets through. The zero value is
// the default.
type LimitOptions struct {
	// InFlight is the most calls at once; 0 means [DefaultInFlight], less
	// than 0 any number.
	InFlight int
	// CallsPerMinute is the most calls that begin in any minute; a sixth of
	// them may begin at once. 0 means any number.
	CallsPerMinute int
	// TokensPerMinute is about the most tokens that are used in a minute,
	// prompts and replies together. What a call takes is known only when it is
	// over: before it the prompt is estimated, low, and what it then has taken
	// beyond that holds up the calls that follow. Where a model does not
	// report tokens, four bytes of text are taken for one. 0 means any number.
	TokensPerMinute int
	// Timeout ends a call that takes longer, from when it begins, with
	// [ErrCallTimeout]; waiting for its turn does not count. A Reasoner that
	// does not heed its context is waited for. 0 means no limit but the
	// context's.
	Timeout time.Duration
}

// Limit returns a Reasoner that calls r no more than a server can bear or a
// contract allows. opts may be nil.
//
// Calls get their turn in the order in which they came, so that none waits
// for ever. A context that ends while its call waits takes the call out of the
// queue. A call that the limits on a minute would make too late for the
// deadline of its context fails at once with [ErrNoTime].
//
// One Limit should stand before all that one server answers: where several
// models share a server, put it before their [Route].
func Limit(r Reasoner, opts *LimitOptions) Reasoner {
	if opts == nil {
		opts = &LimitOptions{}
	}
	l := &limited{
		r:       r,
		timeout: opts.Timeout,
		calls:   perMinute(opts.CallsPerMinute),
		tokens:  perMinute(opts.TokensPerMinute),
	}
	if n := cmp.Or(opts.InFlight, DefaultInFlight); n > 0 {
		l.inFlight = semaphore.NewWeighted(int64(n))
	}
	return l
}

type limited struct {
	r             Reasoner
	timeout       time.Duration
	inFlight      *semaphore.Weighted // nil for no limit
	calls, tokens *rate.Limiter       // nil for no limit
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

// Reason implements [Reasoner].
func (l *limited) Reason(ctx context.Context, req Request) (Response, error) {
	// The place comes first: who waits for a minute's allowance holds one, so
	// that the order is kept and nobody who gives up has used the allowance.
	if l.inFlight != nil {
		if err := l.inFlight.Acquire(ctx, 1); err != nil {
			return Response{}, fmt.Errorf("wait for other calls to end: %w", done(ctx))
		}
		defer l.inFlight.Release(1)
	}
	expected := leastTokens(req)
	if err := take(ctx, l.calls, 1, "CallsPerMinute"); err != nil {
		return Response{}, err
	}
	if err := take(ctx, l.tokens, expected, "TokensPerMinute"); err != nil {
		return Response{}, err
	}
	resp, err := l.call(ctx, req)
	if !resp.Cached {
		owe(l.tokens, tokensOf(req, resp)-expected)
	}
	return resp, err
}

// call calls r within the timeout.
func (l *limited) call(ctx context.Context, req Request) (Response, error) {
	if l.timeout <= 0 {
		return reason(ctx, l.r, req)
	}
	limited, cancel := context.WithTimeoutCause(ctx, l.timeout, ErrCallTimeout)
	defer cancel()
	resp, err := reason(limited, l.r, req)
	if limited.Err() != nil && ctx.Err() == nil && (err == nil || !errors.Is(err, ErrCallTimeout)) {
		return Response{}, fmt.Errorf("no reply after %v: %w", l.timeout, done(limited))
	}
	return resp, err
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

// owe takes what was used already, so that those who come next wait for it.
func owe(l *rate.Limiter, n int) {
	if l == nil {
		return
	}
	for now := time.Now(); n > 0; n -= l.Burst() {
		l.ReserveN(now, min(n, l.Burst()))
	}
}

// leastTokensOfImage is the least that a picture takes: that of Google's
// models, which count 258 for one of up to 384 pixels a side, or for each tile
// of a larger one (Gemini API, "Understand and count tokens").
const leastTokensOfImage = 258

// leastTokens returns how many tokens a call takes at least, about.
func leastTokens(req Request) int {
	return len(req.Prompt)/4 + leastTokensOfImage*len(req.Images)
}

// tokensOf returns how many tokens a call has taken, as far as is known.
func tokensOf(req Request, resp Response) int {
	if n := resp.PromptTokens + resp.CompletionTokens; n > 0 {
		return n
	}
	return leastTokens(req) + len(resp.Text)/4
}
