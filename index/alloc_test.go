//go:build !race

package index_test

import (
	"testing"

	"github.com/imagescope/imagescope"
)

// The race detector makes sync.Pool forget, so that these tests run without.

// TestFlatAllocations holds that a search allocates its answer alone.
func TestFlatAllocations(t *testing.T) {
	flat, query := random(t, 3000, 16)
	search(t, flat, query, imagescope.Filter{})
	got := testing.AllocsPerRun(100, func() { search(t, flat, query, imagescope.Filter{}) })
	if got > 1 {
		t.Errorf("a search allocates %v times, want once", got)
	}
}
