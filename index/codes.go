package index

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/imagescope/imagescope/internal/kernel"
)

// codes holds vectors by slot in 8 bits a component, in which they can be
// compared roughly and fast.
//
// A vector is rotated before each component is rounded to a multiple of the
// largest by 127: else a few large components, which vectors of images have,
// would leave little for the others. For unit vectors of 512 components the
// error of an inner product is then about 0.0003.
type codes struct {
	rows   rows[int8]
	scales []float32 // component = code · scale
	spin   spin
}

// code is a vector in 8 bits.
type code struct {
	of    []int8
	scale float32
}

func newCodes(dim int, seed uint64) *codes {
	return &codes{rows: rows[int8]{dim: dim}, spin: newSpin(dim, seed)}
}

// roomy returns the codes with room for n. It may be called of nil, and returns
// that then.
func (c *codes) roomy(n int) *codes {
	if c == nil {
		return nil
	}
	more := *c
	more.rows.data, more.scales = c.rows.roomy(n), roomy(c.scales, n)
	return &more
}

func (c *codes) resize(n int) {
	c.rows.resize(n)
	c.scales = roomy(c.scales, n)[:n]
}

// set stores the code of v in a slot and returns its squared length.
func (c *codes) set(slot uint32, v []float32) float32 {
	of := c.rows.at(slot)
	scale := c.encode(of, make([]float32, len(v)), v)
	c.scales[slot] = scale
	return product(scale, scale, kernel.DotInt8(of, of))
}

// product is an inner product of codes times their scales. It is computed in
// float64, where huge scales give infinities at worst, never NaN.
func product(a, b float32, of int32) float32 {
	return float32(float64(a) * float64(b) * float64(of))
}

// encode sets of to the code of v and returns its scale. It needs scratch
// memory for as many components.
func (c *codes) encode(of []int8, scratch, v []float32) float32 {
	largest := float32(0)
	for _, x := range v {
		largest = max(largest, x, -x)
	}
	if largest < 0x1p-100 { // a vector that small has no say in anything
		clear(of)
		return 0
	}
	for i, x := range v {
		scratch[i] = x / largest // the sums of huge components stay finite
	}
	c.spin.turn(scratch)
	return largest * kernel.Quantize(of, scratch)
}

func (c *codes) at(slot uint32) code { return code{c.rows.at(slot), c.scales[slot]} }

// gather sets out[i] to about the inner product with the vector in slots[i].
// It needs scratch memory of as many numbers.
func (c *codes) gather(out []float32, v code, slots []uint32, scratch []int32) {
	kernel.DotGatherInt8(scratch, v.of, c.rows.data, slots)
	for i, slot := range slots {
		out[i] = product(v.scale, c.scales[slot], scratch[i])
	}
}

// spin is a rotation that spreads each component over all, so that no
// component of what it turns is much larger than others: signs at random and
// the Walsh-Hadamard transform, of the first 2ᵖ components and then of the
// last.
type spin struct {
	signs []float32 // for all components, divided by √2ᵖ
	size  int       // 2ᵖ, the largest power of two up to the dimension
}

func newSpin(dim int, seed uint64) spin {
	s := spin{size: 1 << (bits.Len(uint(dim)) - 1), signs: make([]float32, dim)}
	r := rand.New(rand.NewPCG(seed, uint64(dim)))
	unit := float32(1 / math.Sqrt(float64(s.size)))
	for i := range s.signs {
		s.signs[i] = unit
		if r.Uint64()&1 == 0 {
			s.signs[i] = -unit
		}
	}
	return s
}

// turn rotates v in place.
func (s spin) turn(v []float32) {
	first := v[:s.size]
	s.transform(first, s.signs[:s.size])
	if len(v) > s.size {
		s.transform(v[len(v)-s.size:], s.signs[len(v)-s.size:])
	}
}

func (s spin) transform(v, signs []float32) {
	for i, sign := range signs {
		v[i] *= sign
	}
	for half := 1; half < len(v); half *= 2 {
		for from := 0; from < len(v); from += 2 * half {
			a, b := v[from:from+half], v[from+half:from+2*half]
			for i, x := range a {
				y := b[i]
				a[i], b[i] = x+y, x-y
			}
		}
	}
}
