package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// Errors of a [Disk], beside those of every [imagescope.VectorIndex] and of
// the file system. [Open] also returns [imagescope.ErrModelMismatch].
var (
	// ErrLocked means that another process, or another Disk of this one, has
	// the folder open. The error says which, where that is known.
	ErrLocked = store.ErrLocked
	// ErrCorrupt means that a file is damaged. The error names it, and the
	// entry where it is one.
	ErrCorrupt = store.ErrCorrupt
	// ErrVersion means that a file has a format that is not known here.
	ErrVersion = store.ErrVersion
	// ErrReadOnly is returned for changes to a Disk opened with ReadOnly.
	ErrReadOnly = store.ErrReadOnly
	// ErrClosed is returned for every use of a Disk after its Close.
	ErrClosed = store.ErrClosed
)

// DiskOptions says how [Open] opens a folder.
type DiskOptions struct {
	// Embedder names what makes the vectors, model and version included; it is
	// for programs that store vectors themselves, since a pipeline tells the
	// name of its embedder by [Disk.UseEmbedder]. A folder keeps the first name
	// that it is told, and refuses others with [imagescope.ErrModelMismatch]. ""
	// is refused by none.
	Embedder string

	// Half stores vectors in half precision (IEEE 754 binary16), which halves
	// the file; components beyond ±65504 are refused. It is fixed when the
	// folder is made and ignored later. Searches, which use float32 in any
	// case, find the rounded vectors from the start.
	Half bool

	// ReadOnly opens for reading alone. Any number of processes can do so at
	// once, but not while one has the folder open for writing, nor can one
	// open it for writing as long as they have it open: either gets
	// [ErrLocked]. bbolt uses the pages of an earlier state again as soon as a
	// change is made, and only readers of its own process hold it off. The
	// remedies are to set Wait and to have the writer close the folder between
	// its changes, to let the writer's process answer the searches, which go on
	// beside its changes, or to read a copy that the writer makes by Export.
	ReadOnly bool

	// Wait is how long Open waits for a folder that is open elsewhere; 0 means
	// not at all.
	Wait time.Duration

	// Graph has the parameters of the [HNSW] that answers the searches.
	Graph Parameters
	// Exact has searches compare the query with all entries, as [Flat] does,
	// in place of a graph.
	Exact bool
}

// Open opens the index in a folder, or makes one there. opts may be nil.
// All entries are read, checked and put into memory, by use of the graph that
// Close left behind; [Disk] tells how long that takes. A done context ends it.
func Open(ctx context.Context, dir string, opts *DiskOptions) (*Disk, error) {
	if opts == nil {
		opts = new(DiskOptions)
	}
	d := &Disk{dir: dir, readOnly: opts.ReadOnly}
	if err := d.open(ctx, opts); err != nil {
		return nil, fmt.Errorf("index: open: %w", err)
	}
	return d, nil
}

func (d *Disk) open(ctx context.Context, opts *DiskOptions) error {
	if err := opts.Graph.validate(); err != nil {
		return err
	}
	if opts.Exact {
		d.memory = new(Flat)
	} else {
		d.graph = &HNSW{Parameters: opts.Graph}
		d.memory = d.graph
	}
	in := &filler{ctx: ctx, to: d.memory}
	each, records := in.add, map[string]store.Record{}
	if _, err := os.Stat(d.path(graphFile)); err == nil && !opts.Exact {
		each = func(r store.Record) error {
			records[r.ID] = r
			return nil
		}
	}
	options := store.Options{Embedder: opts.Embedder, Half: opts.Half, ReadOnly: opts.ReadOnly, Wait: opts.Wait}
	if flat, ok := d.memory.(*Flat); ok {
		options.Expect = flat.table.reserve
	}
	var err error
	d.store, err = store.Open(ctx, d.dir, options, each)
	if err != nil {
		return err
	}
	d.noteEmbedder()
	if err := d.fill(ctx, in, records); err != nil {
		return errors.Join(err, d.store.Close())
	}
	d.joined = in.added
	d.changes(ctx, in.added)
	return nil
}

// fill puts what in has not seen yet into memory: the records, with the graph
// that was saved, if there is one of use.
func (d *Disk) fill(ctx context.Context, in *filler, records map[string]store.Record) error {
	if len(records) > 0 {
		h, err := loadGraph(ctx, d.path(graphFile), d.graph.Parameters, records)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // some records are lost to it
			err = d.store.Read(ctx, in.add)
		default:
			d.graph, d.memory, in.to = h, h, h
			for _, id := range slices.Sorted(maps.Keys(records)) {
				if err = in.add(records[id]); err != nil {
					break
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if err := in.flush(); err != nil {
		return err
	}
	if s := d.store.State(); s.Entries == 0 && s.Dimension > 0 {
		return setDimension(ctx, d.memory, s.Dimension)
	}
	return nil
}

// filler adds the entries of a store to an index, many at once.
type filler struct {
	ctx   context.Context
	to    imagescope.VectorIndex
	batch []imagescope.Entry
	added int
}

func (f *filler) add(r store.Record) error {
	f.batch = append(f.batch, r.Entry)
	if len(f.batch) < 4096 {
		return nil
	}
	return f.flush()
}

func (f *filler) flush() error {
	err := f.to.Upsert(f.ctx, f.batch...)
	f.added += len(f.batch)
	clear(f.batch)
	f.batch = f.batch[:0]
	return err
}

// setDimension sets the dimension of an index that is empty, as that of an
// index that once held entries.
func setDimension(ctx context.Context, ix imagescope.VectorIndex, dim int) error {
	if err := ix.Upsert(ctx, imagescope.Entry{ID: "0", Vector: make([]float32, dim)}); err != nil {
		return err
	}
	return ix.Delete(ctx, "0")
}
