package index

import (
	"slices"
	"sync"

	"github.com/imagescope/imagescope/internal/kernel"
)

// walker is the scratch memory of one walk through a graph.
type walker struct {
	seen   []uint8 // by slot: mark where the walk has been
	mark   uint8
	beam   []hit // the nearest nodes so far, nearest first
	starts []hit // where the walk begins
	slots  []uint32
	spare  []uint32
	scores []float32
	rough  []int32
	code   []int8
	turned []float32
	scored int // how many inner products it has computed
}

var walkers = sync.Pool{New: func() any { return new(walker) }}

// goal is what a walk is to come near to: a query, or the vector of a node,
// which is in slot then.
type goal struct {
	vector []float32
	code   code // where the graph has codes
	slot   uint32
}

// to returns the goal to come near to a node.
func (g *graph) to(slot uint32) goal {
	t := goal{vector: g.vectors.at(slot), slot: slot}
	if g.codes != nil {
		t.code = g.codes.at(slot)
	}
	return t
}

// toQuery returns the goal to come near to a query, in scratch memory.
func (w *walker) toQuery(g *graph, query []float32) goal {
	t := goal{vector: query, slot: none}
	if g.codes != nil {
		w.code = slices.Grow(w.code[:0], len(query))[:len(query)]
		w.turned = slices.Grow(w.turned[:0], len(query))[:len(query)]
		t.code = code{w.code, g.codes.encode(w.code, w.turned, query)}
	}
	return t
}

// score returns how near nodes are to a goal, in scratch memory: their inner
// products with a query, and less than that where a node is the goal.
func (w *walker) score(g *graph, t goal, slots []uint32) []float32 {
	w.scores = slices.Grow(w.scores[:0], len(slots))[:len(slots)]
	w.scored += len(slots)
	if g.codes != nil {
		w.rough = slices.Grow(w.rough[:0], len(slots))[:len(slots)]
		g.codes.gather(w.scores, t.code, slots, w.rough)
	} else {
		gather(w.scores, t.vector, g.vectors, slots)
	}
	if t.slot != none {
		g.nearness(w.scores, t.slot, slots)
	}
	return w.scores
}

// descend walks from the entry towards t, in ever lower layers, always to the
// nearest neighbour, and returns where it comes to in the given layer or, if
// the entry is not so high, in the entry's.
func (w *walker) descend(g *graph, t goal, layer int) hit {
	w.slots = append(w.slots[:0], g.entry)
	at := hit{w.score(g, t, w.slots)[0], g.entry}
	for above := g.top(g.entry); above > layer; above-- {
		for moved := true; moved; {
			moved = false
			links := g.links(at.slot, above)
			for i, s := range w.score(g, t, links) {
				if s > at.score {
					at = hit{s, links[i]}
					moved = true
				}
			}
		}
	}
	return at
}

// followed is a bit of a slot in a beam: its links were followed.
const followed = 1 << 31

// reach is how far a walk goes: until it has followed the links of the width
// nearest nodes that it came to or, where patience is not 0, has followed those
// of so many in turn without coming to one of the keep nearest. A walk that
// has found them ends early by that, and one that still finds better ones does
// not.
type reach struct {
	width, patience, keep int
}

// spread walks in one layer from some nodes to all that come nearer to t than
// the width nearest so far, and leaves these in w.beam, nearest first. It shows
// each node that it comes to, once, to found, if that is not nil.
func (w *walker) spread(g *graph, t goal, layer int, from []hit, r reach, found func(hit)) {
	w.forget(len(g.norms))
	w.beam = w.beam[:0]
	for _, h := range from {
		if w.seen[h.slot] != w.mark {
			w.seen[h.slot] = w.mark
			w.insert(h, r.width)
			if found != nil {
				found(h)
			}
		}
	}
	step, last := 0, 0
	for next := 0; next < len(w.beam); {
		slot := w.beam[next].slot
		if slot&followed != 0 {
			next++
			continue
		}
		if r.patience > 0 && step-last >= r.patience {
			break
		}
		step++
		w.beam[next].slot |= followed
		w.look(g.block(slot, layer))
		for i, s := range w.score(g, t, w.slots) {
			h := hit{s, w.slots[i]}
			if found != nil {
				found(h)
			}
			if at, ok := w.insert(h, r.width); ok {
				next = min(next, at)
				kernel.Fetch(g.block(h.slot, layer)) // as it will be followed
				if at < r.keep {
					last = step
				}
			}
		}
	}
	for i := range w.beam {
		w.beam[i].slot &^= followed
	}
}

// look notes as seen those of some links that were not, and leaves them in
// w.slots.
func (w *walker) look(links []uint32) {
	w.slots = slices.Grow(w.slots[:0], len(links))[:len(links)]
	n := 0
	for _, link := range links {
		if link == none {
			break
		}
		w.slots[n] = link // the next overwrites it if it was seen: no branch to be guessed
		if w.seen[link] != w.mark {
			n++
		}
		w.seen[link] = w.mark
	}
	w.slots = w.slots[:n]
}

// forget makes none of n slots seen.
func (w *walker) forget(n int) {
	if len(w.seen) < n {
		w.seen, w.mark = make([]uint8, n+n/4), 0
	}
	w.mark++
	if w.mark == 0 {
		clear(w.seen)
		w.mark = 1
	}
}

// insert puts h into the beam if it is among the width nearest, and returns
// where.
func (w *walker) insert(h hit, width int) (at int, ok bool) {
	n := len(w.beam)
	if n < width {
		w.beam = append(w.beam, h)
	} else if n--; h.score <= w.beam[n].score {
		return 0, false
	}
	low, high := 0, n
	for low < high {
		mid := int(uint(low+high) / 2)
		if w.beam[mid].score >= h.score {
			low = mid + 1
		} else {
			high = mid
		}
	}
	copy(w.beam[low+1:], w.beam[low:n])
	w.beam[low] = h
	return low, true
}
