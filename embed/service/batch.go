package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/rows"
)

// mostBytes is how long requests are at first: less than servers take as far as
// is known, and 60 pictures of 768 pixels a side, about.
const mostBytes = 8 << 20

// ask embeds inputs, all of one kind, in as many requests as it takes.
func (e *Embedder) ask(ctx context.Context, inputs []input, query bool) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := make([][]float32, len(inputs))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(e.opts.Concurrency)
	for start := 0; start < len(inputs) && gctx.Err() == nil; {
		end := start + e.fitting(inputs[start:])
		batch, to := inputs[start:end], all[start:end]
		at := start
		g.Go(func() error { return e.fill(gctx, to, batch, at, query) })
		start = end
	}
	err := g.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
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
	var status *imagescope.StatusError
	if ctx.Err() != nil || !errors.As(err, &status) || !atFault(status.Code) {
		return err
	}
	if len(inputs) > 1 {
		if status.Code == http.StatusRequestEntityTooLarge {
			e.shrink(int64(length))
		}
		half := len(inputs) / 2
		if err := e.fill(ctx, to[:half], inputs[:half], first, query); err != nil {
			return err
		}
		return e.fill(ctx, to[half:], inputs[half:], first+half, query)
	}
	if inputs[0].jpeg != nil {
		return &imagescope.ImageError{ID: inputs[0].id, Op: "embed", Err: err}
	}
	return fmt.Errorf("text %d: %w", first, err)
}

// atFault reports whether a status means that an input may be to blame.
func atFault(code int) bool {
	switch code {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
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
