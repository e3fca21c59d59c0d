package indextest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// model is what an index should hold, by ID.
type model map[string]imagescope.Entry

func modelOf(entries ...imagescope.Entry) model {
	m := model{}
	m.upsert(entries...)
	return m
}

func (m model) upsert(entries ...imagescope.Entry) {
	for _, e := range entries {
		m[e.ID] = e
	}
}

func (m model) delete(ids ...string) {
	for _, id := range ids {
		delete(m, id)
	}
}

// search is the contract of VectorIndex.Search in the plainest words.
func (m model) search(query []float32, k int, f imagescope.Filter) []imagescope.Match {
	var found []imagescope.Match
	for _, e := range m {
		if f.Allows(e.ID, e.Meta) {
			found = append(found, imagescope.Match{ID: e.ID, Score: dot(query, e.Vector), Caption: e.Caption, Meta: e.Meta})
		}
	}
	slices.SortFunc(found, before)
	return found[:min(max(k, 0), len(found))]
}

// before is the order of matches.
func before(a, b imagescope.Match) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
}

func dot(a, b []float32) float32 {
	var sum float32
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// compare returns an error where ix does not hold or find what m does. It asks
// for entries and for the neighbours of each vector in m and of query.
func (m model) compare(ctx context.Context, ix imagescope.VectorIndex, query ...float32) error {
	for _, id := range slices.Sorted(maps.Keys(m)) {
		got, err := ix.Get(ctx, id)
		if err != nil {
			return fmt.Errorf("Get(%q): %w", id, err)
		}
		if d := diff(m[id], got); d != "" {
			return fmt.Errorf("Get(%q): %s", id, d)
		}
	}
	return m.compareSearch(ctx, ix, query, len(m)+1, imagescope.Filter{})
}

func (m model) compareSearch(ctx context.Context, ix imagescope.VectorIndex, query []float32, k int, f imagescope.Filter) error {
	got, err := ix.Search(ctx, query, k, f)
	if err != nil {
		return fmt.Errorf("Search(%v, %d, %+v): %w", query, k, f, err)
	}
	if d := diff(m.search(query, k, f), got); d != "" {
		return fmt.Errorf("Search(%v, %d, %+v): %s", query, k, f, d)
	}
	return nil
}

// diff tells how got differs from want; nil and empty are the same.
func diff[T any](want, got T) string {
	empty := gocmp.Options{
		gocmp.Transformer("", func(m map[string]string) []string {
			var pairs []string
			for _, key := range slices.Sorted(maps.Keys(m)) {
				pairs = append(pairs, key+"="+m[key])
			}
			return pairs
		}),
		gocmp.FilterValues(func(a, b []imagescope.Match) bool { return len(a)+len(b) == 0 }, gocmp.Ignore()),
	}
	if d := gocmp.Diff(want, got, empty); d != "" {
		return "want is -, got is +\n" + d
	}
	return ""
}

// entry returns an entry without caption and metadata.
func entry(id string, vector ...float32) imagescope.Entry {
	return imagescope.Entry{ID: id, Vector: vector}
}
