package index

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/vectorstores"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// ErrUnsupported means that the store below an index cannot do what was asked.
var ErrUnsupported = errors.New("the store cannot do this")

// Defaults of [LangchainOptions].
const (
	// DefaultBatchSize is how many entries one call adds.
	DefaultBatchSize = 100
	// DefaultMaxFetch is how many documents one call may ask for: what
	// Weaviate allows unless told otherwise.
	DefaultMaxFetch = 10_000
)

// LangchainOptions adjusts a [Langchain]. The zero value is ready to use.
type LangchainOptions struct {
	// BatchSize is how many entries go into one call; 0 means
	// [DefaultBatchSize].
	BatchSize int
	// MaxFetch is how many documents a search may ask for, at most; 0 means
	// [DefaultMaxFetch].
	MaxFetch int
	// Dimension is the length of the vectors; 0 means that of the first
	// successful Upsert of this process, before which no length is refused.
	// Some stores let vectors of another length vanish: set it.
	Dimension int
	// Filters turns a filter that is not the zero one into the value that
	// vectorstores.WithFilters takes in this store. What the store returns is
	// tested against the filter again, so that a value which lets more through,
	// nil for one, costs fetches and not correctness. Where Filters is set,
	// Upsert writes each pair of an entry's Meta under its own key as well, for
	// the store to test. A nil Filters refuses all filters but Except alone,
	// which is met by asking for more.
	Filters func(imagescope.Filter) (any, error)
	// Options are given to every call, before those of the index: a name
	// space, for one. A score threshold here cuts results off.
	Options []vectorstores.Option
}

// Langchain is an index in any vector store of langchaingo, within the limits
// of that interface, which can add and search and nothing else. Where there is
// a package for the database, that is the better choice. Make it with
// [NewLangchain].
//
// # What a store cannot do
//
//   - Delete and Get return [ErrUnsupported]. So an image that is in the index
//     cannot be the reference of a query by its ID alone.
//   - An ID that is upserted again is NOT replaced: stores draw an ID of their
//     own for each document, and the old one stays. A search returns each ID
//     once, in its best place, which may be that of an old vector, with the old
//     caption and metadata. Add an image once.
//   - An error of Upsert leaves the batches before it in the store, and adding
//     again duplicates them.
//   - Upsert counts the IDs that a store returns, and fewer than were sent are
//     an error. The adapter of Weaviate returns all of them even where the
//     server refused an object, so that this cannot be seen; that of Milvus
//     returns none, so that every Upsert is an error.
//
// # Tried with real stores
//
// The tests of the modules index/pgvector and index/weaviate/langchaintest run
// these two of langchaingo v0.1.14 against their servers:
//
//	                        pgvector (PostgreSQL 18)       Weaviate 1.35
//	Upsert, Search, Except  yes                            yes
//	texts of all kinds      yes, but for the byte 0        yes
//	Filters                 map[string]any of equalities   *filters.WhereBuilder
//	Get, Delete, replacing  ErrUnsupported, not replaced   ErrUnsupported, not replaced
//	Score                   cosine                         (1+cosine)/2
//	an entry it refuses     an error of Upsert             vanishes, without an error
//	several goroutines      with a pgxpool.Pool            yes
//
// pgvector: the adapter puts the keys and values of a filter into its SQL
// between single quotes, as they are, so that LangchainOptions.Filters must
// double each single quote in them, or a query can say anything. It takes no
// name space, filter or threshold on adding, and so none in
// LangchainOptions.Options: name a collection instead. A connection must know
// the types of columns: not pgx's modes exec and simple_protocol. A vector that
// is all 0 has no cosine, and a search for one, or one that finds one, is an
// error ([imagescope.ErrNotFinite]).
//
// Weaviate: make the class oneself, with distance cosine, and tokenization
// "field" for the texts that filters test and for the name space, as a class
// that the server makes cuts them into words. Name "text", [LangchainID] and
// [LangchainMeta] in WithQueryAttrs. With LangchainOptions.Filters the keys of
// Meta become names of properties, which have letters, digits and underscores
// alone: an entry with another key vanishes.
//
// # Vectors
//
// A store asks an embedder for the vectors of texts. Here it gets one with
// each call, by vectorstores.WithEmbedder, which returns the vectors that are
// there already. The adapters of Weaviate, pgvector, MongoDB, MariaDB and Dolt
// honour it. Those of AlloyDB, Azure, Cloud SQL, OpenSearch, Pinecone, Qdrant
// and, on adding, Redis use the embedder they were constructed with: give them
// a [ContextEmbedder]. A store that asked another one is found out after the
// call, which is an error; documents that it added remain. That of Chroma
// refuses an embedder.
//
// # Documents
//
// PageContent is the caption. Metadata holds the ID under [LangchainID] and
// Meta, as a JSON object, under [LangchainMeta]; a store that returns only the
// properties it is told of (WithQueryAttrs of Weaviate) must be told of these.
// A document without them is an error: a store or name space must hold nothing
// else.
//
// # Scores
//
// Score and order are the store's own, and inner products only by chance;
// equal scores that follow one another are put in order of ID, among those
// that were fetched. Score is the cosine for pgvector and MariaDB, the
// certainty (1+cosine)/2 for Weaviate, what the collection was
// made with for MongoDB, Pinecone, Qdrant and OpenSearch, 1 less the squared
// Euclidean distance for Dolt, and a distance, smaller is nearer, for AlloyDB,
// Cloud SQL and Redis. A cosine does not see a vector's length, by which a
// fused vector tells whether picture and caption agree.
//
// All methods may be called at once if the store's may, as those of langchaingo
// do. A context that is done is an error, whatever the store returned, and so
// is a panic in the store ([imagescope.PanicError]).
type Langchain struct {
	store vectorstores.VectorStore
	opts  LangchainOptions
	dim   atomic.Int64 // 0 until it is known
}

var _ imagescope.VectorIndex = (*Langchain)(nil)

// NewLangchain returns an index in store, which must not be nil. opts may be
// nil.
func NewLangchain(store vectorstores.VectorStore, opts *LangchainOptions) *Langchain {
	l := &Langchain{store: store}
	if opts != nil {
		l.opts = *opts
	}
	if l.opts.BatchSize <= 0 {
		l.opts.BatchSize = DefaultBatchSize
	}
	if l.opts.MaxFetch <= 0 {
		l.opts.MaxFetch = DefaultMaxFetch
	}
	l.dim.Store(int64(max(l.opts.Dimension, 0)))
	return l
}

// Upsert adds entries, and replaces none: see [Langchain]. Of entries with the
// same ID in one call only the last is added. Texts must be UTF-8. Where
// Filters is set, a key of Meta must not be [LangchainID] or [LangchainMeta].
func (l *Langchain) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if err := l.upsert(ctx, entries); err != nil {
		return fmt.Errorf("index: upsert: %w", err)
	}
	return nil
}

func (l *Langchain) upsert(ctx context.Context, entries []imagescope.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := contract.Entries(entries, int(l.dim.Load())); err != nil {
		return err
	}
	last := contract.Last(entries)
	docs := make([]schema.Document, len(last))
	rows := make([][]float32, len(last))
	for i, e := range last {
		doc, err := document(e, l.opts.Filters != nil)
		if err != nil {
			return fmt.Errorf("%q: %w", e.ID, err)
		}
		docs[i], rows[i] = doc, e.Vector
	}
	for start := 0; start < len(docs); start += l.opts.BatchSize {
		end := min(start+l.opts.BatchSize, len(docs))
		if err := l.add(ctx, docs[start:end], rows[start:end]); err != nil {
			return fmt.Errorf("entries %d to %d of %d in order of ID: %w", start, end-1, len(docs), err)
		}
		l.dim.CompareAndSwap(0, int64(len(rows[start])))
	}
	return nil
}

// add adds one batch.
func (l *Langchain) add(ctx context.Context, docs []schema.Document, rows [][]float32) error {
	var ids []string
	err := l.call(ctx, rows, nil, func(ctx context.Context, opts []vectorstores.Option) (err error) {
		ids, err = l.store.AddDocuments(ctx, docs, opts...)
		return err
	})
	if err == nil && len(ids) != len(docs) {
		return fmt.Errorf("the store returned %d IDs for %d documents", len(ids), len(docs))
	}
	return err
}

// call has f call the store with rows for its embedder to return.
func (l *Langchain) call(ctx context.Context, rows [][]float32, filter any, f func(context.Context, []vectorstores.Option) error) error {
	g := &given{rows: rows}
	opts := append(l.opts.Options[:len(l.opts.Options):len(l.opts.Options)], vectorstores.WithEmbedder(g))
	if filter != nil {
		opts = append(opts, vectorstores.WithFilters(filter))
	}
	err := guard(func() error { return f(context.WithValue(ctx, givenKey{}, g), opts) })
	if done := ctx.Err(); done != nil {
		return done
	}
	if err == nil && !g.used.Load() {
		return fmt.Errorf("the store took its vectors from an embedder of its own: construct it with index.ContextEmbedder: %w", ErrUnsupported)
	}
	return err
}

// guard calls f and returns its panic as an error: some adapters index a
// server's reply unchecked.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the store %w", &imagescope.PanicError{Value: v, Stack: debug.Stack()})
		}
	}()
	return f()
}

// Delete returns [ErrUnsupported] unless there is nothing to delete.
func (l *Langchain) Delete(ctx context.Context, ids ...string) error {
	err := ctx.Err()
	if err == nil && len(ids) > 0 {
		err = fmt.Errorf("use the own client of the database: %w", ErrUnsupported)
	}
	if err != nil {
		return fmt.Errorf("index: delete: %w", err)
	}
	return nil
}

// Get returns [ErrUnsupported].
func (l *Langchain) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	err := ctx.Err()
	if err == nil {
		err = fmt.Errorf("a store of langchaingo returns no vectors: %w", ErrUnsupported)
	}
	return imagescope.Entry{}, fmt.Errorf("index: get %q: %w", id, err)
}
