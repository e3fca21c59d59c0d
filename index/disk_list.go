package index

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

var (
	_ imagescope.Lister = (*Disk)(nil)
	_ imagescope.Lister = (*Flat)(nil)
	_ imagescope.Lister = (*HNSW)(nil)
)

// Entries returns all entries in order of ID, without their vectors, as they
// are when the iteration begins: it may change the index, which it does not
// see. It takes 64 bytes for each entry while it lasts. The error, which ends
// it, is that of the context or [ErrClosed].
func (d *Disk) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return entries(ctx, func() ([]imagescope.Entry, error) {
		if d.closed.Load() {
			return nil, ErrClosed
		}
		return d.memory.list(), nil
	})
}

// Entries is [Disk.Entries]. The error, which ends it, is that of the context.
func (f *Flat) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return entries(ctx, func() ([]imagescope.Entry, error) { return f.list(), nil })
}

// Entries is [Disk.Entries]. The error, which ends it, is that of the context.
func (h *HNSW) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return entries(ctx, func() ([]imagescope.Entry, error) { return h.list(), nil })
}

// entries walks over what list returns, in order of ID. Its metadata is the
// index's own.
func entries(ctx context.Context, list func() ([]imagescope.Entry, error)) iter.Seq2[imagescope.Entry, error] {
	return func(yield func(imagescope.Entry, error) bool) {
		var listed []imagescope.Entry
		err := ctx.Err()
		if err == nil {
			listed, err = list()
		}
		slices.SortFunc(listed, func(a, b imagescope.Entry) int { return strings.Compare(a.ID, b.ID) })
		for _, e := range listed {
			if err = ctx.Err(); err != nil {
				break
			}
			e.Meta = maps.Clone(e.Meta)
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(imagescope.Entry{}, fmt.Errorf("index: entries: %w", err))
		}
	}
}

// EntriesWithVectors is [Disk.Entries] with the vectors, which it reads from
// the disk, one entry after the other. Upsert, Delete and the like wait until
// it ends, and so must not be called by the loop. The error may also be
// [ErrCorrupt], after some entries have come.
func (d *Disk) EntriesWithVectors(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	return func(yield func(imagescope.Entry, error) bool) {
		stopped := false
		err := d.exclusively(ctx, func() error {
			return d.store.Read(ctx, func(r store.Record) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				if stopped = !yield(r.Entry, nil); stopped {
					return errStopped
				}
				return nil
			})
		})
		if err != nil && !stopped {
			yield(imagescope.Entry{}, fmt.Errorf("index: entries: %w", err))
		}
	}
}

// errStopped ends a reading whose reader wants no more.
var errStopped = errors.New("stopped")

// memory is what answers the searches of a [Disk].
type memory interface {
	imagescope.VectorIndex
	list() []imagescope.Entry
}

func (f *Flat) list() []imagescope.Entry {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.table.list()
}

func (h *HNSW) list() []imagescope.Entry {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.table.list()
}

// list returns all entries without vectors, and with metadata that is not to be
// changed.
func (t *table) list() []imagescope.Entry {
	listed := make([]imagescope.Entry, 0, t.ids.count)
	for slot := range t.live.all() {
		n := t.note(slot)
		listed = append(listed, imagescope.Entry{ID: t.ids.at(slot), Caption: n.caption, Meta: n.meta})
	}
	return listed
}
