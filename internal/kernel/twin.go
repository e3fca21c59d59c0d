package kernel

// What follows is the assembly's twin in Go, for processors without AVX2.

func dotFloat32Go(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		// The conversions forbid fused operations, which only some processors have.
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
	}
	for i, x := range a {
		s0 += float32(x * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

func dotInt8Go(a, b []int8) int32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 int32
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		s0 += int32(a[0]) * int32(b[0])
		s1 += int32(a[1]) * int32(b[1])
		s2 += int32(a[2]) * int32(b[2])
		s3 += int32(a[3]) * int32(b[3])
	}
	for i, x := range a {
		s0 += int32(x) * int32(b[i])
	}
	return s0 + s1 + s2 + s3
}

func dotRowsGo[R, C any](out []R, query, rows []C, dot func(a, b []C) R) {
	for i := range out {
		out[i] = dot(query, rows[i*len(query):][:len(query)])
	}
}

func dotGatherGo[R, C any](out []R, query, rows []C, ids []uint32, dot func(a, b []C) R) {
	for i, id := range ids {
		out[i] = dot(query, rows[int(id)*len(query):][:len(query)])
	}
}

func atLeastGo(scores []float32, floor float32) int {
	for i, s := range scores {
		if s >= floor {
			return i
		}
	}
	return len(scores)
}
