package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// openIndex opens the index of a folder in place, and tells what to do where
// that cannot be.
func openIndex(ctx context.Context, dir, place string, opts *index.DiskOptions) (*index.Disk, error) {
	disk, err := index.Open(ctx, place, opts)
	switch {
	case err == nil:
		return disk, nil
	case errors.Is(err, index.ErrLocked):
		return nil, fmt.Errorf("another run of photos uses the index of %s; let it end, or end it, and try again: %w", dir, err)
	case errors.Is(err, index.ErrCorrupt), errors.Is(err, index.ErrVersion), errors.Is(err, imagescope.ErrModelMismatch), errors.Is(err, fs.ErrNotExist):
		return nil, unusable(dir, place, err)
	}
	return nil, fmt.Errorf("the index of %s: %w", dir, err)
}

// unusable returns the error for an index that is damaged.
func unusable(dir, place string, err error) error {
	return fmt.Errorf("the index %s cannot be used: %w; to make it anew delete it and run: photos index %s", place, err, quoted(dir))
}

// idsOf returns the IDs of all photos of an index.
func idsOf(ctx context.Context, disk *index.Disk) (map[string]bool, error) {
	ids := map[string]bool{}
	for e, err := range disk.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		ids[e.ID] = true
	}
	return ids, nil
}
