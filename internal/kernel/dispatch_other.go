//go:build !amd64

package kernel

func dotFloat32(a, b []float32) float32 { return dotFloat32Go(a, b) }

func dotRowsFloat32(out, query, rows []float32) { dotRowsGo(out, query, rows, dotFloat32Go) }

func dotGatherFloat32(out, query, rows []float32, ids []uint32) {
	dotGatherGo(out, query, rows, ids, dotFloat32Go)
}

func dotInt8(a, b []int8) int32 { return dotInt8Go(a, b) }

func dotGatherInt8(out []int32, query, rows []int8, ids []uint32) {
	dotGatherGo(out, query, rows, ids, dotInt8Go)
}

func fetch([]uint32) {}

func atLeast(scores []float32, floor float32) int { return atLeastGo(scores, floor) }
