package weaviate_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/weaviate"
)

// uneven returns n entries of dim components whose lengths differ by a factor
// of a thousand, which is hard on a graph built for the inner product.
func uneven(n, dim int) []imagescope.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		length := math.Pow(10, -3*r.Float64())
		v := make([]float32, dim)
		for k := range v {
			v[k] = float32(r.NormFloat64() * length)
		}
		entries[i] = imagescope.Entry{ID: strconv.Itoa(i), Vector: v}
	}
	return entries
}

// nearest returns the IDs of the k nearest, by comparing with all.
func nearest(entries []imagescope.Entry, query []float32, k int) []string {
	score := func(e imagescope.Entry) (sum float64) {
		for i, x := range e.Vector {
			sum += float64(x) * float64(query[i])
		}
		return sum
	}
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b imagescope.Entry) int { return cmp.Compare(score(b), score(a)) })
	ids := make([]string, k)
	for i := range ids {
		ids[i] = sorted[i].ID
	}
	return ids
}

// TestExact searches a class below the limit: every answer is the true one.
func TestExact(t *testing.T) {
	ix := open(t, weaviate.Options{M: 4, EfConstruction: 8})
	entries := uneven(2000, 16)
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		query := make([]float32, 16)
		for i := range query {
			query[i] = float32(r.NormFloat64())
		}
		found, err := ix.Search(t.Context(), query, 300, imagescope.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range found {
			got = append(got, m.ID)
		}
		if d := gocmp.Diff(nearest(entries, query, 300), got); d != "" {
			t.Fatalf("Search: want is -, got is +\n%s", d)
		}
	}
}

// TestOddTexts has texts that Weaviate would trim, fold or refuse.
func TestOddTexts(t *testing.T) {
	texts := []string{"a", " a", "a ", "A", "", " ", "a\tb", "a b", "\x00", "\xff", "é", "e\u0301", "base64:", "base64:YQ==", "日本"}
	ix := open(t, weaviate.Options{})
	var entries []imagescope.Entry
	for i, text := range texts {
		entries = append(entries, imagescope.Entry{
			ID: "id" + text, Vector: []float32{float32(-i)}, Caption: text, Meta: map[string]string{"k": text, "key " + text: "x"},
		})
	}
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := ix.Get(t.Context(), e.ID)
		if d := gocmp.Diff(e, got); err != nil || d != "" {
			t.Errorf("Get(%q): error %v; want is -, got is +\n%s", e.ID, err, d)
		}
		for _, c := range []imagescope.Condition{imagescope.Is("k", e.Caption), imagescope.Is("key "+e.Caption, "x")} {
			found, err := ix.Search(t.Context(), []float32{1}, 99, imagescope.Filter{Where: []imagescope.Condition{c}})
			if err != nil || len(found) != 1 || found[0].ID != e.ID {
				t.Errorf("Search with %q of %q = %v, %v; want %q", c.Values, c.Key, found, err, e.ID)
			}
		}
	}
	from := imagescope.Between("k", "a", "a\x7f")
	found, err := ix.Search(t.Context(), []float32{1}, 99, imagescope.Filter{Where: []imagescope.Condition{from}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range found {
		got = append(got, m.Meta["k"])
	}
	if d := gocmp.Diff([]string{"a", "a ", "a\tb", "a b"}, got); d != "" {
		t.Errorf("Search with a range of texts: want is -, got is +\n%s", d)
	}
}

// TestClass looks at what was made at the server.
func TestClass(t *testing.T) {
	ix := open(t, weaviate.Options{ScanLimit: 123, M: 8, EfConstruction: 77})
	if err := ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1, 2, 3}, Meta: map[string]string{"year": "2024"}}); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(fmt.Sprintf("%s/v1/schema/Test%d", single.URL(), classes))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	type property struct{ Name, Tokenization string }
	type class struct {
		Description       string
		VectorIndexConfig struct {
			Distance                                         string
			FlatSearchCutoff, MaxConnections, EfConstruction int
		}
		Properties []property
	}
	var got class
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := class{Description: "An index of imagescope. Components of its vectors: 3"}
	want.VectorIndexConfig.Distance = "dot"
	want.VectorIndexConfig.FlatSearchCutoff = 124
	want.VectorIndexConfig.MaxConnections = 8
	want.VectorIndexConfig.EfConstruction = 77
	want.Properties = []property{{"image_id", "field"}, {"caption", "field"}, {"meta", "field"}, {"t_x79656172", "field"}, {"n_x79656172", ""}}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("class: want is -, got is +\n%s", d)
	}
}

// TestBatches adds and deletes more than goes to the server at once.
func TestBatches(t *testing.T) {
	ix := open(t, weaviate.Options{})
	const n = 1300
	entries := make([]imagescope.Entry, n)
	ids := make([]string, n)
	for i := range entries {
		ids[i] = strconv.Itoa(i)
		entries[i] = imagescope.Entry{ID: ids[i], Vector: []float32{float32(i)}}
	}
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	found, err := ix.Search(t.Context(), []float32{1}, 2*n, imagescope.Filter{Only: ids})
	if err != nil || len(found) != n || found[0].Score != n-1 {
		t.Errorf("Search found %d entries, %v; want %d", len(found), err, n)
	}
	if err := ix.Delete(t.Context(), ids[1:]...); err != nil {
		t.Fatal(err)
	}
	if found, err = ix.Search(t.Context(), []float32{1}, n, imagescope.Filter{}); err != nil || len(found) != 1 || found[0].ID != "0" {
		t.Errorf("Search after Delete = %v, %v; want entry 0", found, err)
	}
}

// BenchmarkSearch compares searches that walk the HNSW index with exact ones.
func BenchmarkSearch(b *testing.B) {
	const n, dim, k = 5000, 64, 10
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		v := make([]float32, dim)
		for d := range v {
			v[d] = float32(r.NormFloat64())
		}
		entries[i] = imagescope.Entry{ID: strconv.Itoa(i), Vector: v}
	}
	for name, limit := range map[string]int{"walk": 100, "scan": n + 1} {
		b.Run(fmt.Sprintf("%s/%dx%d", name, n, dim), func(b *testing.B) {
			ix := open(b, weaviate.Options{ScanLimit: limit})
			if err := ix.Upsert(b.Context(), entries...); err != nil {
				b.Fatal(err)
			}
			found, asked := 0, 0
			for b.Loop() {
				query := entries[asked%50].Vector
				got, err := ix.Search(b.Context(), query, k, imagescope.Filter{})
				if err != nil {
					b.Fatal(err)
				}
				if asked < 50 {
					want := nearest(entries, query, k)
					for _, m := range got {
						if slices.Contains(want, m.ID) {
							found++
						}
					}
				}
				asked++
			}
			b.ReportMetric(float64(found)/float64(k*min(asked, 50)), "recall@10")
		})
	}
}
