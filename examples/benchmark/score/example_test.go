package score_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

func ExampleOf() {
	d := dataset.Dataset{Name: "flickr30k", Split: "test", Queries: []dataset.Query{
		{ID: "31/0", Texts: []string{"A dog runs."}, Targets: []string{"1.jpg"}},
	}}
	predictions, err := score.ReadPredictions(strings.NewReader(`{"query": "31/0", "ranking": ["2.jpg", "1.jpg"]}`))
	if err != nil {
		log.Fatal(err)
	}
	table, err := score.Of(d, predictions)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range table.Measures {
		fmt.Println(m.Name, m.Value)
	}
	// Output:
	// Recall@1 0
	// Recall@5 1
	// Recall@10 1
}
