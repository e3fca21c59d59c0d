package index

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/imagescope/imagescope"
)

// collection is a kind of vectors, and of queries for them.
type collection struct {
	name        string
	base, query func(r *rand.Rand) []float32
}

func gauss(r *rand.Rand, dim int, scale float64) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(scale * r.NormFloat64())
	}
	return v
}

func plus(a, b []float32) []float32 {
	sum := slices.Clone(a)
	for i, x := range b {
		sum[i] += x
	}
	return sum
}

func times(a []float32, x float32) []float32 {
	product := slices.Clone(a)
	for i := range product {
		product[i] *= x
	}
	return product
}

func unitLong(v []float32) []float32 { return times(v, 1/float32(math.Sqrt(float64(dot(v, v))))) }

// collections are what images, and texts about them, look like, and worse.
func collections(dim int) []collection {
	r := rand.New(rand.NewPCG(8, 8))
	gauss := func(r *rand.Rand, scale float64) []float32 { return gauss(r, dim, scale) }
	var centres, captions [][]float32
	for range 50 {
		centres = append(centres, gauss(r, 1))
	}
	offset, shift := gauss(r, 1), gauss(r, 1)
	for range 50 {
		captions = append(captions, plus(gauss(r, 1), shift))
	}
	image := func(r *rand.Rand) []float32 {
		return unitLong(plus(plus(centres[r.IntN(50)], offset), gauss(r, 0.6)))
	}
	text := func(r *rand.Rand) []float32 { return unitLong(plus(plus(image(r), shift), gauss(r, 0.3))) }
	anywhere := func(r *rand.Rand) []float32 { return unitLong(gauss(r, 1)) }
	photo := func(r *rand.Rand) []float32 {
		v := gauss(r, 2)
		for i := range v { // most of the variance is in a few directions
			v[i] *= float32(math.Pow(float64(i+1), -0.4))
		}
		common := times(centres[int(50*r.Float64()*r.Float64())], 0.5) // some groups are larger
		return unitLong(plus(plus(common, offset), v))
	}
	words := func(r *rand.Rand) []float32 {
		return unitLong(plus(plus(times(photo(r), float32(math.Sqrt(float64(dim)))), shift), gauss(r, 0.3)))
	}
	fused := func(r *rand.Rand) []float32 {
		i := r.IntN(50)
		v := unitLong(plus(plus(centres[i], offset), gauss(r, 0.6)))
		return plus(times(v, 0.85), times(unitLong(plus(captions[i], gauss(r, 0.8))), 0.15))
	}
	return []collection{
		{"images", image, image},
		{"texts among images", image, text},
		{"unequal lengths", func(r *rand.Rand) []float32 { return times(image(r), float32(0.1+r.Float64())) }, text},
		{"a few long ones", func(r *rand.Rand) []float32 {
			if r.IntN(500) == 0 {
				return times(image(r), 100)
			}
			return image(r)
		}, anywhere},
		{"near duplicates", func(r *rand.Rand) []float32 {
			same := rand.New(rand.NewPCG(1, r.Uint64N(100)))
			return unitLong(plus(image(same), gauss(r, 0.01)))
		}, text},
		{"duplicates", func(r *rand.Rand) []float32 { return image(rand.New(rand.NewPCG(1, r.Uint64N(300)))) }, text},
		{"no structure", anywhere, anywhere},
		{"fused with captions", fused, text},
		{"lengths of any size", func(r *rand.Rand) []float32 {
			return times(image(r), float32(math.Exp(2*r.NormFloat64())))
		}, text},
		{"words among photos", photo, words},
	}
}

func (c collection) entries(n int) []imagescope.Entry {
	entries := make([]imagescope.Entry, n)
	for i := range entries {
		entries[i] = c.entry(i, 1)
	}
	return entries
}

// entry returns the entry with number i, of which there are many versions.
func (c collection) entry(i, version int) imagescope.Entry {
	r := rand.New(rand.NewPCG(uint64(i), uint64(version)))
	return imagescope.Entry{ID: strconv.Itoa(i), Vector: c.base(r), Meta: map[string]string{"share": strconv.Itoa(i % 100)}}
}

// TestDeterministic builds the same graph with one thread and several, in one
// call and in two.
func TestDeterministic(t *testing.T) {
	entries := collections(32)[0].entries(1100)
	graph := func(p Parameters) []byte {
		h := built(t, p, entries[:700])
		if err := errors.Join(h.Upsert(t.Context(), entries[700:]...), h.Delete(t.Context(), "5", "6")); err != nil {
			t.Fatal(err)
		}
		return snapshotOf(t, h)
	}
	one := graph(Parameters{Seed: 1, Threads: 1})
	if !bytes.Equal(one, graph(Parameters{Seed: 1, Threads: 4})) {
		t.Error("four threads make another graph than one")
	}
	if bytes.Equal(one, graph(Parameters{Seed: 2, Threads: 1})) {
		t.Error("another seed makes the same graph")
	}
}

// dying is a context that is done after it was looked at some times.
type dying struct {
	context.Context
	left int
}

func (d *dying) Err() error {
	if d.left--; d.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestUpsertInterrupted ends an Upsert at many points: nothing of it may be
// stored, and doing it again stores all.
func TestUpsertInterrupted(t *testing.T) {
	c := collections(32)[0]
	entries := c.entries(600)
	for left := 1; left < 1200; left += 171 {
		h := built(t, Parameters{Threads: 1}, entries[:300])
		changed := []imagescope.Entry{c.entry(5, 2)}
		err := h.Upsert(&dying{t.Context(), left}, append(changed, entries[300:]...)...)
		if err == nil {
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if h.table.ids.count != 300 || !holds(t, h, entries[5]) {
			t.Fatalf("after %d looks at the context, something was stored", left)
		}
		if err := h.Upsert(t.Context(), entries[300:]...); err != nil {
			t.Fatal(err)
		}
		checkRecall(t, h, entries, 0.99)
	}
}

// holds reports whether an index has an entry with its vector.
func holds(t *testing.T, h *HNSW, want imagescope.Entry) bool {
	t.Helper()
	got, err := h.Get(t.Context(), want.ID)
	return err == nil && slices.Equal(got.Vector, want.Vector)
}
