package imagescope_test

import (
	"context"
	"fmt"
	"log"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify"
)

// A query that may make three calls of a model: one for the intent, one for the
// propositions, and one to check an image. The order is the best by then.
func ExampleBudget() {
	ctx := context.Background()
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: map[imagescope.Task]string{
			imagescope.TaskInterpret: "```json\n" + `{"step1": [["Addition", "a boat"]], "step2": ["a red boat"]}` + "\n```",
			imagescope.TaskPropose:   "```json\n" + `{"step1": ["There is a red boat."], "step2": [["Is there a red boat?", "True"]]}` + "\n```",
			imagescope.TaskVerify:    `{"1": "yes"}`,
		}[req.Task]}, nil
	})
	p, err := imagescope.New(imagescope.Config{
		Embedder: embed.Words{}, Index: new(index.Flat),
		Intent: intent.New(model, nil), Verify: verify.New(model, nil),
		Budget: imagescope.Budget{Calls: 3},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, caption := range []string{"a red boat", "a red boat at sea", "a blue boat"} {
		if err := p.Add(ctx, imagescope.Image{ID: caption, Caption: caption}); err != nil {
			log.Fatal(err)
		}
	}
	query := imagescope.Text("a red boat")
	estimate, err := p.Estimate(query)
	if err != nil {
		log.Fatal(err)
	}
	most, _ := estimate.Total()
	fmt.Println("calls at most:", most.Calls)
	result, err := p.Search(ctx, query)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("calls:", result.Total().Calls)
	for _, o := range result.LeftOut {
		fmt.Printf("%s: %d candidates left out, %s\n", o.Stage, o.Candidates, o.Reason)
	}
	// Output:
	// calls at most: 3
	// calls: 3
	// verify: 2 candidates left out, verify: the budget of the query is spent: 3 of 3 calls are made
}
