package index

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
	"github.com/imagescope/imagescope/internal/kernel"
)

// Defaults of [Parameters].
const (
	// DefaultM is that of the paper's experiments and of most libraries.
	DefaultM = 16
	// DefaultEfConstruction is that of most libraries.
	DefaultEfConstruction = 200
)

// Parameters of an [HNSW], in the words of the paper. Zero means the default.
type Parameters struct {
	// M is how many links a new entry gets in each layer, and as many as it
	// can have in the layers above the lowest; in the lowest it can have 2M.
	// More find more, and cost memory and time. From 2 to 256; 0 means
	// [DefaultM]. Fixed by the first entry.
	M int
	// EfConstruction is the width of the search for the neighbours of a new
	// entry. 0 means [DefaultEfConstruction].
	EfConstruction int
	// Ef is the width of searches: how many of the nearest found so far are
	// followed up. 0 means a width for which a recall of 0.99 was measured on
	// the entries that there are, for queries that point as far to where entries
	// are; it grows with k, and a search without a filter ends before it where
	// half of it has brought nothing better. It may be changed while no method
	// runs.
	Ef int
	// Bits is in how many bits a component is compared on the way: 32, or 8,
	// which is faster, reads a quarter of the memory, takes a quarter more, and
	// compares the best 2k, at least 40 and an eighth of the width, again in 32.
	// 0 means 32. Fixed by the first entry.
	Bits int
	// Seed decides how high up each entry comes. The same entries in the same
	// calls with the same seed make the same graph, whatever Threads is.
	// Fixed by the first entry.
	Seed uint64
	// Threads is how many goroutines an Upsert or Delete uses at most; 0 means
	// GOMAXPROCS. A search uses one.
	Threads int
}

func (p Parameters) validate() error {
	switch {
	case p.M < 0 || p.M == 1 || p.M > 256:
		return fmt.Errorf("Parameters.M is %d: use 2 to 256, or 0 for %d", p.M, DefaultM)
	case p.EfConstruction < 0:
		return fmt.Errorf("Parameters.EfConstruction is %d: use 0 for %d", p.EfConstruction, DefaultEfConstruction)
	case p.Ef < 0:
		return fmt.Errorf("Parameters.Ef is %d: use 0 for a width that is measured", p.Ef)
	case p.Bits != 0 && p.Bits != 8 && p.Bits != 32:
		return fmt.Errorf("Parameters.Bits is %d: use 8 or 32", p.Bits)
	case p.Threads < 0:
		return fmt.Errorf("Parameters.Threads is %d: use 0 for as many as there are processors", p.Threads)
	}
	return nil
}

func (p Parameters) withDefaults() Parameters {
	if p.M == 0 {
		p.M = DefaultM
	}
	if p.EfConstruction == 0 {
		p.EfConstruction = DefaultEfConstruction
	}
	if p.Threads == 0 {
		p.Threads = runtime.GOMAXPROCS(0)
	}
	return p
}

// HNSW is an index in memory that finds almost all of the nearest entries in a
// fraction of the time that comparing all takes. The zero value is an empty
// index, ready to use. It must not be copied once used.
//
// A search walks a graph of neighbours, or compares all entries that the
// filter allows where that is faster: in small galleries, with strong filters,
// and where the entries are such that a graph does not help. A filter is worked
// out first, as in a [Flat], so that it is known how many it allows. With
// 100,000 entries of 512 components, k = 20 and the width that was measured, a
// walk began to pay between a tenth and a half: searches with filters for 1%
// and 10% were scans, and those for 50% took 0.25 to 0.6 times as long as one,
// at a recall of 1.0 (BenchmarkFilters). In 20,000 only those without a filter
// or with half allowed are walks. A walk that finds fewer than k, or was too
// narrow for as many entries as lie nearer than the last it found, is made
// wider once or twice if that adds no more than a fifth to a scan; then all
// that are allowed are compared. A search allocates its answer and, with
// conditions, a little for each of them.
//
// Time for vectors of 512 components, queries shifted against them and k = 20,
// beside the C++ library hnswlib 0.6.2 with the same M, EfConstruction and Ef,
// and for building the processor time:
//
//	                                         32 bits   8 bits   hnswlib
//	a query of 20,000, recall 0.995 (120)    0.21 ms   0.14 ms  0.24 ms
//	a query of 20,000, recall 0.999 (240)    0.37 ms   0.22 ms  0.43 ms
//	a query of 100,000, recall 0.99 (160)    0.30 ms   0.18 ms  0.39 ms
//	a query of 100,000, recall 0.9995 (600)  1.00 ms   0.62 ms  1.51 ms
//	building 20,000                          7.0 s     4.9 s    8.1 s
//	building 100,000                         47 s      28 s     56 s
//
// Two threads answered 1.6 to 2.3 times as many queries as one. Without Ef the
// same queries of 20,000 took 0.23 ms at a recall of 0.9988, about as much with 8
// bits.
// (Medians of 5 rounds, run in turn on an Intel Xeon of two processors that had
// nothing else to do; examples/annbench measures one's own files.)
//
// Beyond its vectors it takes 8·M bytes for each entry, 128 with the default
// M, and some 20 to find IDs and for the upper layers and lengths; the IDs
// themselves, captions and metadata come on top, and codes where Bits is 8. Its
// large arrays ask Linux for large pages, which saves a tenth of the time.
//
// Searches run side by side and with an Upsert or Delete but for the moments
// in which it changes what it has worked out. Upsert and Delete take turns.
// Each is seen whole or not at all, and on the error of a context nothing was
// stored or removed.
//
// What was replaced or deleted stays in the graph, unseen, until it is more
// than an eighth of it; then links are led around it and its place is used
// again.
type HNSW struct {
	Parameters

	writer turn

	mu    sync.RWMutex
	table table // an entry whose ID is empty is gone, or on its way in
	graph *graph
	dead  []uint32 // slots that are linked and hold no entry
	free  []uint32 // slots that are not linked
	gauge gauge

	joined int // how many nodes are new since connect was called; for the writer
	fresh  int // how many are new since calibrate measured
}

var _ imagescope.VectorIndex = (*HNSW)(nil)

// Get returns a copy of an entry; see [imagescope.VectorIndex].
func (h *HNSW) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.table.get(ctx, id)
}

// Upsert adds or replaces entries; see [imagescope.VectorIndex]. Many at once
// are added faster than one by one: they share the threads.
func (h *HNSW) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	err := h.writer.take(ctx)
	if err == nil {
		defer h.writer.leave()
		err = h.upsert(ctx, entries)
	}
	if err != nil {
		return fmt.Errorf("index: upsert: %w", err)
	}
	return nil
}

func (h *HNSW) upsert(ctx context.Context, entries []imagescope.Entry) error {
	if err := h.validate(); err != nil {
		return err
	}
	if err := contract.Entries(entries, h.table.rows.dim); err != nil {
		return err
	}
	if len(entries) > 0 && h.Bits == 8 && len(entries[0].Vector) > kernel.MaxInt8Dim {
		return fmt.Errorf("Parameters.Bits is 8: vectors have %d components, can have %d", len(entries[0].Vector), kernel.MaxInt8Dim)
	}
	entries = lastOfEach(entries)
	moved := slices.DeleteFunc(slices.Clone(entries), func(e imagescope.Entry) bool {
		slot, ok := h.table.ids.find(e.ID)
		return ok && slices.Equal(h.table.rows.at(slot), e.Vector)
	})
	slots, err := h.link(ctx, moved)
	if err != nil {
		return err
	}
	h.mu.Lock()
	for _, e := range entries {
		slot, ok := h.table.ids.find(e.ID)
		if len(moved) > 0 && moved[0].ID == e.ID { // they come in the same order
			if ok {
				h.table.vacate(slot)
				h.dead = append(h.dead, slot)
			}
			slot, slots, moved = slots[0], slots[1:], moved[1:]
		}
		h.table.describe(slot, e.ID, note{e.Caption, maps.Clone(e.Meta)})
	}
	h.mu.Unlock()
	h.tend(ctx)
	return nil
}

// lastOfEach returns the entries without those whose ID comes again, in the
// order given: that of contract.Last, by ID, would be the order in which they
// are linked, and give another graph.
func lastOfEach(entries []imagescope.Entry) []imagescope.Entry {
	last := make(map[string]int, len(entries))
	for i, e := range entries {
		last[e.ID] = i
	}
	var kept []imagescope.Entry
	for i, e := range entries {
		if last[e.ID] == i {
			kept = append(kept, e)
		}
	}
	return kept
}

// link gives the entries' vectors slots and joins these to the graph. On an
// error the slots hold nothing.
func (h *HNSW) link(ctx context.Context, entries []imagescope.Entry) ([]uint32, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	h.makeRoom(len(entries), len(entries[0].Vector))
	slots := make([]uint32, 0, len(entries))
	for some := range slices.Chunk(entries, batchSize) {
		h.mu.Lock()
		for _, e := range some {
			slots = append(slots, h.occupy(e.Vector))
		}
		h.mu.Unlock()
	}
	p := h.withDefaults()
	joined, err := h.graph.add(ctx, slots, p.EfConstruction, p.Threads, &h.mu)
	h.joined += joined
	h.fresh += joined
	if err != nil {
		h.mu.Lock()
		h.dead = append(h.dead, slots[:joined]...)
		h.free = append(h.free, slots[joined:]...)
		h.mu.Unlock()
	}
	return slots, err
}

// makeRoom reserves memory for n more vectors, without holding searches up
// while what there is moves.
func (h *HNSW) makeRoom(n, dim int) {
	if h.graph == nil {
		p := h.withDefaults()
		h.mu.Lock()
		h.table.rows.dim = dim
		h.graph = newGraph(p, &h.table.rows)
		h.mu.Unlock()
	}
	n += h.table.ids.size - len(h.free)
	vectors, places, links := h.table.rows.roomy(n), h.table.ids.roomy(n), h.graph.base.roomy(n)
	norms, codes := roomy(h.graph.norms, n), h.graph.codes.roomy(n)
	h.mu.Lock()
	h.table.rows.data, h.table.ids.places, h.graph.base.data = vectors, places, links
	h.graph.norms, h.graph.codes = norms, codes
	h.mu.Unlock()
}

// occupy puts a vector into a free slot.
func (h *HNSW) occupy(v []float32) uint32 {
	var slot uint32
	if last := len(h.free) - 1; last >= 0 {
		slot, h.free = h.free[last], h.free[:last]
	} else {
		slot = uint32(h.table.ids.size)
		h.table.resize(h.table.ids.size + 1)
		h.graph.resize(h.table.ids.size)
	}
	copy(h.table.rows.at(slot), v)
	h.graph.measure(slot)
	return slot
}

// Delete removes entries; see [imagescope.VectorIndex].
func (h *HNSW) Delete(ctx context.Context, ids ...string) error {
	err := h.writer.take(ctx)
	if err == nil {
		defer h.writer.leave()
		h.mu.Lock()
		for _, id := range ids {
			if slot, ok := h.table.ids.find(id); ok {
				h.table.vacate(slot)
				h.dead = append(h.dead, slot)
			}
		}
		h.mu.Unlock()
		h.tend(ctx)
	}
	if err != nil {
		return fmt.Errorf("index: delete: %w", err)
	}
	return nil
}

// tend does what has to be done from time to time: it leads links around what
// is dead, sees to it that links lead to what is new, and measures how wide
// searches must be. Where ctx ends it, a later call does it.
func (h *HNSW) tend(ctx context.Context) {
	if h.graph == nil {
		return
	}
	p := h.withDefaults()
	if live := h.table.ids.count; len(h.dead) > live/8+batchSize {
		if err := h.mend(ctx, p); err != nil {
			return
		}
	}
	if h.joined > h.graph.nodes/16 {
		if err := h.connect(ctx, p.EfConstruction); err != nil {
			return
		}
	}
	h.calibrate(ctx, p)
}
