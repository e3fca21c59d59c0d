package pgvector_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/pgvector"
)

// fill adds n entries of dim components, numbered in their metadata. The first
// component grows with the number.
func fill(t testing.TB, ix *pgvector.Index, n, dim int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		entries[i] = imagescope.Entry{ID: fmt.Sprintf("%05d", i), Vector: gaussian(r, dim), Meta: map[string]string{"n": strconv.Itoa(i)}}
		entries[i].Vector[0] = 10 * float32(i) / float32(n)
	}
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
}

func gaussian(r *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// walks returns how often the HNSW index of a table was searched.
func walks(t testing.TB, pool *pgxpool.Pool, table string) (n int) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), "SELECT pg_stat_force_next_flush()"); err != nil {
		t.Fatal(err)
	}
	err := pool.QueryRow(t.Context(), `SELECT s.idx_scan FROM pg_stat_user_indexes s JOIN pg_class c ON c.oid = s.indexrelid
		JOIN pg_am a ON a.oid = c.relam WHERE s.relname = $1 AND a.amname = 'hnsw'`, table).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWalk checks which searches walk the HNSW index, and that none returns
// fewer entries than there are.
func TestWalk(t *testing.T) {
	pool := connect(t)
	const n = 1500
	opts := pgvector.Options{Table: newTable(t, pool), ScanLimit: 50, MaxScan: 1, Ef: 20}
	ix, err := pgvector.Open(t.Context(), pool, &opts)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, ix, n, 64)
	if _, err := pool.Exec(t.Context(), "ANALYZE "+opts.Table); err != nil {
		t.Fatal(err)
	}
	query := gaussian(rand.New(rand.NewPCG(3, 4)), 64)
	query[0] = 10 // the higher the number, the nearer
	below := func(m int) []imagescope.Condition {
		return []imagescope.Condition{imagescope.Between("n", "", strconv.Itoa(m-1))}
	}
	tests := []struct {
		name   string
		k      int
		filter imagescope.Filter
		found  int
		walks  bool
	}{
		{"all", 10, imagescope.Filter{}, 10, true},
		{"all but one", 10, imagescope.Filter{Except: []string{"00001"}}, 10, true},
		{"more than a scan is for", 100, imagescope.Filter{}, 100, false},
		{"few allowed", 10, imagescope.Filter{Where: below(50)}, 10, false},
		{"fewer than k allowed", 40, imagescope.Filter{Where: below(30)}, 30, false},
		{"few named", 10, imagescope.Filter{Only: []string{"00001", "00002"}}, 2, false},
		// The walk gives up before ten have passed, and a scan takes its place.
		{"a filter that eats what the walk finds", 10, imagescope.Filter{Where: below(200)}, 10, true},
	}
	for _, tt := range tests {
		before := walks(t, pool, opts.Table)
		got, err := ix.Search(t.Context(), query, tt.k, tt.filter)
		if err != nil || len(got) != tt.found {
			t.Errorf("%s: Search found %d, %v; want %d", tt.name, len(got), err, tt.found)
		}
		if walked := walks(t, pool, opts.Table) > before; walked != tt.walks {
			t.Errorf("%s: the HNSW index was searched: %v, want %v", tt.name, walked, tt.walks)
		}
	}
}

// TestBusyPool waits for a connection that does not come.
func TestBusyPool(t *testing.T) {
	pool := connect(t)
	ix := open(t, pgvector.Options{})
	var held []*pgxpool.Conn
	for range pool.Config().MaxConns {
		c, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	done := make(chan error)
	go func() {
		_, err := ix.Search(ctx, []float32{1}, 1, imagescope.Filter{})
		done <- err
	}()
	cancel(enough)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Search: error %v, want context.Canceled", err)
	}
	for _, c := range held {
		c.Release()
	}
}

// TestBatches adds and deletes more than goes to the server at once, twice
// each.
func TestBatches(t *testing.T) {
	ix := open(t, pgvector.Options{ScanLimit: -1})
	const n = 1100
	entries := make([]imagescope.Entry, 0, 2*n)
	ids := make([]string, 0, 2*n)
	for i := range 2 * n {
		entries = append(entries, imagescope.Entry{ID: strconv.Itoa(i % n), Vector: []float32{float32(i)}})
		ids = append(ids, strconv.Itoa(i%n))
	}
	if err := ix.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	got, err := ix.Search(t.Context(), []float32{1}, 3*n, imagescope.Filter{Only: ids})
	if err != nil || len(got) != n || got[0].Score != 2*n-1 || got[n-1].Score != n {
		t.Errorf("Search found %d entries, %v; want %d with scores from %d down to %d", len(got), err, n, 2*n-1, n)
	}
	if err := ix.Delete(t.Context(), ids[1:]...); err != nil {
		t.Fatal(err)
	}
	if got, err = ix.Search(t.Context(), []float32{1}, 3*n, imagescope.Filter{}); err != nil || len(got) != 0 {
		t.Errorf("Search after Delete found %d entries, %v", len(got), err)
	}
}

// BenchmarkSearch compares searches that walk the HNSW index with scans.
func BenchmarkSearch(b *testing.B) {
	pool := connect(b)
	opts := pgvector.Options{Table: newTable(b, pool), ScanLimit: 1000}
	const n, dim, k = 5000, 64, 10
	ix, err := pgvector.Open(b.Context(), pool, &opts)
	if err != nil {
		b.Fatal(err)
	}
	fill(b, ix, n, dim)
	opts.ScanLimit = -1
	exact, err := pgvector.Open(b.Context(), pool, &opts)
	if err != nil {
		b.Fatal(err)
	}
	queries := make([][]float32, 50)
	want := make([][]imagescope.Match, len(queries))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range queries {
		queries[i] = gaussian(r, dim)
		if want[i], err = exact.Search(b.Context(), queries[i], k, imagescope.Filter{}); err != nil {
			b.Fatal(err)
		}
	}
	for name, ix := range map[string]*pgvector.Index{"walk": ix, "scan": exact} {
		b.Run(fmt.Sprintf("%s/%dx%d", name, n, dim), func(b *testing.B) {
			found, i := 0, 0
			for b.Loop() {
				got, err := ix.Search(b.Context(), queries[i%len(queries)], k, imagescope.Filter{})
				if err != nil {
					b.Fatal(err)
				}
				found += shared(want[i%len(queries)], got)
				i++
			}
			b.ReportMetric(float64(found)/float64(k*i), "recall@10")
		})
	}
}

// shared counts the IDs that are in both.
func shared(a, b []imagescope.Match) (n int) {
	ids := map[string]bool{}
	for _, m := range a {
		ids[m.ID] = true
	}
	for _, m := range b {
		if ids[m.ID] {
			n++
		}
	}
	return n
}

// TestScoresAreInnerProducts has vectors of unequal lengths.
func TestScoresAreInnerProducts(t *testing.T) {
	ix := open(t, pgvector.Options{})
	if err := ix.Upsert(t.Context(),
		imagescope.Entry{ID: "long", Vector: []float32{0.8, 0.3}},
		imagescope.Entry{ID: "near", Vector: []float32{0.1, 0.1}},
	); err != nil {
		t.Fatal(err)
	}
	got, err := ix.Search(t.Context(), []float32{1, 1}, 2, imagescope.Filter{})
	want := []imagescope.Match{{ID: "long", Score: float32(0.8) + float32(0.3)}, {ID: "near", Score: float32(0.1) + float32(0.1)}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("Search: error %v; want is -, got is +\n%s", err, d)
	}
}
