package index_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/vectorstores"
)

// memoryStore is a store in memory that does as langchaingo's do: it draws its
// own IDs, keeps metadata as JSON, scores by cosine, and prefers the embedder
// of a call to its own.
type memoryStore struct {
	own  embeddings.Embedder // what it was constructed with, if anything
	deaf bool                // the embedder of a call is not heard
	cuts bool                // texts are cut into pieces, each with a vector

	mu      sync.Mutex
	stored  []storedDocument
	asked   []int // documents each search asked for
	batches []int // documents each call added
	filters []any // the filter of each search
	spaces  []string
}

type storedDocument struct {
	ID       string
	Text     string
	Metadata string
	vector   []float32
}

func (s *memoryStore) options(opts []vectorstores.Option) vectorstores.Options {
	o := vectorstores.Options{}
	for _, opt := range opts {
		opt(&o)
	}
	if s.deaf || o.Embedder == nil {
		o.Embedder = s.own
	}
	return o
}

func (s *memoryStore) AddDocuments(ctx context.Context, docs []schema.Document, opts ...vectorstores.Option) ([]string, error) {
	o := s.options(opts)
	texts := make([]string, len(docs))
	for i, doc := range docs {
		texts[i] = doc.PageContent
	}
	if s.cuts {
		texts = append(texts, "a piece")
	}
	rows, err := o.Embedder.EmbedDocuments(ctx, texts)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, len(docs))
	s.spaces = append(s.spaces, o.NameSpace)
	ids := make([]string, len(docs))
	for i, doc := range docs {
		meta, err := json.Marshal(doc.Metadata)
		if err != nil {
			return nil, err
		}
		ids[i] = rand.Text()
		s.stored = append(s.stored, storedDocument{ids[i], doc.PageContent, string(meta), rows[i]})
	}
	return ids, nil
}

func (s *memoryStore) SimilaritySearch(ctx context.Context, query string, n int, opts ...vectorstores.Option) ([]schema.Document, error) {
	o := s.options(opts)
	row, err := o.Embedder.EmbedQuery(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, n)
	s.filters = append(s.filters, o.Filters)
	s.spaces = append(s.spaces, o.NameSpace)
	var found []schema.Document
	for _, d := range s.stored {
		doc := schema.Document{PageContent: d.Text, Score: cosine(row, d.vector)}
		if err := json.Unmarshal([]byte(d.Metadata), &doc.Metadata); err != nil {
			return nil, err
		}
		if equal, ok := o.Filters.(map[string]string); ok && !holds(doc.Metadata, equal) {
			continue
		}
		found = append(found, doc)
	}
	slices.SortStableFunc(found, func(a, b schema.Document) int { return cmp.Compare(b.Score, a.Score) })
	return found[:min(n, len(found))], nil
}

func holds(meta map[string]any, equal map[string]string) bool {
	for key, value := range equal {
		if fmt.Sprint(meta[key]) != value {
			return false
		}
	}
	return true
}

func cosine(a, b []float32) float32 {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return float32(dot / math.Sqrt(aa*bb))
}

// faultyStore is a store of which a call is replaced.
type faultyStore struct {
	vectorstores.VectorStore
	add    func([]string, error) ([]string, error)
	search func([]schema.Document, error) ([]schema.Document, error)
}

func (s faultyStore) AddDocuments(ctx context.Context, docs []schema.Document, opts ...vectorstores.Option) ([]string, error) {
	ids, err := s.VectorStore.AddDocuments(ctx, docs, opts...)
	if s.add != nil {
		return s.add(ids, err)
	}
	return ids, err
}

func (s faultyStore) SimilaritySearch(ctx context.Context, query string, n int, opts ...vectorstores.Option) ([]schema.Document, error) {
	docs, err := s.VectorStore.SimilaritySearch(ctx, query, n, opts...)
	if s.search != nil {
		return s.search(docs, err)
	}
	return docs, err
}
