package weaviate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
)

var _ imagescope.Lister = (*Index)(nil)

// page is how many objects one request lists.
const page = 1000

// Entries returns all entries in order of ID, without their vectors; see
// [imagescope.Lister]. Weaviate lists objects in the order of their UUIDs, so all
// are read before the first is returned, a thousand at a time: their IDs,
// captions and metadata are in memory while the loop lasts. It sees the index as
// it was when it began.
func (ix *Index) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return func(yield func(imagescope.Entry, error) bool) {
		entries, err := ix.list(ctx)
		for _, e := range entries {
			if err = ctx.Err(); err != nil {
				break
			}
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(imagescope.Entry{}, fmt.Errorf("weaviate: entries: %w", err))
		}
	}
}

// list returns all entries, in order of ID.
func (ix *Index) list(ctx context.Context) ([]imagescope.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := ix.look(ctx)
	if err != nil || c.dim == 0 {
		return nil, err
	}
	var entries []imagescope.Entry
	last := ""
	for {
		found, err := ix.listAfter(ctx, last)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			if o.ID <= last { // or it would never end
				return nil, fmt.Errorf("the server lists %s behind %s: is a proxy in between that drops the cursor?", o.ID, last)
			}
			last = o.ID
			e, err := o.Properties.entry()
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		if len(found) < page {
			break
		}
	}
	slices.SortFunc(entries, func(a, b imagescope.Entry) int { return strings.Compare(a.ID, b.ID) })
	return entries, nil
}

// listed is an object as a list has it.
type listed struct {
	ID         string `json:"id"`
	Properties texts  `json:"properties"`
}

// listAfter returns the objects that follow one by their UUIDs, a page of them at
// most.
func (ix *Index) listAfter(ctx context.Context, last string) ([]listed, error) {
	args := maps.Clone(quorum)
	args.Set("class", ix.opts.Class)
	args.Set("limit", strconv.Itoa(page))
	args.Set("after", last)
	var reply struct {
		Objects []listed `json:"objects"`
	}
	err := ix.call(ctx, http.MethodGet, "objects", args, nil, &reply)
	if errors.Is(err, errNotThere) {
		return nil, nil
	}
	return reply.Objects, err
}
