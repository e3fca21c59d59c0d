package index

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// Disk is an index that outlives the process, made by [Open]. All entries are
// in memory, where an [HNSW] or a [Flat] finds them, and in a folder.
//
// When Upsert or Delete returns, its change is on disk: neither the end of the
// process nor, as far as the disk keeps its word, of the machine's power loses
// any of it. After an error none of it is there, unless the disk fails in the
// middle: then the error says so, and nothing more is changed until the folder
// is opened again. A change takes two fsyncs, whatever its size, which is most
// of its time: give many entries to one Upsert, or call several at once, which
// share them.
//
// One process at a time has a folder open for writing, and in it one Disk;
// others are told [ErrLocked] at once. A Disk may be used by any number of
// goroutines: searches run side by side and do not wait for the disk, while
// Upsert, Delete, Check, Compact and Export wait for one another. Upserts that wait at once are
// made in one change.
//
// # Files
//
//	entries.db  all that was given to Upsert, in a bbolt file
//	graph       the graph of the HNSW, without the vectors
//	head        the number of the last change
//	lock        locked by who has the folder open
//	holder      who last opened it for writing, for error messages
//
// Only entries.db matters. The graph is a cache. Close saves it, and so does
// the change after which half of the entries, and 10,000 at least, have changed
// since it was saved. Open checks it, joins to it what has changed since, and
// makes it anew where it is missing, damaged or of other [Parameters]. All is
// checksummed, and Open reads and compares it all: a damaged folder opens with
// all entries or not at all, with [ErrCorrupt]. Vectors, captions and metadata
// are little-endian, but the structures of bbolt are in the machine's order of
// bytes: between machines of different orders move an index by Export.
//
// To back an index up, Export it, or copy the folder while it is closed.
//
// # Size and time
//
// Of a million images with vectors of 512 components, IDs of 26 bytes, captions
// of 56 and two metadata, by measuring 20,000, in GB (BenchmarkDiskSize):
//
//	                                    float32   half precision
//	entries.db, after Compact             2.4          1.2
//	entries.db, added in order of ID      3.4          1.7
//	entries.db, added in any order        4.2          2.5
//	graph                                 0.16         0.16
//	memory                                3.0          3.0
//	memory of the vectors alone           2.0          2.0
//
// While it is opened, an index with a graph takes up to the size of its vectors
// more. On two cores that had much else to do, an Upsert of one entry took 3
// ms, of 1000 entries 41 ms and the time of the graph (BenchmarkDiskUpsert);
// 16 goroutines made 1200 to 2000 Upserts of one entry a second where one made
// 220 (BenchmarkDiskWriters, with Exact);
// and to open 20,000 entries 0.6 s with Exact or a graph that was saved, and 50
// s where it was made anew (BenchmarkDiskOpen).
//
// Half precision finds 0.9996 of the true 20 nearest of 20,000 random vectors,
// which are the hardest (BenchmarkHalfRecall).
type Disk struct {
	dir      string
	readOnly bool
	memory   memory
	graph    *HNSW // the same, unless searches are exact
	embedder atomic.Pointer[string]
	joined   int // entries that Open put into the graph

	upserts upserts
	writing turn // to use what follows
	store   *store.Store
	changed int // entries since the graph was saved

	closed atomic.Bool
}

var _ imagescope.NamedIndex = (*Disk)(nil)

// exclusively calls f with the store for itself.
func (d *Disk) exclusively(ctx context.Context, f func() error) error {
	if err := d.writing.take(ctx); err != nil {
		return err
	}
	defer d.writing.leave()
	if d.closed.Load() {
		return ErrClosed
	}
	return f()
}

// Delete removes entries; see [imagescope.VectorIndex].
func (d *Disk) Delete(ctx context.Context, ids ...string) error {
	err := d.exclusively(ctx, func() error {
		if len(ids) == 0 {
			return nil
		}
		if err := d.store.Change(ctx, nil, ids); err != nil {
			return err
		}
		if err := d.memory.Delete(context.WithoutCancel(ctx), ids...); err != nil {
			return err
		}
		d.changes(ctx, len(ids))
		return nil
	})
	if err != nil {
		return fmt.Errorf("index: delete: %w", err)
	}
	return nil
}

// saveAfter is the least number of changed entries after which the graph is
// saved before Close.
const saveAfter = 10_000

// changes notes that n entries have changed. When that makes half of all, the
// graph is saved, so that a process that is killed leaves one behind that is
// worth having.
func (d *Disk) changes(ctx context.Context, n int) {
	d.changed += n
	if d.graph == nil || d.readOnly || d.changed < max(saveAfter, d.store.State().Entries/2) {
		return
	}
	if d.saveGraph(ctx) != nil {
		d.changed = 1 // it is tried again after as many, or by Close, which returns the error
	}
}

// path returns the path of a file in the folder.
func (d *Disk) path(name string) string { return filepath.Join(d.dir, name) }

// Get returns a copy of an entry; see [imagescope.VectorIndex].
func (d *Disk) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	if d.closed.Load() {
		return imagescope.Entry{}, fmt.Errorf("index: get: %w", ErrClosed)
	}
	return d.memory.Get(ctx, id)
}

// Search returns the nearest entries; see [imagescope.VectorIndex].
func (d *Disk) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if d.closed.Load() {
		return nil, fmt.Errorf("index: search: %w", ErrClosed)
	}
	return d.memory.Search(ctx, query, k, f)
}

// Embedder returns the name of what made the vectors, "" if it was never told.
func (d *Disk) Embedder() string { return *d.embedder.Load() }

// UseEmbedder keeps the name of what makes the vectors, on disk, or compares it
// with the one that is kept; see [imagescope.NamedIndex].
func (d *Disk) UseEmbedder(ctx context.Context, name string) error {
	if name == "" || name == d.Embedder() {
		return ctx.Err()
	}
	err := d.exclusively(ctx, func() error {
		if err := d.store.UseEmbedder(name); err != nil {
			return err
		}
		d.noteEmbedder()
		return nil
	})
	if err != nil {
		return fmt.Errorf("index: use embedder: %w", err)
	}
	return nil
}

// noteEmbedder keeps the name that is in the store at hand.
func (d *Disk) noteEmbedder() {
	name := d.store.State().Embedder
	d.embedder.Store(&name)
}

// Close waits for the change that is being made, saves the graph if it has
// changed, and closes the folder. It may be called again; other calls then
// return [ErrClosed].
func (d *Disk) Close() error {
	ctx := context.Background()
	err := d.writing.take(ctx) // which is never done
	defer d.writing.leave()
	if d.closed.Swap(true) {
		return nil
	}
	if d.graph != nil && d.changed > 0 && !d.readOnly {
		err = d.saveGraph(ctx)
	}
	if err := errors.Join(err, d.store.Close()); err != nil {
		return fmt.Errorf("index: close: %w", err)
	}
	return nil
}
