package pgvector_test

import (
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/indextest"
	"github.com/imagescope/imagescope/index/pgvector"
)

// open returns an index in a table of its own.
func open(t testing.TB, opts pgvector.Options) *pgvector.Index {
	t.Helper()
	pool := connect(t)
	opts.Table = newTable(t, pool)
	ix, err := pgvector.Open(t.Context(), pool, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// TestContract runs the suite over searches that are all exact, and over ones
// of which the largest walk the HNSW index.
func TestContract(t *testing.T) {
	for name, tt := range map[string]struct {
		opts  pgvector.Options
		suite indextest.Options
	}{
		"scan": {pgvector.Options{ScanLimit: -1}, indextest.Options{Size: 500}},
		"walk": {pgvector.Options{ScanLimit: 400}, indextest.Options{Size: 1000, Recall: 0.98}},
	} {
		t.Run(name, func(t *testing.T) {
			pool := connect(t)
			var name string
			again := func(t *testing.T) imagescope.VectorIndex {
				opts := tt.opts
				opts.Table = name
				ix, err := pgvector.Open(t.Context(), pool, &opts)
				if err != nil {
					t.Fatal(err)
				}
				return ix
			}
			tt.suite.Reopen = func(t *testing.T, _ imagescope.VectorIndex) imagescope.VectorIndex { return again(t) }
			indextest.Run(t, func(t *testing.T) imagescope.VectorIndex {
				name = newTable(t, pool)
				return again(t)
			}, &tt.suite)
		})
	}
}
