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

// Defaults of [RetryOptions].
const (
	DefaultAttempts    = 4
	DefaultFirstWait   = 500 * time.Millisecond
	DefaultRetryBudget = 30 * time.Second
	DefaultRest        = 2 * time.Second
)

// RetryOptions says how [Retry] repeats calls. The zero value is the default.
type RetryOptions struct {
	// Attempts is how often a call is tried at most, the first time included;
	// 0 or less means [DefaultAttempts].
	Attempts int
	// FirstWait is the wait before the second try; 0 means
	// [DefaultFirstWait]. Each further one is twice as long, up to 10 seconds,
	// and each is drawn from half to one and a half of that, so that calls that
	// failed together are not repeated together. A server's Retry-After
	// takes its place where it is longer.
	FirstWait time.Duration
	// Budget is how long after a call's beginning a try may still begin; 0
	// means [DefaultRetryBudget]. A wait that would end later, as long as a
	// Retry-After may ask, is not begun. It does not end a try: that is for
	// LimitOptions.Timeout.
	Budget time.Duration
	// Rest is how long a model that is down is left alone; 0 means
	// [DefaultRest].
	Rest time.Duration
	// Worth reports whether a call that ended in an error is worth another
	// try; nil means [Temporary].
	Worth func(error) bool
	// Check, if set, returns an error for a reply that is of no use, which is
	// then asked for again: with a Temperature above 0, or a server that cuts
	// replies short, the next one may be better. The last one fails as a
	// [*ReplyError].
	Check func(Request, Response) error
}

// Retry returns a Reasoner that puts a request to r again when the call failed
// in a way that may pass: see [Temporary]. opts may be nil. Give r's
// model a client of [NewHTTPClient], without which statuses and the server's
// wishes are mostly lost.
//
// When a call has been given up, and no other call succeeded since it
// began, the model is taken to be down: further calls fail at once with a
// [*DownError]. After Rest one call is let through, for a single try, and its
// outcome decides. So a search whose model is down waits for one call's tries,
// not for each call's, and goes on without the model.
//
// A done context ends tries and waits at once, and a wait that the context's
// deadline would end is not begun. In [Usage] all tries are one call, with the
// tokens of the last.
func Retry(r Reasoner, opts *RetryOptions) Reasoner {
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
	return &retrying{r: r, opts: o, breaker: gobreaker.NewTwoStepCircuitBreaker[Response](gobreaker.Settings{
		Timeout:     o.Rest,
		ReadyToTrip: func(gobreaker.Counts) bool { return true }, // of what is reported as a failure
		IsExcluded:  func(err error) bool { return err == errTellsNothing },
	})}
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

type retrying struct {
	r       Reasoner
	opts    RetryOptions
	breaker *gobreaker.TwoStepCircuitBreaker[Response]
	up      atomic.Int64 // calls that showed that the model is up

	mu    sync.Mutex
	since time.Time // when the last call was given up
	last  error     // how it ended
}

// Reason implements [Reasoner].
func (r *retrying) Reason(ctx context.Context, req Request) (Response, error) {
	report, err := r.breaker.Allow()
	if err != nil {
		return Response{}, r.down()
	}
	attempts := r.opts.Attempts
	if r.breaker.State() == gobreaker.StateHalfOpen {
		attempts = 1
	}
	before := r.up.Load()
	outcome := errTellsNothing
	defer func() { report(outcome) }() // Worth and Check may panic
	resp, err := r.try(ctx, req, attempts)
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
	return resp, err
}

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

func (r *retrying) down() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &DownError{Wait: max(r.opts.Rest-time.Since(r.since), 0), Err: r.last}
}

// longestWait is where the waits between tries stop growing.
const longestWait = 10 * time.Second

// try puts the request to r until it is answered or there is no use.
func (r *retrying) try(ctx context.Context, req Request, attempts int) (Response, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval = r.opts.FirstWait, 2, longestWait
	start := time.Now()
	for tries := 1; ; tries++ {
		resp, err := r.once(ctx, req)
		if err == nil || ctx.Err() != nil || !r.worth(err) {
			return resp, err
		}
		wait := max(waits.NextBackOff(), asked(err))
		if reason := r.enough(ctx, start, wait, tries, attempts); reason != "" {
			return resp, fmt.Errorf("given up after try %d, since %s: %w", tries, reason, err)
		}
		if !sleep(ctx, wait) {
			return Response{}, done(ctx)
		}
	}
}

// errUnusable marks what RetryOptions.Check refused.
type errUnusable struct{ error }

func (e errUnusable) Unwrap() error { return e.error }

// once makes one try. A blank reply is a failure, unless it is only too short
// of tokens.
func (r *retrying) once(ctx context.Context, req Request) (Response, error) {
	resp, err := reason(ctx, r.r, req)
	switch {
	case err != nil:
		return resp, err
	case isBlank(resp) && !resp.Truncated:
		return resp, &ReplyError{req.Task, resp.Text, ErrEmptyReply}
	case r.opts.Check != nil:
		if err := r.opts.Check(req, resp); err != nil {
			return resp, &ReplyError{req.Task, resp.Text, errUnusable{err}}
		}
	}
	return resp, nil
}

func (r *retrying) worth(err error) bool {
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
func (r *retrying) enough(ctx context.Context, start time.Time, wait time.Duration, tries, attempts int) string {
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
