package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestCodes compares inner products by codes with exact ones, for vectors of
// which a few components are much larger than the others.
func TestCodes(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 31, 64, 100, 512, 768} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(dim)))
			c := newCodes(dim, 3)
			c.resize(2)
			worst := 0.0
			for range 100 {
				var v [2][]float32
				for i := range v {
					v[i] = make([]float32, dim)
					for j := range v[i] {
						v[i][j] = float32(r.NormFloat64())
					}
					v[i][dim/2] += 20
					length := float32(math.Sqrt(float64(dot(v[i], v[i]))))
					for j := range v[i] {
						v[i][j] *= 5 / length
					}
					c.set(uint32(i), v[i])
				}
				var got [1]float32
				c.gather(got[:], c.at(0), []uint32{1}, make([]int32, 1))
				worst = max(worst, math.Abs(float64(got[0]-dot(v[0], v[1]))))
			}
			// The error of a unit vector's component is spread evenly within
			// half of its largest component by 127; that of three standard
			// deviations is some ten times smaller than this.
			if worst > 25*0.02 {
				t.Errorf("the error is %v for vectors of length 5", worst)
			}
		})
	}
}

// TestCodesExtremes has components of which sums and squares do not fit into
// a float32, and none at all.
func TestCodesExtremes(t *testing.T) {
	const dim = 8
	c := newCodes(dim, 0)
	c.resize(4)
	for slot, x := range []float32{math.MaxFloat32, -math.MaxFloat32, 0, math.SmallestNonzeroFloat32} {
		v := make([]float32, dim)
		for i := range v {
			v[i] = x
		}
		c.set(uint32(slot), v)
	}
	var out [4]float32
	c.gather(out[:], c.at(0), []uint32{0, 1, 2, 3}, make([]int32, 4))
	if !(out[0] > math.MaxFloat32/2 && out[1] < -math.MaxFloat32/2 && out[2] == 0 && out[3] == 0) {
		t.Errorf("inner products of huge, negative, zero and tiny vectors: %v", out)
	}
}

// TestSpin checks that the rotation keeps inner products, and evens
// components out.
func TestSpin(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 7, 8, 100, 512, 768} {
		s := newSpin(dim, 1)
		for i := 0; i < dim; i += 1 + dim/8 {
			for j := range min(dim, 20) {
				a, b := make([]float32, dim), make([]float32, dim)
				a[i], b[j] = 1, 1
				s.turn(a)
				s.turn(b)
				want := float32(0)
				if i == j {
					want = 1
				}
				if got := dot(a, b); math.Abs(float64(got-want)) > 1e-5 {
					t.Fatalf("dimension %d: inner product of units %d and %d is %v after turning", dim, i, j, got)
				}
				for _, x := range a {
					if dim >= 100 && math.Abs(float64(x)) > 0.2 {
						t.Fatalf("dimension %d: unit %d has a component %v after turning", dim, i, x)
					}
				}
			}
		}
	}
}
