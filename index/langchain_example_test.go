package index_test

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

func ExampleNewLangchain() {
	ctx := context.Background()
	store := new(memoryStore) // or any store of langchaingo
	album := index.NewLangchain(store, &index.LangchainOptions{Dimension: 3})
	err := album.Upsert(ctx,
		imagescope.Entry{ID: "sea.jpg", Vector: []float32{0, 0.2, 0.9}, Caption: "a calm sea"},
		imagescope.Entry{ID: "wood.jpg", Vector: []float32{0.1, 0.9, 0}, Caption: "a wood in spring"},
		imagescope.Entry{ID: "lake.jpg", Vector: []float32{0, 0.5, 0.7}, Caption: "a lake in a wood"},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	matches, err := album.Search(ctx, []float32{0, 0.1, 1}, 2, imagescope.Filter{Except: []string{"sea.jpg"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Printf("%.2f %s: %s\n", m.Score, m.ID, m.Caption)
	}
	fmt.Println(album.Delete(ctx, "sea.jpg"))
	// Output:
	// 0.87 lake.jpg: a lake in a wood
	// 0.10 wood.jpg: a wood in spring
	// index: delete: use the own client of the database: the store cannot do this
}
