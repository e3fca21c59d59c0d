package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// update is the change of a folder's index. Vectors of another embedder do not
// compare with those that are there: they go into a second index beside the
// first, which takes its place in the end. It must be closed.
type update struct {
	dir   string
	place string      // of the index
	old   *index.Disk // in place; open, so that nobody else changes it meanwhile

	disk     *index.Disk // that is written: old, or the second one
	at       string      // its place
	settings settings    // beside it; zero where there are none
}

// What is written anew stands beside the old, under its name and newExt, until
// it is complete. What it replaces is called so with oldExt until it is deleted.
const (
	newExt = ".new"
	oldExt = ".old"
)

// beginUpdate opens the index in place, with settings as they are, for an
// update to what is wanted. Zero settings are those of a new index.
func beginUpdate(ctx context.Context, dir, place string, have, want settings) (*update, error) {
	u := &update{dir: dir, place: place, at: place, settings: have}
	var err error
	if have == (settings{}) {
		u.old, err = openNew(ctx, dir, place, want.Embed)
	} else {
		u.old, err = openIndex(ctx, dir, place, &index.DiskOptions{Embedder: vectorsOf(have.Embed)})
	}
	if err != nil {
		return nil, err
	}
	u.disk = u.old
	if cmp.Or(have.Embed, want.Embed) == want.Embed {
		return u, nil
	}
	u.at, u.settings = place+newExt, settings{}
	if u.disk, err = openNew(ctx, dir, u.at, want.Embed); err != nil {
		return nil, errors.Join(err, u.old.Close())
	}
	return u, nil
}

// openNew opens an index that is not in use yet. It goes on with one that was
// begun before; one of another embedder must be empty, and is begun anew.
func openNew(ctx context.Context, dir, place, embed string) (*index.Disk, error) {
	opts := &index.DiskOptions{Embedder: vectorsOf(embed), Half: true} // photos are found the same, in half the space
	disk, err := openIndex(ctx, dir, place, opts)
	if errors.Is(err, imagescope.ErrModelMismatch) && isEmpty(ctx, place) {
		if err := os.RemoveAll(place); err != nil {
			return nil, err
		}
		return openIndex(ctx, dir, place, opts)
	}
	return disk, err
}

// isEmpty reports whether there is an index in place that holds nothing.
func isEmpty(ctx context.Context, place string) bool {
	disk, err := index.Open(ctx, place, &index.DiskOptions{ReadOnly: true})
	if err != nil {
		return false
	}
	info, err := disk.Info(ctx)
	return errors.Join(err, disk.Close()) == nil && info.Entries == 0
}

// replaced returns the IDs of the index that is to be replaced, none where the
// index in place is written.
func (u *update) replaced(ctx context.Context) (map[string]bool, error) {
	if u.disk == u.old {
		return nil, nil
	}
	return idsOf(ctx, u.old)
}

// unwritten returns the error for an index that does not take a change.
func unwritten(err error) error {
	return fmt.Errorf("write the index: %w; make room and run photos index again", err)
}

// record writes the settings that the index is made with.
func (u *update) record(s settings) error {
	if u.settings == s {
		return nil
	}
	if err := s.write(u.at); err != nil {
		return unwritten(err)
	}
	u.settings = s
	return nil
}

// finish puts a second index in the place of the first.
func (u *update) finish() error {
	if u.disk == u.old {
		return nil
	}
	steps := []func() error{
		u.Close,
		func() error { return os.RemoveAll(u.place + oldExt) },
		func() error { return os.Rename(u.place, u.place+oldExt) },
		func() error { return os.Rename(u.at, u.place) },
		func() error { return os.RemoveAll(u.place + oldExt) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return unwritten(err)
		}
	}
	return nil
}

// Close closes what is open. It may be called again.
func (u *update) Close() error { return errors.Join(u.disk.Close(), u.old.Close()) }
