package index

import "context"

// connect sees to it that walks in layer 0 can come to every entry: it adds
// links to those to which no links lead from where walks begin.
//
// A new node is linked to by its neighbours. But these keep only so many links,
// in different directions, and when all of them have found others that lie
// better the node is lost: of groups of equal vectors many are, and with few
// links some of any. Where there is no room for a link, one is replaced that is
// not needed to come to where it leads.
func (h *HNSW) connect(ctx context.Context, width int) error {
	nodes, g := h.table.alive(), h.graph
	if len(nodes) == 0 {
		return nil
	}
	paths := newPaths(g)
	paths.follow(g.entry)
	w := walkers.Get().(*walker)
	defer walkers.Put(w)
	for _, slot := range nodes {
		if paths.from[slot] != none {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		t := g.to(slot)
		w.starts = w.addLong(g, t, append(w.starts[:0], w.descend(g, t, 0)))
		w.spread(g, t, 0, w.starts, reach{width: width}, nil)
		near, at := paths.room(w.beam)
		h.mu.Lock()
		g.block(near, 0)[at] = slot
		h.mu.Unlock()
		paths.from[slot] = near
		paths.follow(slot)
	}
	h.joined = 0
	return nil
}

// paths are the ways from the entry to all nodes of layer 0.
type paths struct {
	graph *graph
	from  []uint32 // the node whose link leads to a slot; none if there is no way
	queue []uint32
}

func newPaths(g *graph) *paths {
	p := &paths{graph: g, from: make([]uint32, len(g.norms))}
	for i := range p.from {
		p.from[i] = none
	}
	p.from[g.entry] = g.entry
	return p
}

// follow finds ways to where the links of a node lead, and on.
func (p *paths) follow(slot uint32) {
	p.queue = append(p.queue[:0], slot)
	for len(p.queue) > 0 {
		last := len(p.queue) - 1
		slot, p.queue = p.queue[last], p.queue[:last]
		for _, link := range p.graph.links(slot, 0) {
			if p.from[link] == none {
				p.from[link] = slot
				p.queue = append(p.queue, link)
			}
		}
	}
}

// room returns where a link can be put: at the nearest node to which there is a
// way and which has room, or a link that is not part of a way.
func (p *paths) room(near []hit) (slot uint32, at int) {
	for _, h := range near {
		if at, ok := p.spare(h.slot); ok {
			return h.slot, at
		}
	}
	for slot := range p.from {
		if at, ok := p.spare(uint32(slot)); ok {
			return uint32(slot), at
		}
	}
	return p.graph.entry, 0 // never: nodes have two links or more, and one way leads to each
}

func (p *paths) spare(slot uint32) (at int, ok bool) {
	if p.from[slot] == none {
		return 0, false
	}
	block := p.graph.block(slot, 0)
	for at := len(block) - 1; at >= 0; at-- {
		if at > 0 && block[at] == none && block[at-1] == none {
			continue
		}
		if block[at] == none || p.from[block[at]] != slot {
			return at, true
		}
	}
	return 0, false
}
