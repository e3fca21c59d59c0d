package indextest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/imagescope/imagescope"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// checkRefusedEntries: one bad entry, and nothing of an Upsert is stored.
func checkRefusedEntries(s *subject) error {
	bad := []struct {
		name  string
		entry imagescope.Entry
		err   error // nil stands for any
	}{
		{"short vector", entry("bad", 1), imagescope.ErrDimension},
		{"long vector", entry("bad", 1, 2, 3), imagescope.ErrDimension},
		{"NaN", entry("bad", 1, nan), imagescope.ErrNotFinite},
		{"infinity", entry("bad", inf, 1), imagescope.ErrNotFinite},
		{"minus infinity", entry("bad", 1, -inf), imagescope.ErrNotFinite},
		{"no vector", entry("bad"), nil},
		{"no ID", entry("", 1, 2), nil},
	}
	for _, tt := range bad {
		for _, m := range []model{{}, modelOf(entry("a", 1, 2), entry("b", 3, 4))} {
			ix, err := s.with()
			for _, e := range m {
				err = errors.Join(err, ix.Upsert(s.ctx, e))
			}
			if err != nil {
				return err
			}
			for _, entries := range [][]imagescope.Entry{
				{entry("new", 5, 6), tt.entry},
				{entry("a", 7, 8), entry("new", 5, 6), tt.entry, entry("last", 1, 1)},
			} {
				err := ix.Upsert(s.ctx, entries...)
				if err == nil || tt.err != nil && !errors.Is(err, tt.err) {
					return fmt.Errorf("%s: Upsert: error %v, want %v", tt.name, err, tt.err)
				}
				if err := m.compare(s.ctx, ix, 1, 1); err != nil {
					return fmt.Errorf("%s: something was stored: %w", tt.name, err)
				}
			}
			if len(m) == 0 {
				m.upsert(entry("a", 1, 2, 3)) // nor has the dimension been set
				if err := ix.Upsert(s.ctx, m["a"]); err != nil {
					return fmt.Errorf("%s: the first good Upsert: %w", tt.name, err)
				}
				if err := m.compare(s.ctx, ix, 1, 1, 1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkRefusedQueries: what cannot be compared is an error and not an answer.
func checkRefusedQueries(s *subject) error {
	ix, err := s.with(entry("a", 1, 2))
	if err != nil {
		return err
	}
	for _, tt := range []struct {
		query []float32
		err   error
	}{
		{[]float32{1}, imagescope.ErrDimension},
		{[]float32{1, 2, 3}, imagescope.ErrDimension},
		{nil, imagescope.ErrDimension},
		{[]float32{nan, 1}, imagescope.ErrNotFinite},
		{[]float32{1, inf}, imagescope.ErrNotFinite},
		{[]float32{-inf, 1}, imagescope.ErrNotFinite},
	} {
		if got, err := ix.Search(s.ctx, tt.query, 1, imagescope.Filter{}); !errors.Is(err, tt.err) {
			return fmt.Errorf("Search(%v) = %v, error %v, want %v", tt.query, got, err, tt.err)
		}
	}
	for _, c := range []imagescope.Condition{{}, {Key: "kind"}, {Values: []string{"cat"}}, {Key: "year", Values: []string{"1"}, Min: "1"}} {
		if got, err := ix.Search(s.ctx, []float32{1, 2}, 1, imagescope.Filter{Where: []imagescope.Condition{c}}); err == nil {
			return fmt.Errorf("condition %+v: Search = %v, want an error", c, got)
		}
	}
	return nil
}

// checkDimension: the first entry ever added sets it, even when it is gone.
func checkDimension(s *subject) error {
	ix, err := s.with(entry("a", 1, 2, 3))
	if err != nil {
		return err
	}
	if err := ix.Delete(s.ctx, "a"); err != nil {
		return err
	}
	ix = s.reopen(ix)
	if err := ix.Upsert(s.ctx, entry("b", 1, 2)); !errors.Is(err, imagescope.ErrDimension) {
		return fmt.Errorf("emptied index: Upsert of another dimension: error %v, want ErrDimension", err)
	}
	if err := ix.Upsert(s.ctx, entry("b", 1, 2, 4)); err != nil {
		return fmt.Errorf("emptied index: Upsert: %w", err)
	}
	return modelOf(entry("b", 1, 2, 4)).compare(s.ctx, ix, 1, 1, 1)
}

// checkContext: a done context is an error of every method, and changes
// nothing.
func checkContext(s *subject) error {
	m := modelOf(entry("a", 1, 2), entry("b", 2, 1))
	ix, err := s.with(m["a"], m["b"])
	if err != nil {
		return err
	}
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	expired, cancel := context.WithDeadline(s.ctx, time.Unix(0, 0))
	defer cancel()
	for _, ctx := range []context.Context{cancelled, expired} {
		_, getErr := ix.Get(ctx, "a")
		_, unknownErr := ix.Get(ctx, "unknown")
		_, searchErr := ix.Search(ctx, []float32{1, 1}, 1, imagescope.Filter{})
		for _, call := range []struct {
			name string
			err  error
		}{
			{"Upsert", ix.Upsert(ctx, entry("a", 9, 9), entry("c", 1, 1))},
			{"Upsert of nothing", ix.Upsert(ctx)},
			{"Delete", ix.Delete(ctx, "a")},
			{"Delete of nothing", ix.Delete(ctx)},
			{"Get", getErr},
			{"Get of an unknown ID", unknownErr},
			{"Search", searchErr},
		} {
			if !errors.Is(call.err, ctx.Err()) {
				return fmt.Errorf("%s with a done context: error %v, want %v", call.name, call.err, ctx.Err())
			}
		}
	}
	return m.compare(s.ctx, ix, 1, 1)
}
