package main

import (
	"context"
	"io/fs"
	"maps"
	"slices"

	"github.com/imagescope/imagescope"
)

// changes is how a folder differs from its index.
type changes struct {
	todo    []photo  // new or changed, in order of ID, without sum
	touched []photo  // unchanged, but for their times
	gone    []string // IDs of the index that are no more in the folder

	fresh     int // how many of todo are new
	unchanged int // how many photos are not in todo
}

// compare looks at every photo of a folder. A photo has changed if its bytes,
// the user's caption or the model that captions have since the index came to
// know it. old are the photos of an index that it is to replace, if any.
func compare(ctx context.Context, folder fs.FS, given captions, model string, known, old map[string]photo) (changes, error) {
	images, err := imagescope.Files(folder)
	if err != nil {
		return changes{}, err
	}
	var c changes
	unseen := map[string]photo{}
	maps.Copy(unseen, known)
	maps.Copy(unseen, old)
	for _, img := range images {
		if err := ctx.Err(); err != nil {
			return changes{}, err
		}
		if _, ok := unseen[img.ID]; !ok {
			c.fresh++
		}
		delete(unseen, img.ID)
		now := photo{id: img.ID, given: given.of(img.ID), model: model}.look(folder)
		before, ok := known[img.ID]
		if !ok || !same(before, now, img) {
			c.todo = append(c.todo, now)
			continue
		}
		c.unchanged++
		if !before.changed.Equal(now.changed) {
			before.changed = now.changed
			c.touched = append(c.touched, before)
		}
	}
	c.gone = slices.Sorted(maps.Keys(unseen))
	return c, nil
}
