package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/coder/hnsw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// built is an index that holds all vectors under their numbers.
type built struct {
	name   string
	efs    []int // widths to measure; nil where there is none to set
	setEf  func(ef int)
	search func(found []int, query []float32, k int) ([]int, error) // appends to found
}

// builders make the indexes by the names of -index.
var builders = map[string]func(ctx context.Context, o options, base [][]float32) (built, error){
	"flat": buildFlat,
	"hnsw": func(ctx context.Context, o options, base [][]float32) (built, error) {
		return buildHNSW(ctx, "hnsw", 32, o, base)
	},
	"hnsw-8bit": func(ctx context.Context, o options, base [][]float32) (built, error) {
		return buildHNSW(ctx, "hnsw-8bit", 8, o, base)
	},
	"coder": buildCoder,
}

func buildFlat(ctx context.Context, _ options, base [][]float32) (built, error) {
	flat := new(index.Flat)
	err := flat.Upsert(ctx, entries(base)...)
	return built{name: "flat", search: searcher(ctx, flat)}, err
}

func buildHNSW(ctx context.Context, name string, bits int, o options, base [][]float32) (built, error) {
	h := &index.HNSW{Parameters: index.Parameters{M: o.m, EfConstruction: o.construction, Bits: bits, Threads: o.threads}}
	err := h.Upsert(ctx, entries(base)...)
	return built{name: name, efs: o.efs, setEf: func(ef int) { h.Ef = ef }, search: searcher(ctx, h)}, err
}

func entries(base [][]float32) []imagescope.Entry {
	es := make([]imagescope.Entry, len(base))
	for i, v := range base {
		es[i] = imagescope.Entry{ID: strconv.Itoa(i), Vector: v}
	}
	return es
}

func searcher(ctx context.Context, ix imagescope.VectorIndex) func([]int, []float32, int) ([]int, error) {
	return func(found []int, query []float32, k int) ([]int, error) {
		matches, err := ix.Search(ctx, query, k, imagescope.Filter{})
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			n, err := strconv.Atoi(m.ID)
			if err != nil {
				return nil, err
			}
			found = append(found, n)
		}
		return found, nil
	}
}

// buildCoder builds github.com/coder/hnsw with twice the links that it has by
// default, without which it finds less than a fifth.
func buildCoder(_ context.Context, o options, base [][]float32) (b built, err error) {
	g := hnsw.NewGraph[int]()
	g.Distance = func(a, b []float32) float32 { return float32(-dot(a, b)) }
	g.M = 32
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panics: %v", p)
		}
	}()
	for i, v := range base {
		g.Add(hnsw.MakeNode(i, v))
	}
	search := func(found []int, query []float32, k int) ([]int, error) {
		for _, n := range g.Search(query, k) {
			found = append(found, n.Key)
		}
		return found, nil
	}
	return built{name: "coder/hnsw", efs: o.efs, setEf: func(ef int) { g.EfSearch = ef }, search: search}, nil
}
