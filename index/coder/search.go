package coder

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Search returns the nearest entries; see [imagescope.VectorIndex] and, for
// when it is exact, the package documentation.
func (x *Index) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	err := ctx.Err()
	if err == nil {
		err = contract.Query(query, f, x.dim)
	}
	var found []hit
	if err == nil {
		found, err = x.search(ctx, query, min(k, len(x.held)), f)
	}
	if err != nil {
		return nil, fmt.Errorf("coder: search: %w", err)
	}
	matches := make([]imagescope.Match, len(found))
	for i, h := range found {
		e := x.held[h.id]
		matches[i] = imagescope.Match{ID: h.id, Score: h.score, Caption: e.caption, Meta: e.meta}
	}
	return matches, nil
}

// hit is an entry and its inner product with the query.
type hit struct {
	id    string
	score float32
}

// search returns the best k, of which there are as many entries at least.
func (x *Index) search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]hit, error) {
	if k <= 0 {
		return nil, nil
	}
	filtered := f.Only != nil || len(f.Except) > 0 || len(f.Where) > 0
	n := len(x.held)
	if !filtered && len(x.pending) == 0 && n > x.scanLimit && k <= n/2/x.fetch {
		if found := x.walk(query, k*x.fetch); len(found) >= k {
			return best(found, k), ctx.Err()
		}
	}
	return x.scan(ctx, query, k, f)
}

// walk returns up to n of what the graph finds, and nothing where it panics.
func (x *Index) walk(query []float32, n int) (found []hit) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	for _, node := range x.graph.Search(query, n) {
		// The graph can return what was deleted, or what it was before.
		if e, ok := x.held[node.Key]; ok {
			found = append(found, hit{node.Key, dot(query, e.vector)})
		}
	}
	return found
}

// scan returns the best k that f allows.
func (x *Index) scan(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]hit, error) {
	except := make(map[string]bool, len(f.Except))
	for _, id := range f.Except {
		except[id] = true
	}
	var found []hit
	seen := 0
	take := func(id string, e *image) error {
		if seen++; seen%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if len(found) > 2*k {
				found = best(found, k)
			}
		}
		if !except[id] && f.AllowsMeta(e.meta) {
			found = append(found, hit{id, dot(query, e.vector)})
		}
		return nil
	}
	if f.Only == nil {
		for id, e := range x.held {
			if err := take(id, e); err != nil {
				return nil, err
			}
		}
		return best(found, k), nil
	}
	for _, id := range f.Only {
		if e, ok := x.held[id]; ok {
			if err := take(id, e); err != nil {
				return nil, err
			}
			except[id] = true // once is enough
		}
	}
	return best(found, k), nil
}

// best returns the k hits with the largest scores, ties in order of ID.
func best(hits []hit, k int) []hit {
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return hits[:min(k, len(hits))]
}
