package pgvector

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/imagescope/imagescope"
)

var _ imagescope.Lister = (*Index)(nil)

// page is how many entries one statement lists.
const page = 1000

// Entries returns all entries in order of ID, without their vectors; see
// [imagescope.Lister]. It asks for a thousand at a time, each time for those
// behind the last ID, and holds neither a connection nor a transaction while the
// loop is at work: what changes behind the ID that the loop is at is seen.
func (ix *Index) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return func(yield func(imagescope.Entry, error) bool) {
		last := []byte{} // no ID is empty
		for {
			entries, err := ix.list(ctx, last)
			if err != nil {
				yield(imagescope.Entry{}, fmt.Errorf("pgvector: entries: %w", cause(ctx, err)))
				return
			}
			for _, e := range entries {
				if err := ctx.Err(); err != nil {
					yield(imagescope.Entry{}, fmt.Errorf("pgvector: entries: %w", err))
					return
				}
				last = []byte(e.ID)
				if !yield(e, nil) {
					return
				}
			}
			if len(entries) < page {
				return
			}
		}
	}
}

// list returns the entries that follow an ID, a page of them at most.
func (ix *Index) list(ctx context.Context, after []byte) ([]imagescope.Entry, error) {
	rows, err := ix.pool.Query(ctx, "SELECT id, caption, meta_keys, meta_values FROM "+ix.table+" WHERE id > $1 ORDER BY id LIMIT $2", after, page)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (imagescope.Entry, error) {
		var (
			id, caption []byte
			meta        row
		)
		if err := r.Scan(&id, &caption, &meta.keys, &meta.values); err != nil {
			return imagescope.Entry{}, err
		}
		m, err := meta.meta()
		return imagescope.Entry{ID: string(id), Caption: string(caption), Meta: m}, err
	})
}
