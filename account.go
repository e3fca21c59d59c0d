package imagescope

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// account is what a search has spent of its budget.
type account struct {
	budget Budget
	end    time.Time // when models are no longer asked; zero for never

	mu      sync.Mutex
	calls   int           // those that were not free
	flying  int           // calls under way
	tokens  int           // of the calls that are over
	changed chan struct{} // closed when a call is over
}

// newAccount opens the account of a search that begins now.
func newAccount(ctx context.Context, b Budget) *account {
	a := &account{budget: b, changed: make(chan struct{})}
	now := time.Now()
	if b.Time > 0 {
		a.end = now.Add(b.Time)
	}
	if deadline, ok := ctx.Deadline(); ok && b.BestEffort {
		end := deadline.Add(-min(deadline.Sub(now)/10, 100*time.Millisecond))
		if a.end.IsZero() || end.Before(a.end) {
			a.end = end
		}
	}
	return a
}

// left returns how many calls may still begin.
func (a *account) left() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.budget.Calls - a.calls - a.flying
}

// reserve takes a call out of the budget, all but keep of it. While calls
// under way may turn out to be free it waits for them.
func (a *account) reserve(ctx context.Context, keep int) error {
	for {
		wait, err := a.try(keep)
		if wait == nil {
			return err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return done(ctx)
		}
	}
}

// try is one attempt to reserve a call. The channel, if not nil, is closed when
// another one makes sense.
func (a *account) try(keep int) (wait <-chan struct{}, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.budget
	switch {
	case b.Tokens > 0 && a.tokens >= b.Tokens:
		return nil, fmt.Errorf("%w: %d of %d tokens are used", ErrBudget, a.tokens, b.Tokens)
	case b.Calls > 0 && a.calls >= b.Calls-keep:
		return nil, fmt.Errorf("%w: %d of %d calls are made%s", ErrBudget, a.calls, b.Calls, kept(keep))
	case b.Calls > 0 && a.calls+a.flying >= b.Calls-keep:
		return a.changed, nil
	}
	a.flying++
	return nil, nil
}

func kept(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d kept for stage 3", n)
}

// settle closes a call that was reserved.
func (a *account) settle(r Response) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flying--
	if !r.Cached {
		a.calls++
		a.tokens += r.PromptTokens + r.CompletionTokens
	}
	close(a.changed)
	a.changed = make(chan struct{})
}

// withoutBudget takes what is of [ErrBudget] out of an error; both parts may be
// nil. Only what errors.Join has joined are things that went wrong apart.
func withoutBudget(err error) (rest, spent error) {
	if !errors.Is(err, ErrBudget) {
		return err, nil
	}
	list, ok := err.(interface{ Unwrap() []error })
	if !ok || reflect.TypeOf(err) != joined {
		return nil, err
	}
	for _, part := range list.Unwrap() {
		r, s := withoutBudget(part)
		rest, spent = errors.Join(rest, r), errors.Join(spent, s)
	}
	return rest, spent
}

var joined = reflect.TypeOf(errors.Join(ErrBudget))
