package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/rows"
)

// mostBytes is how long requests are at first: less than servers take as far as
// is known, and 60 pictures of 768 pixels a side, about.
const mostBytes = 8 << 20

// ask embeds inputs, all of one kind, in as many requests as it takes. The error
// is that of the first request, by its inputs, which has one: those before it are
// waited for, and those behind it do not begin any more.
func (e *Embedder) ask(ctx context.Context, inputs []input, query bool) ([][]float32, error) {
	all := make([][]float32, len(inputs))
	var (
		mu     sync.Mutex
		failed error
		at     int // the first input of the request that failed
	)
	inVain := func(first int) bool {
		mu.Lock()
		defer mu.Unlock()
		return failed != nil && at < first
	}
	var g errgroup.Group
	g.SetLimit(e.opts.Concurrency)
	for start := 0; start < len(inputs) && ctx.Err() == nil && !inVain(start); {
		first, end := start, start+e.fitting(inputs[start:])
		g.Go(func() error {
			if inVain(first) {
				return nil
			}
			err := e.fill(ctx, all[first:end], inputs[first:end], first, query)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && (failed == nil || first < at) {
				failed, at = err, first
			}
			return nil
		})
		start = end
	}
	_ = g.Wait() // each has said how it ended
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failed != nil:
		return nil, failed
	}
	if err := rows.Check(all); err != nil {
		return nil, err
	}
	if len(all) > 0 {
		e.dim.Store(int64(len(all[0])))
	}
	return all, nil
}

// fitting returns how many of the inputs go into one request.
func (e *Embedder) fitting(inputs []input) int {
	size, most, room := 0, e.opts.BatchSize, e.most.Load()
	if e.form.single != nil && e.form.single(e.model, inputs[0].jpeg != nil) {
		most = 1
	}
	for size < len(inputs) && size < most {
		in := inputs[size]
		room -= int64(len(in.text) + len(in.jpeg)*4/3 + 100)
		if room < 0 && size > 0 {
			break
		}
		size++
	}
	return size
}

// fill sets the rows of inputs, the first of which is number first of its call.
// Where the service refuses them together, it asks for each half.
func (e *Embedder) fill(ctx context.Context, to [][]float32, inputs []input, first int, query bool) error {
	got, length, err := e.request(ctx, request{e.model, e.opts.Dimensions, query, inputs})
	if err == nil {
		for i, row := range got {
			if to[i], err = cut(row, e.opts.Truncate); err != nil {
				return err
			}
		}
		return nil
	}
	var bad *inputError
	if errors.As(err, &bad) {
		return blame(inputs[bad.at], first+bad.at, err)
	}
	if ctx.Err() != nil {
		return err
	}
	if at, err := e.atFault(ctx, err); !at {
		return err
	}
	if len(inputs) == 1 {
		return blame(inputs[0], first, err)
	}
	if isTooLarge(err) {
		e.shrink(int64(length))
	}
	half := len(inputs) / 2
	if err := e.fill(ctx, to[:half], inputs[:half], first, query); err != nil {
		return err
	}
	return e.fill(ctx, to[half:], inputs[half:], first+half, query)
}

// blame returns an error of one input, which is number n of its call.
func blame(in input, n int, err error) error {
	if in.jpeg != nil {
		return &imagescope.ImageError{ID: in.id, Op: "embed", Err: err}
	}
	return fmt.Errorf("text %d: %w", n, err)
}

// atFault reports whether a request ended in err because of its inputs. A
// service that has answered none yet may refuse all alike, for their model or
// dimensions, which is found out by one that has no fault.
func (e *Embedder) atFault(ctx context.Context, err error) (bool, error) {
	var refused *refusal
	var status *imagescope.StatusError
	switch {
	case errors.As(err, &refused), isTooLarge(err):
		return true, err
	case !errors.As(err, &status) || status.Code != http.StatusBadRequest && status.Code != http.StatusUnprocessableEntity:
		return false, err
	case e.answered.Load() || e.serves(ctx):
		return true, err
	}
	return false, fmt.Errorf("the service refuses a plain text too, so that no input is at fault: %w", err)
}

// refusal is a status that means that the service is in trouble, of a request
// beside which it answered another: its inputs are at fault. vLLM and Infinity
// have that for pictures that their models cannot take
// (https://github.com/vllm-project/vllm/issues/15080) and for vectors that are not
// finite (https://github.com/vllm-project/vllm/issues/19661). It is neither retried nor
// does it mean that the service is down.
type refusal struct{ error }

// Unwrap returns the status.
func (r *refusal) Unwrap() error { return r.error }

// isInternal reports whether an error is a status that an input may bring about
// as well as a server in trouble.
func isInternal(err error) bool {
	var status *imagescope.StatusError
	return errors.As(err, &status) && status.Code == http.StatusInternalServerError
}

func isTooLarge(err error) bool {
	var status *imagescope.StatusError
	return errors.As(err, &status) && status.Code == http.StatusRequestEntityTooLarge
}

// shrink keeps requests below half the length of one that was too long.
func (e *Embedder) shrink(length int64) {
	for {
		most := e.most.Load()
		if length/2 >= most || e.most.CompareAndSwap(most, length/2) {
			return
		}
	}
}
