package coder_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/coder/hnsw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/coder"
)

// BenchmarkSearch compares a scan with walks, and says what these find.
func BenchmarkSearch(b *testing.B) {
	const n, dim, k = 5000, 512, 10
	r := rand.New(rand.NewPCG(6, 6))
	g := new(hnsw.Graph[string])
	es := entries(r, n, dim)
	keys := make([]string, n)
	for i, e := range es {
		keys[i] = e.ID
	}
	if err := open(b, g, nil).Upsert(b.Context(), es...); err != nil {
		b.Fatal(err)
	}
	queries := make([][]float32, 50)
	for i := range queries {
		queries[i] = gaussian(r, dim)
	}
	nearest := make([][]imagescope.Match, len(queries))
	for _, opts := range []coder.Options{{ScanLimit: n}, {ScanLimit: 1, Fetch: 10}, {ScanLimit: 1, Fetch: 50}} {
		b.Run(fmt.Sprintf("%+v", opts), func(b *testing.B) {
			ix, err := coder.New(g, keys, &opts)
			if err != nil {
				b.Fatal(err)
			}
			search := func(i int) []imagescope.Match {
				found, err := ix.Search(b.Context(), queries[i], k, imagescope.Filter{})
				if err != nil {
					b.Fatal(err)
				}
				return found
			}
			hits := 0
			for i := range queries {
				found := search(i)
				if opts.ScanLimit == n {
					nearest[i] = found
				}
				for _, m := range found {
					if slices.ContainsFunc(nearest[i], func(o imagescope.Match) bool { return o.ID == m.ID }) {
						hits++
					}
				}
			}
			i := 0
			for b.Loop() {
				search(i % len(queries))
				i++
			}
			b.ReportMetric(float64(hits)/float64(k*len(queries)), "recall@10")
		})
	}
}
