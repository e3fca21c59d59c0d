package embed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/tmc/langchaingo/embeddings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

// A search without any model: by the words of captions, file names and
// measured colours.
func Example() {
	ctx := context.Background()
	p, err := imagescope.New(imagescope.Config{Captioner: embed.Colours{}, Embedder: embed.Words{}, Index: new(index.Flat)})
	if err != nil {
		fmt.Println(err)
		return
	}
	meadow := imagescope.Pixels("meadow.png", uniform(40, 160, 60, 300, 200))
	meadow.Caption = "A dog on a meadow."
	sofa := imagescope.Pixels("red-sofa.png", uniform(200, 20, 30, 200, 200))
	if err := p.Add(ctx, meadow, sofa); err != nil {
		fmt.Println(err)
		return
	}
	for _, query := range []string{"a couch", "puppies", "something green"} {
		result, err := p.Search(ctx, imagescope.Text(query))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s\n", query, result.Candidates[0].Image.Caption)
	}
	// Output:
	// a couch: Red sofa. Colours: 100% red; colourful, square format.
	// puppies: A dog on a meadow. Colours: 100% green; colourful, wide format.
	// something green: A dog on a meadow. Colours: 100% green; colourful, wide format.
}

// uniform returns a picture of one colour.
func uniform(r, g, b uint8, width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{r, g, b, 255}), image.Point{}, draw.Src)
	return img
}

func ExampleColours() {
	img := imagescope.Pixels("holiday/Sunset_over_Rome.png", uniform(230, 110, 30, 300, 200))
	caption, err := embed.Colours{}.Caption(context.Background(), img)
	fmt.Println(caption, err)
	// Output: Sunset over Rome. Colours: 100% orange; colourful, wide format. <nil>
}

// In a gallery of dogs the word dog tells nothing, so weights learnt from its
// captions let the rest of the query decide. They can be kept as JSON.
func ExampleLearn() {
	weights := embed.Learn([]string{"A brown dog.", "A white dog.", "A dog on the beach.", "Two dogs."})
	kept, err := json.Marshal(weights)
	if err != nil {
		fmt.Println(err)
		return
	}

	var again embed.Weights
	if err := json.Unmarshal(kept, &again); err != nil {
		fmt.Println(err)
		return
	}
	rows, err := embed.Words{Weights: &again}.EmbedTexts(context.Background(), []string{"a dog", "a beach"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(rows), "rows of", len(rows[0]))
	// Output: 2 rows of 2048
}

// A function plays the embedding service here; the clients of langchaingo's
// openai, ollama and other packages take its place.
func ExampleNewLangchain() {
	client := embeddings.EmbedderClientFunc(func(_ context.Context, texts []string) ([][]float32, error) {
		rows := make([][]float32, len(texts))
		for i, text := range texts {
			rows[i] = []float32{float32(len(text)), 1}
		}
		return rows, nil
	})
	service, err := embeddings.NewEmbedder(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := embed.NewLangchain(service, nil)

	rows, err := e.EmbedImages(context.Background(), []imagescope.Image{{ID: "1.jpg", Caption: "a dog"}})
	fmt.Println(rows, err)
	_, err = e.EmbedImages(context.Background(), []imagescope.Image{{ID: "2.jpg"}})
	fmt.Println(err)
	// Output:
	// [[5 1]] <nil>
	// embed image 2.jpg: the image has no caption, and this embedder reads nothing else: set Config.Captioner, or give the Image a Caption
}

// A function plays the model here; imagescope.NewReasoner makes one of any
// langchaingo model that sees.
func ExampleNewCaptioner() {
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Caption: \"a red sofa in an empty room.\""}, nil
	})
	captioner := embed.NewCaptioner(model, nil)

	sofa := imagescope.Pixels("1.png", uniform(200, 20, 30, 200, 200))
	caption, err := captioner.Caption(context.Background(), sofa)
	fmt.Println(caption, err)

	sofa.Caption = "Our sofa."
	caption, err = captioner.Caption(context.Background(), sofa) // no call
	fmt.Println(caption, err)
	// Output:
	// A red sofa in an empty room. <nil>
	// Our sofa. <nil>
}
