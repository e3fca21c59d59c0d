package index

import (
	"math"

	"github.com/imagescope/imagescope/internal/kernel"
)

// Inner products too large for a float32 are the largest there is, of their
// sign, so that scores can always be ordered. Vectors are finite.

// dot returns the inner product of two vectors of one length.
func dot(a, b []float32) float32 {
	s := kernel.Dot(a, b)
	if s-s != 0 {
		return clampedDot(a, b)
	}
	return s
}

func clampedDot(a, b []float32) float32 {
	var s float64
	for i, x := range a {
		s += float64(x) * float64(b[i])
	}
	return float32(max(-math.MaxFloat32, min(s, math.MaxFloat32)))
}

// gather sets out[i] to the inner product of v with the vector in slots[i].
func gather(out, v []float32, vectors *rows[float32], slots []uint32) {
	kernel.DotGather(out, v, vectors.data, slots)
	for i, s := range out {
		if s-s != 0 {
			out[i] = clampedDot(v, vectors.at(slots[i]))
		}
	}
}

// sweep sets out[i] to the inner product of v with the vector in slot from+i.
func sweep(out, v []float32, vectors *rows[float32], from uint32) {
	kernel.DotRows(out, v, vectors.data[int(from)*vectors.dim:])
	for i, s := range out {
		if s-s != 0 {
			out[i] = clampedDot(v, vectors.at(from+uint32(i)))
		}
	}
}
