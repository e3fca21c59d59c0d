package index

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/imagescope/imagescope/internal/store"
)

// DiskInfo tells what a [Disk] holds.
type DiskInfo struct {
	Entries   int    // how many there are
	Dimension int    // of their vectors, 0 before the first
	Embedder  string // the name of what made them
	Half      bool   // whether they are stored in half precision
	Bytes     int64  // the size of the file of entries, free space included
	Joined    int    // entries that Open had to join to the graph, as none was saved with them
}

// Info returns what is known without reading.
func (d *Disk) Info(ctx context.Context) (DiskInfo, error) {
	var info DiskInfo
	err := d.exclusively(ctx, func() error {
		size, err := d.store.Size()
		s := d.store.State()
		info = DiskInfo{Entries: s.Entries, Dimension: s.Dimension, Embedder: s.Embedder, Half: s.Half, Bytes: size, Joined: d.joined}
		return err
	})
	if err != nil {
		return DiskInfo{}, fmt.Errorf("index: info: %w", err)
	}
	return info, nil
}

// Check reads everything that is stored, checks that nothing is damaged or
// missing, and that searches see the same. It returns [ErrCorrupt] otherwise.
func (d *Disk) Check(ctx context.Context) error {
	err := d.exclusively(ctx, func() error {
		if _, err := checkGraph(ctx, d.path(graphFile)); err != nil {
			return err
		}
		return d.store.Read(ctx, func(r store.Record) error {
			e, err := d.memory.Get(ctx, r.ID)
			if err != nil {
				return err
			}
			if e.Caption != r.Caption || !slices.Equal(e.Vector, r.Vector) || !maps.Equal(e.Meta, r.Meta) {
				return fmt.Errorf("entry %q differs between memory and disk: %w", r.ID, ErrCorrupt)
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("index: check: %w", err)
	}
	return nil
}

// Compact writes the stored entries anew, without the space that replaced and
// deleted ones have left: to a file that takes the place of the old one once it
// is complete and checked. It needs space for both. On an error the old one
// stays.
func (d *Disk) Compact(ctx context.Context) error {
	if err := d.exclusively(ctx, func() error { return d.store.Compact(ctx) }); err != nil {
		return fmt.Errorf("index: compact: %w", err)
	}
	return nil
}
