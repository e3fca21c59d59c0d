package index_test

import (
	"context"
	"fmt"
	"math"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

func ExampleFlat() {
	ctx := context.Background()
	flat := new(index.Flat)
	err := flat.Upsert(ctx,
		imagescope.Entry{ID: "sea.jpg", Vector: []float32{0, 0.2, 0.9}, Caption: "a calm sea", Meta: map[string]string{"year": "2019"}},
		imagescope.Entry{ID: "wood.jpg", Vector: []float32{0.1, 0.9, 0}, Caption: "a wood in spring", Meta: map[string]string{"year": "2024"}},
		imagescope.Entry{ID: "lake.jpg", Vector: []float32{0, 0.5, 0.7}, Caption: "a lake in a wood", Meta: map[string]string{"year": "2025"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	recent := imagescope.Filter{Where: []imagescope.Condition{imagescope.Between("year", "2020", "")}}
	matches, err := flat.Search(ctx, []float32{0, 0.1, 1}, 2, recent)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Printf("%.2f %s: %s\n", m.Score, m.ID, m.Caption)
	}
	// Output:
	// 0.75 lake.jpg: a lake in a wood
	// 0.09 wood.jpg: a wood in spring
}

func ExampleHNSW() {
	ctx := context.Background()
	hnsw := new(index.HNSW) // &index.HNSW{Parameters: index.Parameters{M: 32}} has more links
	entries := make([]imagescope.Entry, 5000)
	for i := range entries {
		angle := float64(i) / 1000
		entries[i] = imagescope.Entry{ID: fmt.Sprintf("%04d.jpg", i), Vector: []float32{float32(math.Cos(angle)), float32(math.Sin(angle))}}
	}
	if err := hnsw.Upsert(ctx, entries...); err != nil {
		fmt.Println(err)
		return
	}
	matches, err := hnsw.Search(ctx, []float32{0, 1}, 3, imagescope.Filter{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Printf("%s %.7f\n", m.ID, m.Score)
	}
	// Output:
	// 1571.jpg 1.0000000
	// 1570.jpg 0.9999997
	// 1572.jpg 0.9999993
}
