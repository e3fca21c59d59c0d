package pgvector_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/pgvector"
)

func TestOpenRefuses(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/none") // connects when it is used
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tests := []struct {
		name string
		pool *pgxpool.Pool
		opts pgvector.Options
		says string
	}{
		{"no pool", nil, pgvector.Options{}, "the pool is nil"},
		{"long name", pool, pgvector.Options{Table: strings.Repeat("t", 64)}, "Options.Table"},
		{"name with a zero byte", pool, pgvector.Options{Schema: "a\x00b"}, "Options.Schema"},
		{"M", pool, pgvector.Options{M: 1}, "Options.M is 1"},
		{"EfConstruction", pool, pgvector.Options{M: 100, EfConstruction: 199}, "Options.EfConstruction is 199: pgvector takes twice M, 200"},
		{"Ef", pool, pgvector.Options{Ef: 1001}, "Options.Ef is 1001"},
		{"MaxScan", pool, pgvector.Options{MaxScan: -1}, "Options.MaxScan is -1"},
		{"nobody listens", pool, pgvector.Options{}, `open "imagescope"`},
	}
	for _, tt := range tests {
		if ix, err := pgvector.Open(t.Context(), tt.pool, &tt.opts); ix != nil || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Open = %v, %v; want an error that says %q", tt.name, ix, err, tt.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pgvector.Open(ctx, pool, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: error %v", err)
	}
}

// TestHostileNames has names that would end a statement if they were pasted.
func TestHostileNames(t *testing.T) {
	pool := connect(t)
	witness := newTable(t, pool)
	if _, err := pool.Exec(t.Context(), "CREATE TABLE "+witness+" (x int)"); err != nil {
		t.Fatal(err)
	}
	name := `a "b"; DROP TABLE ` + witness + `; -- 'c'`
	t.Cleanup(func() {
		if _, err := pool.Exec(context.WithoutCancel(t.Context()), `DROP TABLE "`+strings.ReplaceAll(name, `"`, `""`)+`"`); err != nil {
			t.Error(err)
		}
	})
	ix, err := pgvector.Open(t.Context(), pool, &pgvector.Options{Schema: "public", Table: name})
	if err != nil {
		t.Fatal(err)
	}
	hostile := `'; DROP TABLE ` + witness + `; --`
	e := imagescope.Entry{ID: hostile, Vector: []float32{1}, Caption: hostile, Meta: map[string]string{hostile: hostile, "\xff\x00": "\xff\x00"}}
	if err := ix.Upsert(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for _, f := range []imagescope.Filter{
		{Where: []imagescope.Condition{imagescope.Is(hostile, hostile), imagescope.Between("\xff\x00", "\xff", "\xff\x00")}},
		{Only: []string{hostile, "' OR true --"}, Except: []string{"' OR true --"}},
	} {
		if got, err := ix.Search(t.Context(), []float32{1}, 5, f); err != nil || len(got) != 1 || got[0].Meta["\xff\x00"] != "\xff\x00" {
			t.Errorf("Search(%+v) = %v, %v", f, got, err)
		}
	}
	never := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("kind", "x' OR '1'='1")}}
	if got, err := ix.Search(t.Context(), []float32{1}, 5, never); err != nil || len(got) != 0 {
		t.Errorf("Search(%+v) = %v, %v; want nothing", never, got, err)
	}
	if _, err := pool.Exec(t.Context(), "SELECT x FROM "+witness); err != nil {
		t.Errorf("the other table: %v", err)
	}
}

// TestOtherTable opens a table of somebody else's.
func TestOtherTable(t *testing.T) {
	pool := connect(t)
	name := newTable(t, pool)
	if _, err := pool.Exec(t.Context(), "CREATE TABLE "+name+" (id int)"); err != nil {
		t.Fatal(err)
	}
	if _, err := pgvector.Open(t.Context(), pool, &pgvector.Options{Table: name}); err == nil || !strings.Contains(err.Error(), "not an index of this package") {
		t.Errorf("Open: error %v", err)
	}
}

// TestTwoSetTheDimension has two indexes on one table take their first entry
// at the same time, of different dimensions.
func TestTwoSetTheDimension(t *testing.T) {
	pool := connect(t)
	opts := &pgvector.Options{Table: newTable(t, pool)}
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		ix, err := pgvector.Open(t.Context(), pool, opts)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			errs[i] = ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: make([]float32, 2+i)})
		})
	}
	wg.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, imagescope.ErrDimension):
			t.Errorf("Upsert of %d components: error %v, want ErrDimension", 2+i, err)
		}
	}
	if won != 1 {
		t.Errorf("%d dimensions were set", won)
	}
}
