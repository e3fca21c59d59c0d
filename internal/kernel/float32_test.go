package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dims are lengths at and around those where the assembly takes another path.
var dims = []int{0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 47, 48, 63, 64, 65, 95, 96, 100, 127, 128, 129, 255, 256, 300, 511, 512, 513, 768, 1000, 1024}

// everywhere runs a test with the assembly, where there is any, and with its twin.
func everywhere(t *testing.T, test func(t *testing.T)) {
	if assembly() {
		t.Run("assembly", test)
		defer useAssembly(useAssembly(false))
	}
	t.Run("twin", test)
}

// randomFloats returns numbers of either sign, some of them large, at an odd
// place in memory.
func randomFloats(r *rand.Rand, n int) []float32 {
	v := make([]float32, n+1)[1:]
	for i := range v {
		v[i] = float32(r.NormFloat64())
		if r.IntN(16) == 0 {
			v[i] *= 1000
		}
	}
	return v
}

// exact returns the inner product to 53 bits, and how far from it a sum of
// 24-bit numbers in any order may be.
func exact(a, b []float32) (sum, tolerance float64) {
	var magnitude float64
	for i := range a {
		p := float64(a[i]) * float64(b[i])
		sum += p
		magnitude += math.Abs(p)
	}
	return sum, float64(len(a)+1) * 0x1p-24 * magnitude * (1 + 0x1p-10)
}

func TestDot(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, dim := range dims {
			for range 5 {
				a, b := randomFloats(r, dim), randomFloats(r, dim)
				want, tolerance := exact(a, b)
				got := Dot(a, b)
				if math.Abs(float64(got)-want) > tolerance {
					t.Errorf("dim %d: Dot = %v, want %v ± %v", dim, got, want, tolerance)
				}
				if back := Dot(b, a); back != got {
					t.Errorf("dim %d: Dot(a, b) = %v and Dot(b, a) = %v", dim, got, back)
				}
			}
		}
	})
}

// TestDotTakesEveryComponentOnce has sums that are exact in any order.
func TestDotTakesEveryComponentOnce(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		for _, dim := range dims {
			a, b := make([]float32, dim), make([]float32, dim)
			want := 0
			for i := range dim {
				a[i], b[i] = float32(i%50+1), float32(i%7-3)
				want += (i%50 + 1) * (i%7 - 3)
			}
			if got := Dot(a, b); got != float32(want) {
				t.Errorf("dim %d: Dot = %v, want %d", dim, got, want)
			}
		}
	})
}

func TestDotOfUnequalLengths(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		if got := Dot([]float32{1, 2, 3}, []float32{4, 5}); got != 14 {
			t.Errorf("Dot = %v, want 14", got)
		}
		if got := Dot(nil, []float32{4, 5}); got != 0 {
			t.Errorf("Dot with nothing = %v, want 0", got)
		}
		out := []float32{9, 9, 9, 9}
		DotRows(out, []float32{1, 1}, []float32{1, 2, 3, 4, 5})
		if d := cmp.Diff([]float32{3, 7, 9, 9}, out); d != "" {
			t.Errorf("DotRows of two and a half rows: want is -, got is +\n%s", d)
		}
	})
}

func TestNotFinite(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		inf := float32(math.Inf(1))
		for _, dim := range dims {
			for _, at := range []int{0, dim / 2, dim - 1} {
				if dim == 0 {
					continue
				}
				a, b := make([]float32, dim), make([]float32, dim)
				a[at], b[at] = inf, 2
				if got := Dot(a, b); got != inf {
					t.Errorf("dim %d: Dot with ∞·2 at %d = %v", dim, at, got)
				}
				b[at] = 0
				if got := Dot(a, b); got == got {
					t.Errorf("dim %d: Dot with ∞·0 at %d = %v", dim, at, got)
				}
			}
		}
	})
}

// TestSameBits is what ties rest on: whichever form is asked, the inner
// product of two vectors has the same bits.
func TestSameBits(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 1))
		for _, dim := range dims[1:] {
			for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 10} {
				sameBits(t, r, dim, n)
			}
		}
	})
}

func sameBits(t *testing.T, r *rand.Rand, dim, n int) {
	t.Helper()
	query, rows := randomFloats(r, dim), randomFloats(r, n*dim)
	want, scanned := make([]float32, n), make([]float32, n)
	for i := range n {
		want[i] = Dot(query, rows[i*dim:(i+1)*dim])
	}
	DotRows(scanned, query, rows)
	checkBits(t, fmt.Sprintf("DotRows of %d rows of %d", n, dim), scanned, want)

	ids := make([]uint32, 2*n)
	picked, gathered := make([]float32, 2*n), make([]float32, 2*n)
	for i := range ids {
		ids[i] = uint32(r.IntN(n))
		picked[i] = want[ids[i]]
	}
	DotGather(gathered, query, rows, ids)
	checkBits(t, fmt.Sprintf("DotGather of %d rows of %d", 2*n, dim), gathered, picked)
}

func checkBits(t *testing.T, call string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Errorf("%s: number %d is %v, and Dot gives %v", call, i, got[i], want[i])
			return
		}
	}
}

// TestNothingElseIsWritten puts marks behind the results.
func TestNothingElseIsWritten(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 1))
		const dim, mark = 40, 12345
		rows, query := randomFloats(r, 7*dim), randomFloats(r, dim)
		out := make([]float32, 8)
		for n := range 8 {
			out[n] = mark
			DotRows(out[:n], query, rows)
			if out[n] != mark {
				t.Fatalf("DotRows of %d rows wrote behind its results", n)
			}
		}
	})
}

func TestNoComponents(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		out := []float32{1, 2}
		DotRows(out[:1], nil, nil)
		DotGather(out[1:2], nil, nil, []uint32{5})
		if d := cmp.Diff(make([]float32, 2), out); d != "" {
			t.Errorf("inner products of empty vectors: want is -, got is +\n%s", d)
		}
	})
}

func TestMistakesPanic(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("DotGather of a row that is not there: no panic")
			}
		}()
		room := make([]float32, 64)
		DotGather(room[:2], room[:4], room[:8], []uint32{1, 2})
	})
}

// FuzzDot has every form against sums of 53 bits, and against one another.
func FuzzDot(f *testing.F) {
	f.Add(uint64(1), 3, 5)
	f.Add(uint64(2), 512, 4)
	f.Add(uint64(3), 33, 7)
	f.Fuzz(func(t *testing.T, seed uint64, dim, n int) {
		if dim < 1 || dim > 600 || n < 1 || n > 16 {
			return
		}
		r := rand.New(rand.NewPCG(seed, 1))
		a, b := randomFloats(r, dim), randomFloats(r, dim)
		want, tolerance := exact(a, b)
		if got := float64(Dot(a, b)); math.Abs(got-want) > tolerance {
			t.Errorf("dim %d: Dot = %v, want %v ± %v", dim, got, want, tolerance)
		}
		if got := float64(dotFloat32Go(a, b)); math.Abs(got-want) > tolerance {
			t.Errorf("dim %d: the twin's Dot = %v, want %v ± %v", dim, got, want, tolerance)
		}
		sameBits(t, r, dim, n)
	})
}
