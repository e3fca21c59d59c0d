package imagescope

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker/v2"
)

// Retrier repeats calls of a server as [Retry] does those of a [Reasoner], and
// as long leaves a server alone that is down: for an [Embedder], a [Captioner]
// or a [VectorIndex] of one's own. One Retrier stands before one server. Make
// it with [NewRetrier]; calls may overlap.
//
// What it goes by are the errors of the calls: see [Temporary] and
// [NewStatusError].
type Retrier struct {
	opts    RetryOptions
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	up      atomic.Int64 // calls that showed that the server is up

	mu    sync.Mutex
	since time.Time // when the last call was given up
	last  error     // how it ended
}

// NewRetrier returns a Retrier. opts may be nil.
func NewRetrier(opts *RetryOptions) *Retrier {
	if opts == nil {
		opts = &RetryOptions{}
	}
	o := *opts
	if o.Attempts <= 0 {
		o.Attempts = DefaultAttempts
	}
	o.FirstWait = cmp.Or(max(o.FirstWait, 0), DefaultFirstWait)
	o.Budget = cmp.Or(max(o.Budget, 0), DefaultRetryBudget)
	o.Rest = cmp.Or(max(o.Rest, 0), DefaultRest)
	if o.Worth == nil {
		o.Worth = Temporary
	}
	return &Retrier{opts: o, breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     o.Rest,
		ReadyToTrip: func(gobreaker.Counts) bool { return true }, // of what is reported as a failure
		IsExcluded:  func(err error) bool { return err == errTellsNothing },
	})}
}

// Do makes a call, again where it failed in a way that may pass, and returns how
// the last try ended.
func (r *Retrier) Do(ctx context.Context, call func(context.Context) error) error {
	report, err := r.breaker.Allow()
	if err != nil {
		return r.down()
	}
	attempts := r.opts.Attempts
	if r.breaker.State() == gobreaker.StateHalfOpen {
		attempts = 1
	}
	before := r.up.Load()
	outcome := errTellsNothing
	defer func() { report(outcome) }() // call and Worth may panic
	err = r.try(ctx, call, attempts)
	switch {
	case answered(err):
		r.up.Add(1)
		outcome = nil
	case ctx.Err() == nil && r.opts.Worth(err) && r.up.Load() == before:
		r.mu.Lock()
		r.since, r.last = time.Now(), err
		r.mu.Unlock()
		outcome = err
	}
	return err
}

// errTellsNothing reports an outcome to the breaker that says nothing about
// whether the model is up.
var errTellsNothing = errors.New("neither up nor down")

// DownError means that a call was not made, since the model is taken to be
// down; see [Retry].
type DownError struct {
	Wait time.Duration // how long until a call is made again; 0 while one is being tried
	Err  error         // how the call ended that showed it
}

func (e *DownError) Error() string {
	when := "one call is finding out whether it is up again"
	if e.Wait > 0 {
		when = fmt.Sprintf("it is left alone for another %v", e.Wait.Round(time.Millisecond))
	}
	return fmt.Sprintf("the model is down, %s: %v", when, e.Err)
}

// Unwrap returns Err.
func (e *DownError) Unwrap() error { return e.Err }

// answered reports whether a call shows that there is a model that answers,
// be it with a refusal or nonsense.
func answered(err error) bool {
	var status *StatusError
	var reply *ReplyError
	switch {
	case err == nil:
		return true
	case errors.As(err, &status):
		return status.Code > 0 && !Temporary(err)
	}
	return errors.As(err, &reply) && !errors.Is(err, ErrEmptyReply)
}

func (r *Retrier) down() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &DownError{Wait: max(r.opts.Rest-time.Since(r.since), 0), Err: r.last}
}

// longestWait is where the waits between tries stop growing.
const longestWait = 10 * time.Second

// try calls until it succeeds or there is no use.
func (r *Retrier) try(ctx context.Context, call func(context.Context) error, attempts int) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval = r.opts.FirstWait, 2, longestWait
	start := time.Now()
	for tries := 1; ; tries++ {
		err := call(ctx)
		if err == nil || ctx.Err() != nil || !r.worth(err) {
			return err
		}
		wait := max(waits.NextBackOff(), asked(err))
		if reason := r.enough(ctx, start, wait, tries, attempts); reason != "" {
			return fmt.Errorf("given up after try %d, since %s: %w", tries, reason, err)
		}
		if !sleep(ctx, wait) {
			return done(ctx)
		}
	}
}

func (r *Retrier) worth(err error) bool {
	var unusable errUnusable
	return errors.As(err, &unusable) || r.opts.Worth(err)
}

// asked returns the wait that the server asked for, and up to a tenth more, so
// that not all come back at the same moment.
func asked(err error) time.Duration {
	var status *StatusError
	if !errors.As(err, &status) {
		return 0
	}
	wait := max(status.RetryAfter, 0)
	return wait + rand.N(wait/10+1)
}

// enough says why there must not be another try after the given wait, or "".
func (r *Retrier) enough(ctx context.Context, start time.Time, wait time.Duration, tries, attempts int) string {
	switch deadline, ok := deadlineOf(ctx); {
	case tries >= attempts:
		return "it is the last one"
	case time.Since(start)+wait > r.opts.Budget:
		return fmt.Sprintf("the next one, in %v, would begin after the retry budget of %v", wait.Round(time.Millisecond), r.opts.Budget)
	case ok && time.Until(deadline) <= wait:
		return fmt.Sprintf("the next one, in %v, would begin after the context's deadline", wait.Round(time.Millisecond))
	case r.breaker.State() != gobreaker.StateClosed:
		return "other calls show that the model is down"
	}
	return ""
}

// sleep reports whether the time passed before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
