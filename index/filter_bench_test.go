package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// BenchmarkFilters searches for 20 of n vectors of 512 components with filters
// that allow a part of them and, in turn, scans what is allowed, with the slots
// known beforehand or, where the filter has a list of IDs, found by these.
// ratio is the median time of a search over that of a scan; recall is that of
// the searches.
func BenchmarkFilters(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		if testing.Short() && n > 20_000 {
			continue
		}
		gallery := newFilterGallery(n, 512)
		for _, ix := range []struct {
			name string
			make func() (imagescope.VectorIndex, *table)
		}{
			{"Flat", func() (imagescope.VectorIndex, *table) {
				f := new(Flat)
				return f, &f.table
			}},
			{"HNSW", func() (imagescope.VectorIndex, *table) {
				h := new(HNSW)
				return h, &h.table
			}},
		} {
			index, t := ix.make()
			if err := index.Upsert(b.Context(), gallery.entries...); err != nil {
				b.Fatal(err)
			}
			for _, f := range gallery.filters() {
				b.Run(fmt.Sprintf("%s/%d/%s", ix.name, n, f.name), func(b *testing.B) { gallery.compare(b, index, t, f.filter) })
			}
		}
	}
}

// filterGallery has entries of some clusters and queries that lie aside of
// them.
type filterGallery struct {
	entries []imagescope.Entry
	queries [][]float32
}

func newFilterGallery(n, dim int) filterGallery {
	r := rand.New(rand.NewPCG(5, 6))
	gaussian := func(scale float64) []float32 {
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(scale * r.NormFloat64())
		}
		return v
	}
	var centres [][]float32
	for range 200 {
		centres = append(centres, gaussian(1))
	}
	shift := gaussian(0.5)
	vector := func() (v []float32, cluster int) {
		cluster = r.IntN(len(centres))
		return unitLong(plus(centres[cluster], gaussian(0.8))), cluster
	}
	var g filterGallery
	for i := range n {
		v, cluster := vector()
		g.entries = append(g.entries, imagescope.Entry{ID: fmt.Sprintf("photos/%07d.jpg", i), Vector: v, Meta: map[string]string{
			"percent": strconv.Itoa(r.IntN(100)),
			"number":  strconv.Itoa(r.IntN(1_000_000)),
			"day":     time.Unix(r.Int64N(1e9), 0).UTC().Format(time.DateOnly),
			"half":    strconv.FormatBool(r.IntN(2) == 0),
			"cluster": strconv.Itoa(cluster),
		}})
	}
	for range 64 {
		v, _ := vector()
		g.queries = append(g.queries, unitLong(plus(v, times(shift, 1/float32(len(centres))))))
	}
	return g
}

type namedFilter struct {
	name   string
	filter imagescope.Filter
}

func (g *filterGallery) filters() []namedFilter {
	filters := []namedFilter{{"all", imagescope.Filter{}}}
	where := func(name string, c ...imagescope.Condition) {
		filters = append(filters, namedFilter{name, imagescope.Filter{Where: c}})
	}
	for _, percent := range []int{1, 10, 50} {
		name := fmt.Sprintf("%d%% ", percent)
		where(name+"numbers in few values", imagescope.Between("percent", "", strconv.Itoa(percent-1)))
		where(name+"numbers in many values", imagescope.Between("number", "", strconv.Itoa(percent*10_000-1)))
		where(name+"texts", imagescope.Between("day", "", time.Unix(int64(percent)*1e7, 0).UTC().Format(time.DateOnly)))
		where(name+"not", imagescope.Not(imagescope.Between("percent", strconv.Itoa(percent), "")))
		clusters := make([]string, 2*percent)
		for i := range clusters {
			clusters[i] = strconv.Itoa(i)
		}
		where(name+"values, near together", imagescope.Is("cluster", clusters...))
		where(name+"half of double", imagescope.Is("half", "true"), imagescope.Between("percent", "", strconv.Itoa(2*percent-1)))
		var only []string
		for i, e := range g.entries {
			if i%100 < percent {
				only = append(only, e.ID)
			}
		}
		filters = append(filters, namedFilter{name + "only", imagescope.Filter{Only: only}})
	}
	return filters
}

func (g *filterGallery) compare(b *testing.B, index imagescope.VectorIndex, t *table, f imagescope.Filter) {
	const k = 20
	slots := slices.Collect(newSieve(t, f).allowed.all())
	scan := func(query []float32) []imagescope.Match {
		if err := contract.Query(query, f, t.rows.dim); err != nil {
			b.Fatal(err)
		}
		if f.Only != nil {
			slots = slots[:0]
			t.each(f.Only, func(slot uint32) { slots = append(slots, slot) })
		}
		best := newTop(t, k)
		var scores [stride]float32
		for some := range slices.Chunk(slots, stride) {
			gather(scores[:len(some)], query, &t.rows, some)
			best.offerAll(scores[:len(some)], some)
		}
		return best.matches()
	}
	var searches, scans []time.Duration
	found, wanted := 0, 0
	for i := 0; b.Loop(); i++ {
		query := g.queries[i%len(g.queries)]
		var got, want []imagescope.Match
		for turn := range 2 { // each is the first, who finds less in the caches, as often
			start := time.Now()
			if (turn+i)%2 == 0 {
				var err error
				if got, err = index.Search(b.Context(), query, k, f); err != nil {
					b.Fatal(err)
				}
				searches = append(searches, time.Since(start))
			} else {
				want = scan(query)
				scans = append(scans, time.Since(start))
			}
		}
		wanted += len(want)
		for _, m := range got {
			if m.Score >= want[len(want)-1].Score {
				found++
			}
		}
	}
	slices.Sort(searches)
	slices.Sort(scans)
	searched, scanned := searches[len(searches)/2], scans[len(scans)/2]
	b.ReportMetric(float64(searched)/float64(scanned), "ratio")
	recall := float64(found) / float64(wanted)
	if recall < 0.99 {
		b.Errorf("recall is %.4f", recall)
	}
	b.ReportMetric(recall, "recall")
	b.ReportMetric(float64(len(slots))/float64(len(g.entries)), "allowed")
	b.ReportMetric(float64(scanned.Nanoseconds())/1000, "µs/scan")
	b.ReportMetric(float64(searched.Nanoseconds())/1000, "µs/search")
	b.ReportMetric(0, "ns/op") // of both, which says nothing
}
