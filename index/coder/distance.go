package coder

import (
	"math"

	"github.com/imagescope/imagescope/internal/kernel"
)

// InnerProduct is a Distance for a graph that is to find the largest inner
// products: the inner product of two vectors of one length with its sign
// turned. It is never NaN or infinite for vectors that are finite: a product
// too large for a float32 is the largest there is, of its sign.
//
// To save a graph that has it, give it a name with hnsw.RegisterDistanceFunc.
func InnerProduct(a, b []float32) float32 { return -dot(a, b) }

func dot(a, b []float32) float32 {
	s := kernel.Dot(a, b)
	if s-s == 0 {
		return s
	}
	var wide float64
	for i, x := range a {
		wide += float64(x) * float64(b[i])
	}
	return float32(max(-math.MaxFloat32, min(wide, math.MaxFloat32)))
}
