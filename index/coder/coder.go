package coder

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/coder/hnsw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Options of an [Index].
type Options struct {
	// ScanLimit is up to how many entries are scanned instead of asking the
	// graph. 0 means 10000. A scan takes about 1 µs for each entry of 512
	// components, at 5000 two to three times as long as a walk with the default
	// Fetch, which misses most (BenchmarkSearch).
	ScanLimit int
	// Fetch is how many times k the graph is asked for. 0 means 50.
	Fetch int
}

// Index is a graph and what it does not hold. [New] makes it.
//
// Searches run side by side. Upsert and Delete wait for running searches, and
// are seen whole or not at all. The graph must not be used otherwise while a
// method runs, nor changed behind the index at all.
type Index struct {
	scanLimit, fetch int

	mu      sync.RWMutex
	dim     int // 0 before the first entry
	held    map[string]*image
	graph   *hnsw.Graph[string]
	pending map[string]bool // IDs that are held and not in the graph
}

var _ imagescope.VectorIndex = (*Index)(nil)

// image is what is held of an entry. It is never changed.
type image struct {
	vector  []float32 // the graph's own
	caption string
	meta    map[string]string
}

// New returns an index over g, whose keys are image IDs. The graph cannot list
// its keys, so ids must name each of them: nil for an empty graph. The index
// has no captions or metadata then; see [Index.Upsert]. opts may be nil.
//
// Fields of g that are not set get the values of hnsw.NewGraph, and a Distance
// that is nil becomes [InnerProduct]. An index calls Distance from several
// goroutines at once.
//
// Errors are an option below 0, M or EfSearch below 0, Ml not between 0 and 1,
// ids that are not the keys, and vectors that an index cannot hold
// ([imagescope.ErrDimension], [imagescope.ErrNotFinite]).
func New(g *hnsw.Graph[string], ids []string, opts *Options) (*Index, error) {
	if g == nil {
		return nil, fmt.Errorf("coder: new: the graph is nil: use hnsw.NewGraph")
	}
	if opts == nil {
		opts = new(Options)
	}
	if opts.ScanLimit < 0 || opts.Fetch < 0 {
		return nil, fmt.Errorf("coder: new: options %+v: use 0 for a default", *opts)
	}
	x := &Index{scanLimit: opts.ScanLimit, fetch: opts.Fetch, held: make(map[string]*image), graph: g, pending: make(map[string]bool)}
	if x.scanLimit == 0 {
		x.scanLimit = 10000
	}
	if x.fetch == 0 {
		x.fetch = 50
	}
	if err := complete(g); err != nil {
		return nil, fmt.Errorf("coder: new: %w", err)
	}
	if err := x.adopt(ids); err != nil {
		return nil, fmt.Errorf("coder: new: %w", err)
	}
	return x, nil
}

// adopt takes over what the graph holds.
func (x *Index) adopt(ids []string) error {
	for _, id := range ids {
		v, ok := x.graph.Lookup(id)
		if !ok {
			return fmt.Errorf("the graph has no key %q", id)
		}
		if err := contract.Entries([]imagescope.Entry{{ID: id, Vector: v}}, x.dim); err != nil {
			return fmt.Errorf("key %q: %w", id, err)
		}
		x.dim = len(v)
		x.held[id] = &image{vector: v}
	}
	if n := x.graph.Len(); n != len(x.held) {
		return fmt.Errorf("the graph has %d keys, of which %d are named: name all", n, len(x.held))
	}
	if hollow(x.graph) {
		x.restart()
	}
	return nil
}

// Upsert adds or replaces entries; see [imagescope.VectorIndex]. One whose
// vector is held already changes its caption and metadata only. A panic of the
// graph's Distance is an error, and nothing is stored.
func (x *Index) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	err := contract.Entries(entries, x.dim)
	if err == nil {
		var changes []change
		for _, e := range contract.Last(entries) {
			to := &image{slices.Clone(e.Vector), e.Caption, maps.Clone(e.Meta)}
			changes = append(changes, change{e.ID, x.held[e.ID], to})
		}
		err = x.apply(ctx, changes)
	}
	if err != nil {
		return fmt.Errorf("coder: upsert: %w", err)
	}
	if len(entries) > 0 {
		x.dim = len(entries[0].Vector)
	}
	return nil
}

// Delete removes entries; see [imagescope.VectorIndex].
func (x *Index) Delete(ctx context.Context, ids ...string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var changes []change
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if from, ok := x.held[id]; ok {
			changes = append(changes, change{id: id, from: from})
		}
	}
	if err := x.apply(ctx, changes); err != nil {
		return fmt.Errorf("coder: delete: %w", err)
	}
	return nil
}

// Get returns a copy of an entry; see [imagescope.VectorIndex].
func (x *Index) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return imagescope.Entry{}, fmt.Errorf("coder: get: %w", err)
	}
	e, ok := x.held[id]
	if !ok {
		return imagescope.Entry{}, fmt.Errorf("coder: get %q: %w", id, imagescope.ErrNotFound)
	}
	return imagescope.Entry{ID: id, Vector: slices.Clone(e.vector), Caption: e.caption, Meta: maps.Clone(e.meta)}, nil
}
