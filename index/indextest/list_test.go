package indextest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// lister lists what a good index holds, in a way of its own.
type lister struct {
	*index.Flat
	list func(ctx context.Context, all iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error]
}

func (l lister) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return l.list(ctx, l.Flat.Entries(ctx))
}

// altered changes what is listed without an error.
func altered(change func([]imagescope.Entry) []imagescope.Entry) func(context.Context, iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error] {
	return func(_ context.Context, all iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error] {
		return func(yield func(imagescope.Entry, error) bool) {
			var listed []imagescope.Entry
			for e, err := range all {
				if err != nil {
					yield(e, err)
					return
				}
				listed = append(listed, e)
			}
			for _, e := range change(listed) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// TestWickedLists checks that the suite refuses lists that are almost right.
func TestWickedLists(t *testing.T) {
	for name, list := range map[string]func(context.Context, iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error]{
		"one is missing":       altered(func(all []imagescope.Entry) []imagescope.Entry { return all[min(1, len(all)):] }),
		"the last comes twice": altered(func(all []imagescope.Entry) []imagescope.Entry { return append(all, all[max(len(all)-1, 0):]...) }),
		"the wrong order": altered(func(all []imagescope.Entry) []imagescope.Entry {
			slices.Reverse(all)
			return all
		}),
		"no captions": altered(func(all []imagescope.Entry) []imagescope.Entry {
			for i := range all {
				all[i].Caption = ""
			}
			return all
		}),
		"vectors too": altered(func(all []imagescope.Entry) []imagescope.Entry {
			for i := range all {
				all[i].Vector = []float32{1, 2}
			}
			return all
		}),
		"no more than a page": altered(func(all []imagescope.Entry) []imagescope.Entry { return all[:min(len(all), 1000)] }),
		"a done context looks like the end": func(_ context.Context, all iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error] {
			return func(yield func(imagescope.Entry, error) bool) {
				for e, err := range all {
					if err != nil || !yield(e, nil) {
						return
					}
				}
			}
		},
		"an entry comes with the error": func(_ context.Context, all iter.Seq2[imagescope.Entry, error]) iter.Seq2[imagescope.Entry, error] {
			return func(yield func(imagescope.Entry, error) bool) {
				for e, err := range all {
					if err != nil {
						e.ID = "?"
					}
					if !yield(e, err) {
						return
					}
				}
			}
		},
	} {
		open := func(*testing.T) imagescope.VectorIndex { return lister{new(index.Flat), list} }
		if err := checkEntries(newSubject(t, open, nil)); err == nil || errors.Is(err, errSkip) {
			t.Errorf("%s: the case finds nothing wrong: %v", name, err)
		}
	}
}
