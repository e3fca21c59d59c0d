package index

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/imagescope/imagescope"
)

// gaugeKs are the numbers of neighbours for which the width of searches is
// measured.
var gaugeKs = [...]int{20, 100}

const (
	// gaugeRecall is the share of the true nearest that searches must find
	// for each group of queries, and gaugeMargin how much wider they are made
	// then: the queries of a user may all be like the hardest of those that are
	// measured.
	gaugeRecall = 0.995
	gaugeMargin = 2
	// gaugeGroups is how many groups of queries are told apart, by how hard
	// they look, and gaugeQueries how many of each are measured.
	gaugeGroups  = 5
	gaugeQueries = 40
	// gaugeNodes is the number of entries from which on a walk can be faster
	// than a scan.
	gaugeNodes = 1000
)

// gauge is what was measured of searches, by group of queries, the hardest
// first.
type gauge struct {
	nodes  int                            // how many there were, 0 if nothing was measured
	aims   [gaugeGroups - 1]float32       // where the groups end; see aim
	widths [gaugeGroups][len(gaugeKs)]int // which find enough, for each of gaugeKs
	cost   float64                        // inner products for each unit of width, if no walk ends early
}

// group returns the group of a query by its aim.
func (g gauge) group(aim float32) int {
	for i, end := range g.aims {
		if !(aim >= end) {
			return i
		}
	}
	return easiest
}

// easiest is the group of the queries that point best.
const easiest = gaugeGroups - 1

// width returns how wide a search for the k nearest nodes must be: as was
// measured, in proportion between, and so much wider than k beyond.
func (g gauge) width(group int, k float64) float64 {
	k0, k1 := float64(gaugeKs[0]), float64(gaugeKs[1])
	w0, w1 := float64(g.widths[group][0]), float64(g.widths[group][1])
	switch {
	case k <= k0:
		return w0
	case k <= k1:
		return w0 + (w1-w0)*(k-k0)/(k1-k0)
	}
	return w1 * k / k1
}

// aim returns how far a query points to where entries are: the inner product
// of its direction with the 20th nearest entry, whose score that is. Of what
// points elsewhere entries are about equally far, and a walk has little to
// follow; texts point further from images than these from one another.
func aim(query []float32, score float32) float32 {
	return score / float32(math.Sqrt(float64(dot(query, query))))
}

// calibrate measures how wide searches must be, when as many nodes are new
// since this was last done as half of those that there were. They may be in the
// places of others.
func (h *HNSW) calibrate(ctx context.Context, p Parameters) {
	n := h.graph.nodes
	if n < gaugeNodes || 2*h.fresh < h.gauge.nodes || h.table.ids.count < gaugeNodes/2 {
		return
	}
	trials := make([]trial, 0, gaugeGroups*gaugeQueries)
	for _, query := range h.gaugeQueries(p.Seed) {
		trials = append(trials, trial{query: query})
	}
	if h.scanAll(ctx, p, trials) != nil || ctx.Err() != nil {
		return
	}
	g := gauge{nodes: n}
	g.sortByAim(trials)
	for i, k := range gaugeKs {
		widths, err := h.narrowest(ctx, p, trials, i, max(2*k, g.widths[easiest][max(0, i-1)]/2))
		if err != nil {
			return
		}
		for group, width := range widths {
			g.widths[group][i] = int(gaugeMargin * width)
		}
	}
	middle := trials[len(trials)*2/5 : len(trials)*3/5]
	width := g.widths[gaugeGroups/2][0]
	if h.try(ctx, p, middle, 0, reach{width: width}) != nil {
		return
	}
	g.cost = costOf(middle, width)
	h.mu.Lock()
	h.gauge = g
	h.mu.Unlock()
	h.fresh = 0
}

// sortByAim forms the groups of trials, the hardest first.
func (g *gauge) sortByAim(trials []trial) {
	for i := range trials {
		trials[i].aim = aim(trials[i].query, trials[i].least[0])
	}
	slices.SortStableFunc(trials, func(a, b trial) int { return cmp.Compare(a.aim, b.aim) })
	for i := range trials {
		trials[i].group = i / gaugeQueries
		if group := trials[i].group; i%gaugeQueries == 0 && group > 0 {
			g.aims[group-1] = trials[i].aim
		}
	}
}

// narrowest returns the least width for each group, from one on, with which
// searches for gaugeKs[which] entries find enough, or with which they take
// longer than a scan. A harder group has no narrower one.
func (h *HNSW) narrowest(ctx context.Context, p Parameters, trials []trial, which, from int) (widths [gaugeGroups]float64, err error) {
	k, n := gaugeKs[which], h.graph.nodes
	most := (1 - gaugeRecall) * float64(k*gaugeQueries) // that may be missed of a group
	short := slices.Clone(trials)                       // those that did not find all
	var before [gaugeGroups]float64                     // missed with the width before
	for width := from; len(short) > 0; width += width / 2 {
		if err := h.try(ctx, p, short, which, patient(width, k)); err != nil {
			return widths, err
		}
		var missed [gaugeGroups]float64
		for _, t := range short {
			missed[t.group] += float64(k - t.found)
		}
		last := width >= n || costOf(short, width)*float64(width)*walkPrice > float64(n)
		for group := range widths {
			switch {
			case widths[group] > 0:
			case missed[group] > most && !last:
				before[group] = missed[group]
			case missed[group] > most || before[group] == 0:
				widths[group] = float64(width)
			default:
				// What is missed falls by about the same factor for each
				// factor of the width.
				missed := max(missed[group], 0.5)
				widths[group] = float64(width) / math.Pow(1.5, math.Log(most/missed)/math.Log(before[group]/missed))
			}
		}
		short = slices.DeleteFunc(short, func(t trial) bool { return widths[t.group] > 0 || t.found == k })
	}
	for group := range easiest {
		easier := widths[easiest-group]
		widths[easiest-group-1] = max(widths[easiest-group-1], easier)
	}
	return widths, nil
}

// trial is a query and the score of the last of its k nearest, for each of
// gaugeKs.
type trial struct {
	query  []float32
	aim    float32
	group  int
	least  [len(gaugeKs)]float32
	found  int // how many of the k nearest the last search found
	scored int // how many inner products it computed
}

// costOf returns the inner products that searches computed for each unit of
// width.
func costOf(trials []trial, width int) float64 {
	scored := 0
	for _, t := range trials {
		scored += t.scored
	}
	return float64(scored) / float64(len(trials)*width)
}

// scanAll finds out what the trials should find, for some of them at a time, so
// that a vector is read once for these.
func (h *HNSW) scanAll(ctx context.Context, p Parameters, trials []trial) error {
	const together, rows = 16, 64
	alive := h.table.alive()
	parts := slices.Collect(slices.Chunk(trials, together))
	return each(ctx, len(parts), p.Threads, func(_ *walker, i int) {
		var best [together]*top
		for j := range parts[i] {
			best[j] = newTop(&h.table, gaugeKs[len(gaugeKs)-1])
			defer best[j].release()
		}
		var scores [rows]float32
		for some := range slices.Chunk(alive, rows) {
			if ctx.Err() != nil {
				return
			}
			for j, t := range parts[i] {
				gather(scores[:len(some)], t.query, &h.table.rows, some)
				best[j].offerAll(scores[:len(some)], some)
			}
		}
		for j := range parts[i] {
			hits := best[j].sorted()
			for which, k := range gaugeKs {
				parts[i][j].least[which] = hits[k-1].score
			}
		}
	})
}

// try searches for gaugeKs[which] entries for each of the trials.
func (h *HNSW) try(ctx context.Context, p Parameters, trials []trial, which int, r reach) error {
	k := gaugeKs[which]
	all := newSieve(&h.table, imagescope.Filter{})
	defer all.release()
	return each(ctx, len(trials), p.Threads, func(w *walker, i int) {
		t := &trials[i]
		best := newTop(&h.table, k)
		defer best.release()
		w.scored = 0
		h.walk(w, t.query, r, t.group, all, best)
		t.found, t.scored = 0, w.scored
		for _, hit := range best.heap {
			if hit.score >= t.least[which] {
				t.found++
			}
		}
	})
}

// gaugeQueries returns queries of five kinds in turn: entries, and such as lie
// elsewhere than entries, as texts do among images: sums of one and the
// difference of two others, which differ from it as entries do; sums of one and
// as long a vector of any direction; differences of two, which are nearest to
// what lies outermost; and vectors of any direction.
func (h *HNSW) gaugeQueries(seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, uint64(h.graph.nodes)))
	alive := h.table.alive()
	entry := func() []float32 { return h.table.rows.at(alive[r.IntN(len(alive))]) }
	var queries [][]float32
	for range gaugeGroups * gaugeQueries / 5 {
		a, b, c := entry(), entry(), entry()
		between, aside := slices.Clone(a), slices.Clone(a)
		outward, astray := slices.Clone(a), make([]float32, len(a))
		spread := math.Sqrt(float64(dot(a, a)) / float64(len(a)))
		for i := range a {
			between[i] += b[i] - c[i]
			outward[i] -= b[i]
			aside[i] += float32(spread * r.NormFloat64())
			astray[i] = float32(spread * r.NormFloat64())
		}
		queries = append(queries, a, between, aside, outward, astray)
	}
	return queries
}
