package index_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// An index in a folder is there again when the folder is opened again, and
// tells when it is opened with another model.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "gallery")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()

	ix, err := index.Open(ctx, dir, &index.DiskOptions{Embedder: "clip-vit-l-14"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = ix.Upsert(ctx,
		imagescope.Entry{ID: "sea.jpg", Vector: []float32{0, 0.2, 0.9}, Caption: "a calm sea"},
		imagescope.Entry{ID: "wood.jpg", Vector: []float32{0.1, 0.9, 0}, Caption: "a wood in spring"},
	)
	if err := errors.Join(err, ix.Close()); err != nil {
		fmt.Println(err)
		return
	}

	_, err = index.Open(ctx, dir, &index.DiskOptions{Embedder: "siglip"})
	fmt.Println("another model:", errors.Is(err, imagescope.ErrModelMismatch))

	ix, err = index.Open(ctx, dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ix.Close()
	matches, err := ix.Search(ctx, []float32{0, 0.1, 1}, 1, imagescope.Filter{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s (%s)\n", matches[0].ID, matches[0].Caption, ix.Embedder())
	// Output:
	// another model: true
	// sea.jpg: a calm sea (clip-vit-l-14)
}
