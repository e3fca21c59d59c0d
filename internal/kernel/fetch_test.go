package kernel

import (
	"slices"
	"testing"
)

// TestFetch changes nothing, wherever a list begins and ends.
func TestFetch(t *testing.T) {
	list := make([]uint32, 64)
	for i := range list {
		list[i] = uint32(i)
	}
	want := slices.Clone(list)
	for from := range list {
		for to := from; to <= len(list); to++ {
			Fetch(list[from:to])
		}
	}
	Fetch(nil)
	if !slices.Equal(list, want) {
		t.Errorf("Fetch changed %d into %d", want, list)
	}
}
