package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuantize(t *testing.T) {
	inf := float32(math.Inf(1))
	nan := float32(math.NaN())
	tests := []struct {
		name  string
		v     []float32
		scale float32
		want  []int8
	}{
		{"empty", nil, 0, []int8{}},
		{"zeros", []float32{0, 0}, 0, []int8{0, 0}},
		{"ends", []float32{127, -127, 63.4, 63.6}, 1, []int8{127, -127, 63, 64}},
		{"halves go to the even code", []float32{127, 0.5, 1.5, -2.5}, 1, []int8{127, 0, 2, -2}},
		{"small", []float32{1e-30, -6e-31}, 1e-30 / 127, []int8{127, -76}},
		{"too small for a scale", []float32{1e-45, -1e-37}, 0, []int8{0, 0}},
		{"largest", []float32{math.MaxFloat32, -math.MaxFloat32}, math.MaxFloat32 / 127, []int8{127, -127}},
		{"infinite", []float32{inf, 1}, 0, []int8{0, 0}},
		{"NaN", []float32{nan, 1}, 0, []int8{0, 0}},
	}
	for _, tt := range tests {
		got := make([]int8, len(tt.v))
		for i := range got {
			got[i] = 99
		}
		scale := Quantize(got, tt.v)
		if scale != tt.scale {
			t.Errorf("%s: scale %v, want %v", tt.name, scale, tt.scale)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestQuantizeBound holds the bounds that Quantize's comment states.
func TestQuantizeBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		n := 1 + r.IntN(600)
		a, b := randomFloats(r, n), randomFloats(r, n)
		qa, qb := make([]int8, n), make([]int8, n)
		s, u := float64(Quantize(qa, a)), float64(Quantize(qb, b))
		var sumA, sumB float64
		for i := range a {
			const rounding = 1 + 1e-9
			if e := math.Abs(float64(qa[i])*s - float64(a[i])); e > s/2*rounding {
				t.Fatalf("%v has the code %d with scale %v: off by %v", a[i], qa[i], s, e)
			}
			sumA += math.Abs(float64(a[i]))
			sumB += math.Abs(float64(b[i]))
		}
		want, _ := exact(a, b)
		bound := s/2*sumB + u/2*sumA + float64(n)*s*u/4
		if e := math.Abs(s*u*float64(DotInt8(qa, qb)) - want); e > bound*(1+1e-9) {
			t.Fatalf("inner product of %d components off by %v, bound %v", n, e, bound)
		}
	}
}
