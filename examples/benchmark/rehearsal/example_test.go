package rehearsal_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/rehearsal"
)

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "rehearsal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := rehearsal.Write(context.Background(), dir, &rehearsal.Options{Seed: 1, Families: 3, Width: 120}, "cirr"); err != nil {
		log.Fatal(err)
	}
	d, err := dataset.Read("cirr", filepath.Join(dir, "cirr"), "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(d.Gallery), "images,", len(d.Queries), "queries")
	fmt.Println(d.Queries[0].Texts[0])
	// Output:
	// 18 images, 15 queries
	// make the sheep yellow, show three umbrellas and make it sunset
}
