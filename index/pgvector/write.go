package pgvector

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// batch is how many entries or IDs go to the server at once.
const batch = 500

// Upsert adds or replaces entries; see [imagescope.VectorIndex].
func (ix *Index) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if err := ix.upsert(ctx, entries); err != nil {
		return fmt.Errorf("pgvector: upsert %d entries: %w", len(entries), cause(ctx, err))
	}
	return nil
}

func (ix *Index) upsert(ctx context.Context, entries []imagescope.Entry) error {
	if err := ctx.Err(); err != nil || len(entries) == 0 {
		return err
	}
	dim, err := ix.dimension(ctx, ix.pool)
	if err != nil {
		return err
	}
	if err := contract.Entries(entries, dim); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, ix.pool, func(tx pgx.Tx) error {
		if dim == 0 {
			if dim, err = ix.fix(ctx, tx, len(entries[0].Vector)); err != nil {
				return err
			}
			if err := contract.Entries(entries, dim); err != nil {
				return err
			}
		}
		// In order of ID, so that two transactions cannot wait for each other.
		for chunk := range slices.Chunk(contract.Last(entries), batch) {
			if err := ix.put(ctx, tx, chunk); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		ix.dim.Store(int64(dim))
	}
	return err
}

func (ix *Index) put(ctx context.Context, tx pgx.Tx, entries []imagescope.Entry) error {
	var b pgx.Batch
	for _, e := range entries {
		m := rowOf(e.Meta)
		b.Queue("INSERT INTO "+ix.table+" ("+columns+`) VALUES ($1, $2::real[]::vector, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding, caption = EXCLUDED.caption,
				meta_keys = EXCLUDED.meta_keys, meta_values = EXCLUDED.meta_values, meta_numbers = EXCLUDED.meta_numbers`,
			[]byte(e.ID), e.Vector, []byte(e.Caption), m.keys, m.values, m.numbers)
	}
	return tx.SendBatch(ctx, &b).Close()
}

// row is metadata as the table holds it.
type row struct {
	keys, values [][]byte
	numbers      []*float64 // nil for a value that is none
}

func rowOf(meta map[string]string) row {
	r := row{[][]byte{}, [][]byte{}, []*float64{}} // nil would be NULL
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		r.keys, r.values = append(r.keys, []byte(key)), append(r.values, []byte(meta[key]))
		var number *float64
		if v, ok := imagescope.Number(meta[key]); ok {
			number = &v
		}
		r.numbers = append(r.numbers, number)
	}
	return r
}

// meta is the reverse of rowOf.
func (r row) meta() (map[string]string, error) {
	if len(r.keys) != len(r.values) {
		return nil, fmt.Errorf("the row has %d keys and %d values of metadata", len(r.keys), len(r.values))
	}
	if len(r.keys) == 0 {
		return nil, nil
	}
	meta := make(map[string]string, len(r.keys))
	for i, key := range r.keys {
		meta[string(key)] = string(r.values[i])
	}
	return meta, nil
}

// Delete removes entries; see [imagescope.VectorIndex].
func (ix *Index) Delete(ctx context.Context, ids ...string) error {
	if err := ix.delete(ctx, ids); err != nil {
		return fmt.Errorf("pgvector: delete %d entries: %w", len(ids), cause(ctx, err))
	}
	return nil
}

func (ix *Index) delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return err
	}
	return pgx.BeginFunc(ctx, ix.pool, func(tx pgx.Tx) error {
		for chunk := range slices.Chunk(slices.Sorted(slices.Values(ids)), batch) {
			// Locked in order of ID, as Upsert does.
			_, err := tx.Exec(ctx, "DELETE FROM "+ix.table+" WHERE id IN (SELECT id FROM "+ix.table+" WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE)", rawOf(chunk))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// rawOf returns texts as bytea.
func rawOf(texts []string) [][]byte {
	raw := make([][]byte, len(texts))
	for i, text := range texts {
		raw[i] = []byte(text)
	}
	return raw
}
