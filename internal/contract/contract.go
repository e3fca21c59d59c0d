// Package contract checks what an index is given, as the documentation of
// [imagescope.VectorIndex] asks.
package contract

import (
	"fmt"
	"maps"
	"slices"

	"github.com/imagescope/imagescope"
)

// Entries returns an error for the first entry that an index with vectors of
// dim components cannot hold; 0 stands for one that never held any.
func Entries(entries []imagescope.Entry, dim int) error {
	for i, e := range entries {
		if e.ID == "" {
			return fmt.Errorf("entry %d has no ID", i)
		}
		if len(e.Vector) == 0 {
			return fmt.Errorf("entry %d, %q, has no vector: %w", i, e.ID, imagescope.ErrDimension)
		}
		if dim == 0 {
			dim = len(e.Vector)
		}
		if err := vector(e.Vector, dim); err != nil {
			return fmt.Errorf("entry %d, %q: %w", i, e.ID, err)
		}
	}
	return nil
}

// Query returns an error for a search that an index with vectors of dim
// components cannot answer; 0 stands for one that never held any.
func Query(query []float32, f imagescope.Filter, dim int) error {
	if err := f.Validate(); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	if dim == 0 {
		dim = len(query)
	}
	if err := vector(query, dim); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

func vector(v []float32, dim int) error {
	if len(v) != dim {
		return fmt.Errorf("%d components where the index has %d: %w", len(v), dim, imagescope.ErrDimension)
	}
	for i, x := range v {
		if x-x != 0 {
			return fmt.Errorf("component %d is %v: %w", i, x, imagescope.ErrNotFinite)
		}
	}
	return nil
}

// Last returns entries without those that a later one with the same ID
// replaces, in order of ID.
func Last(entries []imagescope.Entry) []imagescope.Entry {
	at := make(map[string]int, len(entries))
	for i, e := range entries {
		at[e.ID] = i
	}
	last := make([]imagescope.Entry, 0, len(at))
	for _, id := range slices.Sorted(maps.Keys(at)) {
		last = append(last, entries[at[id]])
	}
	return last
}
