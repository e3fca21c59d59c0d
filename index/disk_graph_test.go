package index_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// graphOf makes an index of n entries whose graph was saved after the first of
// them.
func graphOf(t testing.TB, n, saved int) (dir string, entries []imagescope.Entry) {
	t.Helper()
	dir, entries = t.TempDir(), someEntries(n, 16)
	for _, some := range [][]imagescope.Entry{entries[:saved], entries[saved:]} {
		ix := openDisk(t, dir, nil)
		if err := ix.Upsert(t.Context(), some...); err != nil {
			t.Fatal(err)
		}
		graph, err := os.ReadFile(filepath.Join(dir, "graph"))
		closeDisk(t, ix)
		if err == nil { // as if it had been killed before Close
			if err := os.WriteFile(filepath.Join(dir, "graph"), graph, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir, entries
}

func TestDiskGraph(t *testing.T) {
	const n, saved = 300, 200
	tests := []struct {
		name   string
		change func(t *testing.T, graph string)
		opts   index.DiskOptions
		want   int // entries that are joined to the graph by Open
	}{
		{name: "older", want: n - saved},
		{name: "older, for reading", opts: index.DiskOptions{ReadOnly: true}, want: n - saved},
		{name: "not used", opts: index.DiskOptions{Exact: true}, want: n},
		{name: "missing", change: func(t *testing.T, graph string) {
			if err := os.Remove(graph); err != nil {
				t.Fatal(err)
			}
		}, want: n},
		{name: "empty", change: func(t *testing.T, graph string) {
			if err := os.Truncate(graph, 0); err != nil {
				t.Fatal(err)
			}
		}, want: n},
		{name: "damaged", change: func(t *testing.T, graph string) {
			b, err := os.ReadFile(graph)
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)/2] ^= 4
			if err := os.WriteFile(graph, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, want: n},
		{name: "of another index", change: func(t *testing.T, graph string) {
			other, _ := graphOf(t, 100, 100)
			b, err := os.ReadFile(filepath.Join(other, "graph"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(graph, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, want: n - 100}, // which holds the same first entries
		{name: "of other parameters", opts: index.DiskOptions{Graph: index.Parameters{M: 8}}, want: n},
		{name: "of another seed", opts: index.DiskOptions{Graph: index.Parameters{Seed: 8}}, want: n},
		{name: "searched wider", opts: index.DiskOptions{Graph: index.Parameters{Ef: 100, EfConstruction: 50, Threads: 1}}, want: n - saved},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, entries := graphOf(t, n, saved)
			if test.change != nil {
				test.change(t, filepath.Join(dir, "graph"))
			}
			ix := openDisk(t, dir, &test.opts)
			info, err := ix.Info(t.Context())
			if err != nil || info.Joined != test.want {
				t.Errorf("Info = %+v, %v, want %d entries joined", info, err, test.want)
			}
			compareWithFlat(t, ix, entries)
			closeDisk(t, ix)
			if test.opts.ReadOnly || test.opts.Exact {
				return
			}
			ix = openDisk(t, dir, &test.opts)
			if info, err := ix.Info(t.Context()); err != nil || info.Joined != 0 {
				t.Errorf("opened again: Info = %+v, %v, want none joined", info, err)
			}
			compareWithFlat(t, ix, entries)
		})
	}
}

// compareWithFlat compares searches.
func compareWithFlat(t *testing.T, ix imagescope.VectorIndex, entries []imagescope.Entry) {
	t.Helper()
	flat := new(index.Flat)
	if err := flat.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries[:20] {
		want, err := flat.Search(t.Context(), e.Vector, 10, imagescope.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ix.Search(t.Context(), e.Vector, 10, imagescope.Filter{})
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Fatalf("Search: %v, want is -, got is +\n%s", err, d)
		}
	}
}

// TestDiskGraphCatchesUp replaces and deletes entries that a saved graph holds.
func TestDiskGraphCatchesUp(t *testing.T) {
	dir, entries := graphOf(t, 300, 300)
	graph, err := os.ReadFile(filepath.Join(dir, "graph"))
	if err != nil {
		t.Fatal(err)
	}
	ix := openDisk(t, dir, nil)
	gone := []string{entries[0].ID, entries[299].ID}
	entries = entries[1:299]
	for i := range 50 {
		entries[i].Vector = entries[200-i].Vector
	}
	entries[60].Caption = "another"
	if err := errors.Join(ix.Delete(t.Context(), gone...), ix.Upsert(t.Context(), entries[:61]...), ix.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "graph"), graph, 0o600); err != nil {
		t.Fatal(err)
	}
	ix = openDisk(t, dir, nil)
	if info, err := ix.Info(t.Context()); err != nil || info.Joined != 51 {
		t.Errorf("Info = %+v, %v, want the 51 that have changed joined", info, err)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Error(err)
	}
	compareWithFlat(t, ix, entries)
}

// TestDiskGraphSavedEarly holds that a process that is killed before it has
// called Close leaves a graph behind.
func TestDiskGraphSavedEarly(t *testing.T) {
	dir := t.TempDir()
	ix := openDisk(t, dir, &index.DiskOptions{Graph: index.Parameters{M: 2, EfConstruction: 2}})
	entries := someEntries(10_001, 2)
	for _, some := range [][]imagescope.Entry{entries[:9_999], entries[9_999:10_000], entries[10_000:]} {
		if err := ix.Upsert(t.Context(), some...); err != nil {
			t.Fatal(err)
		}
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	killed := openDisk(t, copied, &index.DiskOptions{Graph: index.Parameters{M: 2, EfConstruction: 2}})
	if info, err := killed.Info(t.Context()); err != nil || info.Joined != 1 {
		t.Errorf("Info = %+v, %v, want the last entry joined", info, err)
	}
}

// TestDiskCheckGraph has a graph that is damaged while the index is open.
func TestDiskCheckGraph(t *testing.T) {
	dir, _ := graphOf(t, 50, 50)
	ix := openDisk(t, dir, nil)
	if err := os.Truncate(filepath.Join(dir, "graph"), 100); err != nil {
		t.Fatal(err)
	}
	if err := ix.Check(t.Context()); !errors.Is(err, index.ErrCorrupt) || !strings.Contains(err.Error(), filepath.Join(dir, "graph")) {
		t.Errorf("Check: error %v, want ErrCorrupt with the file's name", err)
	}
}

// FuzzDiskGraph opens an index beside a graph of which a part is overwritten or
// cut off, with the right checksum. It must hold what is stored.
func FuzzDiskGraph(f *testing.F) {
	dir, entries := graphOf(f, 30, 30)
	path := filepath.Join(dir, "graph")
	graph, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	const head = 12
	f.Add(uint(0), []byte{}, uint(0))
	f.Add(uint(0), []byte{0xff, 0xff, 0xff, 0xff}, uint(0))
	for at := uint(0); at < 300; at += 9 {
		f.Add(at, []byte{0x81}, uint(0))
		f.Add(at, []byte{}, at)
	}
	f.Fuzz(func(t *testing.T, at uint, patch []byte, cut uint) {
		rest := bytes.Clone(graph[head:])
		copy(rest[at%uint(len(rest)):], patch)
		rest = rest[:uint(len(rest))-cut%uint(len(rest))]
		sum := crc32.Checksum(rest, crc32.MakeTable(crc32.Castagnoli))
		b := binary.LittleEndian.AppendUint32([]byte("IMGRAPH\x01"), sum)
		if err := os.WriteFile(path, append(b, rest...), 0o600); err != nil {
			t.Fatal(err)
		}
		ix := openDisk(t, dir, &index.DiskOptions{ReadOnly: true})
		for _, want := range entries {
			got, err := ix.Get(t.Context(), want.ID)
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Fatalf("Get: %v, want is -, got is +\n%s", err, d)
			}
		}
		if _, err := ix.Search(t.Context(), entries[0].Vector, 5, imagescope.Filter{}); err != nil {
			t.Error(err)
		}
	})
}
