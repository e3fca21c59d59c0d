package indextest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/imagescope/imagescope"
)

// checkEntries: an index that lists its entries lists all, once each, in order
// of ID and without their vectors, to a loop that may change them.
func checkEntries(s *subject) error {
	ix := s.open()
	list, ok := ix.(imagescope.Lister)
	if !ok {
		return fmt.Errorf("it is no imagescope.Lister: %w", errSkip)
	}
	if err := checkListed(s.ctx, list, model{}); err != nil {
		return fmt.Errorf("an empty index: %w", err)
	}
	m := model{}
	for i := range 1100 { // more than is asked of a server at once
		e := entry(fmt.Sprint("image ", i), float32(i), 1)
		e.Caption, e.Meta = fmt.Sprint("caption ", i), map[string]string{"number": fmt.Sprint(i)}
		m.upsert(e)
	}
	m.upsert(entry("日/\xff", 1, 1), entry("Z", 1, 1), entry("\x00", 1, 1))
	if err := ix.Upsert(s.ctx, slices.Collect(maps.Values(m))...); err != nil {
		return err
	}
	m.delete("image 7")
	if err := ix.Delete(s.ctx, "image 7"); err != nil {
		return err
	}
	if err := checkListed(s.ctx, list, m); err != nil {
		return err
	}
	return errors.Join(checkListedEnd(s.ctx, list), checkListedLoop(s.ctx, ix, list, m))
}

func checkListed(ctx context.Context, list imagescope.Lister, m model) error {
	want := make([]imagescope.Entry, 0, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		e := m[id]
		e.Vector = nil
		want = append(want, e)
	}
	got := make([]imagescope.Entry, 0, len(m))
	for e, err := range list.Entries(ctx) {
		if err != nil {
			return fmt.Errorf("listing the Entries: %w", err)
		}
		got = append(got, e)
	}
	if d := diff(want, got); d != "" {
		return fmt.Errorf("listing the Entries: %s", d)
	}
	return nil
}

// checkListedEnd has a loop that ends early, and a context that does.
func checkListedEnd(ctx context.Context, list imagescope.Lister) error {
	for range list.Entries(ctx) {
		break
	}
	ending, cancel := context.WithCancel(ctx)
	cancel()
	n, last := 0, error(nil)
	for e, err := range list.Entries(ending) {
		n, last = n+1, err
		if d := diff(imagescope.Entry{}, e); d != "" {
			return fmt.Errorf("listing the Entries: with an error comes an entry: %s", d)
		}
	}
	if n != 1 || !errors.Is(last, context.Canceled) {
		return fmt.Errorf("listing the Entries: %d steps with a cancelled context, the last with error %v, want one with context.Canceled", n, last)
	}
	return nil
}

// checkListedLoop has a loop that changes what it gets, and the index.
func checkListedLoop(ctx context.Context, ix imagescope.VectorIndex, list imagescope.Lister, m model) error {
	n := 0
	for e, err := range list.Entries(ctx) {
		if err != nil {
			return fmt.Errorf("listing the Entries, in a loop that changes the index: %w", err)
		}
		if e.Meta != nil {
			e.Meta["number"] = "changed"
		}
		if n++; n%100 == 1 {
			m.delete(e.ID)
			if err := ix.Delete(ctx, e.ID); err != nil {
				return err
			}
		}
	}
	return checkListed(ctx, list, m)
}
