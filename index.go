package imagescope

import (
	"context"
	"errors"
	"iter"
)

// Errors of a [VectorIndex].
var (
	// ErrNotFound means that no entry has the ID.
	ErrNotFound = errors.New("not in the index")
	// ErrDimension means that a vector's length is not that of the index.
	ErrDimension = errors.New("wrong vector dimension")
	// ErrNotFinite means that a vector holds NaN or an infinity.
	ErrNotFinite = errors.New("vector component is NaN or infinite")
	// ErrModelMismatch means that vectors of one model would meet those of
	// another, whose inner products say nothing: what is stored was made by an
	// embedder of another name than the one that is used with it.
	ErrModelMismatch = errors.New("vectors of another model: use the embedder that made them, or embed the images anew into a new index, by Pipeline.Reindex")
)

// Entry is what an index holds of one image.
type Entry struct {
	ID      string            `json:"id"`
	Vector  []float32         `json:"vector"`
	Caption string            `json:"caption,omitempty"`
	Meta    map[string]string `json:"meta,omitempty"`
}

// Match is one result of a search.
type Match struct {
	ID      string
	Score   float32 // inner product with the query: larger is nearer; not comparable across queries
	Caption string
	Meta    map[string]string // shared with the index: read only
}

// VectorIndex holds one vector for each image ID and finds those with the
// largest inner product. Package index has implementations, and
// index/indextest the suite that checks what is said here.
//
// All methods may be called at once from several goroutines. Every method
// returns the context's error when the context is done.
type VectorIndex interface {
	// Upsert adds entries or replaces those with the same ID; where an ID comes
	// twice the last one counts. The first entry ever added sets the dimension.
	// On an error ([ErrDimension], [ErrNotFinite], an empty ID or vector)
	// nothing is stored. The index keeps no slice or map of the caller's.
	Upsert(ctx context.Context, entries ...Entry) error

	// Delete removes entries. Unknown IDs are ignored.
	Delete(ctx context.Context, ids ...string) error

	// Get returns a copy of the entry, or [ErrNotFound].
	Get(ctx context.Context, id string) (Entry, error)

	// Search returns the k entries that f allows with the largest inner
	// product with query, best first, ties in order of ID; all that are
	// allowed where there are fewer than k, and none where k is 0 or less or
	// the index is empty. f is applied before the k are chosen. The query may
	// have any length, 0 included. Errors are [ErrDimension], [ErrNotFinite]
	// and those of [Filter.Validate].
	Search(ctx context.Context, query []float32, k int, f Filter) ([]Match, error)
}

// NamedIndex is a [VectorIndex] that keeps the name of the embedder that made
// its vectors, as a [NamedEmbedder] gives it. A [Pipeline] compares the names
// in [New] and before it searches, and has the name kept before it adds images.
type NamedIndex interface {
	VectorIndex

	// Embedder returns the name that is kept, and "" where there is none, or
	// where it is at a server that has not been asked for anything yet.
	Embedder() string

	// UseEmbedder keeps the name, for as long as the index exists, where none is
	// kept yet. Where another one is, it returns [ErrModelMismatch]. "" is
	// refused by none and kept by none. An index that is open for reading alone
	// keeps no name, which is no error.
	UseEmbedder(ctx context.Context, name string) error
}

// Lister is an index that can tell all that it holds.
type Lister interface {
	// Entries returns all entries in order of ID, without their vectors. The
	// loop may use and change the index; of what is changed meanwhile, by the
	// loop or by others, it sees either state. An error is the last that is
	// returned, with the zero Entry. Entries are the caller's to keep and change.
	Entries(ctx context.Context) iter.Seq2[Entry, error]
}
