package indextest

import (
	"errors"
	"fmt"

	"github.com/imagescope/imagescope"
)

// checkGet: Get returns what was added, as a copy.
func checkGet(s *subject) error {
	want := imagescope.Entry{ID: "a", Vector: []float32{3, -7}, Caption: "a cat", Meta: map[string]string{"year": "2024"}}
	ix, err := s.with(want)
	if err != nil {
		return err
	}
	for range 2 {
		got, err := ix.Get(s.ctx, "a")
		if err != nil {
			return err
		}
		if d := diff(want, got); d != "" {
			return errors.New(d)
		}
		got.Vector[0] = 99
		got.Meta["year"] = "1900"
	}
	if _, err := ix.Get(s.ctx, "A"); !errors.Is(err, imagescope.ErrNotFound) {
		return fmt.Errorf("an unknown ID: Get: error %v, want ErrNotFound", err)
	}
	return modelOf(want).compare(s.ctx, ix, 1, 1)
}

// checkReplace: of a replaced entry nothing is left.
func checkReplace(s *subject) error {
	meta := map[string]string{"old": "yes", "kind": "cat"}
	ix, err := s.with(
		imagescope.Entry{ID: "a", Vector: []float32{1, 0}, Caption: "old", Meta: meta},
		imagescope.Entry{ID: "b", Vector: []float32{0, 1}, Caption: "stays", Meta: meta},
	)
	if err != nil {
		return err
	}
	m := modelOf(imagescope.Entry{ID: "b", Vector: []float32{0, 1}, Caption: "stays", Meta: meta})
	for _, e := range []imagescope.Entry{
		{ID: "a", Vector: []float32{-1, 5}, Caption: "new", Meta: map[string]string{"kind": "dog"}},
		{ID: "a", Vector: []float32{-1, 2}},
		{ID: "a", Vector: []float32{-1, 2}},
	} {
		m.upsert(e)
		if err := ix.Upsert(s.ctx, e); err != nil {
			return err
		}
		if err := errors.Join(m.compare(s.ctx, ix, 1, 0), m.compare(s.ctx, ix, 0, 1)); err != nil {
			return err
		}
		old := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("old", "yes")}}
		if err := m.compareSearch(s.ctx, ix, []float32{1, 1}, 5, old); err != nil {
			return err
		}
	}
	return nil
}

// checkTwice: where an ID comes twice in one Upsert the last one counts.
func checkTwice(s *subject) error {
	ix, err := s.with(entry("a", 1), entry("b", 2), entry("a", 3))
	if err != nil {
		return err
	}
	if err := modelOf(entry("a", 3), entry("b", 2)).compare(s.ctx, ix, 1); err != nil {
		return err
	}
	if err := ix.Upsert(s.ctx, entry("b", 7), entry("c", 1), entry("c", 4), entry("b", -1), entry("c", 5)); err != nil {
		return err
	}
	return modelOf(entry("a", 3), entry("b", -1), entry("c", 5)).compare(s.ctx, ix, 1)
}

// checkDelete: what is deleted is gone, the rest stays, and an ID may come
// back.
func checkDelete(s *subject) error {
	entries := []imagescope.Entry{entry("a", 1, 5), entry("b", 2, 4), entry("c", 3, 3), entry("d", 4, 2), entry("e", 5, 1)}
	ix, err := s.with(entries...)
	if err != nil {
		return err
	}
	m := modelOf(entries...)
	for _, ids := range [][]string{{"unknown"}, {"b"}, {"b"}, {"e", "e", "unknown"}, {"a", "c"}, {"d"}, {"d", "a"}} {
		m.delete(ids...)
		if err := ix.Delete(s.ctx, ids...); err != nil {
			return fmt.Errorf("Delete(%q): %w", ids, err)
		}
		if err := errors.Join(m.compare(s.ctx, ix, 1, 0), m.compare(s.ctx, ix, 0, 1)); err != nil {
			return fmt.Errorf("after Delete(%q): %w", ids, err)
		}
		if _, err := ix.Get(s.ctx, ids[0]); !errors.Is(err, imagescope.ErrNotFound) {
			return fmt.Errorf("after Delete: Get(%q): error %v, want ErrNotFound", ids[0], err)
		}
	}
	back := entry("b", -1, -2)
	m.upsert(back)
	if err := ix.Upsert(s.ctx, back); err != nil {
		return err
	}
	return m.compare(s.ctx, ix, 1, 1)
}

// checkRetained: the index keeps no slice or map of the caller's and changes
// none.
func checkRetained(s *subject) error {
	vector, meta := []float32{1, 2}, map[string]string{"kind": "cat"}
	ids, query := []string{"a", "b"}, []float32{5, 1}
	entries := []imagescope.Entry{{ID: "a", Vector: vector, Meta: meta}, entry("b", 2, 0)}
	ix, err := s.with(entries...)
	if err != nil {
		return err
	}
	filter := imagescope.Filter{Only: ids, Where: []imagescope.Condition{imagescope.Is("kind", "cat", "dog")}}
	want := modelOf(imagescope.Entry{ID: "a", Vector: []float32{1, 2}, Meta: map[string]string{"kind": "cat"}}, entry("b", 2, 0))
	if err := want.compareSearch(s.ctx, ix, query, 5, filter); err != nil {
		return err
	}
	if d := diff([]float32{5, 1}, query) + diff([]string{"a", "b"}, ids) + diff([]string{"cat", "dog"}, filter.Where[0].Values); d != "" {
		return fmt.Errorf("arguments of Search have changed: %s", d)
	}
	vector[0], meta["kind"], meta["new"] = 50, "dog", "yes"
	entries[1] = entry("c", 9, 9)
	ids[0], query[0] = "c", 0
	return want.compare(s.ctx, ix, 1, 1)
}
