package imagescope

import (
	"context"
	"errors"
	"time"
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

// LimitOptions bounds the calls that [Limit] and a [Limiter] let through. The
// zero value is the default.
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
	return &limited{r, NewLimiter(opts)}
}

type limited struct {
	r       Reasoner
	limiter *Limiter
}

// Reason implements [Reasoner].
func (l *limited) Reason(ctx context.Context, req Request) (Response, error) {
	var resp Response
	expected := leastTokens(req)
	err := l.limiter.Do(ctx, expected, func(ctx context.Context) (used int, err error) {
		resp, err = reason(ctx, l.r, req)
		if resp.Cached {
			return expected, err
		}
		return tokensOf(req, resp), err
	})
	return resp, err
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
