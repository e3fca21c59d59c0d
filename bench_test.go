package imagescope_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// randomVectors is an Embedder of seeded vectors of 512 dimensions.
type randomVectors struct{ source *rand.Rand }

func (r randomVectors) rows(n int) [][]float32 {
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = make([]float32, 512)
		for k := range rows[i] {
			rows[i][k] = float32(r.source.NormFloat64())
		}
	}
	return rows
}

func (r randomVectors) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	return r.rows(len(texts)), nil
}

func (r randomVectors) EmbedImages(_ context.Context, images []imagescope.Image) ([][]float32, error) {
	return r.rows(len(images)), nil
}

// fixedVectors answers texts from a few rows made beforehand, so that a
// benchmark does not measure how they are made.
type fixedVectors struct{ texts [][]float32 }

func (f fixedVectors) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	return f.texts[:len(texts)], nil
}

func (f fixedVectors) EmbedImages(context.Context, []imagescope.Image) ([][]float32, error) {
	return nil, nil
}

// BenchmarkSearch measures what the library itself costs in a composed query
// through all stages: models that answer at once, 1,000 images of 512
// dimensions, three descriptions, 20 candidates, three propositions asked
// together, and three comparisons of which none is accepted.
func BenchmarkSearch(b *testing.B) {
	replies := map[imagescope.Task]string{
		imagescope.TaskInterpret: "```json\n" + `{"step1": [["Modification", "Make it blue."], ["Removal", "No lace."], ["Retention", "Keep the belt."]],
			"step2": ["A blue dress.", "A blue dress with a belt.", "A long blue dress with a belt."]}` + "\n```",
		imagescope.TaskPropose: "```json\n" + `{"step1": ["It is blue.", "There is no lace.", "There is a belt."],
			"step2": [["Is it blue?", "True"], ["Is there lace?", "False"], ["Is there a belt?", "True"]]}` + "\n```",
		imagescope.TaskVerify:  `{"1": "yes", "2": "no", "3": "no"}`,
		imagescope.TaskCompare: "ANSWER: No\nThe dress is red.",
	}
	model := scripted(replies)
	vectors := randomVectors{rand.New(rand.NewPCG(1, 2))}
	cfg := imagescope.Config{
		Embedder: vectors, Index: new(index.Flat),
		Intent: intent.New(model, nil), Verify: verify.New(model, nil), Rank: rank.New(model, nil),
	}
	fill, err := imagescope.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	images := make([]imagescope.Image, 1000)
	for i := range images {
		images[i] = imagescope.Image{ID: fmt.Sprintf("%04d.jpg", i), Caption: "a dress"}
	}
	if err := fill.Add(b.Context(), images...); err != nil {
		b.Fatal(err)
	}
	cfg.Embedder = fixedVectors{vectors.rows(3)}
	p, err := imagescope.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	query := imagescope.Change(imagescope.Image{ID: "0007.jpg"}, "make it blue, no lace, same belt")

	b.ReportAllocs()
	for b.Loop() {
		r, err := p.Search(b.Context(), query)
		if err != nil || len(r.Faults) > 0 || r.Total().Calls != 25 {
			b.Fatalf("Search made %d calls, faults %v, error %v", r.Total().Calls, r.Faults, err)
		}
	}
}
