package index

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/vectorstores"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Search returns the k entries that the store finds nearest and f allows, each
// ID once; [Langchain] says in what order and what Score means. It asks for
// k + len(f.Except) documents, and again for twice as many while duplicates and
// entries that f does not allow leave fewer than k and the store has more.
// Fewer than k after LangchainOptions.MaxFetch are an error. A store that
// returns fewer than it was asked for counts as having no more; one that only
// approximates may do so early (hnsw.ef_search of pgvector).
//
// A filter that the options do not cover is [ErrUnsupported].
func (l *Langchain) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	found, err := l.search(ctx, query, k, f)
	if err != nil {
		return nil, fmt.Errorf("index: search: %w", err)
	}
	return found, nil
}

func (l *Langchain) search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := contract.Query(query, f, int(l.dim.Load())); err != nil {
		return nil, err
	}
	if k <= 0 || f.Only != nil && len(f.Only) == 0 {
		return nil, nil
	}
	filter, err := l.filter(f)
	if err != nil {
		return nil, err
	}
	n := min(min(k, l.opts.MaxFetch)+len(f.Except), l.opts.MaxFetch)
	for {
		docs, err := l.fetch(ctx, query, n, filter)
		if err != nil {
			return nil, err
		}
		found, err := matches(docs, f)
		switch {
		case err != nil:
			return nil, err
		case len(found) >= k || len(docs) < n:
			return found[:min(k, len(found))], nil
		case n == l.opts.MaxFetch:
			return nil, fmt.Errorf("%d documents held %d different images that the filter allows where %d were wanted: "+
				"ask for fewer, raise MaxFetch, add each image once, or give the store a narrower filter: %w", n, len(found), k, ErrUnsupported)
		}
		n = min(2*n, l.opts.MaxFetch)
	}
}

// filter returns the store's value for f, or nil where it needs none.
func (l *Langchain) filter(f imagescope.Filter) (any, error) {
	switch {
	case f.Only == nil && len(f.Where) == 0 && (len(f.Except) == 0 || l.opts.Filters == nil):
		return nil, nil
	case l.opts.Filters == nil:
		return nil, fmt.Errorf("filter other than Except: set LangchainOptions.Filters: %w", ErrUnsupported)
	}
	value, err := l.opts.Filters(f)
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return value, nil
}

// fetch returns the n nearest documents in the order of the store.
func (l *Langchain) fetch(ctx context.Context, query []float32, n int, filter any) ([]schema.Document, error) {
	var docs []schema.Document
	err := l.call(ctx, [][]float32{query}, filter, func(ctx context.Context, opts []vectorstores.Option) (err error) {
		docs, err = l.store.SimilaritySearch(ctx, queryText, n, opts...)
		return err
	})
	return docs, err
}

// queryText stands for the query, whose words are not known here.
const queryText = "picture"

// matches returns the first document of each ID that f allows, runs of equal
// scores in order of ID.
func matches(docs []schema.Document, f imagescope.Filter) ([]imagescope.Match, error) {
	found := make([]imagescope.Match, 0, len(docs))
	seen := make(map[string]bool, len(docs))
	for _, id := range f.Except {
		seen[id] = true
	}
	f.Except = nil // its IDs count as seen
	for _, doc := range docs {
		m, err := match(doc)
		if err != nil {
			return nil, err
		}
		if !seen[m.ID] && f.Allows(m.ID, m.Meta) {
			seen[m.ID] = true
			found = append(found, m)
		}
	}
	for start, end := 0, 0; start < len(found); start = end {
		for end = start; end < len(found) && found[end].Score == found[start].Score; {
			end++
		}
		slices.SortFunc(found[start:end], func(a, b imagescope.Match) int { return cmp.Compare(a.ID, b.ID) })
	}
	return found, nil
}
