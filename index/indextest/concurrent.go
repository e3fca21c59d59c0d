package indextest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
)

const (
	workers = 4  // goroutines of each kind
	steps   = 40 // of each
)

// checkConcurrent has goroutines change entries, each its own ones, while
// others search.
func checkConcurrent(s *subject) error {
	start := entry("start", make([]float32, randomDim)...)
	ix, err := s.with(start)
	if err != nil {
		return err
	}
	all := modelOf(start)
	var held [workers]model
	g, ctx := errgroup.WithContext(s.ctx)
	for w := range workers {
		held[w] = model{}
		g.Go(func() error { return held[w].churn(ctx, ix, w) })
		g.Go(func() error { return searchOn(ctx, ix, w) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, m := range held {
		for _, e := range m {
			all.upsert(e)
		}
	}
	return all.compare(s.ctx, ix, make([]float32, randomDim)...)
}

// churn adds, replaces and deletes entries of one goroutine and reads each
// after it is stored.
func (m model) churn(ctx context.Context, ix imagescope.VectorIndex, worker int) error {
	r := rand.New(rand.NewPCG(4, uint64(worker)))
	for range steps {
		e := randomEntry(r, 10)
		e.ID = strconv.Itoa(worker) + " " + e.ID
		if r.IntN(4) == 0 {
			m.delete(e.ID)
			if err := ix.Delete(ctx, e.ID); err != nil {
				return err
			}
			continue
		}
		m.upsert(e)
		if err := ix.Upsert(ctx, e); err != nil {
			return err
		}
		got, err := ix.Get(ctx, e.ID)
		if err != nil {
			return fmt.Errorf("Get(%q) after Upsert: %w", e.ID, err)
		}
		if d := diff(e, got); d != "" {
			return fmt.Errorf("Get(%q) after Upsert: %s", e.ID, d)
		}
	}
	return nil
}

// searchOn searches while entries change: whatever is found must be in order,
// allowed and found once.
func searchOn(ctx context.Context, ix imagescope.VectorIndex, worker int) error {
	r := rand.New(rand.NewPCG(5, uint64(worker)))
	f := imagescope.Filter{Where: []imagescope.Condition{imagescope.Not(imagescope.Is("kind", "0"))}}
	for range steps {
		got, err := ix.Search(ctx, randomVector(r), 5, f)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for i, match := range got {
			if i > 0 && before(got[i-1], match) > 0 || match.Meta["kind"] == "0" || seen[match.ID] {
				return fmt.Errorf("during changes, out of order, not allowed or twice: Search = %v", got)
			}
			seen[match.ID] = true
		}
	}
	return nil
}
