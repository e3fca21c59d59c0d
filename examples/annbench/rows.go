package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
)

// readRows reads a file of rows of little-endian float32.
func readRows(name string, dim int) ([][]float32, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%(4*dim) != 0 {
		return nil, fmt.Errorf("%s has %d bytes: not rows of %d float32", name, len(data), dim)
	}
	rows := make([][]float32, len(data)/(4*dim))
	for i := range rows {
		rows[i] = make([]float32, dim)
		for j := range rows[i] {
			rows[i][j] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*(i*dim+j):]))
		}
	}
	return rows, nil
}

// nearest returns, for each query, which rows have the k largest inner products
// with it, in float64. Rows that tie with the last of these count as well.
func nearest(base, queries [][]float32, k int) []map[int]bool {
	want := make([]map[int]bool, len(queries))
	var wg sync.WaitGroup
	threads := runtime.NumCPU()
	for t := range threads {
		wg.Go(func() {
			scores := make([]float64, len(base))
			for q := t; q < len(queries); q += threads {
				for i, row := range base {
					scores[i] = dot(queries[q], row)
				}
				sorted := slices.Clone(scores)
				slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
				least := sorted[min(k, len(sorted))-1]
				want[q] = map[int]bool{}
				for i, s := range scores {
					if s >= least {
						want[q][i] = true
					}
				}
			}
		})
	}
	wg.Wait()
	return want
}

func dot(a, b []float32) float64 {
	var s0, s1, s2, s3 float64
	for i := 0; i+4 <= len(a); i += 4 {
		s0 += float64(a[i]) * float64(b[i])
		s1 += float64(a[i+1]) * float64(b[i+1])
		s2 += float64(a[i+2]) * float64(b[i+2])
		s3 += float64(a[i+3]) * float64(b[i+3])
	}
	for i := len(a) &^ 3; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return s0 + s1 + s2 + s3
}
