package weaviate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// Get returns an entry; see [imagescope.VectorIndex].
func (ix *Index) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	e, err := ix.get(ctx, id)
	if err != nil {
		return imagescope.Entry{}, fmt.Errorf("weaviate: get %q: %w", id, err)
	}
	return e, nil
}

func (ix *Index) get(ctx context.Context, id string) (imagescope.Entry, error) {
	if err := ctx.Err(); err != nil {
		return imagescope.Entry{}, err
	}
	c, err := ix.look(ctx)
	if err == nil && c.dim == 0 {
		err = imagescope.ErrNotFound
	}
	if err != nil {
		return imagescope.Entry{}, err
	}
	args := maps.Clone(quorum)
	args.Set("include", "vector")
	var o struct {
		Vector     []float32 `json:"vector"`
		Properties texts     `json:"properties"`
	}
	err = ix.call(ctx, http.MethodGet, "objects/"+ix.opts.Class+"/"+uuid(id), args, nil, &o)
	if errors.Is(err, errNotThere) {
		err = imagescope.ErrNotFound
	}
	if err != nil {
		return imagescope.Entry{}, err
	}
	e, err := o.Properties.entry()
	e.Vector = o.Vector
	return e, err
}

// Search returns the nearest entries; see [imagescope.VectorIndex]. The
// package documentation says when the answer is exact. Where there are more
// than [MaxResults] a larger k is an error.
func (ix *Index) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	found, err := ix.search(ctx, query, k, f)
	if err != nil {
		return nil, fmt.Errorf("weaviate: search: %w", err)
	}
	return found, nil
}

func (ix *Index) search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var keys []string
	for _, c := range f.Where {
		keys = append(keys, c.Key)
	}
	c, err := ix.look(ctx, keys...)
	if err != nil {
		return nil, err
	}
	if err := contract.Query(query, f, c.dim); err != nil {
		return nil, err
	}
	if k <= 0 || c.dim == 0 {
		return nil, nil
	}
	where, never := c.where(f)
	if never {
		return nil, nil
	}
	if where == "" {
		if where, err = ix.small(ctx); err != nil {
			return nil, err
		}
	}
	return ix.nearest(ctx, query, k, f, where)
}

// small returns a filter that allows all where the class is small enough to be
// searched exactly, and else none.
func (ix *Index) small(ctx context.Context) (where string, err error) {
	if ix.large.Load() {
		return "", nil
	}
	var data map[string][]struct{ Meta struct{ Count int } }
	if err := ix.query(ctx, "{Aggregate{"+ix.opts.Class+"{meta{count}}}}", "Aggregate", &data); err != nil {
		return "", err
	}
	counts := data[ix.opts.Class]
	if len(counts) != 1 {
		return "", errors.New("the server does not tell how many entries there are")
	}
	if counts[0].Meta.Count >= ix.opts.ScanLimit {
		ix.large.Store(true) // and stays so: a walk of a few entries is no worse
		return "", nil
	}
	return everything, nil
}

// nearest returns the k nearest entries that f allows, of those that the
// server finds where it says. It asks for one more, and for many more while the
// last of them is as far as the k-th: of equal ones the IDs decide.
func (ix *Index) nearest(ctx context.Context, query []float32, k int, f imagescope.Filter, where string) ([]imagescope.Match, error) {
	for limit := min(k, MaxResults-1) + 1; ; limit = min(4*limit, MaxResults) {
		found, err := ix.fetch(ctx, query, limit, where)
		if err != nil {
			return nil, err
		}
		whole := len(found) < limit
		if !whole && k >= MaxResults {
			return nil, fmt.Errorf("k is %d, and Weaviate returns fewer than %d", k, MaxResults)
		}
		found = settled(found, f)
		if !whole && limit < MaxResults && (len(found) <= k || found[len(found)-1].Score == found[k-1].Score) {
			continue
		}
		return found[:min(k, len(found))], nil
	}
}

// settled returns what was found in order, each entry once and only if f
// allows it as it is returned: the server reads objects after it has chosen
// them, and one replaced in between comes as its successor.
func settled(found []imagescope.Match, f imagescope.Filter) []imagescope.Match {
	slices.SortFunc(found, func(a, b imagescope.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	seen := make(map[string]bool, len(found))
	return slices.DeleteFunc(found, func(m imagescope.Match) bool {
		if seen[m.ID] || !f.AllowsMeta(m.Meta) {
			return true
		}
		seen[m.ID] = true
		return false
	})
}

func (ix *Index) fetch(ctx context.Context, query []float32, limit int, where string) ([]imagescope.Match, error) {
	args := "limit:" + strconv.Itoa(limit) + ",nearVector:{vector:" + literal(query) + "}"
	if where != "" {
		args += ",where:" + where
	}
	var data map[string][]struct {
		texts
		Additional struct {
			Distance *float32 `json:"distance"`
		} `json:"_additional"`
	}
	err := ix.query(ctx, "{Get{"+ix.opts.Class+"("+args+"){image_id caption meta _additional{distance}}}}", "Get", &data)
	if err != nil {
		return nil, err
	}
	var found []imagescope.Match
	for _, o := range data[ix.opts.Class] {
		e, err := o.entry()
		if err != nil {
			return nil, err
		}
		if o.Additional.Distance == nil {
			return nil, fmt.Errorf("the server does not tell how far %q is", e.ID)
		}
		// The distance is the negative inner product.
		found = append(found, imagescope.Match{ID: e.ID, Score: -*o.Additional.Distance, Caption: e.Caption, Meta: e.Meta})
	}
	return found, nil
}

// query asks in GraphQL and reads one member of the data into result.
func (ix *Index) query(ctx context.Context, text, member string, result any) error {
	var reply struct {
		Data   map[string]json.RawMessage `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := ix.call(ctx, http.MethodPost, "graphql", url.Values{}, map[string]string{"query": text}, &reply); err != nil {
		return err
	}
	if len(reply.Errors) > 0 {
		return fmt.Errorf("the server refuses the query: %s", brief(reply.Errors[0].Message))
	}
	if err := json.Unmarshal(reply.Data[member], result); err != nil {
		return fmt.Errorf("the reply is not Weaviate's: %s: %w", member, err)
	}
	return nil
}
