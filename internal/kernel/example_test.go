package kernel_test

import (
	"fmt"

	"github.com/imagescope/imagescope/internal/kernel"
)

func Example() {
	const dim = 3
	rows := []float32{ // three rows
		1, 0, 0,
		0, 0.6, 0.8,
		0.5, 0.5, -0.5,
	}
	query := []float32{0, 0.5, 1}

	scan := make([]float32, 3)
	kernel.DotRows(scan, query, rows)
	fmt.Println("all:", scan)

	picked := make([]float32, 2)
	kernel.DotGather(picked, query, rows, []uint32{2, 1})
	fmt.Println("rows 2 and 1:", picked)

	// The same in a quarter of the memory, nearly.
	codes, scales := make([]int8, len(rows)), make([]float32, 3)
	for i := range scales {
		scales[i] = kernel.Quantize(codes[i*dim:(i+1)*dim], rows[i*dim:(i+1)*dim])
	}
	code := make([]int8, dim)
	scale := kernel.Quantize(code, query)
	coarse := make([]int32, 3)
	kernel.DotGatherInt8(coarse, code, codes, []uint32{0, 1, 2})
	for i, c := range coarse {
		fmt.Printf("row %d: %.3f\n", i, float32(c)*scale*scales[i])
	}
	// Output:
	// all: [0 1.1 -0.25]
	// rows 2 and 1: [-0.25 1.1]
	// row 0: 0.000
	// row 1: 1.102
	// row 2: -0.248
}
