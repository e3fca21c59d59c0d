package index_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// TestDiskDamage flips a bit in every file of a small index, and cuts every
// file, at every damageStride-th byte, one at a time. The index then opens with
// all that it held, or says that it is damaged. internal/store has a test that
// reads a file with each of its bytes damaged.
func TestDiskDamage(t *testing.T) {
	entries := someEntries(200, 8) // two leaves and the page above
	original := t.TempDir()
	fill(t, original, entries)
	files, err := filepath.Glob(filepath.Join(original, "*"))
	if err != nil {
		t.Fatal(err)
	}
	stride := damageStride
	if testing.Short() {
		stride = 997
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var g errgroup.Group
			workers := runtime.GOMAXPROCS(0)
			counts := make([]damageCounts, workers)
			for w := range workers {
				dir := t.TempDir()
				if err := os.CopyFS(dir, os.DirFS(original)); err != nil {
					t.Fatal(err)
				}
				g.Go(func() error {
					d := damager{t: t, dir: dir, name: name, content: content, want: entries, counts: &counts[w]}
					for at := w * stride; at < len(content); at += workers * stride {
						if err := errors.Join(d.flip(at), d.cut(at)); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := g.Wait(); err != nil {
				t.Fatal(err)
			}
			var sum damageCounts
			for _, c := range counts {
				sum.opened += c.opened
				sum.refused += c.refused
			}
			t.Logf("%d bytes: opened with all entries %d times, refused %d times", len(content), sum.opened, sum.refused)
			if name == "entries.db" && sum.refused == 0 {
				t.Error("no damage was noticed")
			}
		})
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 256<<20 {
		t.Errorf("opening damaged files took %d MiB of memory", grown>>20)
	}
}

// damager damages one file of a folder.
type damager struct {
	t         *testing.T
	dir, name string
	content   []byte
	want      []imagescope.Entry
	counts    *damageCounts
}

type damageCounts struct{ opened, refused int }

func (d *damager) flip(at int) error {
	f, err := os.OpenFile(filepath.Join(d.dir, d.name), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{d.content[at] ^ 1<<(at*7%8)}, int64(at)); err != nil {
		return err
	}
	if err := d.open(); err != nil {
		return fmt.Errorf("byte %d flipped: %w", at, err)
	}
	_, err = f.WriteAt(d.content[at:at+1], int64(at))
	return err
}

func (d *damager) cut(at int) error {
	f, err := os.OpenFile(filepath.Join(d.dir, d.name), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(int64(at)); err != nil {
		return err
	}
	if err := d.open(); err != nil {
		return fmt.Errorf("cut to %d bytes: %w", at, err)
	}
	_, err = f.WriteAt(d.content[at:], int64(at))
	return err
}

// open opens the damaged index and compares what is in it. Where the graph is
// damaged it opens for reading, so that Close does not save a new one.
func (d *damager) open() error {
	ix, err := index.Open(d.t.Context(), d.dir, &index.DiskOptions{ReadOnly: d.name == "graph"})
	if errors.Is(err, index.ErrCorrupt) {
		d.counts.refused++
		return nil
	}
	if err != nil {
		return err
	}
	d.counts.opened++
	for _, want := range d.want {
		got, err := ix.Get(d.t.Context(), want.ID)
		if err != nil {
			return errors.Join(err, ix.Close())
		}
		if got.Caption != want.Caption || !slices.Equal(got.Vector, want.Vector) || !maps.Equal(got.Meta, want.Meta) {
			return errors.Join(fmt.Errorf("it has %v, want %v", got, want), ix.Close())
		}
	}
	found, err := ix.Search(d.t.Context(), d.want[7].Vector, 3, imagescope.Filter{})
	if err != nil || len(found) != 3 || found[0].ID != d.want[len(d.want)-1].ID {
		return errors.Join(fmt.Errorf("a search finds %v", found), err, ix.Close())
	}
	return ix.Close()
}

// fill makes an index with a history: some entries were replaced, others
// deleted.
func fill(t *testing.T, dir string, entries []imagescope.Entry) {
	t.Helper()
	ix, err := index.Open(t.Context(), dir, &index.DiskOptions{Embedder: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		e.Caption = "old"
		gone := e
		gone.ID = fmt.Sprint("gone", i)
		if err := ix.Upsert(t.Context(), e, gone); err != nil {
			t.Fatal(err)
		}
	}
	for i := range entries {
		if err := ix.Delete(t.Context(), fmt.Sprint("gone", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(ix.Upsert(t.Context(), entries...), ix.Compact(t.Context()), ix.Upsert(t.Context(), entries[0]), ix.Close()); err != nil {
		t.Fatal(err)
	}
}

// someEntries returns n entries with vectors of dim components.
func someEntries(n, dim int) []imagescope.Entry {
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		v := make([]float32, dim)
		for k := range v {
			v[k] = float32(i) + float32(k)/1024
		}
		entries[i] = imagescope.Entry{ID: fmt.Sprintf("%02d.jpg", i), Vector: v, Caption: fmt.Sprint("picture ", i)}
		if i%2 == 0 {
			entries[i].Meta = map[string]string{"number": fmt.Sprint(i), "": "empty"}
		}
	}
	return entries
}
