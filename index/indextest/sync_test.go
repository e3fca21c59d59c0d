package indextest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// changer is a good index but for what it does to entries.
type changer struct {
	*index.Flat
	upsert func(imagescope.Entry) imagescope.Entry
	get    func(imagescope.Entry) imagescope.Entry
	remove func(ids []string) []string
}

func (c changer) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	changed := slices.Clone(entries)
	for i := range changed {
		if c.upsert != nil {
			changed[i] = c.upsert(changed[i])
		}
	}
	return c.Flat.Upsert(ctx, changed...)
}

func (c changer) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	e, err := c.Flat.Get(ctx, id)
	if c.get != nil {
		e = c.get(e)
	}
	return e, err
}

func (c changer) Delete(ctx context.Context, ids ...string) error {
	if c.remove != nil {
		ids = c.remove(ids)
	}
	return c.Flat.Delete(ctx, ids...)
}

// TestWickedSync checks that the suite refuses indexes with which a gallery
// cannot follow a folder.
func TestWickedSync(t *testing.T) {
	for name, spoil := range map[string]func(*changer){
		"metadata is lost":     func(c *changer) { c.upsert = func(e imagescope.Entry) imagescope.Entry { e.Meta = nil; return e } },
		"captions are not got": func(c *changer) { c.get = func(e imagescope.Entry) imagescope.Entry { e.Caption = ""; return e } },
		"vectors are turned": func(c *changer) {
			c.get = func(e imagescope.Entry) imagescope.Entry { slices.Reverse(e.Vector); return e }
		},
		"one stays when many go": func(c *changer) { c.remove = func(ids []string) []string { return ids[min(len(ids), 1):] } },
	} {
		open := func(*testing.T) imagescope.VectorIndex {
			c := changer{Flat: new(index.Flat)}
			spoil(&c)
			return c
		}
		if err := checkSync(newSubject(t, open, nil)); err == nil || errors.Is(err, errSkip) {
			t.Errorf("%s: the case finds nothing wrong: %v", name, err)
		}
	}
}
