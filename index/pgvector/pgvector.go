package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/imagescope/imagescope"
)

// Defaults of [Options].
const (
	// DefaultTable is the name of the table.
	DefaultTable = "imagescope"
	// DefaultScanLimit is up to how many entries are searched by a scan, which
	// takes some 10 µs for each of 512 components.
	DefaultScanLimit = 5000
	// DefaultM is how many neighbours an entry of the HNSW index has: that of
	// pgvector.
	DefaultM = 16
	// DefaultEfConstruction is how many entries are looked at to find them.
	// pgvector's own default of 64 costs recall.
	DefaultEfConstruction = 128
	// DefaultEf is how many entries a walk keeps in view, at least.
	DefaultEf = 100
	// DefaultMaxScan is how many entries a walk sees before a scan takes its
	// place: pgvector's hnsw.max_scan_tuples.
	DefaultMaxScan = 20000
)

// Options says where an index is kept and how it is searched. The zero value
// is the default.
type Options struct {
	Schema string // the schema of the table; empty means the first of the search path
	Table  string // empty means [DefaultTable]

	// ScanLimit is up to how many allowed entries a search is exact; 0 means
	// [DefaultScanLimit], and a negative number that it always is: then no
	// HNSW index is made either.
	ScanLimit int

	M              int // of the HNSW index, 2 to 100; 0 means [DefaultM]
	EfConstruction int // of the HNSW index, 2·M to 1000; 0 means [DefaultEfConstruction]
	Ef             int // 1 to 1000; 0 means [DefaultEf]; a search for more than Ef raises it
	MaxScan        int // 0 means [DefaultMaxScan]
}

// maxName is how many bytes of a name PostgreSQL keeps.
const maxName = 63

func (o *Options) withDefaults() (Options, error) {
	var set Options
	if o != nil {
		set = *o
	}
	for _, d := range []struct {
		value    *int
		standard int
	}{
		{&set.ScanLimit, DefaultScanLimit}, {&set.M, DefaultM}, {&set.EfConstruction, DefaultEfConstruction},
		{&set.Ef, DefaultEf}, {&set.MaxScan, DefaultMaxScan},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if set.Table == "" {
		set.Table = DefaultTable
	}
	return set, set.validate()
}

func (o Options) validate() error {
	for field, name := range map[string]string{"Options.Schema": o.Schema, "Options.Table": o.Table} {
		if len(name) > maxName || strings.ContainsRune(name, 0) {
			return fmt.Errorf("%s is %q: a name has at most %d bytes, none of them 0", field, name, maxName)
		}
	}
	switch {
	case o.M < 2 || o.M > 100:
		return fmt.Errorf("Options.M is %d: pgvector takes 2 to 100", o.M)
	case o.EfConstruction < 2*o.M || o.EfConstruction > 1000:
		return fmt.Errorf("Options.EfConstruction is %d: pgvector takes twice M, %d, to 1000", o.EfConstruction, 2*o.M)
	case o.Ef < 1 || o.Ef > maxEf:
		return fmt.Errorf("Options.Ef is %d: pgvector takes 1 to %d", o.Ef, maxEf)
	case o.MaxScan < 1:
		return fmt.Errorf("Options.MaxScan is %d: use 0 for the default of %d", o.MaxScan, DefaultMaxScan)
	}
	return nil
}

// Index is a gallery in a table of PostgreSQL. Make it with [Open]. Several
// may use one table at once, in one process or several. All methods may be
// called at once from several goroutines, as far as the pool has connections.
//
// Upsert and Delete are one transaction each: all of it is stored, or nothing.
type Index struct {
	pool  *pgxpool.Pool
	opts  Options
	table string // quoted

	dim   atomic.Int64 // 0 while no entry was ever stored, as far as is known
	large atomic.Bool  // more than ScanLimit entries have been seen
}

var _ imagescope.VectorIndex = (*Index)(nil)

// Open returns the index in a database and makes what it needs there, if it is
// missing: the extension, which takes the right to do so, and the table. opts
// may be nil. The pool stays the caller's, who closes it.
//
// The pool may use any mode of executing queries. One that goes through
// PgBouncer needs default_query_exec_mode=exec in its connection string, and
// one to PGlite, which has a single backend, pool_max_conns=1 as well.
func Open(ctx context.Context, pool *pgxpool.Pool, opts *Options) (*Index, error) {
	if pool == nil {
		return nil, errors.New("pgvector: open: the pool is nil: make it with pgxpool.New, and look at its error")
	}
	set, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("pgvector: open: %w", err)
	}
	name := pgx.Identifier{set.Table}
	if set.Schema != "" {
		name = pgx.Identifier{set.Schema, set.Table}
	}
	ix := &Index{pool: pool, opts: set, table: name.Sanitize()}
	if err := ix.create(ctx); err != nil {
		return nil, fmt.Errorf("pgvector: open %s: %w", ix.table, cause(ctx, err))
	}
	return ix, nil
}

// cause returns err, or why ctx is done: the driver reports that in several
// ways.
func cause(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}
