package kernel

import (
	"encoding/binary"

	"github.com/x448/float16"
)

// MaxHalf is the largest finite number in half precision.
const MaxHalf = 65504

// EncodeHalf stores src in half precision, that is IEEE 754 binary16: two bytes
// a component, the lower first. It rounds to the nearest, halves to even, so
// that numbers from 2⁻¹⁴ to [MaxHalf] in magnitude change by at most one part
// in 2048, and smaller ones by at most 2⁻²⁵. From 65520 on they become
// infinite. Only as many components are stored as dst has room for.
func EncodeHalf(dst []byte, src []float32) {
	n := min(len(dst)/2, len(src))
	done := encodeHalves(dst, src[:n])
	for i := done; i < n; i++ {
		binary.LittleEndian.PutUint16(dst[2*i:], float16.Fromfloat32(src[i]).Bits())
	}
}

// DecodeHalf sets dst to what EncodeHalf stored in src, exactly. Only as many
// components are set as src and dst both have. A NaN in src comes out as NaN.
func DecodeHalf(dst []float32, src []byte) {
	n := min(len(dst), len(src)/2)
	done := decodeHalves(dst[:n], src)
	for i := done; i < n; i++ {
		dst[i] = float16.Frombits(binary.LittleEndian.Uint16(src[2*i:])).Float32()
	}
}
