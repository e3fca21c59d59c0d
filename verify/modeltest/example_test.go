package modeltest_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// How often does a pipeline put the right picture first, and what does that
// cost, with a model that errs in a tenth of its judgements?
func Example() {
	ctx := context.Background()
	world := modeltest.NewWorld(1, 20)
	model := modeltest.New(world, &modeltest.Options{ErrorRate: 0.1})
	p, err := imagescope.New(imagescope.Config{
		Images:   world.FS(),
		Embedder: embed.Words{},
		Index:    new(index.Flat),
		Intent:   intent.New(model, nil),
		Verify:   verify.New(model, nil),
		Rank:     rank.New(model, nil),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Add(ctx, world.Images()...); err != nil {
		fmt.Println(err)
		return
	}
	first := 0
	for _, q := range world.Queries() {
		result, err := p.Search(ctx, q.Query)
		if err != nil {
			fmt.Println(err)
			return
		}
		if result.Candidates[0].Image.ID == q.Target {
			first++
		}
	}
	fmt.Println("more than half first:", first > 10)
	fmt.Println("images shown in a search:", model.Stats().Images/len(world.Queries()) > 15)
	// Output:
	// more than half first: true
	// images shown in a search: true
}

// A real client talks to the model, with no socket in between. Every second
// request is refused, as by a server that is busy.
func ExampleModel_RoundTrip() {
	model := modeltest.New(modeltest.Gallery(), &modeltest.Options{Faults: modeltest.Faults{RateLimit: 0.5}})
	llm, err := openai.New(
		openai.WithHTTPClient(&http.Client{Transport: model}),
		openai.WithBaseURL("http://model.test/v1"), openai.WithToken("none"), openai.WithModel("any"))
	if err != nil {
		fmt.Println(err)
		return
	}
	reasoner, err := imagescope.NewReasoner(llm, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answered := 0
	for range 100 {
		_, err := reasoner.Reason(context.Background(), imagescope.Request{Prompt: "Instruction: a dog but no ball"})
		if err == nil {
			answered++
		}
	}
	fmt.Println("about half answered:", answered > 35 && answered < 65)
	// Output: about half answered: true
}
