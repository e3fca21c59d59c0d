package indextest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/imagescope/imagescope"
)

// checkRandomChanges adds, replaces and deletes at random, some at a time,
// with searches between.
func checkRandomChanges(s *subject) error {
	const ids = 40
	r := rand.New(rand.NewPCG(2, 2))
	m := model{}
	ix := s.open()
	for step := range 300 {
		var err error
		switch r.IntN(5) {
		case 0, 1:
			entries := make([]imagescope.Entry, r.IntN(8))
			for i := range entries {
				entries[i] = randomEntry(r, ids)
			}
			m.upsert(entries...)
			err = ix.Upsert(s.ctx, entries...)
		case 2:
			gone := make([]string, r.IntN(8))
			for i := range gone {
				gone[i] = randomID(r, ids)
			}
			m.delete(gone...)
			err = ix.Delete(s.ctx, gone...)
		case 3:
			err = m.compareSearch(s.ctx, ix, randomVector(r), r.IntN(ids), randomFilter(r, ids))
		case 4:
			err = m.compare(s.ctx, ix, randomVector(r)...)
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
		if step%100 == 99 {
			ix = s.reopen(ix)
		}
	}
	return m.compare(s.ctx, ix, randomVector(r)...)
}

// checkLarge measures recall, and that what is found besides is what it says.
func checkLarge(s *subject) error {
	const k, queries = 10, 100
	r := rand.New(rand.NewPCG(3, 3))
	m := model{}
	ix := s.open()
	for from := 0; from < s.opts.Size; from += 500 {
		entries := make([]imagescope.Entry, min(500, s.opts.Size-from))
		for i := range entries {
			entries[i] = randomEntry(r, 10)
			entries[i].ID = strconv.Itoa(from + i)
		}
		m.upsert(entries...)
		if err := ix.Upsert(s.ctx, entries...); err != nil {
			return err
		}
	}
	found, want := 0, 0
	for i := range queries {
		query, f := randomVector(r), imagescope.Filter{}
		if i%4 == 3 {
			f = randomFilter(r, s.opts.Size)
		}
		got, err := ix.Search(s.ctx, query, k, f)
		if err != nil {
			return err
		}
		nearest := m.search(query, k, f)
		if len(got) != len(nearest) {
			return fmt.Errorf("Search(%v, %d, %+v) found %d, want %d", query, k, f, len(got), len(nearest))
		}
		if err := m.honest(query, f, got); err != nil {
			return err
		}
		for _, match := range got {
			// What ties with the last of the nearest is as near.
			if match.Score >= nearest[len(nearest)-1].Score {
				found++
			}
		}
		want += len(nearest)
		if s.opts.Recall == 1 {
			if d := diff(nearest, got); d != "" {
				return fmt.Errorf("Search(%v, %d, %+v): %s", query, k, f, d)
			}
		}
	}
	if recall := float64(found) / float64(want); recall < s.opts.Recall {
		return fmt.Errorf("recall of the nearest %d of %d: %.4f, want at least %v", k, s.opts.Size, recall, s.opts.Recall)
	}
	return nil
}

// honest returns an error for matches that are not in m as they say, that f
// does not allow, or that are out of order.
func (m model) honest(query []float32, f imagescope.Filter, matches []imagescope.Match) error {
	for i, got := range matches {
		e, ok := m[got.ID]
		if !ok || !f.Allows(e.ID, e.Meta) {
			return fmt.Errorf("Search(%v, %+v) found %q, which is not there or not allowed", query, f, got.ID)
		}
		if d := diff(imagescope.Match{ID: e.ID, Score: dot(query, e.Vector), Caption: e.Caption, Meta: e.Meta}, got); d != "" {
			return fmt.Errorf("Search(%v, %+v): %s", query, f, d)
		}
		if i > 0 && before(matches[i-1], got) >= 0 {
			return fmt.Errorf("Search(%v, %+v): %q before %q", query, f, matches[i-1].ID, got.ID)
		}
	}
	return nil
}
