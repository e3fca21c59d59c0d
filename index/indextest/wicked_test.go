package indextest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// wicked is an index that breaks the contract in one way: where a function is
// set, it stands in for the method.
type wicked struct {
	imagescope.VectorIndex
	upsert func(ctx context.Context, entries []imagescope.Entry) error
	delete func(ctx context.Context, ids []string) error
	get    func(ctx context.Context, id string) (imagescope.Entry, error)
	search func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error)
}

func (w *wicked) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if w.upsert != nil {
		return w.upsert(ctx, entries)
	}
	return w.VectorIndex.Upsert(ctx, entries...)
}

func (w *wicked) Delete(ctx context.Context, ids ...string) error {
	if w.delete != nil {
		return w.delete(ctx, ids)
	}
	return w.VectorIndex.Delete(ctx, ids...)
}

func (w *wicked) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	if w.get != nil {
		return w.get(ctx, id)
	}
	return w.VectorIndex.Get(ctx, id)
}

func (w *wicked) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if w.search != nil {
		return w.search(ctx, query, k, f)
	}
	return w.VectorIndex.Search(ctx, query, k, f)
}

// TestWicked checks that the suite refuses indexes that are almost right, in
// the cases that are there for it.
func TestWicked(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(w *wicked, good imagescope.VectorIndex)
		fails []string // cases
	}{
		{
			name: "Get of an empty index is not ErrNotFound",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.get = func(ctx context.Context, id string) (imagescope.Entry, error) {
					e, err := good.Get(ctx, id)
					if errors.Is(err, imagescope.ErrNotFound) {
						err = nil
					}
					return e, err
				}
			},
			fails: []string{"empty", "get", "delete"},
		},
		{
			name: "Delete of an unknown ID is an error",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.delete = func(ctx context.Context, ids []string) error {
					for _, id := range ids {
						if _, err := good.Get(ctx, id); err != nil {
							return err
						}
					}
					return good.Delete(ctx, ids...)
				}
			},
			fails: []string{"empty", "delete", "random changes"},
		},
		{
			name: "Delete stops behind the first ID",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.delete = func(ctx context.Context, ids []string) error { return good.Delete(ctx, ids[:min(1, len(ids))]...) }
			},
			fails: []string{"delete", "random changes"},
		},
		{
			name: "ties in another order",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					if len(found) > 1 && found[0].Score == found[1].Score {
						found[0], found[1] = found[1], found[0]
					}
					return found, err
				}
			},
			fails: []string{"order", "zero", "large"},
		},
		{
			name: "cosine instead of inner product",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, 1<<20, f)
					for i, m := range found {
						e, _ := good.Get(ctx, m.ID)
						if length := dot(e.Vector, e.Vector); length > 0 {
							found[i].Score /= length
						}
					}
					slices.SortFunc(found, before)
					return found[:min(max(k, 0), len(found))], err
				}
			},
			fails: []string{"lengths", "order", "large"},
		},
		{
			name: "no matches of score 0",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					return slices.DeleteFunc(found, func(m imagescope.Match) bool { return m.Score == 0 }), err
				}
			},
			fails: []string{"zero", "filters"},
		},
		{
			name: "k of 0 means all",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					if k == 0 {
						k = 10
					}
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"k", "order", "filters"},
		},
		{
			name: "too large a k is an error",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					if k > 10000 {
						return nil, errors.New("k is too large")
					}
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"k"},
		},
		{
			name: "matches without metadata",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					for i := range found {
						found[i].Meta = nil
					}
					return found, err
				}
			},
			fails: []string{"match", "replace"},
		},
		{
			name: "metadata without its empty values",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					entries = slices.Clone(entries)
					for i, e := range entries {
						entries[i].Meta = maps.Clone(e.Meta)
						maps.DeleteFunc(entries[i].Meta, func(_, value string) bool { return value == "" })
					}
					return good.Upsert(ctx, entries...)
				}
			},
			fails: []string{"match", "filters"},
		},
		{
			name: "replacing merges metadata",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					for _, e := range entries {
						if old, err := good.Get(ctx, e.ID); err == nil && old.Meta != nil {
							maps.Copy(old.Meta, e.Meta)
							e.Meta = old.Meta
						}
						if err := good.Upsert(ctx, e); err != nil {
							return err
						}
					}
					return good.Upsert(ctx)
				}
			},
			fails: []string{"replace", "random changes"},
		},
		{
			name: "the first of two with one ID counts",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					seen := map[string]bool{}
					return good.Upsert(ctx, slices.DeleteFunc(slices.Clone(entries), func(e imagescope.Entry) bool {
						again := seen[e.ID]
						seen[e.ID] = true
						return again
					})...)
				}
			},
			fails: []string{"twice in one upsert", "random changes"},
		},
		{
			name: "Get trims IDs",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.get = func(ctx context.Context, id string) (imagescope.Entry, error) {
					return good.Get(ctx, strings.TrimSpace(id))
				}
			},
			fails: []string{"ids"},
		},
		{
			name: "Delete trims IDs",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.delete = func(ctx context.Context, ids []string) error {
					for _, id := range ids {
						if err := good.Delete(ctx, id, strings.TrimSpace(id)); err != nil {
							return err
						}
					}
					return good.Delete(ctx)
				}
			},
			fails: []string{"ids"},
		},
		{
			name: "Get returns what it holds",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				held := map[string]imagescope.Entry{}
				w.get = func(ctx context.Context, id string) (imagescope.Entry, error) {
					if e, ok := held[id]; ok {
						return e, ctx.Err()
					}
					e, err := good.Get(ctx, id)
					if err == nil {
						held[id] = e
					}
					return e, err
				}
			},
			fails: []string{"get"},
		},
		{
			name: "the caller's slices are kept",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				held := map[string]imagescope.Entry{}
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					for _, e := range entries {
						held[e.ID] = e
					}
					return good.Upsert(ctx, entries...)
				}
				w.get = func(ctx context.Context, id string) (imagescope.Entry, error) {
					e, err := good.Get(ctx, id)
					if err == nil {
						e = held[id]
					}
					return e, err
				}
			},
			fails: []string{"retained"},
		},
		{
			name: "Search sorts the caller's IDs",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					slices.Reverse(f.Only)
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"retained"},
		},
		{
			name: "what comes before a bad entry is stored",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					for _, e := range entries {
						if err := good.Upsert(ctx, e); err != nil {
							return err
						}
					}
					return good.Upsert(ctx)
				}
			},
			fails: []string{"refused entries"},
		},
		{
			name: "bad entries are left out in silence",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					for _, e := range entries {
						_ = good.Upsert(ctx, e)
					}
					return ctx.Err()
				}
			},
			fails: []string{"refused entries", "dimension"},
		},
		{
			name: "a query of another dimension finds nothing",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					if errors.Is(err, imagescope.ErrDimension) {
						err = nil
					}
					return found, err
				}
			},
			fails: []string{"refused queries"},
		},
		{
			name: "filters that cannot be meant are ignored",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					if f.Validate() != nil {
						f = imagescope.Filter{}
					}
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"refused queries"},
		},
		{
			name: "an emptied index forgets its dimension",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.upsert = func(ctx context.Context, entries []imagescope.Entry) error {
					err := good.Upsert(ctx, entries...)
					if found, _ := good.Search(ctx, make([]float32, 3), 1, imagescope.Filter{}); len(found) == 0 && errors.Is(err, imagescope.ErrDimension) {
						return nil
					}
					return err
				}
			},
			fails: []string{"dimension"},
		},
		{
			name: "no method looks at the context",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.get = func(ctx context.Context, id string) (imagescope.Entry, error) {
					return good.Get(context.WithoutCancel(ctx), id)
				}
			},
			fails: []string{"context"},
		},
		{
			name: "a done context finds nothing",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					if ctx.Err() != nil {
						err = nil
					}
					return found, err
				}
			},
			fails: []string{"context"},
		},
		{
			name: "filters after the best were chosen",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, imagescope.Filter{})
					return slices.DeleteFunc(found, func(m imagescope.Match) bool { return !f.Allows(m.ID, m.Meta) }), err
				}
			},
			fails: []string{"filters", "random filters", "large"},
		},
		{
			name: "an empty list allows all",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					if len(f.Only) == 0 {
						f.Only = nil
					}
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"filters"},
		},
		{
			name: "one in ten is missed",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					f.Except = append(slices.Clone(f.Except), "0", "10", "20", "30", "40", "50", "60", "70", "80", "90")
					return good.Search(ctx, query, k, f)
				}
			},
			fails: []string{"order", "large"},
		},
		{
			name: "scores of another query",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					for i := range found {
						found[i].Score *= 1.001
					}
					return found, err
				}
			},
			fails: []string{"order", "large"},
		},
		{
			name: "two of one ID during changes",
			spoil: func(w *wicked, good imagescope.VectorIndex) {
				w.search = func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
					found, err := good.Search(ctx, query, k, f)
					if len(found) > 1 {
						found[1] = found[0]
					}
					return found, err
				}
			},
			fails: []string{"concurrent"},
		},
	}
	failed := map[string]bool{"reopen": true, "entries": true, "embedder": true, "sync": true} // TestForgetful, TestWickedLists, TestWickedNames, TestWickedSync
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			open := func(*testing.T) imagescope.VectorIndex {
				good := new(index.Flat)
				w := &wicked{VectorIndex: good}
				tt.spoil(w, good)
				return w
			}
			for _, c := range cases {
				if !slices.Contains(tt.fails, c.name) {
					continue
				}
				failed[c.name] = true
				if err := c.check(newSubject(t, open, nil)); err == nil {
					t.Errorf("the case %q finds nothing wrong", c.name)
				}
			}
		})
	}
	for _, c := range cases {
		if !failed[c.name] {
			t.Errorf("no index is wicked enough for the case %q", c.name)
		}
	}
}

// TestRecall checks that what is allowed to an index that approximates is
// measured.
func TestRecall(t *testing.T) {
	open := func(*testing.T) imagescope.VectorIndex {
		good := new(index.Flat)
		return &wicked{VectorIndex: good, search: func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
			found, err := good.Search(ctx, query, k+2, f) // the best two are missed
			if len(found) == k+2 {
				found = found[2:]
			}
			return found[:min(k, len(found))], err
		}}
	}
	if err := checkLarge(newSubject(t, open, &Options{Recall: 0.7})); err != nil {
		t.Errorf("recall 0.8 where 0.7 is asked for: %v", err)
	}
	if err := checkLarge(newSubject(t, open, &Options{Recall: 0.9})); err == nil {
		t.Error("recall 0.8 passes where 0.9 is asked for")
	}
}

// TestForgetful checks that the suite refuses an index that keeps less than
// all.
func TestForgetful(t *testing.T) {
	open := func(*testing.T) imagescope.VectorIndex { return new(index.Flat) }
	opts := &Options{Reopen: func(t *testing.T, _ imagescope.VectorIndex) imagescope.VectorIndex { return open(t) }}
	for _, c := range cases {
		switch c.name {
		case "reopen", "random changes", "dimension":
			if err := c.check(newSubject(t, open, opts)); err == nil || errors.Is(err, errSkip) {
				t.Errorf("the case %q finds nothing wrong: %v", c.name, err)
			}
		}
	}
}
