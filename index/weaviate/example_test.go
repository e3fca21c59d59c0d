package weaviate_test

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index/weaviate"
)

// It is compiled and not run: it needs a server.
func Example() {
	ctx := context.Background()
	ix, err := weaviate.New("http://127.0.0.1:8080", &weaviate.Options{Replicas: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	// As imagescope.Config.Index, or by itself:
	err = ix.Upsert(ctx,
		imagescope.Entry{ID: "dog.jpg", Vector: []float32{0.9, 0.1}, Meta: map[string]string{"year": "2021"}},
		imagescope.Entry{ID: "cat.jpg", Vector: []float32{0.2, 0.8}, Meta: map[string]string{"year": "2019"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	recent := imagescope.Filter{Where: []imagescope.Condition{imagescope.Between("year", "2020", "")}}
	found, err := ix.Search(ctx, []float32{0, 1}, 10, recent)
	fmt.Println(found, err)
}
