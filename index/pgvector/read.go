package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Get returns an entry; see [imagescope.VectorIndex].
func (ix *Index) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	e, err := ix.get(ctx, id)
	if err != nil {
		return imagescope.Entry{}, fmt.Errorf("pgvector: get %q: %w", id, cause(ctx, err))
	}
	return e, nil
}

func (ix *Index) get(ctx context.Context, id string) (imagescope.Entry, error) {
	var (
		e       = imagescope.Entry{ID: id}
		caption []byte
		r       row
	)
	err := ix.pool.QueryRow(ctx, "SELECT embedding::real[], caption, meta_keys, meta_values FROM "+ix.table+" WHERE id = $1", []byte(id)).
		Scan(&e.Vector, &caption, &r.keys, &r.values)
	if errors.Is(err, pgx.ErrNoRows) {
		err = imagescope.ErrNotFound
	}
	if err != nil {
		return e, err
	}
	e.Caption = string(caption)
	e.Meta, err = r.meta()
	return e, err
}

// Search returns the nearest entries; see [imagescope.VectorIndex]. The
// package documentation says when the answer is exact.
func (ix *Index) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	found, err := ix.search(ctx, query, k, f)
	if err != nil {
		return nil, fmt.Errorf("pgvector: search: %w", cause(ctx, err))
	}
	return found, nil
}

func (ix *Index) search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dim, err := ix.dimension(ctx, ix.pool)
	if err != nil {
		return nil, err
	}
	if err := contract.Query(query, f, dim); err != nil {
		return nil, err
	}
	if k <= 0 || dim == 0 || f.Only != nil && len(f.Only) == 0 {
		return nil, nil
	}
	few, err := ix.few(ctx, dim, k, f)
	if err != nil {
		return nil, err
	}
	if !few {
		found, err := ix.walk(ctx, query, k, f)
		if err != nil || len(found) == k {
			return found, err
		}
	}
	return ix.scan(ctx, query, k, f)
}

// few reports whether a search is to be a scan.
func (ix *Index) few(ctx context.Context, dim, k int, f imagescope.Filter) (bool, error) {
	limit := ix.opts.ScanLimit
	if limit < 0 || dim > maxHNSW || k > limit || f.Only != nil && len(f.Only) <= limit {
		return true, nil
	}
	all := f.Only == nil && len(f.Except) == 0 && len(f.Where) == 0
	if all && ix.large.Load() {
		return false, nil
	}
	var s statement
	s.text("SELECT count(*) FROM (SELECT 1 FROM ", ix.table)
	s.where(f)
	s.text(" LIMIT ", s.bind(limit+1), ") AS allowed")
	var n int
	if err := ix.pool.QueryRow(ctx, s.sql.String(), s.args...).Scan(&n); err != nil {
		return false, err
	}
	if n > limit {
		ix.large.Store(true) // and stays so: a walk of a few entries is no worse
	}
	return n <= limit, nil
}

// scan computes the score of every entry that f allows. It orders by the
// score, which no HNSW index serves.
func (ix *Index) scan(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	s, _ := ix.nearest(query, f)
	s.text(" ORDER BY score DESC, id LIMIT ", s.bind(k))
	return collect(ix.pool.Query(ctx, s.sql.String(), s.args...))
}

// maxEf is the most that pgvector takes for hnsw.ef_search.
const maxEf = 1000

// walk searches the HNSW index. The settings end with the transaction.
func (ix *Index) walk(ctx context.Context, query []float32, k int, f imagescope.Filter) (found []imagescope.Match, err error) {
	s, distance := ix.nearest(query, f)
	s.text(" ORDER BY ", distance, ", id LIMIT ", s.bind(k))
	ef := min(max(ix.opts.Ef, k), maxEf)
	err = pgx.BeginTxFunc(ctx, ix.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT set_config('hnsw.iterative_scan', 'strict_order', true),
			set_config('hnsw.ef_search', $1, true), set_config('hnsw.max_scan_tuples', $2, true)`, strconv.Itoa(ef), strconv.Itoa(ix.opts.MaxScan))
		if err != nil {
			return err
		}
		found, err = collect(tx.Query(ctx, s.sql.String(), s.args...))
		return err
	})
	return found, err
}

// nearest begins a search for entries with their scores. The distance, by
// which an HNSW index orders, is the negative inner product.
func (ix *Index) nearest(query []float32, f imagescope.Filter) (s *statement, distance string) {
	s = new(statement)
	distance = "embedding <#> " + s.bind(query) + "::real[]::vector"
	s.text("SELECT id, caption, meta_keys, meta_values, -(", distance, ") AS score FROM ", ix.table)
	s.where(f)
	return s, distance
}

func collect(rows pgx.Rows, err error) ([]imagescope.Match, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (imagescope.Match, error) {
		var (
			id, caption []byte
			meta        row
			score       float64
		)
		if err := r.Scan(&id, &caption, &meta.keys, &meta.values, &score); err != nil {
			return imagescope.Match{}, err
		}
		m := imagescope.Match{ID: string(id), Score: float32(score), Caption: string(caption)}
		m.Meta, err = meta.meta()
		return m, err
	})
}
