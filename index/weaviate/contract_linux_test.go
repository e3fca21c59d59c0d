package weaviate_test

import (
	"strconv"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/indextest"
	"github.com/imagescope/imagescope/index/weaviate"
)

// TestContract runs the suite against a real server: once so that all searches
// are exact, and once so that the largest walk the HNSW index.
func TestContract(t *testing.T) {
	for name, tt := range map[string]struct {
		opts  weaviate.Options
		suite indextest.Options
	}{
		"scan": {weaviate.Options{}, indextest.Options{Size: 500}},
		"walk": {weaviate.Options{ScanLimit: 400}, indextest.Options{Size: 1000, Recall: 0.95}},
	} {
		t.Run(name, func(t *testing.T) {
			var class string
			tt.suite.Reopen = func(t *testing.T, _ imagescope.VectorIndex) imagescope.VectorIndex {
				opts := tt.opts
				opts.Class = class
				return again(t, single.URL(), opts)
			}
			indextest.Run(t, func(t *testing.T) imagescope.VectorIndex {
				ix := open(t, tt.opts)
				class = "Test" + strconv.Itoa(classes)
				return ix
			}, &tt.suite)
		})
	}
}
