package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sum returns the inner product in 64 bits.
func sum(a, b []int8) (sum int64) {
	for i := range a {
		sum += int64(a[i]) * int64(b[i])
	}
	return sum
}

func filled(n int, x int8) []int8 {
	v := make([]int8, n)
	for i := range v {
		v[i] = x
	}
	return v
}

func randomInts(r *rand.Rand, n int) []int8 {
	v := make([]int8, n+1)[1:]
	for i := range v {
		v[i] = int8(r.Uint32())
	}
	return v
}

func TestDotInt8(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, dim := range append(dims, MaxInt8Dim) {
			pairs := [][2][]int8{{randomInts(r, dim), randomInts(r, dim)}}
			for _, extremes := range [][2]int8{{-128, -128}, {-128, 127}, {127, 127}, {127, -128}, {-127, -127}, {-128, 1}, {0, -128}} {
				pairs = append(pairs, [2][]int8{filled(dim, extremes[0]), filled(dim, extremes[1])})
			}
			for _, p := range pairs {
				want := sum(p[0], p[1])
				if int64(int32(want)) != want {
					t.Fatalf("dim %d: MaxInt8Dim is too large: %d does not fit", dim, want)
				}
				if got := DotInt8(p[0], p[1]); int64(got) != want {
					t.Errorf("dim %d, first components %v: DotInt8 = %d, want %d", dim, p[0][:min(dim, 1)], got, want)
				}
			}
		}
	})
}

func TestDotInt8OfUnequalLengths(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		if got := DotInt8([]int8{1, 2, 3}, []int8{4, 5}); got != 14 {
			t.Errorf("DotInt8 = %v, want 14", got)
		}
	})
}

func TestInt8Rows(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 1))
		for _, dim := range dims {
			for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 13} {
				query, rows := randomInts(r, dim), randomInts(r, n*dim)
				want := make([]int32, n)
				for i := range want {
					want[i] = int32(sum(query, rows[i*dim:]))
				}
				for _, count := range []int{1, 2, 3, 4, 5, 8} {
					ids := make([]uint32, count)
					picked, gathered := make([]int32, count), make([]int32, count)
					for i := range ids {
						ids[i] = uint32(r.IntN(n))
						picked[i] = want[ids[i]]
					}
					DotGatherInt8(gathered, query, rows, ids)
					if d := cmp.Diff(picked, gathered); d != "" {
						t.Errorf("DotGatherInt8 of %d rows of %d: want is -, got is +\n%s", count, dim, d)
					}
				}
			}
		}
	})
}

// FuzzDotInt8 has the assembly against its twin.
func FuzzDotInt8(f *testing.F) {
	f.Add([]byte{}, 0)
	f.Add([]byte("\x80\x7f\x80\x7f\x01\xff"), 2)
	f.Add(make([]byte, 517), 128)
	f.Fuzz(func(t *testing.T, data []byte, dim int) {
		if dim < 0 || len(data) > 1<<12 {
			return
		}
		v := make([]int8, len(data))
		for i, x := range data {
			v[i] = int8(x)
		}
		dim = min(dim, len(v))
		query, rows := v[:dim], v[dim:]
		n := 0
		if dim > 0 {
			n = len(rows) / dim
		}
		gathered := make([]int32, n)
		ids := make([]uint32, n)
		for i := range ids {
			ids[i] = uint32(n - 1 - i)
		}
		DotGatherInt8(gathered, query, rows, ids)
		for i := range n {
			row := rows[i*dim : (i+1)*dim]
			want := dotInt8Go(query, row)
			if one := DotInt8(query, row); one != want || gathered[n-1-i] != want {
				t.Fatalf("row %d of %d: DotInt8 = %d, DotGatherInt8 = %d, want %d", i, dim, one, gathered[n-1-i], want)
			}
		}
	})
}
