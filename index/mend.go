package index

import (
	"context"
	"slices"
	"sync"
)

// mend frees the slots of what is dead: it leads all links around them or,
// where less is alive than dead, makes the graph anew.
func (h *HNSW) mend(ctx context.Context, p Parameters) error {
	dead := set(nil).resized(h.table.ids.size)
	for _, slot := range h.dead {
		dead.add(slot)
	}
	if h.graph.nodes < 2*len(h.dead) {
		return h.renew(ctx, p)
	}
	for from := 0; from < h.table.ids.size; from += 1024 {
		edits, err := h.graph.bypass(ctx, dead, from, min(from+1024, h.table.ids.size), p.Threads)
		if err != nil {
			return err
		}
		h.mu.Lock()
		h.graph.apply(edits)
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, slot := range h.dead {
		h.graph.unlink(slot)
	}
	h.graph.nodes -= len(h.dead)
	h.joined = h.graph.nodes
	h.free = append(h.free, h.dead...)
	h.dead = nil
	h.graph.enter(h.table.alive())
	return nil
}

// enter makes the highest of the nodes the entry, and notes the longest.
func (g *graph) enter(nodes []uint32) {
	g.entry, g.long = none, long{}
	for _, slot := range nodes {
		if g.entry == none || g.top(slot) > g.top(g.entry) {
			g.entry = slot
		}
		g.long.note(g.norms, slot)
	}
}

// renew makes the graph anew from what is alive.
func (h *HNSW) renew(ctx context.Context, p Parameters) error {
	alive := h.table.alive()
	g := newGraph(p, &h.table.rows)
	g.resize(h.table.ids.size)
	for _, slot := range alive {
		g.measure(slot)
	}
	if _, err := g.add(ctx, alive, p.EfConstruction, p.Threads, new(sync.Mutex)); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.graph = g
	h.joined = g.nodes
	h.free = append(h.free, h.dead...)
	h.dead = nil
	return nil
}

// bypass works out new links for those of a range of slots that link to the
// dead. It changes nothing.
func (g *graph) bypass(ctx context.Context, dead set, from, to, threads int) ([]edit, error) {
	var places []place
	for slot := uint32(from); slot < uint32(to); slot++ {
		if dead.has(slot) {
			continue
		}
		for layer := range g.top(slot) + 1 {
			if slices.ContainsFunc(g.links(slot, layer), dead.has) {
				places = append(places, place{slot, layer})
			}
		}
	}
	edits := make([]edit, len(places))
	err := each(ctx, len(places), threads, func(w *walker, i int) {
		edits[i] = edit{places[i], w.around(g, dead, places[i])}
	})
	return edits, err
}

// detour is how many nodes are looked at to replace the dead links of one.
const detour = 256

// around returns links of a node without the dead: these are replaced by the
// nearest of what they link to, directly or by others that are dead.
func (w *walker) around(g *graph, dead set, at place) []uint32 {
	w.forget(len(g.norms))
	w.seen[at.slot] = w.mark
	var links, beyond []uint32
	old := g.links(at.slot, at.layer)
	for _, link := range old {
		w.seen[link] = w.mark
		if !dead.has(link) {
			links = append(links, link)
		}
	}
	queue := slices.DeleteFunc(slices.Clone(old), func(link uint32) bool { return !dead.has(link) })
	for i := 0; i < len(queue) && len(queue)+len(beyond) < detour; i++ {
		for _, link := range g.links(queue[i], at.layer) {
			if w.seen[link] == w.mark {
				continue
			}
			w.seen[link] = w.mark
			if dead.has(link) {
				queue = append(queue, link)
			} else {
				beyond = append(beyond, link)
			}
		}
	}
	nearest := w.nearestFirst(g, at.slot, beyond)
	missing := len(old) - len(links)
	return w.choose(g, links, nearest[:min(4*missing, len(nearest))], len(old))
}
