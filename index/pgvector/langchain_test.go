package pgvector_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tmc/langchaingo/vectorstores"
	"github.com/tmc/langchaingo/vectorstores/pgvector"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/internal/storetest"
)

// TestLangchain runs an [index.Langchain] in the adapter of langchaingo for the
// same database.
func TestLangchain(t *testing.T) {
	pool := pool(t, func(c *pgxpool.Config) {
		// The adapter sends a map for a column of JSON, which takes knowing the
		// column's type.
		c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	})
	open := func(t *testing.T, opts index.LangchainOptions) *index.Langchain {
		collections := newTable(t, pool) // which vectors refer to
		vectors := newTable(t, pool)
		store, err := pgvector.New(t.Context(), pgvector.WithConn(pool), pgvector.WithEmbedder(index.ContextEmbedder{}),
			pgvector.WithEmbeddingTableName(vectors), pgvector.WithCollectionTableName(collections))
		if err != nil {
			t.Fatal(err)
		}
		return index.NewLangchain(store, &opts)
	}
	storetest.Run(t, storetest.Store{
		Open:  open,
		Score: func(cosine float64) float64 { return cosine },
		Equal: func(key, value string) any { return map[string]any{quoted(key): quoted(value)} },
	})
	t.Run("refused", func(t *testing.T) { testRefused(t, open) })
}

// testRefused has what this store refuses with an error.
func testRefused(t *testing.T, open func(*testing.T, index.LangchainOptions) *index.Langchain) {
	ix := open(t, index.LangchainOptions{})
	if err := ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1, 0}, Caption: "a\x00b"}); err == nil {
		t.Error("a text with the byte 0 was added")
	}
	if err := ix.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1, 0}}); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Search(t.Context(), []float32{0, 0}, 1, imagescope.Filter{}); !errors.Is(err, imagescope.ErrNotFinite) {
		t.Errorf("Search for a vector of zeros: error %v, want ErrNotFinite", err)
	}
	spaced := open(t, index.LangchainOptions{Options: []vectorstores.Option{vectorstores.WithNameSpace("album")}})
	if err := spaced.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1, 0}}); !errors.Is(err, pgvector.ErrUnsupportedOptions) {
		t.Errorf("Upsert with a name space: error %v, want ErrUnsupportedOptions", err)
	}
}

// quoted returns a text for a filter, which the adapter puts between single
// quotes as it is.
func quoted(text string) string { return strings.ReplaceAll(text, "'", "''") }
