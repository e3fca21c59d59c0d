package index

import (
	"context"
	"fmt"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Flat is an index in memory that compares the query with every entry that the
// filter allows, and so is exact. The zero value is an empty index, ready to
// use. It must not be copied once used.
//
// A search of n entries takes the time to read n vectors, some 2 ms for 20,000
// of 512 components (BenchmarkFlatSearch). One with a filter reads those alone
// that the filter allows, which it finds by lists of who holds which metadata
// value, and takes 1.0 to 1.2 times as long as reading them, or up to 5
// microseconds more where these are few (BenchmarkFilters). Of several
// conditions those after the first add up to a nanosecond for each
// entry that holds what they test for. A search allocates its answer and, with
// conditions, a little for each of them. A vector takes 4 bytes a component,
// an ID its length and some 8 more; memory grows by what an Upsert brings, or
// by half where that is more. Beside metadata itself its lists take 10 bytes
// for each entry and key where values are few, 33 where each entry has its own,
// and half as much again to twice as much for numbers
// (BenchmarkMetadata).
//
// Searches run side by side. Upsert and Delete wait for running searches, and
// are seen whole or not at all. On the error of a context nothing was stored
// or removed.
type Flat struct {
	mu    sync.RWMutex
	table table
}

var _ imagescope.VectorIndex = (*Flat)(nil)

// Upsert adds or replaces entries; see [imagescope.VectorIndex].
func (f *Flat) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := ctx.Err()
	if err == nil {
		err = contract.Entries(entries, f.table.rows.dim)
	}
	if err != nil {
		return fmt.Errorf("index: upsert: %w", err)
	}
	if len(entries) > 0 {
		f.table.reserve(len(entries), len(entries[0].Vector))
	}
	for _, e := range entries {
		slot, ok := f.table.ids.find(e.ID)
		if !ok {
			slot = uint32(f.table.ids.size)
		}
		f.table.put(slot, e)
	}
	return nil
}

// Delete removes entries; see [imagescope.VectorIndex].
func (f *Flat) Delete(ctx context.Context, ids ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("index: delete: %w", err)
	}
	for _, id := range ids {
		if slot, ok := f.table.ids.find(id); ok {
			f.table.remove(slot)
		}
	}
	return nil
}

// Get returns a copy of an entry; see [imagescope.VectorIndex].
func (f *Flat) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.table.get(ctx, id)
}

// Search returns the nearest entries; see [imagescope.VectorIndex].
func (f *Flat) Search(ctx context.Context, query []float32, k int, filter imagescope.Filter) ([]imagescope.Match, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	found, err := f.search(ctx, query, k, filter)
	if err != nil {
		return nil, fmt.Errorf("index: search: %w", err)
	}
	return found, nil
}

func (f *Flat) search(ctx context.Context, query []float32, k int, filter imagescope.Filter) ([]imagescope.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := contract.Query(query, filter, f.table.rows.dim); err != nil {
		return nil, err
	}
	if k <= 0 || f.table.ids.count == 0 {
		return nil, nil
	}
	best := newTop(&f.table, k)
	allowed := newSieve(&f.table, filter)
	defer allowed.release()
	err := allowed.scan(ctx, query, best)
	found := best.matches()
	if err != nil {
		return nil, err
	}
	return found, nil
}
