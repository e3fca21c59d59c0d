//go:build !race

package index

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
)

// TestMemoryBesideVectors holds what the comment of HNSW says that an entry
// takes beside its vector: the graph, the ID, and what finds it.
func TestMemoryBesideVectors(t *testing.T) {
	const n, dim, most = 20_000, 4, 160
	r := rand.New(rand.NewPCG(1, 1))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		entries[i].ID = strconv.Itoa(10_000_000 + i)
		for range dim {
			entries[i].Vector = append(entries[i].Vector, float32(r.NormFloat64()))
		}
	}
	before := heapInUse()
	h := &HNSW{Parameters: Parameters{EfConstruction: 20}}
	if err := h.Upsert(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	after := heapInUse()
	runtime.KeepAlive(entries)
	if each := float64(after-before)/n - 4*dim; each > most {
		t.Errorf("an entry takes %.0f bytes beside its vector, want at most %d", each, most)
	} else {
		t.Logf("an entry takes %.0f bytes beside its vector", each)
	}
	runtime.KeepAlive(h)
}

// BenchmarkMetadata measures the memory that filters take for each entry and
// metadata key, beside the metadata itself, and the time that noting one takes.
func BenchmarkMetadata(b *testing.B) {
	const n = 100_000
	r := rand.New(rand.NewPCG(7, 8))
	for _, kind := range []struct {
		name  string
		value func() string
	}{
		{"20 words", func() string { return fmt.Sprint("word ", r.IntN(20)) }},
		{"20 numbers", func() string { return strconv.Itoa(2000 + r.IntN(20)) }},
		{"a word each", func() string { return fmt.Sprint("word ", r.Uint64()) }},
		{"a number each", func() string { return strconv.FormatUint(r.Uint64(), 10) }},
	} {
		metas := make([]map[string]string, n)
		for i := range metas {
			metas[i] = map[string]string{"key": kind.value()}
		}
		b.Run(kind.name, func(b *testing.B) {
			for b.Loop() {
				before := heapInUse()
				start := time.Now()
				c := make(columns)
				for slot, meta := range metas {
					c.insert(uint32(slot), meta)
				}
				b.ReportMetric(float64(time.Since(start).Nanoseconds())/n, "ns/entry")
				b.ReportMetric(float64(heapInUse()-before)/n, "B/entry")
				runtime.KeepAlive(c)
			}
			runtime.KeepAlive(metas)
			b.ReportMetric(0, "ns/op")
		})
	}
}

// heapInUse returns how much memory is in use, without what pools keep.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
