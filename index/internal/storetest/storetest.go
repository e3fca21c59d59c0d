// Package storetest checks an [index.Langchain] in a real store of langchaingo,
// as far as such an index can go.
package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// Store tells how to get an index in an empty store, and what the store does.
type Store struct {
	Open func(t *testing.T, opts index.LangchainOptions) *index.Langchain
	// Score is what the store returns for a cosine.
	Score func(cosine float64) float64
	// Equal is the store's filter for a metadata key with one value.
	Equal func(key, value string) any
}

// Run tests the store.
func Run(t *testing.T, s Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"search":     testSearch,
		"texts":      testTexts,
		"twice":      testTwice,
		"filters":    testFilters,
		"wrong":      testWrong,
		"impossible": testImpossible,
		"concurrent": testConcurrent,
		"context":    testContext,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

const dim = 16

// gallery returns entries of all lengths.
func gallery(n int) []imagescope.Entry {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		v := vector(r)
		for j := range v {
			v[j] *= float32(1 + i%3)
		}
		entries[i] = imagescope.Entry{
			ID: fmt.Sprintf("%03d.jpg", i), Vector: v, Caption: fmt.Sprint("picture ", i),
			Meta: map[string]string{"year": fmt.Sprint(2000 + i%10), "kind": []string{"cat", "dog"}[i%2]},
		}
	}
	return entries
}

func vector(r *rand.Rand) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func cosine(a, b []float32) float64 {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return dot / math.Sqrt(aa*bb)
}

// want is what the store should find.
func (s Store) want(entries []imagescope.Entry, query []float32, k int, f imagescope.Filter) []imagescope.Match {
	var found []imagescope.Match
	for _, e := range entries {
		if f.Allows(e.ID, e.Meta) {
			found = append(found, imagescope.Match{ID: e.ID, Score: float32(s.Score(cosine(query, e.Vector))), Caption: e.Caption, Meta: e.Meta})
		}
	}
	slices.SortFunc(found, func(a, b imagescope.Match) int { return cmp.Compare(b.Score, a.Score) })
	return found[:min(k, len(found))]
}

// compare reports where the index finds other entries than it should.
func (s Store) compare(t *testing.T, ix *index.Langchain, entries []imagescope.Entry, query []float32, k int, f imagescope.Filter) {
	t.Helper()
	got, err := ix.Search(t.Context(), query, k, f)
	if err != nil {
		t.Errorf("Search(%d, %+v): %v", k, f, err)
		return
	}
	near := gocmp.Comparer(func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-4 })
	if d := gocmp.Diff(s.want(entries, query, k, f), got, near, nilIsEmpty); d != "" {
		t.Errorf("Search(%d, %+v): want is -, got is +\n%s", k, f, d)
	}
}

var nilIsEmpty = gocmp.FilterValues(func(a, b []imagescope.Match) bool { return len(a)+len(b) == 0 }, gocmp.Ignore())

// filled returns an index that holds entries.
func (s Store) filled(t *testing.T, opts index.LangchainOptions, entries ...imagescope.Entry) *index.Langchain {
	t.Helper()
	ix := s.Open(t, opts)
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	return ix
}

func testSearch(t *testing.T, s Store) {
	entries := gallery(250) // which takes three calls to add
	ix := s.filled(t, index.LangchainOptions{}, entries...)
	r := rand.New(rand.NewPCG(2, 2))
	for _, k := range []int{0, 1, 10, 249, 250, 1000} {
		s.compare(t, ix, entries, vector(r), k, imagescope.Filter{})
	}
	s.compare(t, ix, entries, entries[7].Vector, 20, imagescope.Filter{Except: []string{entries[7].ID, "unknown", entries[9].ID}})
}

// testTexts has texts that a store might spoil.
func testTexts(t *testing.T, s Store) {
	texts := []string{"", "Größe", "日本", "o'clock", `"quoted" \ back`, "two\nlines\ttab", "{\"a\":1}", "a\u2028b", "null", "$1 %s ?"}
	var entries []imagescope.Entry
	r := rand.New(rand.NewPCG(3, 3))
	for i, text := range texts {
		entries = append(entries, imagescope.Entry{
			ID: fmt.Sprint(text, i), Vector: vector(r), Caption: text, Meta: map[string]string{"text": text, "key " + fmt.Sprint(i): "x", "the " + text: "y"},
		})
	}
	entries = append(entries, imagescope.Entry{ID: "none", Vector: vector(r)})
	ix := s.filled(t, index.LangchainOptions{}, entries...)
	s.compare(t, ix, entries, vector(r), 50, imagescope.Filter{})
}

// testTwice adds entries again, which stores do not replace: each is found
// once.
func testTwice(t *testing.T, s Store) {
	entries := gallery(30)
	ix := s.filled(t, index.LangchainOptions{}, entries...)
	if err := ix.Upsert(t.Context(), entries[:20]...); err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{1, 12, 30, 40} {
		s.compare(t, ix, entries, entries[3].Vector, k, imagescope.Filter{})
	}
}

func testFilters(t *testing.T, s Store) {
	entries := gallery(120)
	for i := range entries {
		if i%4 == 0 {
			entries[i].Meta = maps.Clone(entries[i].Meta)
			entries[i].Meta["place"] = []string{"o'clock", "x' OR '1'='1"}[i/4%2]
		}
	}
	asked := 0
	ix := s.filled(t, index.LangchainOptions{Filters: func(f imagescope.Filter) (any, error) {
		if len(f.Where) == 1 && len(f.Where[0].Values) == 1 && !f.Where[0].Not {
			asked++
			return s.Equal(f.Where[0].Key, f.Where[0].Values[0]), nil
		}
		return nil, nil
	}}, entries...)
	is := imagescope.Is
	for _, where := range [][]imagescope.Condition{
		{is("kind", "dog")}, {is("year", "2003")}, {is("year", "1999")},
		{is("place", "o'clock")}, {is("place", "x' OR '1'='1")}, {is("place", "y' OR '1'='1")},
		{imagescope.Not(is("kind", "dog"))}, {imagescope.Between("year", "2004", "2006"), is("kind", "cat")},
	} {
		s.compare(t, ix, entries, entries[5].Vector, 15, imagescope.Filter{Where: where})
		s.compare(t, ix, entries, entries[5].Vector, 200, imagescope.Filter{Where: where, Except: []string{entries[5].ID}})
	}
	s.compare(t, ix, entries, entries[5].Vector, 15, imagescope.Filter{Only: []string{entries[5].ID, entries[77].ID, "unknown"}})
	if asked != 12 {
		t.Errorf("the store was given %d filters, want 12", asked)
	}
}

// testWrong has what is refused, and leaves nothing in the store.
func testWrong(t *testing.T, s Store) {
	ix := s.Open(t, index.LangchainOptions{Dimension: dim})
	good := gallery(1)[0]
	for name, tt := range map[string]struct {
		entry imagescope.Entry
		want  error
	}{
		"another dimension": {imagescope.Entry{ID: "a", Vector: make([]float32, dim+1)}, imagescope.ErrDimension},
		"NaN":               {imagescope.Entry{ID: "a", Vector: append(make([]float32, dim-1), float32(math.NaN()))}, imagescope.ErrNotFinite},
	} {
		if err := ix.Upsert(t.Context(), good, tt.entry); !errors.Is(err, tt.want) {
			t.Errorf("%s: Upsert: error %v, want %v", name, err, tt.want)
		}
	}
	if err := ix.Upsert(t.Context(), imagescope.Entry{ID: "\xff", Vector: good.Vector}); err == nil {
		t.Error("an ID that is not UTF-8 was added")
	}
	if _, err := ix.Search(t.Context(), []float32{1}, 1, imagescope.Filter{}); !errors.Is(err, imagescope.ErrDimension) {
		t.Errorf("Search of another dimension: error %v", err)
	}
	s.compare(t, ix, nil, good.Vector, 10, imagescope.Filter{})
}

// testImpossible has what no store of langchaingo can do.
func testImpossible(t *testing.T, s Store) {
	ix := s.filled(t, index.LangchainOptions{}, gallery(3)...)
	_, getErr := ix.Get(t.Context(), "000.jpg")
	_, searchErr := ix.Search(t.Context(), vector(rand.New(rand.NewPCG(1, 1))), 1, imagescope.Filter{Only: []string{"000.jpg"}})
	for name, err := range map[string]error{"Get": getErr, "Delete": ix.Delete(t.Context(), "000.jpg"), "Search with a filter": searchErr} {
		if !errors.Is(err, index.ErrUnsupported) {
			t.Errorf("%s: error %v, want ErrUnsupported", name, err)
		}
	}
}

func testConcurrent(t *testing.T, s Store) {
	entries := gallery(60)
	ix := s.Open(t, index.LangchainOptions{BatchSize: 5})
	var g errgroup.Group
	for some := range slices.Chunk(entries, 15) {
		g.Go(func() error { return ix.Upsert(t.Context(), some...) })
		g.Go(func() error {
			for range 5 {
				if _, err := ix.Search(t.Context(), some[0].Vector, 5, imagescope.Filter{}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	s.compare(t, ix, entries, entries[3].Vector, 60, imagescope.Filter{})
}

func testContext(t *testing.T, s Store) {
	ix := s.filled(t, index.LangchainOptions{}, gallery(3)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, searchErr := ix.Search(ctx, make([]float32, dim), 1, imagescope.Filter{})
	for name, err := range map[string]error{"Upsert": ix.Upsert(ctx, gallery(1)...), "Search": searchErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want that of the context", name, err)
		}
	}
}
