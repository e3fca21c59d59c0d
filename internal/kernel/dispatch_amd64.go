package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// avx2 reports whether the processor can run the assembly.
var avx2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

func dotFloat32(a, b []float32) float32 {
	if !avx2 {
		return dotFloat32Go(a, b)
	}
	return dotFloat32AVX2(unsafe.SliceData(a), unsafe.SliceData(b), len(a))
}

func dotRowsFloat32(out, query, rows []float32) {
	done := 0
	if quarter := len(out) / 4; avx2 && quarter > 0 {
		dotStreamsFloat32AVX2(&out[0], &query[0], &rows[0], len(query), quarter)
		done = 4 * quarter
	}
	dotRowsGo(out[done:], query, rows[done*len(query):], dotFloat32)
}

func dotGatherFloat32(out, query, rows []float32, ids []uint32) {
	if !avx2 {
		dotGatherGo(out, query, rows, ids, dotFloat32Go)
		return
	}
	dotGatherFloat32AVX2(&out[0], &query[0], &rows[0], &ids[0], len(query), len(out))
}

func dotInt8(a, b []int8) int32 {
	if !avx2 {
		return dotInt8Go(a, b)
	}
	return dotInt8AVX2(unsafe.SliceData(a), unsafe.SliceData(b), len(a))
}

func dotGatherInt8(out []int32, query, rows []int8, ids []uint32) {
	if !avx2 {
		dotGatherGo(out, query, rows, ids, dotInt8Go)
		return
	}
	dotGatherInt8AVX2(&out[0], &query[0], &rows[0], &ids[0], len(query), len(out))
}

func fetch(list []uint32) { fetchLines(unsafe.SliceData(list), len(list)) }

func atLeast(scores []float32, floor float32) int {
	if !avx2 {
		return atLeastGo(scores, floor)
	}
	return atLeastAVX2(unsafe.SliceData(scores), len(scores), floor)
}
