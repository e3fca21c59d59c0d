package index

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Search returns the nearest entries; see [imagescope.VectorIndex].
func (h *HNSW) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	found, err := h.search(ctx, query, k, f)
	if err != nil {
		return nil, fmt.Errorf("index: search: %w", err)
	}
	return found, nil
}

func (h *HNSW) search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := h.validate(); err != nil {
		return nil, err
	}
	if err := contract.Query(query, f, h.table.rows.dim); err != nil {
		return nil, err
	}
	if k <= 0 || h.table.ids.count == 0 {
		return nil, nil
	}
	allowed := newSieve(&h.table, f)
	defer allowed.release()
	best := newTop(&h.table, k)
	if !h.wander(query, allowed, best) {
		best.heap = best.heap[:0]
		if err := allowed.scan(ctx, query, best); err != nil {
			best.release()
			return nil, err
		}
	}
	return best.matches(), nil
}

// wander walks until the best allowed entries are found, and reports whether
// they are. It does not begin where a scan is faster, and after a walk that did
// not find them it walks wider only as long as that adds little to a scan.
func (h *HNSW) wander(query []float32, allowed *sieve, best *top) bool {
	if h.gauge.nodes == 0 || allowed.count < best.k {
		return false
	}
	alive := float64(h.table.ids.count) / float64(h.graph.nodes)
	share := float64(allowed.count) / float64(h.graph.nodes)
	w := walkers.Get().(*walker)
	defer walkers.Put(w)
	scan := float64(allowed.count)
	group := easiest - 1 // as what looks easiest is searched, until a walk has shown more
	for wider, walked := 1.0, 0.0; ; {
		width := wider * h.width(group, float64(best.k)/share) / alive // the dead take places
		walk := width * h.gauge.cost * walkPrice
		if walk > scan || wider > 1 && walked+walk > overspend*scan {
			return false
		}
		walked += walk
		best.heap = best.heap[:0]
		enough := h.walk(w, query, h.reach(int(width), best.k, allowed), group, allowed, best)
		if looks := h.looks(w, query); h.width(looks, float64(best.k)/share) > h.width(group, float64(best.k)/share) {
			group = looks
			continue
		}
		if enough {
			return true
		}
		wider *= 2
	}
}

// looks returns the group that a query is searched as, by what a walk came to:
// the one before its own, as the queries that were measured are others.
func (h *HNSW) looks(w *walker, query []float32) int {
	if h.Ef > 0 || len(w.beam) < gaugeKs[0] {
		return easiest
	}
	return max(0, h.gauge.group(aim(query, w.beam[gaugeKs[0]-1].score))-1)
}

// width returns how wide a search for the k nearest nodes must be, for queries
// of a group.
func (h *HNSW) width(group int, k float64) float64 {
	if h.Ef > 0 {
		return max(float64(h.Ef), k)
	}
	return max(h.gauge.width(group, k), k)
}

// reach returns how far a walk of this width goes for the k nearest.
func (h *HNSW) reach(width, k int, allowed *sieve) reach {
	if h.Ef > 0 || allowed.count < h.table.ids.count {
		return reach{width: width}
	}
	return patient(width, k)
}

// patient returns a reach that ends when half of the width has brought none of
// the k nearest. To find as much as a fixed width does, it has to be a little
// wider for hard queries, and takes half of the time for easy ones. Fewer than
// the nearest 20 say too little of whether a walk is at its end.
func patient(width, k int) reach {
	keep := max(k, gaugeKs[0])
	return reach{width: width, patience: max(width/2, keep), keep: keep}
}

const (
	// walkPrice is how much longer a walk takes for an inner product than a
	// scan does: it has to find out where to go, and reads in no order.
	walkPrice = 2
	// overspend is the part of the time of a scan that walks may take that
	// find too little, after the first.
	overspend = 0.2
)

// walk offers to best what a walk of the given reach comes to, and reports
// whether best then holds the best: it is full, and the walk was wide enough
// for as many as are nearer than the last it holds, allowed or not.
func (h *HNSW) walk(w *walker, query []float32, r reach, group int, allowed *sieve, best *top) bool {
	t := w.toQuery(h.graph, query)
	w.starts = w.addLong(h.graph, t, append(w.starts[:0], w.descend(h.graph, t, 0)))
	near := best
	if h.graph.codes != nil {
		near = newTop(&h.table, max(2*best.k, 2*leastAgain, r.width/8))
		defer near.release()
	}
	if allowed.count == h.graph.nodes {
		w.spread(h.graph, t, 0, w.starts, r, nil)
		for _, hit := range w.beam {
			near.offer(hit)
		}
	} else {
		w.spread(h.graph, t, 0, w.starts, r, func(hit hit) {
			if near.wants(hit) && allowed.allowed.has(hit.slot) {
				near.offer(hit)
			}
		})
	}
	enough := len(near.heap) >= best.k
	if enough && len(w.beam) == r.width {
		enough = h.reaches(group, w.beam, near.sorted()[best.k-1].score)
	}
	if near != best {
		w.again(h.graph, query, near, best)
	}
	return enough
}

// reaches reports whether a walk was wide enough to find all that is as near
// as a score says. Filters allow more or fewer near a query than elsewhere, and
// the further ones in a beam are found less surely.
func (h *HNSW) reaches(group int, beam []hit, score float32) bool {
	nearer := sort.Search(len(beam), func(i int) bool { return beam[i].score <= score })
	return nearer < len(beam) && h.width(group, float64(nearer)) <= gaugeMargin*float64(len(beam))
}

// leastAgain is half of how many entries are compared again at least. Wide walks
// compare more again: they are made where many entries are about as near.
const leastAgain = 20

// again offers to best what came near by codes, compared by the vectors.
func (w *walker) again(g *graph, query []float32, near, best *top) {
	w.slots = w.slots[:0]
	for _, hit := range near.heap {
		w.slots = append(w.slots, hit.slot)
	}
	w.scores = slices.Grow(w.scores[:0], len(w.slots))[:len(w.slots)]
	gather(w.scores, query, g.vectors, w.slots)
	best.offerAll(w.scores, w.slots)
}
