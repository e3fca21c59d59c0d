package indextest

import (
	"errors"
	"fmt"
	"math"

	"github.com/imagescope/imagescope"
)

// checkReopen: what was stored is there after the index is opened again, as
// often as one likes, and can be changed.
func checkReopen(s *subject) error {
	if s.opts.Reopen == nil {
		return fmt.Errorf("Options.Reopen is nil: %w", errSkip)
	}
	ix := s.reopen(s.open())
	m := modelOf(
		imagescope.Entry{ID: "a", Vector: []float32{1, 2}, Caption: "a cat", Meta: map[string]string{"kind": "cat", "": ""}},
		imagescope.Entry{ID: "b/日", Vector: []float32{2, math.MaxInt16}, Caption: "\x00"},
		entry("c", 0, 0),
	)
	for _, e := range m {
		if err := ix.Upsert(s.ctx, e); err != nil {
			return err
		}
	}
	for _, change := range []func() error{
		func() error { return nil },
		func() error { return ix.Upsert(s.ctx) },
		func() error {
			m.upsert(entry("a", 5, 5), entry("d", -1, 0))
			return ix.Upsert(s.ctx, m["a"], m["d"])
		},
		func() error {
			m.delete("a", "c")
			return ix.Delete(s.ctx, "a", "c")
		},
		func() error {
			if err := ix.Upsert(s.ctx, entry("e", 1)); !errors.Is(err, imagescope.ErrDimension) {
				return fmt.Errorf("another dimension: Upsert: error %v, want ErrDimension", err)
			}
			return nil
		},
	} {
		if err := change(); err != nil {
			return err
		}
		ix = s.reopen(ix)
		if err := errors.Join(m.compare(s.ctx, ix, 1, 0), m.compare(s.ctx, ix, -1, 1)); err != nil {
			return fmt.Errorf("after opening again: %w", err)
		}
	}
	return nil
}
