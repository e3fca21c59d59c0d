package coder

import (
	"context"
	"fmt"
	"slices"

	"github.com/coder/hnsw"
)

// change is what becomes of one ID. nil stands for no entry.
type change struct {
	id       string
	from, to *image
}

// apply makes all changes or, on an error, none.
func (x *Index) apply(ctx context.Context, changes []change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.catchUp(ctx); err != nil {
		return err
	}
	for i, c := range changes {
		err := ctx.Err()
		if err == nil {
			err = x.set(ctx, c)
		}
		if err == nil {
			continue
		}
		for _, c := range slices.Backward(changes[:i+1]) {
			// What the graph does not take back is pending.
			_ = x.set(ctx, change{c.id, c.to, c.from})
		}
		return err
	}
	return nil
}

// set makes one change, in the graph too. On an error the graph lacks what is
// pending.
func (x *Index) set(ctx context.Context, c change) error {
	if c.to == nil {
		delete(x.held, c.id)
	} else {
		if c.from != nil && slices.Equal(c.from.vector, c.to.vector) {
			c.to.vector = c.from.vector
			x.held[c.id] = c.to
			return nil
		}
		x.held[c.id] = c.to
	}
	delete(x.pending, c.id)
	if err := link(x.graph, c.id, c.to); err == nil {
		return nil
	}
	x.restart()
	return x.catchUp(ctx)
}

// restart empties the graph and makes all entries pending.
func (x *Index) restart() {
	clearGraph(x.graph)
	for id := range x.held {
		x.pending[id] = true
	}
}

// catchUp adds what is pending to the graph.
func (x *Index) catchUp(ctx context.Context) error {
	for id := range x.pending {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := link(x.graph, id, x.held[id]); err != nil {
			x.restart()
			return err
		}
		delete(x.pending, id)
	}
	return nil
}

// link replaces what the graph has under an ID, or removes it where to is nil.
// After an error the graph cannot be used.
func link(g *hnsw.Graph[string], id string, to *image) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the graph panics: %v", p)
		}
	}()
	if g.Delete(id) && hollow(g) {
		if g.Len() > 0 {
			return fmt.Errorf("deleting %q leaves a layer of the graph empty", id)
		}
		clearGraph(g)
	}
	if to != nil {
		g.Add(hnsw.MakeNode(id, to.vector))
	}
	return nil
}

// hollow reports whether a layer of the graph is empty, which its methods
// cannot bear.
func hollow(g *hnsw.Graph[string]) bool {
	layers := hnsw.Analyzer[string]{Graph: g}
	return slices.Contains(layers.Topography(), 0)
}

// clearGraph removes all nodes and layers.
func clearGraph(g *hnsw.Graph[string]) {
	*g = hnsw.Graph[string]{Distance: g.Distance, Rng: g.Rng, M: g.M, Ml: g.Ml, EfSearch: g.EfSearch}
}

// complete sets what is not set.
func complete(g *hnsw.Graph[string]) error {
	if g.M < 0 || g.EfSearch < 0 || g.Ml != 0 && !(g.Ml > 0 && g.Ml < 1) {
		return fmt.Errorf("the graph has M %d, EfSearch %d and Ml %v: use 0 for the defaults", g.M, g.EfSearch, g.Ml)
	}
	defaults := hnsw.NewGraph[string]()
	if g.M == 0 {
		g.M = defaults.M
	}
	if g.EfSearch == 0 {
		g.EfSearch = defaults.EfSearch
	}
	if g.Ml == 0 {
		g.Ml = defaults.Ml
	}
	if g.Rng == nil {
		g.Rng = defaults.Rng
	}
	if g.Distance == nil {
		g.Distance = InnerProduct
	}
	return nil
}
