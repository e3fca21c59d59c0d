//go:build !race

package index

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
)

// orders returns orders in which entries come from galleries, as functions that
// arrange them.
func orders() []order {
	shuffled := func(seed uint64) func([]imagescope.Entry) {
		return func(es []imagescope.Entry) {
			rand.New(rand.NewPCG(seed, 4)).Shuffle(len(es), func(i, j int) { es[i], es[j] = es[j], es[i] })
		}
	}
	return []order{
		{"as given", func([]imagescope.Entry) {}},
		{"by ID", func(es []imagescope.Entry) {
			slices.SortFunc(es, func(a, b imagescope.Entry) int { return cmp.Compare(a.ID, b.ID) })
		}},
		{"by first component", func(es []imagescope.Entry) {
			slices.SortFunc(es, func(a, b imagescope.Entry) int { return cmp.Compare(a.Vector[0], b.Vector[0]) })
		}},
		{"group after group", byGroup},
		{"equal ones first", func(es []imagescope.Entry) { byCopies(es, -1) }},
		{"equal ones last", func(es []imagescope.Entry) { byCopies(es, 1) }},
		{"shuffled", shuffled(1)},
		{"shuffled again", shuffled(2)},
	}
}

type order struct {
	name    string
	arrange func([]imagescope.Entry)
}

// byGroup puts entries that are nearest to the same one of 50 together.
func byGroup(es []imagescope.Entry) {
	var pivots [][]float32
	for i := range 50 {
		pivots = append(pivots, es[i*len(es)/50].Vector)
	}
	group := map[string]int{}
	for _, e := range es {
		group[e.ID] = nearestOf(pivots, e.Vector)
	}
	slices.SortStableFunc(es, func(a, b imagescope.Entry) int { return cmp.Compare(group[a.ID], group[b.ID]) })
}

func nearestOf(pivots [][]float32, v []float32) int {
	best := 0
	for i, p := range pivots {
		if dot(p, v) > dot(pivots[best], v) {
			best = i
		}
	}
	return best
}

// byCopies orders entries by how many have the same vector, and puts these
// together.
func byCopies(es []imagescope.Entry, sign int) {
	copies := map[string]int{}
	key := func(e imagescope.Entry) string { return fmt.Sprint(e.Vector) }
	keys := map[string]string{}
	for _, e := range es {
		keys[e.ID] = key(e)
		copies[keys[e.ID]]++
	}
	slices.SortStableFunc(es, func(a, b imagescope.Entry) int {
		x, y := keys[a.ID], keys[b.ID]
		return cmp.Or(sign*cmp.Compare(copies[x], copies[y]), cmp.Compare(x, y))
	})
}

// TestRecallByOrder has entries come in other orders than the other tests. The
// table that it prints with -v shows by how much recall differs; what an order
// costs beside that is the width.
func TestRecallByOrder(t *testing.T) {
	const n = 2000
	for i, c := range collections(32) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for j, order := range orders() {
				copies := c.name == "duplicates"
				if !copies && (order.name == "equal ones first" || order.name == "equal ones last") {
					continue
				}
				bits := []int{32, 8}[(i+j)%2]
				entries := c.entries(n)
				order.arrange(entries)
				h := built(t, Parameters{Bits: bits}, entries)
				one, twenty := c.recall(t, h, 1, imagescope.Filter{}), c.recall(t, h, 20, imagescope.Filter{})
				walked := c.walked(t, h, h.gauge.widths[0][0])
				t.Logf("%-20s %2d bits: recall@1 %.4f, recall@20 %.4f, by walks of width %d %.4f", order.name, bits, one, twenty, h.gauge.widths[0][0], walked)
				if one < 0.99 || twenty < 0.99 || walked < 0.99 {
					t.Errorf("%s, %d bits: recall@1 is %.4f, recall@20 %.4f, by walks %.4f", order.name, bits, one, twenty, walked)
				}
			}
		})
	}
}

// walked returns the share of the true nearest 20 that walks find, also where
// scans are faster.
func (c collection) walked(t *testing.T, h *HNSW, width int) float64 {
	const queries, k = 150, 20
	r := rand.New(rand.NewPCG(78, 78))
	all := newSieve(&h.table, imagescope.Filter{})
	defer all.release()
	found := 0
	for range queries {
		query := c.query(r)
		best := newTop(&h.table, k)
		if err := all.scan(t.Context(), query, best); err != nil {
			t.Fatal(err)
		}
		least := best.sorted()[k-1].score
		best.release()
		best = newTop(&h.table, k)
		h.walk(new(walker), query, patient(max(width, k), k), 0, all, best)
		for _, hit := range best.heap {
			if hit.score >= least {
				found++
			}
		}
		best.release()
	}
	return float64(found) / (queries * k)
}

// TestRecallLarge measures recall@20 without parameters on as many entries as
// IMAGESCOPE_RECALL says, of 512 components, before and after half of them are
// replaced by others, and prints a table with -v. It takes minutes.
func TestRecallLarge(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("IMAGESCOPE_RECALL"))
	if err != nil {
		t.Skip("IMAGESCOPE_RECALL is not set to a number of entries")
	}
	for _, c := range collections(512) {
		for _, bits := range []int{32, 8} {
			t.Run(fmt.Sprintf("%s/%d bits", c.name, bits), func(t *testing.T) {
				began := time.Now()
				entries := c.entries(n)
				byGroup(entries)
				h := built(t, Parameters{Bits: bits}, entries)
				before := c.recall(t, h, 20, imagescope.Filter{})
				width := h.gauge.widths[0][0]
				var others []imagescope.Entry
				for i := range n / 2 {
					others = append(others, c.entry(2*i, 2))
				}
				for some := range slices.Chunk(others, n/20) {
					if err := h.Upsert(t.Context(), some...); err != nil {
						t.Fatal(err)
					}
				}
				after := c.recall(t, h, 20, imagescope.Filter{})
				t.Logf("recall@20 %.4f, after replacing half %.4f, width %d, %v", before, after, width, time.Since(began).Round(time.Second))
				if before < 0.99 || after < 0.99 {
					t.Errorf("recall@20 is %.4f, after replacing half %.4f", before, after)
				}
			})
		}
	}
}
