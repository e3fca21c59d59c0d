package imagescope

import (
	"context"
	"time"
)

// Defaults of [RetryOptions].
const (
	DefaultAttempts    = 4
	DefaultFirstWait   = 500 * time.Millisecond
	DefaultRetryBudget = 30 * time.Second
	DefaultRest        = 2 * time.Second
)

// RetryOptions says how [Retry] and a [Retrier] repeat calls. The zero value is
// the default.
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
	// [*ReplyError]. Only Retry has replies to check.
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
	q := &retrying{r: r, retrier: NewRetrier(opts)}
	if opts != nil {
		q.check = opts.Check
	}
	return q
}

type retrying struct {
	r       Reasoner
	check   func(Request, Response) error
	retrier *Retrier
}

// Reason implements [Reasoner].
func (r *retrying) Reason(ctx context.Context, req Request) (Response, error) {
	var resp Response
	err := r.retrier.Do(ctx, func(ctx context.Context) (err error) {
		resp, err = r.once(ctx, req)
		return err
	})
	return resp, err
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
	case r.check != nil:
		if err := r.check(req, resp); err != nil {
			return resp, &ReplyError{req.Task, resp.Text, errUnusable{err}}
		}
	}
	return resp, nil
}
