package indextest_test

import (
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/indextest"
)

// An index is tested in a line of its own package's tests.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestFlat(t *testing.T)
		indextest.Run(t, func(*testing.T) imagescope.VectorIndex { return new(index.Flat) }, nil)
	}
	// Output:
}
