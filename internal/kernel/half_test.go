package kernel

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHalf(t *testing.T) {
	inf := float32(math.Inf(1))
	tests := []struct {
		name string
		x    float32
		bits uint16
		back float32
	}{
		{"zero", 0, 0, 0},
		{"minus zero", float32(math.Copysign(0, -1)), 0x8000, float32(math.Copysign(0, -1))},
		{"one", 1, 0x3c00, 1},
		{"negative", -2.5, 0xc100, -2.5},
		{"a half goes to the even one", 1 + 0x1p-11, 0x3c00, 1},
		{"a half goes to the even one, up", 1 + 3*0x1p-11, 0x3c02, 1 + 0x1p-9},
		{"largest", MaxHalf, 0x7bff, MaxHalf},
		{"rounds to the largest", 65519.996, 0x7bff, MaxHalf},
		{"too large", 65520, 0x7c00, inf},
		{"infinite", -inf, 0xfc00, -inf},
		{"smallest with all bits", 0x1p-14, 0x0400, 0x1p-14},
		{"smallest", 0x1p-24, 1, 0x1p-24},
		{"half the smallest", 0x1p-25, 0, 0},
		{"above half the smallest", 0x1.8p-25, 1, 0x1p-24},
		{"smallest float32", math.SmallestNonzeroFloat32, 0, 0},
	}
	everywhere(t, func(t *testing.T) {
		for _, tt := range tests {
			for _, n := range []int{1, 7, 8, 9, 16, 20} {
				v, stored, back := make([]float32, n), make([]byte, 2*n+1), make([]float32, n)
				for i := range v {
					v[i] = tt.x
				}
				EncodeHalf(stored[:2*n], v)
				for i := range n {
					if got := binary.LittleEndian.Uint16(stored[2*i:]); got != tt.bits {
						t.Fatalf("%s: component %d of %d: %v is stored as %#x, want %#x", tt.name, i, n, tt.x, got, tt.bits)
					}
				}
				DecodeHalf(back, stored[:2*n])
				for i, got := range back {
					if math.Float32bits(got) != math.Float32bits(tt.back) {
						t.Fatalf("%s: component %d of %d: %v comes back as %v, want %v", tt.name, i, n, tt.x, got, tt.back)
					}
				}
				if stored[2*n] != 0 {
					t.Fatalf("%s: EncodeHalf of %d components wrote behind them", tt.name, n)
				}
			}
		}
	})
}

func TestHalfOfUnequalLengths(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		stored := make([]byte, 25)
		v := make([]float32, 20)
		for i := range v {
			v[i] = float32(i)
		}
		EncodeHalf(stored, v)
		back := make([]float32, 20)
		DecodeHalf(back, stored)
		if d := cmp.Diff(append(v[:12:12], make([]float32, 8)...), back); d != "" {
			t.Errorf("want is -, got is +\n%s", d)
		}
	})
}

// TestHalfIsExact has all numbers of half precision go out and back, by the
// assembly and by its twin.
func TestHalfIsExact(t *testing.T) {
	all := make([]byte, 2<<16)
	for i := range 1 << 16 {
		binary.LittleEndian.PutUint16(all[2*i:], uint16(i))
	}
	var decoded [][]float32
	everywhere(t, func(t *testing.T) {
		v, again := make([]float32, 1<<16), make([]byte, 2<<16)
		DecodeHalf(v, all)
		EncodeHalf(again, v)
		for i := range v {
			got, want := binary.LittleEndian.Uint16(again[2*i:]), uint16(i)
			if nan := want&0x7c00 == 0x7c00 && want&0x3ff != 0; nan {
				want |= 0x200 // a signalling NaN becomes a quiet one
			}
			if got != want {
				t.Fatalf("%#x is %v, and that is stored as %#x", want, v[i], got)
			}
		}
		decoded = append(decoded, v)
	})
	for _, v := range decoded[1:] {
		for i := range v {
			if math.Float32bits(v[i]) != math.Float32bits(decoded[0][i]) {
				t.Fatalf("%#x is %v by assembly and %v by its twin", i, decoded[0][i], v[i])
			}
		}
	}
}

// FuzzHalf has the assembly round as its twin does.
func FuzzHalf(f *testing.F) {
	f.Add(uint32(0x3f800000), uint32(1))
	f.Add(uint32(0x33000000), uint32(7))
	f.Add(uint32(0x7f800001), uint32(1<<20+1))
	f.Fuzz(func(t *testing.T, bits, step uint32) {
		v := make([]float32, 64)
		for i := range v {
			v[i] = math.Float32frombits(bits + uint32(i)*step)
		}
		got, want := make([]byte, 128), make([]byte, 128)
		EncodeHalf(got, v)
		for i := range v {
			EncodeHalf(want[2*i:2*i+2], v[i:i+1]) // too few for the assembly
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%v: want is -, got is +\n%s", v, d)
		}
	})
}

func BenchmarkHalf(b *testing.B) {
	v, stored := randomFloats(rand.New(rand.NewPCG(1, 1)), benchDim), make([]byte, 2*benchDim)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(4 * benchDim)
		for b.Loop() {
			EncodeHalf(stored, v)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(4 * benchDim)
		for b.Loop() {
			DecodeHalf(v, stored)
		}
	})
}
