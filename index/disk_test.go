package index_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/index/indextest"
)

func TestDisk(t *testing.T) {
	dirs := map[imagescope.VectorIndex]string{}
	open := func(t *testing.T, dir string) imagescope.VectorIndex {
		ix := openDisk(t, dir, nil)
		dirs[ix] = dir
		return ix
	}
	indextest.Run(t, func(t *testing.T) imagescope.VectorIndex { return open(t, t.TempDir()) }, &indextest.Options{
		Reopen: func(t *testing.T, ix imagescope.VectorIndex) imagescope.VectorIndex {
			closeDisk(t, ix.(*index.Disk))
			return open(t, dirs[ix])
		},
	})
}

// TestDiskHalf runs the suite with vectors that half precision holds exactly;
// those of its reopening are not, so that this is left to TestDiskRounding.
func TestDiskHalf(t *testing.T) {
	indextest.Run(t, func(t *testing.T) imagescope.VectorIndex {
		return openDisk(t, t.TempDir(), &index.DiskOptions{Half: true})
	}, nil)
}

func openDisk(t testing.TB, dir string, opts *index.DiskOptions) *index.Disk {
	t.Helper()
	ix, err := index.Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDisk(t, ix) })
	return ix
}

func closeDisk(t testing.TB, ix *index.Disk) {
	t.Helper()
	if err := ix.Close(); err != nil {
		t.Error(err)
	}
}

func TestDiskLocked(t *testing.T) {
	dir := t.TempDir()
	first := openDisk(t, dir, nil)
	for _, opts := range []*index.DiskOptions{nil, {ReadOnly: true}, {Wait: 20 * time.Millisecond}} {
		_, err := index.Open(t.Context(), dir, opts)
		if !errors.Is(err, index.ErrLocked) || !strings.Contains(err.Error(), "this process opened it at") {
			t.Errorf("second Open with %+v: error %v, want ErrLocked and who it is", opts, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := index.Open(cancelled, dir, &index.DiskOptions{Wait: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a done context: error %v, want that of the context", err)
	}
	closeDisk(t, first)
	openDisk(t, dir, nil)
}

// TestDiskWait opens a folder that is given free while Open waits.
func TestDiskWait(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, err := index.Open(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { closeDisk(t, first) })
		start := time.Now()
		second, err := index.Open(t.Context(), dir, &index.DiskOptions{Wait: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited < time.Second || waited > 2*time.Second {
			t.Errorf("Open waited %v for a folder that is free after 1 s", waited)
		}
		closeDisk(t, second)
	})
}

func TestDiskReadOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := index.Open(t.Context(), filepath.Join(dir, "none"), &index.DiskOptions{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of a folder that is not there: error %v, want os.ErrNotExist", err)
	}
	writer := openDisk(t, dir, nil)
	entries := someEntries(3, 4)
	if err := writer.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	closeDisk(t, writer)
	reader, other := openDisk(t, dir, &index.DiskOptions{ReadOnly: true}), openDisk(t, dir, &index.DiskOptions{ReadOnly: true})
	for _, ix := range []*index.Disk{reader, other} {
		got, err := ix.Get(t.Context(), entries[1].ID)
		if d := cmp.Diff(entries[1], got); d != "" || err != nil {
			t.Errorf("Get: %v, want is -, got is +\n%s", err, d)
		}
		if err := ix.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for name, err := range map[string]error{
		"Upsert":  reader.Upsert(t.Context(), entries[0]),
		"Delete":  reader.Delete(t.Context(), "x"),
		"Compact": reader.Compact(t.Context()),
	} {
		if !errors.Is(err, index.ErrReadOnly) {
			t.Errorf("%s: error %v, want ErrReadOnly", name, err)
		}
	}
	if _, err := index.Open(t.Context(), dir, nil); !errors.Is(err, index.ErrLocked) {
		t.Errorf("Open for writing beside readers: error %v, want ErrLocked", err)
	}
}

func TestDiskEmbedder(t *testing.T) {
	dir := t.TempDir()
	for _, step := range []struct{ open, want string }{
		{"", ""}, // made by nobody yet
		{"clip", "clip"},
		{"", "clip"},
		{"clip", "clip"},
	} {
		ix := openDisk(t, dir, &index.DiskOptions{Embedder: step.open})
		if got := ix.Embedder(); got != step.want {
			t.Errorf("opened as %q: Embedder = %q, want %q", step.open, got, step.want)
		}
		closeDisk(t, ix)
	}
	for _, readOnly := range []bool{false, true} {
		_, err := index.Open(t.Context(), dir, &index.DiskOptions{Embedder: "siglip", ReadOnly: readOnly})
		if !errors.Is(err, imagescope.ErrModelMismatch) || !strings.Contains(err.Error(), "siglip") || !strings.Contains(err.Error(), "clip") {
			t.Errorf("opened as another: error %v, want ErrModelMismatch with both names", err)
		}
	}
}

// TestDiskUseEmbedder has folders that are told the name after they were
// opened, for writing and for reading.
func TestDiskUseEmbedder(t *testing.T) {
	dir := t.TempDir()
	closeDisk(t, openDisk(t, dir, nil))
	reader := openDisk(t, dir, &index.DiskOptions{ReadOnly: true})
	if err := reader.UseEmbedder(t.Context(), "clip"); err != nil || reader.Embedder() != "" {
		t.Errorf("a reader: UseEmbedder: error %v, and Embedder is %q", err, reader.Embedder())
	}
	closeDisk(t, reader)
	writer := openDisk(t, dir, nil)
	if err := writer.UseEmbedder(t.Context(), "clip"); err != nil {
		t.Error(err)
	}
	if info, err := writer.Info(t.Context()); err != nil || info.Embedder != "clip" {
		t.Errorf("Info = %+v, %v, want the embedder clip", info, err)
	}
	closeDisk(t, writer)
	if err := writer.UseEmbedder(t.Context(), "siglip"); !errors.Is(err, index.ErrClosed) {
		t.Errorf("UseEmbedder after Close: error %v, want ErrClosed", err)
	}
	reader = openDisk(t, dir, &index.DiskOptions{ReadOnly: true})
	if err := reader.UseEmbedder(t.Context(), "siglip"); !errors.Is(err, imagescope.ErrModelMismatch) || reader.Embedder() != "clip" {
		t.Errorf("a reader of clip: UseEmbedder(siglip): error %v, and Embedder is %q", err, reader.Embedder())
	}
}

func TestDiskClosed(t *testing.T) {
	ix := openDisk(t, t.TempDir(), nil)
	closeDisk(t, ix)
	closeDisk(t, ix)
	ctx := t.Context()
	_, getErr := ix.Get(ctx, "a")
	_, searchErr := ix.Search(ctx, []float32{1}, 1, imagescope.Filter{})
	_, infoErr := ix.Info(ctx)
	for name, err := range map[string]error{
		"Upsert": ix.Upsert(ctx, someEntries(1, 1)...), "Delete": ix.Delete(ctx, "a"), "Get": getErr, "Search": searchErr,
		"Info": infoErr, "Check": ix.Check(ctx), "Compact": ix.Compact(ctx), "Export": ix.Export(ctx, nil, nil),
	} {
		if !errors.Is(err, index.ErrClosed) {
			t.Errorf("%s after Close: error %v, want ErrClosed", name, err)
		}
	}
}

// TestDiskRounding holds that rounded vectors are the same before and after the
// index is opened again.
func TestDiskRounding(t *testing.T) {
	dir := t.TempDir()
	ix := openDisk(t, dir, &index.DiskOptions{Half: true})
	e := imagescope.Entry{ID: "a", Vector: []float32{1.0 / 3, 65504, -1e-7, 1e-9}}
	if err := ix.Upsert(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	want := []float32{0.33325195, 65504, -1.1920929e-07, 0}
	for _, when := range []string{"stored", "opened again"} {
		got, err := ix.Get(t.Context(), "a")
		if d := cmp.Diff(want, got.Vector); d != "" || err != nil {
			t.Errorf("%s: %v, want is -, got is +\n%s", when, err, d)
		}
		closeDisk(t, ix)
		ix = openDisk(t, dir, nil)
	}
	info, err := ix.Info(t.Context())
	if err != nil || !info.Half {
		t.Errorf("Info = %+v, %v, want one of half precision", info, err)
	}
	for _, x := range []float32{65520, -math.MaxFloat32} {
		err := ix.Upsert(t.Context(), imagescope.Entry{ID: "b", Vector: []float32{0, 0, 0, x}})
		if !errors.Is(err, imagescope.ErrNotFinite) {
			t.Errorf("Upsert of %v: error %v, want ErrNotFinite", x, err)
		}
	}
}

func TestDiskLimits(t *testing.T) {
	ix := openDisk(t, t.TempDir(), nil)
	v := []float32{1}
	longest := imagescope.Entry{ID: strings.Repeat("i", 1<<15), Vector: v, Caption: strings.Repeat("c", 1<<20-2), Meta: map[string]string{"k": "v"}}
	if err := ix.Upsert(t.Context(), longest); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]imagescope.Entry{
		"ID":        {ID: longest.ID + "i", Vector: v},
		"caption":   {ID: "a", Vector: v, Caption: longest.Caption + "123"},
		"metadata":  {ID: "a", Vector: v, Meta: map[string]string{"a": longest.Caption, "b": "c"}},
		"dimension": {ID: "a", Vector: make([]float32, 1<<16+1)},
	} {
		if err := ix.Upsert(t.Context(), e); err == nil {
			t.Errorf("too long a %s was stored", name)
		}
	}
	if err := ix.Delete(t.Context(), longest.ID+"i", ""); err != nil {
		t.Errorf("Delete of IDs that cannot be: %v", err)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDiskCompact(t *testing.T) {
	dir := t.TempDir()
	ix := openDisk(t, dir, &index.DiskOptions{Embedder: "test"})
	entries := someEntries(400, 256)
	for range 3 {
		if err := ix.Upsert(t.Context(), entries...); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range entries[20:] {
		if err := ix.Delete(t.Context(), e.ID); err != nil {
			t.Fatal(err)
		}
	}
	before, err := ix.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ix.Compact(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Compact with a done context: error %v, want that of the context", err)
	}
	if err := errors.Join(ix.Compact(t.Context()), ix.Check(t.Context()), ix.Upsert(t.Context(), entries[30]), ix.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
	after, err := ix.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Bytes > before.Bytes/4 {
		t.Errorf("Compact made %d bytes of %d, want a quarter at most", after.Bytes, before.Bytes)
	}
	want := index.DiskInfo{Entries: 21, Dimension: 256, Embedder: "test", Bytes: after.Bytes}
	if d := cmp.Diff(want, after); d != "" {
		t.Errorf("Info: want is -, got is +\n%s", d)
	}
	closeDisk(t, ix)
	if err := openDisk(t, dir, nil).Check(t.Context()); err != nil {
		t.Error(err)
	}
}
