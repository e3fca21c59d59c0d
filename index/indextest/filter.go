package indextest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/imagescope/imagescope"
)

// checkFilters: filters apply before the best are chosen.
func checkFilters(s *subject) error {
	var entries []imagescope.Entry
	for i, kind := range []string{"cat", "dog", "cat", "bird", "dog", ""} {
		e := entry(string(rune('a'+i)), float32(10-i), 1)
		e.Meta = map[string]string{
			"kind": kind, "year": strconv.Itoa(1998 + i), "date": fmt.Sprintf("2026-%02d-01", 7+i),
			imagescope.MetaTaken:     fmt.Sprintf("2026-07-14T21:30:%02d", 7+i),
			imagescope.MetaLongitude: []string{"-172.1", "-0.00001", "0", "", "9.6", "179.5"}[i],
			"ratio":                  []string{"1e2", "-2.5E-3", "+0.5", "", "100.0", "1e2 or so"}[i],
		}
		if i == 3 {
			e.Meta = nil
		}
		entries = append(entries, e)
	}
	ix, err := s.with(entries...)
	if err != nil {
		return err
	}
	is, between, not := imagescope.Is, imagescope.Between, imagescope.Not
	var filters []imagescope.Filter
	for _, lists := range []imagescope.Filter{
		{},
		{Only: []string{}},
		{Only: []string{"f"}},
		{Only: []string{"unknown"}},
		{Only: []string{"f", "c", "unknown", "c", "", "b"}},
		{Except: []string{"a"}},
		{Except: []string{"unknown", "b", "a", "a", ""}},
		{Except: []string{"a", "b", "c", "d", "e", "f"}},
		{Only: []string{"a", "b", "e"}, Except: []string{"a", "f"}},
	} {
		for _, where := range [][]imagescope.Condition{
			nil,
			{is("kind", "dog")},
			{is("kind", "bird", "dog", "cat")},
			{is("kind", "")},
			{is("colour", "red")},
			{not(is("kind", "cat"))},
			{not(is("colour", "red"))},
			{between("year", "1999", "2001")},
			{between("year", "1999.5", "")},
			{between("year", "", "999")},
			{not(between("year", "2000", ""))},
			{between("date", "2026-08-15", "2026-10-01")},
			{between("kind", "c", "d")},
			{between(imagescope.MetaTaken, "2026-07-14T21:30:08", "2026-07-14T21:30:11")},
			{between(imagescope.MetaTaken, "2026-07-14", "")},
			{between(imagescope.MetaTaken, "2026", "")}, // a number, which no time is
			{between(imagescope.MetaLongitude, "-1", "9.6")},
			{not(between(imagescope.MetaLongitude, "-170", "179"))},
			{between("ratio", "1E+2", "100")},
			{between("ratio", "-0.0025", "5e-1")},
			{not(between("ratio", "", "-1e-9"))},
			{is("ratio", "1e2", "0.5")}, // as texts
			{is(imagescope.MetaLongitude, "0"), not(is(imagescope.MetaTaken, "2026-07-14T21:30:08"))},
			{is("kind", "dog", "cat"), between("year", "", "2000"), not(is("date", "2026-07-01"))},
		} {
			lists.Where = where
			filters = append(filters, lists)
		}
	}
	m := modelOf(entries...)
	for _, f := range filters {
		for _, k := range []int{0, 1, 2, 6} {
			for _, query := range [][]float32{{1, 0}, {-1, 0}, {0, 0}} {
				if err := m.compareSearch(s.ctx, ix, query, k, f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkRandomFilters compares searches with random filters of some hundred
// entries.
func checkRandomFilters(s *subject) error {
	r := rand.New(rand.NewPCG(1, 1))
	m := model{}
	ix := s.open()
	for range 3 {
		entries := make([]imagescope.Entry, 100)
		for i := range entries {
			entries[i] = randomEntry(r, 300)
		}
		m.upsert(entries...)
		if err := ix.Upsert(s.ctx, entries...); err != nil {
			return err
		}
	}
	for range 300 {
		if err := m.compareSearch(s.ctx, ix, randomVector(r), r.IntN(30), randomFilter(r, 300)); err != nil {
			return err
		}
	}
	return nil
}

const randomDim = 8

func randomVector(r *rand.Rand) []float32 {
	v := make([]float32, randomDim)
	for i := range v {
		v[i] = float32(r.IntN(17) - 8)
	}
	return v
}

func randomID(r *rand.Rand, n int) string { return "image " + strconv.Itoa(r.IntN(n)) }

// randomEntry returns an entry with one of n IDs.
func randomEntry(r *rand.Rand, n int) imagescope.Entry {
	e := imagescope.Entry{ID: randomID(r, n), Vector: randomVector(r), Caption: strconv.Itoa(r.IntN(5))}
	if r.IntN(4) > 0 {
		e.Meta = map[string]string{"kind": strconv.Itoa(r.IntN(5)), "year": strconv.Itoa(1990 + r.IntN(40))}
	}
	return e
}

// randomFilter returns a filter for entries with one of n IDs.
func randomFilter(r *rand.Rand, n int) imagescope.Filter {
	ids := func() []string {
		ids := make([]string, r.IntN(n))
		for i := range ids {
			ids[i] = randomID(r, n)
		}
		return ids
	}
	var f imagescope.Filter
	if r.IntN(3) == 0 {
		f.Only = ids()
	}
	if r.IntN(3) == 0 {
		f.Except = ids()
	}
	for range r.IntN(3) {
		c := imagescope.Is("kind", strconv.Itoa(r.IntN(5)), strconv.Itoa(r.IntN(9)))
		if from := 1980 + r.IntN(40); r.IntN(2) == 0 {
			c = imagescope.Between("year", strconv.Itoa(from), strconv.Itoa(from+r.IntN(30)))
		}
		if r.IntN(3) == 0 {
			c = imagescope.Not(c)
		}
		f.Where = append(f.Where, c)
	}
	return f
}
