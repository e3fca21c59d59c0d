package coder_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/coder/hnsw"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/coder"
)

// walked has the graph asked wherever it can be.
var walked = &coder.Options{ScanLimit: 1, Fetch: 1}

// panics reports whether f does.
func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

func gaussian(r *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func entries(r *rand.Rand, n, dim int) []imagescope.Entry {
	es := make([]imagescope.Entry, n)
	for i := range es {
		es[i] = imagescope.Entry{ID: fmt.Sprint(i), Vector: gaussian(r, dim)}
	}
	return es
}

func upsert(t *testing.T, ix *coder.Index, es ...imagescope.Entry) {
	t.Helper()
	if err := ix.Upsert(t.Context(), es...); err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, ix *coder.Index, query []float32, k int) []string {
	t.Helper()
	matches, err := ix.Search(t.Context(), query, k, imagescope.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	found := make([]string, len(matches))
	for i, m := range matches {
		found[i] = m.ID
	}
	return found
}

// TestFaults shows what makes the library panic, and that the index bears it.
func TestFaults(t *testing.T) {
	a, b := hnsw.MakeNode("a", []float32{1, 0}), hnsw.MakeNode("b", []float32{0, 1})
	entry := func(n hnsw.Node[string]) imagescope.Entry { return imagescope.Entry{ID: n.Key, Vector: n.Value} }
	filled := func() *hnsw.Graph[string] {
		g := hnsw.NewGraph[string]()
		g.Add(a)
		return g
	}
	tests := []struct {
		name    string
		library func()
		index   func(ix *coder.Index) error
		is      error
		want    []string
	}{
		{
			name:    "a query of another dimension",
			library: func() { filled().Search([]float32{1}, 1) },
			index: func(ix *coder.Index) error {
				_, err := ix.Search(t.Context(), []float32{1}, 1, imagescope.Filter{})
				return err
			},
			is: imagescope.ErrDimension, want: []string{"a"},
		},
		{
			name:    "a vector of another dimension",
			library: func() { filled().Add(hnsw.MakeNode("b", []float32{1})) },
			index: func(ix *coder.Index) error {
				return ix.Upsert(t.Context(), imagescope.Entry{ID: "b", Vector: []float32{1}})
			},
			is: imagescope.ErrDimension, want: []string{"a"},
		},
		{
			name:    "a zero graph",
			library: func() { g := new(hnsw.Graph[string]); g.Add(a); g.Add(b) },
			index:   func(ix *coder.Index) error { return ix.Upsert(t.Context(), entry(b)) },
			want:    []string{"a", "b"},
		},
		{
			name:    "the only key again",
			library: func() { filled().Add(hnsw.MakeNode("a", []float32{0, 1})) },
			index: func(ix *coder.Index) error {
				return ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{0, 1}})
			},
			want: []string{"a"},
		},
		{
			name:    "an addition after the last was deleted",
			library: func() { g := filled(); g.Delete("a"); g.Add(b) },
			index: func(ix *coder.Index) error {
				return errors.Join(ix.Delete(t.Context(), "a"), ix.Upsert(t.Context(), entry(b)))
			},
			want: []string{"b"},
		},
		{
			name:    "a search after the last was deleted",
			library: func() { g := filled(); g.Delete("a"); g.Search([]float32{1, 0}, 1) },
			index:   func(ix *coder.Index) error { return ix.Delete(t.Context(), "a") },
			want:    []string{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !panics(tt.library) {
				t.Error("the library does not panic: this fault is gone")
			}
			ix := open(t, new(hnsw.Graph[string]), walked)
			upsert(t, ix, entry(a))
			if err := tt.index(ix); !errors.Is(err, tt.is) {
				t.Errorf("error %v, want %v", err, tt.is)
			}
			if d := gocmp.Diff(tt.want, ids(t, ix, []float32{1, 0.5}, 3)); d != "" {
				t.Errorf("Search: want is -, got is +\n%s", d)
			}
		})
	}
}

// TestOrder shows that the library answers out of order and the index in order.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	g := &hnsw.Graph[string]{Distance: coder.InnerProduct}
	ix := open(t, g, walked)
	upsert(t, ix, entries(r, 300, 8)...)
	descending := func(a, b float32) int { return cmp.Compare(b, a) }
	sorted := true
	for range 50 {
		query := gaussian(r, 8)
		var theirs, ours []float32
		for _, node := range g.Search(query, 20) {
			theirs = append(theirs, -coder.InnerProduct(query, node.Value))
		}
		sorted = sorted && slices.IsSortedFunc(theirs, descending)
		matches, err := ix.Search(t.Context(), query, 20, imagescope.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range matches {
			ours = append(ours, m.Score)
		}
		if len(ours) != 20 || !slices.IsSortedFunc(ours, descending) {
			t.Errorf("Search returns %v, want 20 in order", ours)
		}
	}
	if sorted {
		t.Error("the library answers in order: this fault is gone")
	}
}

// TestChurn replaces and deletes so many that layers of the graph become empty
// and deleted nodes stay linked. All answers are of what is held.
func TestChurn(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	g := new(hnsw.Graph[string])
	ix := open(t, g, walked)
	held := map[string][]float32{}
	for step := range 3000 {
		id := fmt.Sprint(r.IntN(60))
		if r.IntN(3) == 0 {
			delete(held, id)
			if err := ix.Delete(t.Context(), id, id, "unknown"); err != nil {
				t.Fatalf("step %d: Delete: %v", step, err)
			}
		} else {
			held[id] = gaussian(r, 8)
			upsert(t, ix, imagescope.Entry{ID: id, Vector: held[id]})
		}
		if g.Len() != len(held) {
			t.Fatalf("step %d: the graph holds %d, want %d", step, g.Len(), len(held))
		}
		if layers := (&hnsw.Analyzer[string]{Graph: g}).Topography(); slices.Contains(layers, 0) {
			t.Fatalf("step %d: layers of %v nodes: one is empty", step, layers)
		}
		query := gaussian(r, 8)
		matches, err := ix.Search(t.Context(), query, 5, imagescope.Filter{})
		if err != nil {
			t.Fatalf("step %d: Search: %v", step, err)
		}
		if len(matches) != min(5, len(held)) {
			t.Fatalf("step %d: Search returns %d of %d, want 5", step, len(matches), len(held))
		}
		seen := map[string]bool{}
		for _, m := range matches {
			v, ok := held[m.ID]
			if !ok || seen[m.ID] || m.Score != -coder.InnerProduct(query, v) {
				t.Fatalf("step %d: Search returns %v, which is deleted, twice or of an old vector", step, m)
			}
			seen[m.ID] = true
		}
	}
}

// TestDistancePanics has a Distance that panics for a while.
func TestDistancePanics(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	broken := false
	ix := open(t, &hnsw.Graph[string]{Distance: func(a, b []float32) float32 {
		if broken {
			panic("broken")
		}
		return coder.InnerProduct(a, b)
	}}, walked)
	es := entries(r, 40, 4)
	upsert(t, ix, es[:30]...)
	query := gaussian(r, 4)

	broken = true
	changed := imagescope.Entry{ID: "0", Vector: gaussian(r, 4)}
	if err := ix.Upsert(t.Context(), append(es[30:], changed)...); err == nil {
		t.Error("Upsert: no error although Distance panics")
	}
	if d := gocmp.Diff(exact(t, es[:30], query), ids(t, ix, query, 40)); d != "" {
		t.Errorf("Search after the panic: want is -, got is +\n%s", d)
	}
	broken = false
	upsert(t, ix, es[30:]...)
	if d := gocmp.Diff(exact(t, es, query), ids(t, ix, query, 40)); d != "" {
		t.Errorf("Search after the next change: want is -, got is +\n%s", d)
	}
}

// TestCancelled ends the context in the midst of an Upsert.
func TestCancelled(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	ctx, cancel := context.WithCancel(t.Context())
	calls, limit := 0, math.MaxInt
	g := &hnsw.Graph[string]{Distance: func(a, b []float32) float32 {
		if calls++; calls == limit {
			cancel()
		}
		return coder.InnerProduct(a, b)
	}}
	ix := open(t, g, walked)
	before := entries(r, 50, 4)
	upsert(t, ix, before...)
	query := gaussian(r, 4)

	limit = calls + 1000
	if err := ix.Upsert(ctx, entries(r, 100, 4)...); !errors.Is(err, context.Canceled) {
		t.Fatalf("Upsert: error %v, want that of the context", err)
	}
	if d := gocmp.Diff(exact(t, before, query), ids(t, ix, query, 200)); d != "" {
		t.Errorf("Search after it was cancelled: want is -, got is +\n%s", d)
	}
	for _, e := range before {
		got, err := ix.Get(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(e, got); d != "" {
			t.Errorf("Get(%q): want is -, got is +\n%s", e.ID, d)
		}
	}
	upsert(t, ix, imagescope.Entry{ID: "new", Vector: query})
	if g.Len() != 51 {
		t.Errorf("the graph holds %d after the next change, want 51", g.Len())
	}
}

// exact returns the IDs of all entries in the order of a scan.
func exact(t *testing.T, es []imagescope.Entry, query []float32) []string {
	t.Helper()
	ix := open(t, new(hnsw.Graph[string]), &coder.Options{ScanLimit: len(es)})
	upsert(t, ix, es...)
	return ids(t, ix, query, len(es))
}
