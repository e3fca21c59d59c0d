//go:build !race

package index

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/imagescope/imagescope"
)

// These tests take minutes with the race detector, for which there is
// TestDeterministic, and seconds without.

// recall returns the share of the true k nearest that h finds. What ties with
// the last of them counts.
func (c collection) recall(t testing.TB, h *HNSW, k int, f imagescope.Filter) float64 {
	t.Helper()
	const queries = 150
	r := rand.New(rand.NewPCG(77, 77))
	found, total := 0, 0
	for range queries {
		query := c.query(r)
		all := newSieve(&h.table, f)
		best := newTop(&h.table, k)
		if err := all.scan(t.Context(), query, best); err != nil {
			t.Fatal(err)
		}
		want := best.matches()
		got, err := h.Search(t.Context(), query, k, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("Search found %d, want %d", len(got), len(want))
		}
		for _, m := range got {
			if m.Score >= want[len(want)-1].Score {
				found++
			}
		}
		total += len(want)
	}
	return float64(found) / float64(total)
}

// TestRecall has no parameter set.
func TestRecall(t *testing.T) {
	for _, c := range collections(32) {
		for _, bits := range []int{32, 8} {
			t.Run(fmt.Sprintf("%s/%d bits", c.name, bits), func(t *testing.T) {
				h := built(t, Parameters{Bits: bits}, c.entries(3000))
				for _, k := range []int{1, 20, 100} {
					if recall := c.recall(t, h, k, imagescope.Filter{}); recall < 0.99 {
						t.Errorf("recall@%d is %.4f", k, recall)
					}
				}
			})
		}
	}
}

// TestRecallFiltered has filters that allow 1%, 10% and 50%.
func TestRecallFiltered(t *testing.T) {
	c := collections(32)[1]
	entries := c.entries(4000)
	h := built(t, Parameters{}, entries)
	for _, below := range []int{1, 10, 50} {
		var only []string
		for i := range entries {
			if i%100 < below {
				only = append(only, strconv.Itoa(i))
			}
		}
		for name, f := range map[string]imagescope.Filter{
			"where":  {Where: []imagescope.Condition{imagescope.Between("share", "", strconv.Itoa(below-1))}},
			"only":   {Only: only},
			"except": {Except: only},
		} {
			if recall := c.recall(t, h, 20, f); recall < 0.99 {
				t.Errorf("%d%%, %s: recall is %.4f", below, name, recall)
			}
		}
	}
}

// TestChurn replaces entries again and again: searches of the same width must
// find what they found before.
func TestChurn(t *testing.T) {
	const n, width = 2000, 30
	for _, c := range collections(32)[:3] {
		t.Run(c.name, func(t *testing.T) {
			h := built(t, Parameters{Ef: width}, c.entries(n))
			before := c.recall(t, h, 20, imagescope.Filter{})
			for version := 2; version < 6; version++ {
				var entries []imagescope.Entry
				var gone []string
				for i := range n {
					switch e := c.entry(i, version); {
					case (i+version)%4 == 0:
						gone = append(gone, e.ID)
						fallthrough
					case (i+version)%2 == 0:
						entries = append(entries, e)
					}
				}
				if err := errors.Join(h.Delete(t.Context(), gone...), h.Upsert(t.Context(), entries...)); err != nil {
					t.Fatal(err)
				}
			}
			if slots := h.table.ids.size; slots > n*3/2 {
				t.Errorf("%d slots for %d entries: places are not used again", slots, n)
			}
			if after := c.recall(t, h, 20, imagescope.Filter{}); after < before-0.01 {
				t.Errorf("recall is %.4f, was %.4f; of %d nodes, %d are dead", after, before, h.graph.nodes, len(h.dead))
			}
		})
	}
}

// TestRecallFarFromQuery has a filter that allows what lies furthest from the
// queries, where no walk comes by itself.
func TestRecallFarFromQuery(t *testing.T) {
	c := collections(32)[0]
	direction := c.query(rand.New(rand.NewPCG(3, 3)))
	c.query = func(r *rand.Rand) []float32 { return plus(direction, gauss(r, 32, 0.02)) }
	entries := c.entries(4000)
	slices.SortFunc(entries, func(a, b imagescope.Entry) int {
		return cmp.Compare(dot(a.Vector, direction), dot(b.Vector, direction))
	})
	for i := range entries {
		entries[i].Meta = map[string]string{"far": strconv.FormatBool(i < 2000)}
	}
	h := built(t, Parameters{}, entries)
	far := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("far", "true")}}
	if recall := c.recall(t, h, 20, far); recall < 0.99 {
		t.Errorf("recall is %.4f", recall)
	}
}
