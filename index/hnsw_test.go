package index_test

import (
	"fmt"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/indextest"
)

func TestHNSW(t *testing.T) {
	for _, bits := range []int{32, 8} {
		t.Run(fmt.Sprintf("%d bits", bits), func(t *testing.T) {
			open := func(*testing.T) imagescope.VectorIndex {
				return &index.HNSW{Parameters: index.Parameters{Bits: bits}}
			}
			indextest.Run(t, open, &indextest.Options{Recall: 0.99})
		})
	}
}
