package coder_test

import (
	"context"
	"fmt"
	"log"

	"github.com/coder/hnsw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/coder"
)

func Example() {
	// A graph that one has already, perhaps from a file.
	g := hnsw.NewGraph[string]()
	g.Distance = coder.InnerProduct
	g.Add(hnsw.MakeNode("beach.jpg", []float32{1, 0}), hnsw.MakeNode("snow.jpg", []float32{0, 1}))

	ix, err := coder.New(g, []string{"beach.jpg", "snow.jpg"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	dusk := imagescope.Entry{ID: "dusk.jpg", Vector: []float32{0.8, 0.4}, Caption: "a beach at dusk"}
	if err := ix.Upsert(ctx, dusk); err != nil {
		log.Fatal(err)
	}
	matches, err := ix.Search(ctx, []float32{1, 0.5}, 2, imagescope.Filter{})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range matches {
		fmt.Printf("%.2f %s %q\n", m.Score, m.ID, m.Caption)
	}
	fmt.Println("in the graph:", g.Len())
	// Output:
	// 1.00 beach.jpg ""
	// 1.00 dusk.jpg "a beach at dusk"
	// in the graph: 3
}
