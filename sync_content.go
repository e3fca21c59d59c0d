package imagescope

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
)

// MetaFile is the key of the metadata by which [Pipeline.Sync] knows a file again
// without reading it: its size in bytes and, after a space, when it was changed,
// by RFC 3339 in UTC, or "-" where that time was too recent to tell the file by:
// "48213 2026-11-24T10:00:00.5Z".
const MetaFile = "imagescope_file"

// MetaSaid is the key of the metadata by which [Pipeline.Sync] knows whether
// SyncOptions.Describe says the same of an image as before: a SHA-256 of it, in 64
// hexadecimal digits. It is absent where that says nothing.
const MetaSaid = "imagescope_said"

// madeOf returns what tells entries that are made of the same from others: the
// hashes of the file and of what is known beside it. It is "" where the first is
// not known.
func madeOf(meta map[string]string) string {
	content := contentOf(meta)
	if content == "" {
		return ""
	}
	return content + meta[MetaSaid]
}

// describe returns what is known of an image beside its file.
func (s *syncing) describe(id string) Image {
	img := Image{ID: id}
	if s.opts.Describe != nil {
		s.opts.Describe(&img)
	}
	return Image{Caption: img.Caption, Meta: maps.Clone(img.Meta)}
}

// saidSum returns a hash of what is known of an image beside its file, "" where
// that is nothing.
func saidSum(said Image) string {
	if said.Caption == "" && len(said.Meta) == 0 {
		return ""
	}
	h := sha256.New()
	writePart(h, []byte(said.Caption))
	for _, key := range slices.Sorted(maps.Keys(said.Meta)) {
		writePart(h, []byte(key))
		writePart(h, []byte(said.Meta[key]))
	}
	return hex.EncodeToString(h.Sum(nil))
}

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
				f.sum = sum.String()
				f.is = f.sum + saidSum(f.said)
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
