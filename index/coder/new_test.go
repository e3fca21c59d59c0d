package coder_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/coder/hnsw"
	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/coder"
)

func TestNewRefuses(t *testing.T) {
	graph := func(nodes ...hnsw.Node[string]) *hnsw.Graph[string] {
		g := hnsw.NewGraph[string]()
		g.Add(nodes...)
		return g
	}
	nan := float32(math.NaN())
	tests := []struct {
		name  string
		graph *hnsw.Graph[string]
		ids   []string
		opts  coder.Options
		is    error
	}{
		{name: "no graph"},
		{name: "a key that is not there", graph: graph(), ids: []string{"a"}},
		{name: "a key that is not named", graph: graph(hnsw.MakeNode("a", []float32{1}), hnsw.MakeNode("b", []float32{2})), ids: []string{"a", "a"}},
		{name: "an empty key", graph: graph(hnsw.MakeNode("", []float32{1})), ids: []string{""}},
		{name: "an empty vector", graph: graph(hnsw.MakeNode("a", []float32{})), ids: []string{"a"}, is: imagescope.ErrDimension},
		{name: "NaN", graph: graph(hnsw.MakeNode("a", []float32{nan})), ids: []string{"a"}, is: imagescope.ErrNotFinite},
		{name: "M", graph: &hnsw.Graph[string]{M: -1}},
		{name: "EfSearch", graph: &hnsw.Graph[string]{EfSearch: -1}},
		{name: "Ml of 1", graph: &hnsw.Graph[string]{Ml: 1}},
		{name: "Ml of NaN", graph: &hnsw.Graph[string]{Ml: math.NaN()}},
		{name: "ScanLimit", graph: graph(), opts: coder.Options{ScanLimit: -1}},
		{name: "Fetch", graph: graph(), opts: coder.Options{Fetch: -1}},
	}
	for _, tt := range tests {
		if _, err := coder.New(tt.graph, tt.ids, &tt.opts); err == nil || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: New: error %v, want %v", tt.name, err, tt.is)
		}
	}
}

// TestSaved saves and loads a graph alone, and gives captions back.
func TestSaved(t *testing.T) {
	hnsw.RegisterDistanceFunc("inner product", coder.InnerProduct)
	r := rand.New(rand.NewPCG(5, 5))
	es := entries(r, 200, 8)
	keys := make([]string, len(es))
	for i := range es {
		keys[i] = es[i].ID
		es[i].Caption = "image " + es[i].ID
	}
	g := hnsw.NewGraph[string]()
	g.Distance = coder.InnerProduct
	upsert(t, open(t, g, nil), es...)
	var file bytes.Buffer
	if err := g.Export(&file); err != nil {
		t.Fatal(err)
	}

	loaded := new(hnsw.Graph[string])
	if err := loaded.Import(&file); err != nil {
		t.Fatal(err)
	}
	calls := 0
	distance := loaded.Distance
	loaded.Distance = func(a, b []float32) float32 { calls++; return distance(a, b) }
	ix, err := coder.New(loaded, keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	get := func() imagescope.Entry {
		e, err := ix.Get(t.Context(), "7")
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if d := cmp.Diff(imagescope.Entry{ID: "7", Vector: es[7].Vector}, get()); d != "" {
		t.Errorf("Get after loading: want is -, got is +\n%s", d)
	}
	upsert(t, ix, es...)
	if d := cmp.Diff(es[7], get()); d != "" {
		t.Errorf("Get after Upsert: want is -, got is +\n%s", d)
	}
	if calls != 0 {
		t.Errorf("Upsert of vectors that are held calls Distance %d times", calls)
	}
}

// TestHollow takes over a graph whose layers a deletion has left empty.
func TestHollow(t *testing.T) {
	g := hnsw.NewGraph[string]()
	g.Add(hnsw.MakeNode("a", []float32{1}))
	g.Delete("a")
	ix := open(t, g, walked)
	upsert(t, ix, imagescope.Entry{ID: "b", Vector: []float32{1, 2}})
	if d := cmp.Diff([]string{"b"}, ids(t, ix, []float32{1, 0}, 1)); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
}

func TestInnerProduct(t *testing.T) {
	const huge = math.MaxFloat32
	tests := []struct {
		a, b []float32
		want float32
	}{
		{[]float32{1, 2}, []float32{3, 4}, -11},
		{[]float32{0, 0}, []float32{3, 4}, 0},
		{[]float32{huge, huge}, []float32{huge, huge}, -huge},
		{[]float32{huge, huge}, []float32{-huge, -huge}, huge},
		{[]float32{huge, huge}, []float32{huge, -huge}, 0},
	}
	for _, tt := range tests {
		if got := coder.InnerProduct(tt.a, tt.b); got != tt.want {
			t.Errorf("InnerProduct(%v, %v) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
