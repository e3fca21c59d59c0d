package imagescope

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrBudget means that a model was not asked, or not waited for, since the
// [Budget] of the query is spent. A stage that gets it from [Ask] should make
// the best of what it knows by then.
var ErrBudget = errors.New("the budget of the query is spent")

// errTime is what ends the calls of a stage when the time is up.
var errTime = fmt.Errorf("%w: its time is over", ErrBudget)

// Budget bounds what a query may cost. What is 0 does not bound. When a part
// of it is spent no further model call is made, and the best order so far is
// the answer: Result.LeftOut tells what it does without. That is no fault.
//
// While stage 2 asks, it leaves to stage 3 what that may need, by its [Coster],
// but no more than half of what is left when stage 2 begins; and a stage that
// others follow takes no more than three quarters of the time that is left.
type Budget struct {
	// Calls is how many model calls are made at most, those that fail included.
	// Answers from a cache are free. A call is one [Ask]: what a Reasoner does
	// for it, such as trying again, is not seen here. Embedders do not count.
	Calls int `json:"calls,omitempty"`
	// Tokens is how many tokens, of prompts and replies together, may be used,
	// as far as the model reports them. As a call's tokens are known only
	// afterwards, those that are under way may go beyond.
	Tokens int `json:"tokens,omitempty"`
	// Time is how long models are waited for, from when the search begins.
	// Embedding the query and searching the index come on top.
	Time time.Duration `json:"time_ns,omitempty"`
	// BestEffort makes the deadline of the search's context such a bound: models
	// are asked until a little before it, by a tenth of the time and 100 ms at
	// most, and the result comes in time instead of an error. That needs
	// retrieval to be over by then: a deadline that passes before it is done is
	// an error all the same, and so is a context that is cancelled.
	BestEffort bool `json:"best_effort,omitempty"`
}

// orElse returns the budget with fallback where it says nothing.
func (b Budget) orElse(fallback Budget) Budget {
	if b.Calls == 0 {
		b.Calls = fallback.Calls
	}
	if b.Tokens == 0 {
		b.Tokens = fallback.Tokens
	}
	if b.Time == 0 {
		b.Time = fallback.Time
	}
	b.BestEffort = b.BestEffort || fallback.BestEffort
	return b
}

func (b Budget) validate() error {
	if b.Calls < 0 || b.Tokens < 0 || b.Time < 0 {
		return fmt.Errorf("it is %+v: use 0 for no bound", b)
	}
	return nil
}

// CallsLeft returns how many model calls the stage that ctx belongs to may
// still make, for one that wants to spend them well; bounded is false where
// nothing bounds their number. Calls under way are taken for spent, though they
// may turn out to be free.
func CallsLeft(ctx context.Context) (n int, bounded bool) {
	m := meterOf(ctx)
	if m == nil || m.account == nil || m.account.budget.Calls == 0 {
		return 0, false
	}
	return max(0, m.account.left()-m.keep), true
}
