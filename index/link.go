package index

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// place is a node in a layer.
type place struct {
	slot  uint32
	layer int
}

// edit is the list of links that a node shall have in a layer.
type edit struct {
	place
	links []uint32
}

// batchSize is the largest number of nodes that join at a time.
const batchSize = 256

// add makes slots part of the graph, some at a time, and holds the lock while
// it changes what searches read. It returns how many became part.
func (g *graph) add(ctx context.Context, slots []uint32, width, threads int, lock sync.Locker) (added int, err error) {
	for added < len(slots) {
		// Those of one batch do not see one another: few at first, then a
		// fiftieth of those that are there.
		some := slots[added:min(added+min(max(1, g.nodes/50), batchSize), len(slots))]
		var edits []edit
		if g.nodes > 0 {
			if edits, err = g.join(ctx, some, width, threads); err != nil {
				return added, err
			}
		}
		lock.Lock()
		g.apply(edits)
		g.nodes += len(some)
		for _, slot := range some {
			if g.entry == none || g.top(slot) > g.top(g.entry) {
				g.entry = slot
			}
			g.long.note(g.norms, slot)
		}
		lock.Unlock()
		added += len(some)
	}
	return added, nil
}

func (g *graph) apply(edits []edit) {
	for _, e := range edits {
		g.setLinks(e.slot, e.layer, e.links)
	}
}

// join works out the links by which new nodes become part of the graph, their
// own and those of others to them. It changes nothing, and returns the same
// whatever the number of threads. The nodes do not see one another (batches,
// as of Manohar et al., "ParlayANN", 2024).
func (g *graph) join(ctx context.Context, slots []uint32, width, threads int) ([]edit, error) {
	own := make([][]edit, len(slots))
	err := each(ctx, len(slots), threads, func(w *walker, i int) { own[i] = w.outward(g, slots[i], width) })
	if err != nil {
		return nil, err
	}
	edits := slices.Concat(own...)
	others := map[place][]uint32{}
	var places []place
	for _, e := range edits {
		for _, to := range e.links {
			at := place{to, e.layer}
			if others[at] == nil {
				places = append(places, at)
			}
			others[at] = append(others[at], e.slot)
		}
	}
	back := make([]edit, len(places))
	err = each(ctx, len(places), threads, func(w *walker, i int) { back[i] = w.inward(g, places[i], others[places[i]]) })
	return append(edits, back...), err
}

// outward returns the links that a new node shall have, found by a search of
// the given width in each layer.
func (w *walker) outward(g *graph, slot uint32, width int) []edit {
	top := min(g.top(slot), g.top(g.entry))
	edits := make([]edit, top+1)
	t := g.to(slot)
	from := append(w.starts[:0], w.descend(g, t, top))
	for layer := top; layer >= 0; layer-- {
		if layer == 0 {
			from = w.addLong(g, t, from)
		}
		w.spread(g, t, layer, from, reach{width: width}, nil)
		from = append(from[:0], w.beam[0])
		edits[layer] = edit{place{slot, layer}, w.choose(g, nil, w.beam, g.m)}
	}
	w.starts = from
	return edits
}

// inward returns what becomes of the links of a node when others link to it.
func (w *walker) inward(g *graph, at place, others []uint32) edit {
	links := slices.Concat(g.links(at.slot, at.layer), others)
	if most := len(g.block(at.slot, at.layer)); len(links) > most {
		links = w.choose(g, nil, w.nearestFirst(g, at.slot, links), most)
	}
	return edit{at, links}
}

// nearestFirst returns nodes with how near they are to another one, in scratch
// memory.
func (w *walker) nearestFirst(g *graph, to uint32, slots []uint32) []hit {
	w.beam = w.beam[:0]
	for i, s := range w.score(g, g.to(to), slots) {
		w.beam = append(w.beam, hit{s, slots[i]})
	}
	slices.SortStableFunc(w.beam, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	return w.beam
}

// choose adds candidates, which come nearest first, to the links of the node
// that their scores belong to, until there are n: each that is nearer to the
// node than to any link, so that links lead into different directions. Where
// these are less than half of n, the nearest of the others make it half: among
// near duplicates, and among vectors of very different lengths, hardly any
// lies in a direction of its own. Exact duplicates of the node, which are as
// near to all others as it is itself, are up to a quarter, and stand in
// nobody's way.
func (w *walker) choose(g *graph, links []uint32, candidates []hit, n int) []uint32 {
	w.spare = w.spare[:0]
	same := 0
	for _, c := range candidates {
		switch {
		case len(links) >= n:
			return links
		case c.score >= 0 && len(links) == same && same < n/4:
			links = append(links, c.slot)
			same++
		case c.score >= 0 || w.covered(g, c, links[same:]):
			w.spare = append(w.spare, c.slot)
		default:
			links = append(links, c.slot)
		}
	}
	missing := max(0, n/2-len(links))
	return append(links, w.spare[:min(missing, len(w.spare))]...)
}

// covered reports whether a node is at least as near to one of the links as
// its score says.
func (w *walker) covered(g *graph, c hit, links []uint32) bool {
	t := g.to(c.slot)
	for some := range slices.Chunk(links, 4) {
		for _, s := range w.score(g, t, some) {
			if s >= c.score {
				return true
			}
		}
	}
	return false
}

// each calls f for each number below n, from several goroutines at once, each
// with a walker of its own.
func each(ctx context.Context, n, threads int, f func(w *walker, i int)) error {
	var next atomic.Int64
	var g errgroup.Group
	for range min(threads, n) {
		g.Go(func() error {
			w := walkers.Get().(*walker)
			defer walkers.Put(w)
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				f(w, int(i))
			}
			return nil
		})
	}
	return g.Wait()
}
