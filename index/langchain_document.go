package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/schema"

	"github.com/imagescope/imagescope"
)

// Keys of a document's Metadata, as a [Langchain] writes them.
const (
	LangchainID   = "imagescope_id"   // the image ID
	LangchainMeta = "imagescope_meta" // Meta as the text of a JSON object, or null
)

// document returns e for a store; flat has Meta under its own keys as well.
func document(e imagescope.Entry, flat bool) (schema.Document, error) {
	texts := []string{e.ID, e.Caption}
	meta := make(map[string]any, 2+len(e.Meta))
	for key, value := range e.Meta {
		texts = append(texts, key, value)
		if !flat {
			continue
		}
		if key == LangchainID || key == LangchainMeta {
			return schema.Document{}, fmt.Errorf("the metadata key %q is taken: name it otherwise", key)
		}
		meta[key] = value
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return schema.Document{}, fmt.Errorf("%q is not UTF-8, and stores keep nothing else", text)
		}
	}
	object, err := json.Marshal(e.Meta)
	if err != nil {
		return schema.Document{}, err
	}
	meta[LangchainID], meta[LangchainMeta] = e.ID, string(object)
	return schema.Document{PageContent: e.Caption, Metadata: meta}, nil
}

// match returns what a store's document holds.
func match(doc schema.Document) (imagescope.Match, error) {
	id, ok := doc.Metadata[LangchainID].(string)
	if !ok || id == "" {
		return imagescope.Match{}, fmt.Errorf("a document's metadata holds no text under %q: have the store return that property, and keep other documents elsewhere", LangchainID)
	}
	object, ok := doc.Metadata[LangchainMeta].(string)
	if !ok {
		return imagescope.Match{}, fmt.Errorf("%q: the document's metadata holds no text under %q: have the store return that property", id, LangchainMeta)
	}
	m := imagescope.Match{ID: id, Score: doc.Score, Caption: doc.PageContent}
	if err := json.Unmarshal([]byte(object), &m.Meta); err != nil {
		return imagescope.Match{}, fmt.Errorf("%q: %s: %w", id, LangchainMeta, err)
	}
	if doc.Score-doc.Score != 0 {
		return imagescope.Match{}, fmt.Errorf("%q: the store gave the score %v: %w", id, doc.Score, imagescope.ErrNotFinite)
	}
	return m, nil
}

// given is an embedder for one call of a store: it returns rows for as many
// texts.
type given struct {
	rows [][]float32
	used atomic.Bool
}

// givenKey is under what a context holds the given of its call.
type givenKey struct{}

// EmbedDocuments returns the rows by position, which a store may keep.
func (g *given) EmbedDocuments(_ context.Context, texts []string) ([][]float32, error) {
	if len(texts) != len(g.rows) {
		return nil, fmt.Errorf("the store asked for %d vectors where %d are given", len(texts), len(g.rows))
	}
	g.used.Store(true)
	rows := make([][]float32, len(g.rows))
	for i, row := range g.rows {
		rows[i] = slices.Clone(row)
	}
	return rows, nil
}

// EmbedQuery returns the only row.
func (g *given) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	rows, err := g.EmbedDocuments(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// ContextEmbedder is the embedder to construct a store with that is only used
// below a [Langchain]: it computes nothing, and returns the vectors that the
// Langchain put into the context of its call. In any other call it returns an
// error.
type ContextEmbedder struct{}

var _ embeddings.Embedder = ContextEmbedder{}

// EmbedDocuments returns the vectors of the entries that are being added.
func (ContextEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	g, err := fromContext(ctx)
	if err != nil {
		return nil, err
	}
	return g.EmbedDocuments(ctx, texts)
}

// EmbedQuery returns the vector that is being searched for.
func (ContextEmbedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	g, err := fromContext(ctx)
	if err != nil {
		return nil, err
	}
	return g.EmbedQuery(ctx, text)
}

func fromContext(ctx context.Context) (*given, error) {
	g, ok := ctx.Value(givenKey{}).(*given)
	if !ok {
		return nil, errors.New("the context holds no vectors: call the store through index.Langchain only")
	}
	return g, nil
}
