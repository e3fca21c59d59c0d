package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/viterin/vek/vek32"
)

// The benchmarks take vectors of 512 components: a few that stay in the
// first-level cache, and more than any cache holds, in turn as a scan reads
// them and in leaps as a graph search does. The vectors are clones because
// randomFloats and randomInts do not align theirs.
const (
	benchDim = 512
	few      = 8
	many     = 100_000
	fanout   = 16 // unseen neighbours of a node
)

func BenchmarkCached(b *testing.B) { benchmarkRows(b, few, func(i int) int { return i }) }

func BenchmarkScan(b *testing.B) { benchmarkRows(b, many, func(i int) int { return i }) }

func BenchmarkLeaps(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	benchmarkRows(b, many, func(int) int { return r.IntN(many) })
}

// benchmarkRows takes n rows, of which it reads as many, those that next
// gives. What is named Rows reads them in turn in any case.
func benchmarkRows(b *testing.B, n int, next func(i int) int) {
	r := rand.New(rand.NewPCG(2, 1))
	query, rows, out := slices.Clone(randomFloats(r, benchDim)), slices.Clone(randomFloats(r, n*benchDim)), make([]float32, n)
	query8, rows8, out8 := slices.Clone(randomInts(r, benchDim)), slices.Clone(randomInts(r, n*benchDim)), make([]int32, n)
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(next(i))
	}
	for _, form := range []struct {
		name string
		size int64 // bytes of a component
		run  func()
	}{
		{"float32/vek", 4, func() {
			for i, id := range ids {
				out[i] = vek32.Dot(query, rows[id*benchDim:(id+1)*benchDim])
			}
		}},
		{"float32/Dot", 4, func() {
			for i, id := range ids {
				out[i] = Dot(query, rows[id*benchDim:(id+1)*benchDim])
			}
		}},
		{"float32/Rows", 4, func() { DotRows(out, query, rows) }},
		{"float32/Gather", 4, func() {
			for i := 0; i < n; i += fanout {
				end := min(n, i+fanout)
				DotGather(out[i:end], query, rows, ids[i:end])
			}
		}},
		{"int8/Dot", 1, func() {
			for i, id := range ids {
				out8[i] = DotInt8(query8, rows8[id*benchDim:(id+1)*benchDim])
			}
		}},
		{"int8/Gather", 1, func() {
			for i := 0; i < n; i += fanout {
				end := min(n, i+fanout)
				DotGatherInt8(out8[i:end], query8, rows8, ids[i:end])
			}
		}},
	} {
		b.Run(form.name, func(b *testing.B) {
			b.SetBytes(form.size * benchDim * int64(n))
			for b.Loop() {
				form.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
		})
	}
}

func BenchmarkQuantize(b *testing.B) {
	v, codes := randomFloats(rand.New(rand.NewPCG(1, 1)), benchDim), make([]int8, benchDim)
	b.SetBytes(4 * benchDim)
	for b.Loop() {
		Quantize(codes, v)
	}
}
