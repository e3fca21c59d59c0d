package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var f16c = cpu.X86.HasAVX && cpu.X86.HasF16C

// encodeHalves converts as many components as the assembly can and returns how many.
func encodeHalves(dst []byte, src []float32) int {
	n := len(src) &^ 7
	if !f16c {
		return 0
	}
	encodeHalfF16C(unsafe.SliceData(dst), unsafe.SliceData(src), n)
	return n
}

// decodeHalves converts as many components as the assembly can and returns how many.
func decodeHalves(dst []float32, src []byte) int {
	n := len(dst) &^ 7
	if !f16c {
		return 0
	}
	decodeHalfF16C(unsafe.SliceData(dst), unsafe.SliceData(src), n)
	return n
}
