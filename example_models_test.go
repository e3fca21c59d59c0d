package imagescope_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// pictures stand for a gallery, and server for a model's server: it answers the
// requests of the clients below, in this process. Leave out Transport to reach a
// real one.
var (
	pictures = modeltest.Gallery()
	server   = func(wrong float64) http.RoundTripper {
		return modeltest.New(pictures, &modeltest.Options{ErrorRate: wrong})
	}
)

// find takes the pictures in and prints what a change to one of them finds.
func find(cfg imagescope.Config) {
	ctx := context.Background()
	cfg.Images, cfg.Embedder, cfg.Index = pictures.FS(), embed.Words{}, new(index.HNSW)
	p, err := imagescope.New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	var images []imagescope.Image
	for _, img := range pictures.Images() {
		images = append(images, imagescope.Image{ID: img.ID, Caption: img.Caption})
	}
	if err := p.Add(ctx, images...); err != nil {
		fmt.Println(err)
		return
	}
	car := imagescope.Image{ID: "street/red-car-day.png"}
	result, err := p.Search(ctx, imagescope.Change(car, "make it night and the car blue"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.IDs()[0])
	fmt.Println("calls:", result.Total().Calls, "faults:", len(result.Faults))
}

// A small model on one's own machine is wrong more often, loses its way in long
// replies and many images, and answers one or two calls at a time; its calls
// cost nothing but time. So it is asked one question a call, shown one picture
// at a time, read leniently, and given time.
func Example_smallLocalModel() {
	client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: server(0.05)})
	llm, err := ollama.New(ollama.WithHTTPClient(client), ollama.WithModel("qwen2.5vl:3b"), ollama.WithRunnerNumCtx(8192))
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := imagescope.NewReasoner(llm, &imagescope.ReasonerOptions{MaxSide: 512})
	if err != nil {
		fmt.Println(err)
		return
	}
	model = imagescope.Retry(imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 2, Timeout: 2 * time.Minute}), nil)
	find(imagescope.Config{
		Intent:  intent.Rules{},
		Verify:  verify.New(model, &verify.Options{Form: verify.Single, Lenient: true, Concurrency: 2}),
		Rank:    rank.New(model, &rank.Options{OnePicture: true, PictureSide: 384, Lenient: true}),
		TopK:    10,
		Instant: &imagescope.Instant{Composer: intent.Rules{}},
	})
	// Output:
	// street/blue-car-night.png
	// calls: 22 faults: 0
}

// A large hosted model follows long instructions and takes many images, and
// each call costs money and a second or more of waiting. So it is asked for as
// much as possible at once, in three calls in a row, remembers what it said,
// and is bounded.
func Example_hostedModel() {
	client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: server(0)})
	llm, err := openai.New(openai.WithHTTPClient(client), openai.WithModel("gpt-4.1-mini"), openai.WithToken("the API key"))
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := imagescope.NewReasoner(llm, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	model = imagescope.Retry(imagescope.Limit(model, &imagescope.LimitOptions{InFlight: 32, CallsPerMinute: 5000}), nil)
	model = imagescope.Share(imagescope.Cache(model, &imagescope.CacheOptions{Model: "gpt-4.1-mini"}), nil)
	find(imagescope.Config{
		Intent: intent.New(model, &intent.Options{OneCall: true, ShowReference: true}),
		Verify: verify.New(model, &verify.Options{Concurrency: 32}),
		Rank:   rank.NewListwise(model, nil),
		Budget: imagescope.Budget{Calls: 40, BestEffort: true},
	})
	// Output:
	// street/blue-car-night.png
	// calls: 22 faults: 0
}

// Without a model everything goes by words: those of the query, and those that
// captions have.
func Example_noModel() {
	find(imagescope.Config{Intent: intent.Rules{}, Verify: verify.Captions{}, Rank: rank.Captions{}})
	// Output:
	// street/blue-car-night.png
	// calls: 0 faults: 0
}
