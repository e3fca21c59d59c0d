package index_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// TestDiskUpsertsAtOnce has Upserts wait and then be made together: each
// succeeds or fails for itself, and one that was given up is not made.
func TestDiskUpsertsAtOnce(t *testing.T) {
	dir := t.TempDir()
	ix := openDisk(t, dir, &index.DiskOptions{Exact: true})
	entries := someEntries(50, 4)
	if err := ix.Upsert(t.Context(), entries[0]); err != nil {
		t.Fatal(err)
	}
	errs := map[string]error{}
	var mu sync.Mutex
	var g sync.WaitGroup
	upsert := func(ctx context.Context, name string, entries ...imagescope.Entry) {
		g.Go(func() {
			err := ix.Upsert(ctx, entries...)
			mu.Lock()
			defer mu.Unlock()
			errs[name] = err
		})
	}
	for _, err := range ix.EntriesWithVectors(t.Context()) { // during which changes wait
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- ix.Upsert(ctx, imagescope.Entry{ID: "given up", Vector: entries[0].Vector}) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("an Upsert that waits and is given up: error %v", err)
		}
		for i := 1; i < len(entries); i++ {
			upsert(t.Context(), fmt.Sprint("good ", i), entries[i])
		}
		upsert(t.Context(), "nothing")
		upsert(t.Context(), "wrong", entries[0], imagescope.Entry{ID: "wrong", Vector: []float32{1}})
	}
	g.Wait()
	for name, err := range errs {
		if wrong := name == "wrong"; errors.Is(err, imagescope.ErrDimension) != wrong || !wrong && err != nil {
			t.Errorf("%s: Upsert: error %v", name, err)
		}
	}
	closeDisk(t, ix)
	if d := cmp.Diff(entries, allEntries(t, openDisk(t, dir, nil))); d != "" {
		t.Errorf("want is -, got is +\n%s", d)
	}
}

// allEntries returns what an index holds, with vectors.
func allEntries(t *testing.T, ix *index.Disk) []imagescope.Entry {
	t.Helper()
	var all []imagescope.Entry
	for e, err := range ix.EntriesWithVectors(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// TestDiskUpsertsTogether has many goroutines add entries, replace each other's
// and delete.
func TestDiskUpsertsTogether(t *testing.T) {
	ix := openDisk(t, t.TempDir(), &index.DiskOptions{Exact: true})
	entries := someEntries(96, 4)
	var g errgroup.Group
	for some := range slices.Chunk(entries, 12) {
		g.Go(func() error {
			for _, e := range some {
				err := errors.Join(ix.Upsert(t.Context(), e), ix.Delete(t.Context(), e.ID), ix.Upsert(t.Context(), e, imagescope.Entry{ID: "shared", Vector: e.Vector}))
				if err != nil {
					return err
				}
				if got, err := ix.Get(t.Context(), e.ID); err != nil || !cmp.Equal(e, got) {
					return fmt.Errorf("Get(%q) = %v, %v", e.ID, got, err)
				}
			}
			return nil
		})
	}
	if err := errors.Join(g.Wait(), ix.Delete(t.Context(), "shared"), ix.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(entries, allEntries(t, ix)); d != "" {
		t.Errorf("want is -, got is +\n%s", d)
	}
}

func TestDiskEntries(t *testing.T) {
	for _, exact := range []bool{true, false} {
		ix := openDisk(t, t.TempDir(), &index.DiskOptions{Exact: exact})
		entries := someEntries(20, 4)
		if err := ix.Upsert(t.Context(), entries...); err != nil {
			t.Fatal(err)
		}
		var got []imagescope.Entry
		for e, err := range ix.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
			// A change from within is allowed, and not seen.
			if err := errors.Join(ix.Delete(t.Context(), entries[19].ID, e.ID), ix.Upsert(t.Context(), imagescope.Entry{ID: e.ID + " anew", Vector: entries[0].Vector})); err != nil {
				t.Fatal(err)
			}
		}
		for i := range entries {
			entries[i].Vector = nil
		}
		if d := cmp.Diff(entries, got); d != "" {
			t.Errorf("want is -, got is +\n%s", d)
		}
	}
}

// TestDiskEntriesEnd has iterations that end early.
func TestDiskEntriesEnd(t *testing.T) {
	ix := openDisk(t, t.TempDir(), nil)
	if err := ix.Upsert(t.Context(), someEntries(20, 4)...); err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string]func(context.Context) func(func(imagescope.Entry, error) bool){
		"Entries":            func(ctx context.Context) func(func(imagescope.Entry, error) bool) { return ix.Entries(ctx) },
		"EntriesWithVectors": func(ctx context.Context) func(func(imagescope.Entry, error) bool) { return ix.EntriesWithVectors(ctx) },
	} {
		for range list(t.Context()) {
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		var last error
		n := 0
		for _, err := range list(ctx) {
			n++
			last = err
			cancel()
		}
		cancel()
		if !errors.Is(last, context.Canceled) || n > 20 {
			t.Errorf("%s: %d came, the last error is %v", name, n, last)
		}
	}
	closeDisk(t, ix)
	for _, err := range ix.Entries(t.Context()) {
		if !errors.Is(err, index.ErrClosed) {
			t.Errorf("Entries after Close: error %v", err)
		}
	}
}

// BenchmarkDiskWriters has goroutines that each upsert one entry after another.
func BenchmarkDiskWriters(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			entries := photos(1000)
			ix := openDisk(b, b.TempDir(), &index.DiskOptions{Exact: true})
			var next atomic.Int64
			b.ResetTimer()
			var g errgroup.Group
			for range writers {
				g.Go(func() error {
					for {
						i := int(next.Add(1))
						if i > b.N {
							return nil
						}
						if err := ix.Upsert(b.Context(), entries[i%len(entries)]); err != nil {
							return err
						}
					}
				})
			}
			if err := g.Wait(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "upserts/s")
		})
	}
}
