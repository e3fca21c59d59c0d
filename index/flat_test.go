package index_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/indextest"
)

func TestFlat(t *testing.T) {
	indextest.Run(t, func(*testing.T) imagescope.VectorIndex { return new(index.Flat) }, nil)
}

// TestFlatHugeScores has inner products beyond what a float32 holds.
func TestFlatHugeScores(t *testing.T) {
	const huge = math.MaxFloat32
	flat := new(index.Flat)
	err := flat.Upsert(t.Context(),
		imagescope.Entry{ID: "cancels", Vector: []float32{huge, -huge}},
		imagescope.Entry{ID: "most", Vector: []float32{huge, huge}},
		imagescope.Entry{ID: "least", Vector: []float32{-huge, -huge}},
		imagescope.Entry{ID: "most too", Vector: []float32{huge, 0}},
	)
	if err != nil {
		t.Fatal(err)
	}
	got, err := flat.Search(t.Context(), []float32{huge, huge}, 4, imagescope.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []imagescope.Match{{ID: "most", Score: huge}, {ID: "most too", Score: huge}, {ID: "cancels"}, {ID: "least", Score: -huge}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
}

// BenchmarkFlatSearch measures searches for 20 of n vectors of 512 components.
func BenchmarkFlatSearch(b *testing.B) {
	for _, n := range []int{1_000, 20_000, 100_000} {
		flat, query := random(b, n, 512)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				search(b, flat, query, imagescope.Filter{})
			}
			b.ReportMetric(float64(b.N)*float64(n)*512*4/b.Elapsed().Seconds()/1e9, "GB/s")
		})
		b.Run(fmt.Sprintf("%d/where 10%%", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				search(b, flat, query, imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("digit", "3")}})
			}
		})
	}
}

func search(tb testing.TB, ix imagescope.VectorIndex, query []float32, f imagescope.Filter) {
	if _, err := ix.Search(tb.Context(), query, 20, f); err != nil {
		tb.Fatal(err)
	}
}

// random returns an index of n random vectors, whose metadata holds the last
// digit of their number, and a query.
func random(tb testing.TB, n, dim int) (*index.Flat, []float32) {
	r := rand.New(rand.NewPCG(1, 2))
	vector := func() []float32 {
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
	flat := new(index.Flat)
	for i := range n {
		err := flat.Upsert(tb.Context(), imagescope.Entry{
			ID: strconv.Itoa(i), Vector: vector(), Meta: map[string]string{"digit": strconv.Itoa(i % 10)},
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return flat, vector()
}
