package kernel

import "math"

const (
	maxCode  = 127      // codes lie between -maxCode and maxCode
	minScale = 0x1p-126 // smallest scale that has all its bits
)

// Quantize stores v as 8-bit codes, each the nearest to v[i]/scale, and
// returns the scale: the largest magnitude in v divided by 127. No code is
// -128. Only as many components as dst and v both have are looked at.
//
// Code times scale differs from v[i] by at most scale/2. So for vectors a and
// b with scales s and t
//
//	|a·b - s·t·DotInt8(codes of a, codes of b)| ≤ s/2·Σ|bᵢ| + t/2·Σ|aᵢ| + n·s·t/4
//
// and for unit vectors of n components whose largest magnitude is c/√n about
// c/127 at the very most; the errors of the components being independent, its
// standard deviation is about c/(127·√(6n)).
//
// A vector whose magnitudes are all below 127·2⁻¹²⁶ is stored as zeros with
// scale 0, and so is one that holds NaN or an infinity: callers check.
func Quantize(dst []int8, v []float32) (scale float32) {
	n := min(len(dst), len(v))
	dst, v = dst[:n], v[:n]
	scale = largest(v) / maxCode
	if !(scale >= minScale && scale <= math.MaxFloat32) {
		clear(dst)
		return 0
	}
	inverse := 1 / float64(scale)
	for i, x := range v {
		dst[i] = int8(math.RoundToEven(float64(x) * inverse))
	}
	return scale
}

// largest returns the largest magnitude in v.
func largest(v []float32) float32 {
	var bits uint32
	for _, x := range v {
		bits = max(bits, math.Float32bits(x)&^(1<<31))
	}
	return math.Float32frombits(bits)
}
