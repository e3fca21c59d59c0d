package coder_test

import (
	"testing"

	"github.com/coder/hnsw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/coder"
	"github.com/imagescope/imagescope/index/indextest"
)

func open(t testing.TB, g *hnsw.Graph[string], opts *coder.Options) *coder.Index {
	t.Helper()
	ix, err := coder.New(g, nil, opts)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// TestContract has the defaults: all that the suite adds is scanned.
func TestContract(t *testing.T) {
	indextest.Run(t, func(t *testing.T) imagescope.VectorIndex {
		return open(t, new(hnsw.Graph[string]), nil)
	}, nil)
}

// TestContractWalked has small galleries scanned and the large one walked, with
// each distance.
func TestContractWalked(t *testing.T) {
	tests := []struct {
		name     string
		distance hnsw.DistanceFunc
		recall   float64
	}{
		{"inner product", coder.InnerProduct, 0.5},
		{"cosine", hnsw.CosineDistance, 0.4},
		{"euclidean", hnsw.EuclideanDistance, 0.4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			indextest.Run(t, func(t *testing.T) imagescope.VectorIndex {
				return open(t, &hnsw.Graph[string]{Distance: tt.distance}, &coder.Options{ScanLimit: 1000, Fetch: 10})
			}, &indextest.Options{Recall: tt.recall})
		})
	}
}
