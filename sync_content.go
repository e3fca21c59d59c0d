package imagescope

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// MetaFile is the key of the metadata by which [Pipeline.Sync] knows a file again
// without reading it: its size in bytes and, after a space, when it was changed,
// by RFC 3339 in UTC, or "-" where that time was too recent to tell the file by:
// "48213 2026-11-24T10:00:00.5Z".
const MetaFile = "imagescope_file"

// ErrImageChanged means that a file was changed while [Pipeline.Sync] read it.
// The next Sync takes it in.
var ErrImageChanged = errors.New("the file was changed while it was read: sync again")

// read finds out the contents of files.
func (s *syncing) read(ctx context.Context, files []*syncFile) error {
	g := new(errgroup.Group)
	g.SetLimit(s.p.cfg.Concurrency)
	for _, f := range files {
		if ctx.Err() != nil {
			break
		}
		if f.stamp.err != nil || f.is != "" {
			continue
		}
		g.Go(func() error {
			return guard(func() error {
				fsys := s.p.cfg.Images
				if f.stamp = stampOf(fsys, f.id, nil); f.stamp.err != nil {
					return nil
				}
				f.image = Image{ID: f.id}.within(fsys, s.p.cfg.Limits)
				sum, err := f.image.sum()
				if err != nil {
					f.stamp.err = err
					return nil
				}
				f.is = sum.String()
				if f.is == f.was && s.lacksLook(f.meta) {
					f.look = f.image.look()
				}
				return nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return done(ctx)
	}
	for _, f := range files {
		if err := f.stamp.err; err != nil && f.fate != failed {
			s.a.report(f.id, onImage(f.id, "open", err))
		}
	}
	return nil
}

// settled returns an error where a file was changed after it was looked at, so
// that the content that is noted need not be what the vector was made of.
func (s *syncing) settled(id string) error {
	if !s.byID[id].stamp.same(stampOf(s.p.cfg.Images, id, nil)) {
		return &ImageError{id, "read", ErrImageChanged}
	}
	return nil
}
