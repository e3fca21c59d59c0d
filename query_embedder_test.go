package imagescope_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// twoSided notes which texts are queries and which documents.
type twoSided struct {
	embedder
	mu                 sync.Mutex
	queries, documents []string
}

func (e *twoSided) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.documents = append(e.documents, texts...)
	return words.EmbedTexts(ctx, texts)
}

func (e *twoSided) EmbedQueries(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queries = append(e.queries, texts...)
	return words.EmbedTexts(ctx, texts)
}

// TestQueryEmbedder has captions embedded as documents and all that is searched
// with as queries.
func TestQueryEmbedder(t *testing.T) {
	e := new(twoSided)
	p, err := imagescope.New(imagescope.Config{Embedder: e, Index: new(index.Flat), Instant: &imagescope.Instant{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), imagescope.Image{ID: "1", Caption: "red cat"}, imagescope.Image{ID: "2", Caption: "blue dog"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"red cat", "blue dog"}, e.documents); d != "" {
		t.Errorf("documents of Add: want is -, got is +\n%s", d)
	}
	if len(e.queries) > 0 {
		t.Errorf("Add embedded the queries %q", e.queries)
	}
	e.documents = nil
	result, err := p.Search(t.Context(), imagescope.Text("blue dog"))
	if err != nil || !slices.Equal(result.IDs(), []string{"2", "1"}) {
		t.Errorf("Search found %v, %v", result.IDs(), err)
	}
	if d := cmp.Diff([]string{"blue dog", "blue dog"}, e.queries); d != "" { // the instant answer, then the description
		t.Errorf("queries of Search: want is -, got is +\n%s", d)
	}
	if len(e.documents) > 0 {
		t.Errorf("Search embedded the documents %q", e.documents)
	}
}
