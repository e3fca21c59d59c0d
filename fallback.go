package imagescope

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// FallbackOptions says when [Fallback] asks another model. The zero value is
// the default.
type FallbackOptions struct {
	// On reports whether an error of one model lets the next one be asked; nil
	// means any error but an [*ImageError], which would be the next one's too.
	On func(error) bool
}

// Fallback returns a Reasoner that puts a request to r, and where that fails to
// the others in turn, until one answers. Response.Model tells which one did.
// opts may be nil.
//
// An empty reply is a failure. When the context is done, nobody else is asked:
// so that a model that hangs leaves time for the next, give it a
// LimitOptions.Timeout. Where all fail, the error wraps those of all. In [Usage]
// it is one call, with the tokens of the model that answered.
func Fallback(r Reasoner, opts *FallbackOptions, others ...Reasoner) Reasoner {
	if opts == nil {
		opts = &FallbackOptions{}
	}
	f := &fallback{models: append([]Reasoner{r}, others...), on: opts.On}
	if f.on == nil {
		f.on = func(err error) bool {
			var unreadable *ImageError
			return !errors.As(err, &unreadable)
		}
	}
	return f
}

type fallback struct {
	models []Reasoner
	on     func(error) bool
}

// Reason implements [Reasoner].
func (f *fallback) Reason(ctx context.Context, req Request) (Response, error) {
	var errs []error
	for i, model := range f.models {
		resp, err := reason(ctx, model, req)
		if err == nil && isBlank(resp) {
			err = &ReplyError{req.Task, resp.Text, ErrEmptyReply}
		}
		switch {
		case err == nil:
			return resp, nil
		case ctx.Err() != nil:
			return Response{}, done(ctx)
		}
		errs = append(errs, fmt.Errorf("model %d of %d: %w", i+1, len(f.models), err))
		if i == len(f.models)-1 || !f.on(err) {
			return resp, errors.Join(errs...)
		}
	}
	return Response{}, errNoReasoner // unreachable: there is one model at least
}

// Route returns a Reasoner that gives each request to the model for its task:
// a strong one for [TaskCompare], one without eyes for [TaskInterpret].
// Requests of all other tasks go to r. The map is copied.
func Route(r Reasoner, byTask map[Task]Reasoner) Reasoner {
	byTask = maps.Clone(byTask)
	return ReasonerFunc(func(ctx context.Context, req Request) (Response, error) {
		if model, ok := byTask[req.Task]; ok {
			return reason(ctx, model, req)
		}
		return reason(ctx, r, req)
	})
}
