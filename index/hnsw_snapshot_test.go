package index

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// gallery returns n random entries of 8 components in some clusters.
func gallery(n int) []imagescope.Entry {
	r := rand.New(rand.NewPCG(1, 1))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		v := make([]float32, 8)
		for j := range v {
			v[j] = float32(r.NormFloat64()) + 2*float32((i%7)>>(j%3)&1)
		}
		entries[i] = imagescope.Entry{ID: strconv.Itoa(i), Vector: v, Meta: map[string]string{"digit": strconv.Itoa(i % 10)}}
	}
	return entries
}

func built(t testing.TB, p Parameters, entries []imagescope.Entry) *HNSW {
	t.Helper()
	h := &HNSW{Parameters: p}
	if err := h.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	return h
}

func snapshotOf(t testing.TB, h *HNSW) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := h.writeGraph(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// loader returns what readGraph needs to find entries.
func loader(entries []imagescope.Entry) func(id string) (imagescope.Entry, bool, error) {
	return func(id string) (imagescope.Entry, bool, error) {
		i := slices.IndexFunc(entries, func(e imagescope.Entry) bool { return e.ID == id })
		if i < 0 {
			return imagescope.Entry{}, false, nil
		}
		return entries[i], true, nil
	}
}

func TestSnapshot(t *testing.T) {
	entries := gallery(1200)
	h := built(t, Parameters{Seed: 7}, entries)
	if err := h.Delete(t.Context(), "3", "1199"); err != nil {
		t.Fatal(err)
	}
	entries = slices.DeleteFunc(entries, func(e imagescope.Entry) bool { return e.ID == "3" || e.ID == "1199" })
	data := snapshotOf(t, h)
	read, err := readGraph(t.Context(), bytes.NewReader(data), Parameters{Seed: 7, Ef: 30}, loader(entries))
	if err != nil {
		t.Fatal(err)
	}
	if read.gauge != h.gauge || h.gauge.nodes == 0 {
		t.Errorf("the gauge is %+v, was %+v", read.gauge, h.gauge)
	}
	checkRecall(t, read, entries, 0.99)

	// Written again, it is the same but for what was dead and is free now.
	again, err := readGraph(t.Context(), bytes.NewReader(snapshotOf(t, read)), Parameters{Seed: 7}, loader(entries))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(read.graph.base.data, again.graph.base.data); d != "" {
		t.Errorf("read and written twice, the links differ: %s", d)
	}
}

// TestSnapshotCatchesUp has entries deleted, changed and added since.
func TestSnapshotCatchesUp(t *testing.T) {
	all := gallery(1200)
	for _, gone := range []int{0, 1, 500, 1000} {
		t.Run(fmt.Sprint(gone), func(t *testing.T) {
			data := snapshotOf(t, built(t, Parameters{}, all[:1000]))
			h, err := readGraph(t.Context(), bytes.NewReader(data), Parameters{}, loader(all[gone:1000]))
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Upsert(t.Context(), all[1000:]...); err != nil {
				t.Fatal(err)
			}
			checkRecall(t, h, all[gone:], 0.99)
		})
	}
}

func TestSnapshotEmpty(t *testing.T) {
	h := built(t, Parameters{}, nil)
	read, err := readGraph(t.Context(), bytes.NewReader(snapshotOf(t, h)), Parameters{}, loader(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Upsert(t.Context(), gallery(10)...); err != nil {
		t.Fatal(err)
	}
	emptied := built(t, Parameters{}, gallery(1))
	if err := emptied.Delete(t.Context(), "0"); err != nil {
		t.Fatal(err)
	}
	read, err = readGraph(t.Context(), bytes.NewReader(snapshotOf(t, emptied)), Parameters{}, loader(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Upsert(t.Context(), imagescope.Entry{ID: "a", Vector: []float32{1}}); !errors.Is(err, imagescope.ErrDimension) {
		t.Errorf("Upsert of another dimension after all was deleted: error %v, want ErrDimension", err)
	}
}

func TestSnapshotRefused(t *testing.T) {
	entries := gallery(300)
	data := snapshotOf(t, built(t, Parameters{}, entries))
	failing := errors.New("no disk")
	tests := []struct {
		name string
		data []byte
		p    Parameters
		load func(string) (imagescope.Entry, bool, error)
		want error
	}{
		{"other M", data, Parameters{M: 8}, loader(entries), errParameters},
		{"other seed", data, Parameters{Seed: 1}, loader(entries), errParameters},
		{"other version", append([]byte("IMGHNSW\x03"), data[8:]...), Parameters{}, loader(entries), errSnapshot},
		{"no file", nil, Parameters{}, loader(entries), errSnapshot},
		{"no store", data, Parameters{}, func(string) (imagescope.Entry, bool, error) { return imagescope.Entry{}, false, failing }, failing},
		{"other dimension", data, Parameters{}, func(id string) (imagescope.Entry, bool, error) {
			return imagescope.Entry{ID: id, Vector: []float32{1}}, true, nil
		}, imagescope.ErrDimension},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readGraph(t.Context(), bytes.NewReader(tt.data), tt.p, tt.load); !errors.Is(err, tt.want) {
				t.Errorf("readGraph: error %v, want %v", err, tt.want)
			}
		})
	}
}

// TestSnapshotDamage cuts a snapshot at every byte and turns every byte: what
// can be read must be searchable, and nothing else may happen than errSnapshot
// or errParameters.
func TestSnapshotDamage(t *testing.T) {
	entries := gallery(40)
	data := snapshotOf(t, built(t, Parameters{M: 4}, entries))
	check := func(data []byte) {
		h, err := readGraph(t.Context(), bytes.NewReader(data), Parameters{M: 4}, loader(entries))
		if err != nil {
			if !errors.Is(err, errSnapshot) && !errors.Is(err, errParameters) && !errors.Is(err, imagescope.ErrDimension) {
				t.Fatalf("readGraph: error %v", err)
			}
			return
		}
		if _, err := h.Search(t.Context(), entries[0].Vector, 3, imagescope.Filter{}); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range data {
		check(data[:i])
		turned := bytes.Clone(data)
		turned[i] ^= 0xff
		check(turned)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / uint64(2*len(data)); each > 1<<20 {
		t.Errorf("reading a damaged snapshot of %d bytes allocates %d bytes", len(data), each)
	}
}

func FuzzReadGraph(f *testing.F) {
	entries := gallery(20)
	f.Add(snapshotOf(f, built(f, Parameters{M: 2}, entries)))
	f.Add(snapshotOf(f, new(HNSW)))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := readGraph(t.Context(), bytes.NewReader(data), Parameters{M: 2}, loader(entries))
		if err != nil {
			return
		}
		if h.table.rows.dim == 0 || h.table.rows.dim == 8 {
			if err := h.Upsert(t.Context(), entries...); err != nil {
				t.Fatal(err)
			}
			checkRecall(t, h, entries, 1)
		}
	})
}

// checkRecall compares searches of an index, by a walk and not by a scan, with
// those of a Flat that holds the entries.
func checkRecall(t testing.TB, h *HNSW, entries []imagescope.Entry, least float64) {
	t.Helper()
	const k = 10
	flat := new(Flat)
	if err := flat.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 5))
	all := newSieve(&h.table, imagescope.Filter{})
	found, total := 0, 0
	for range 100 {
		query := make([]float32, flat.table.rows.dim)
		for i := range query {
			query[i] = float32(r.NormFloat64())
		}
		want, err := flat.Search(t.Context(), query, k, imagescope.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		best := newTop(&h.table, k)
		h.walk(new(walker), query, reach{width: 60}, easiest, all, best)
		for _, m := range best.matches() {
			if slices.ContainsFunc(want, func(w imagescope.Match) bool { return w.ID == m.ID }) {
				found++
			}
		}
		total += len(want)
	}
	if recall := float64(found) / float64(total); recall < least {
		t.Errorf("recall is %.4f, want at least %v", recall, least)
	}
}
