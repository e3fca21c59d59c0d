package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// setup is the key of the lock that those take who change the schema, since
// IF NOT EXISTS fails where two try at once. It is "imagesco" in ASCII.
const setup = 0x696d61676573636f

// create makes the extension and the table unless they are there.
func (ix *Index) create(ctx context.Context) error {
	return pgx.BeginFunc(ctx, ix.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(setup)); err != nil {
			return err
		}
		if err := extend(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS "+ix.table+` (
			id bytea PRIMARY KEY,
			embedding vector NOT NULL,
			caption bytea NOT NULL,
			meta_keys bytea[] NOT NULL,
			meta_values bytea[] NOT NULL,
			meta_numbers float8[] NOT NULL
		)`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "SELECT "+columns+" FROM "+ix.table+" LIMIT 0")
		if err != nil {
			return fmt.Errorf("there is a table of this name that is not an index of this package: %w", err)
		}
		return nil
	})
}

// columns are those of the table.
const columns = "id, embedding, caption, meta_keys, meta_values, meta_numbers"

// extend makes the extension and checks its version.
func extend(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS vector"); err != nil {
		return fmt.Errorf("the extension pgvector cannot be made: install it on the server, and have a superuser run CREATE EXTENSION vector: %w", err)
	}
	var version string
	if err := tx.QueryRow(ctx, "SELECT extversion FROM pg_extension WHERE extname = 'vector'").Scan(&version); err != nil {
		return err
	}
	if !recent(version) {
		return fmt.Errorf("pgvector is version %s: 0.8 or later is needed, for scans that a filter does not end early", version)
	}
	return nil
}

// recent reports whether a version is 0.8 or later.
func recent(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(minor)
	return major != "0" || err == nil && n >= 8
}

// maxHNSW is how many components pgvector indexes; more are found by scans.
const maxHNSW = 2000

// queryer is what a pool and a transaction have in common.
type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// dimension returns how many components the vectors have, and 0 if no entry
// was ever stored. It is the type modifier of the column.
func (ix *Index) dimension(ctx context.Context, db queryer) (int, error) {
	if dim := ix.dim.Load(); dim > 0 {
		return int(dim), nil
	}
	var dim int
	err := db.QueryRow(ctx, "SELECT atttypmod FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = 'embedding' AND NOT attisdropped", ix.table).Scan(&dim)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, fmt.Errorf("the table %s has lost its vectors", ix.table)
	case err != nil:
		return 0, err
	case dim <= 0:
		return 0, nil
	}
	ix.dim.Store(int64(dim))
	return dim, nil
}

// fix sets the dimension, unless somebody else has meanwhile, and returns it.
// It lasts if tx is committed.
func (ix *Index) fix(ctx context.Context, tx pgx.Tx, dim int) (int, error) {
	if _, err := tx.Exec(ctx, "LOCK TABLE "+ix.table+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return 0, err
	}
	if set, err := ix.dimension(ctx, tx); err != nil || set > 0 {
		return set, err
	}
	// A type modifier and the parameters of an index cannot be bound. They are
	// numbers.
	_, err := tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN embedding TYPE vector(%d)", ix.table, dim))
	if err != nil || dim > maxHNSW || ix.opts.ScanLimit < 0 {
		return dim, err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf("CREATE INDEX ON %s USING hnsw (embedding vector_ip_ops) WITH (m = %d, ef_construction = %d)",
		ix.table, ix.opts.M, ix.opts.EfConstruction))
	return dim, err
}
