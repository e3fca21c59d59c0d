package index_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// photos returns n entries as a gallery has them: random vectors of 512
// components and length 1, a caption of a line, two metadata.
func photos(n int) []imagescope.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		entries[i] = imagescope.Entry{
			ID:      fmt.Sprintf("photos/2024/IMG_%07d.jpg", i),
			Vector:  unitVector(r),
			Caption: "a dog playing in the snow beside a house with a red door",
			Meta:    map[string]string{"year": "2024", "place": "Lausanne"},
		}
	}
	return entries
}

func unitVector(r *rand.Rand) []float32 {
	v := make([]float32, 512)
	for k := range v {
		v[k] = float32(r.NormFloat64() / 22.627417) // of the root of 512
	}
	return v
}

// BenchmarkDiskUpsert measures one Upsert, fsync included, without a graph.
func BenchmarkDiskUpsert(b *testing.B) {
	for _, half := range []bool{false, true} {
		for _, n := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("half=%v/entries=%d", half, n), func(b *testing.B) {
				entries := photos(20_000)
				ix := openDisk(b, b.TempDir(), &index.DiskOptions{Half: half, Exact: true})
				at := 0
				for b.Loop() {
					if at+n > len(entries) {
						at = 0
					}
					if err := ix.Upsert(b.Context(), entries[at:at+n]...); err != nil {
						b.Fatal(err)
					}
					at += n
				}
				b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "entries/s")
			})
		}
	}
}

// BenchmarkDiskSize tells what an entry takes on disk: added in order of ID, in
// any order, and after Compact. Only its metrics are of interest.
func BenchmarkDiskSize(b *testing.B) {
	for _, half := range []bool{false, true} {
		for _, shuffled := range []bool{false, true} {
			b.Run(fmt.Sprintf("half=%v/shuffled=%v", half, shuffled), func(b *testing.B) {
				entries := photos(20_000)
				if shuffled {
					rand.New(rand.NewPCG(1, 2)).Shuffle(len(entries), func(i, k int) { entries[i], entries[k] = entries[k], entries[i] })
				}
				for b.Loop() {
					ix := openDisk(b, b.TempDir(), &index.DiskOptions{Half: half, Exact: true})
					for i := 0; i < len(entries); i += 100 {
						if err := ix.Upsert(b.Context(), entries[i:i+100]...); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(size(b, ix)/float64(len(entries)), "B/entry")
					if err := ix.Compact(b.Context()); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(size(b, ix)/float64(len(entries)), "B/entry-compacted")
					closeDisk(b, ix)
				}
			})
		}
	}
}

func size(b *testing.B, ix *index.Disk) float64 {
	info, err := ix.Info(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return float64(info.Bytes)
}

// BenchmarkDiskOpen measures the time to the first answer: without a graph,
// with one that was saved, and with one that has to be made anew.
func BenchmarkDiskOpen(b *testing.B) {
	entries := photos(20_000)
	for _, half := range []bool{false, true} {
		dir := b.TempDir()
		ix := openDisk(b, dir, &index.DiskOptions{Half: half})
		if err := ix.Upsert(b.Context(), entries...); err != nil {
			b.Fatal(err)
		}
		closeDisk(b, ix)
		for _, how := range []struct {
			name string
			opts index.DiskOptions
		}{
			{"exact", index.DiskOptions{Exact: true}},
			{"saved", index.DiskOptions{}},
			{"anew", index.DiskOptions{ReadOnly: true, Graph: index.Parameters{Seed: 1}}},
		} {
			b.Run(fmt.Sprintf("half=%v/%s", half, how.name), func(b *testing.B) {
				for b.Loop() {
					ix := openDisk(b, dir, &how.opts)
					search(b, ix, entries[0].Vector, imagescope.Filter{})
					closeDisk(b, ix)
				}
			})
		}
	}
}

// BenchmarkHalfRecall tells what half precision costs: how many of the true 20
// nearest are among the 20 that are found, in the worst case of random vectors,
// whose scores lie close together.
func BenchmarkHalfRecall(b *testing.B) {
	entries := photos(20_000)
	exact, half := new(index.Flat), openDisk(b, b.TempDir(), &index.DiskOptions{Half: true, Exact: true})
	for _, ix := range []imagescope.VectorIndex{exact, half} {
		if err := ix.Upsert(b.Context(), entries...); err != nil {
			b.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	found, all := 0, 0
	for b.Loop() {
		query := unitVector(r)
		want, err := exact.Search(b.Context(), query, 20, imagescope.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		got, err := half.Search(b.Context(), query, 20, imagescope.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		nearest := map[string]bool{}
		for _, m := range want {
			nearest[m.ID] = true
		}
		for _, m := range got {
			if nearest[m.ID] {
				found++
			}
		}
		all += len(want)
	}
	b.ReportMetric(float64(found)/float64(all), "recall@20")
}
