package kernel

// MaxInt8Dim is the largest length of vectors whose inner product fits into
// 32 bits whatever they hold: 131071·128² < 2³¹. Beyond it, results are right
// modulo 2³².
const MaxInt8Dim = 1<<17 - 1

// DotInt8 returns the inner product of a and b.
func DotInt8(a, b []int8) int32 {
	n := min(len(a), len(b))
	return dotInt8(a[:n], b[:n])
}

// DotGatherInt8 is [DotGather] for 8-bit vectors.
func DotGatherInt8(out []int32, query, rows []int8, ids []uint32) {
	if out, ids = gathered(out, len(query), rows, ids); len(out) > 0 {
		dotGatherInt8(out, query, rows, ids)
	}
}
