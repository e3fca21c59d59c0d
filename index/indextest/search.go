package indextest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
)

// checkEmpty: an index that holds nothing finds nothing, and says so.
func checkEmpty(s *subject) error {
	ix := s.open()
	if got, err := ix.Search(s.ctx, []float32{1, 2, 3}, 5, imagescope.Filter{}); err != nil || len(got) > 0 {
		return fmt.Errorf("empty index: Search = %v, error %v", got, err)
	}
	if _, err := ix.Get(s.ctx, "a"); !errors.Is(err, imagescope.ErrNotFound) {
		return fmt.Errorf("empty index: Get: error %v, want ErrNotFound", err)
	}
	if err := ix.Delete(s.ctx, "a"); err != nil {
		return fmt.Errorf("empty index: Delete: %w", err)
	}
	if err := errors.Join(ix.Upsert(s.ctx), ix.Delete(s.ctx)); err != nil {
		return fmt.Errorf("empty index: Upsert and Delete of nothing: %w", err)
	}
	return nil
}

// checkOrder: the largest inner product comes first, and equal ones in order
// of ID, which is that of bytes.
func checkOrder(s *subject) error {
	var entries []imagescope.Entry
	for i, id := range []string{"b", "10", "é", "a/b", "B", "z", "9", "a", "a b", "日", "aa"} {
		entries = append(entries, entry(id, float32(i%3), 1))
	}
	ix, err := s.with(entries...)
	if err != nil {
		return err
	}
	m := modelOf(entries...)
	for _, query := range [][]float32{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {-2, 3}} {
		for k := range len(entries) + 1 {
			if err := m.compareSearch(s.ctx, ix, query, k, imagescope.Filter{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLengths: a long vector counts more than a short one that points the
// same way, and one that points elsewhere may beat both.
func checkLengths(s *subject) error {
	m := modelOf(entry("short", 1, 0), entry("long", 8, 0), entry("askew", 9, 40), entry("opposite", -100, 0))
	ix, err := s.with(m["short"], m["long"], m["askew"], m["opposite"])
	if err != nil {
		return err
	}
	return errors.Join(m.compare(s.ctx, ix, 2, 0), m.compare(s.ctx, ix, 16, 0), m.compare(s.ctx, ix, 0, -3))
}

// checkZero: zero vectors have the score 0, as everything has for a zero query.
func checkZero(s *subject) error {
	m := modelOf(entry("plus", 1, 1), entry("z0", 0, 0), entry("minus", -1, -1), entry("a0", 0, 0))
	ix, err := s.with(m["plus"], m["z0"], m["minus"], m["a0"])
	if err != nil {
		return err
	}
	return errors.Join(m.compare(s.ctx, ix, 3, 3), m.compare(s.ctx, ix, 0, 0))
}

// checkK: as many as asked for, or all that there are.
func checkK(s *subject) error {
	m := modelOf(entry("a", 3), entry("b", 2), entry("c", 1))
	ix, err := s.with(m["a"], m["b"], m["c"])
	if err != nil {
		return err
	}
	for _, k := range []int{0, -1, math.MinInt, 1, 2, 3, 4, math.MaxInt32, math.MaxInt} {
		if err := m.compareSearch(s.ctx, ix, []float32{1}, k, imagescope.Filter{}); err != nil {
			return err
		}
	}
	return nil
}

// checkMatch: a match carries caption and metadata, and these alone.
func checkMatch(s *subject) error {
	m := modelOf(
		imagescope.Entry{ID: "full", Vector: []float32{2}, Caption: "a \"cat\" 猫\n", Meta: map[string]string{"place": "Ulm", "empty": "", "": "no key"}},
		entry("bare", 1),
	)
	ix, err := s.with(m["full"], m["bare"])
	if err != nil {
		return err
	}
	return m.compare(s.ctx, ix, 1)
}

// checkIDs: any text is an ID, and no two are the same.
func checkIDs(s *subject) error {
	ids := []string{
		"a", "A", "a ", " a", "a/b.jpg", `a\b`, "../a", "a'; drop table entries; --", `"a"`, "%61", "a\x00b", "a\nb",
		"é", "e\u0301", "日本", "*", "a*", "-", "00", "0", "1e1", "10", "null", strings.Repeat("long", 200), strings.Repeat("long", 200) + "er",
	}
	m := model{}
	for i, id := range ids {
		m.upsert(entry(id, float32(i+1), float32(-i)))
	}
	ix := s.open()
	for _, id := range ids {
		if err := ix.Upsert(s.ctx, m[id]); err != nil {
			return err
		}
	}
	if err := m.compare(s.ctx, ix, 1, 0); err != nil {
		return err
	}
	for _, id := range slices.Backward(ids) {
		if err := m.compareSearch(s.ctx, ix, []float32{1, 1}, 1, imagescope.Filter{Only: []string{id}}); err != nil {
			return err
		}
		m.delete(id)
		if err := ix.Delete(s.ctx, id); err != nil {
			return err
		}
		if err := m.compare(s.ctx, ix, 1, 0); err != nil {
			return fmt.Errorf("after Delete(%q): %w", id, err)
		}
	}
	return nil
}
