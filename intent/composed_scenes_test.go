package intent_test

import (
	"context"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// encoder is an embedder that takes a picture and a change together, and tells
// what is meant as well as it can.
type encoder struct {
	eyes
	means map[string]string // by the image's ID and the text
}

func (e encoder) EmbedComposed(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
	texts := make([]string, len(inputs))
	for i, in := range inputs {
		texts[i] = e.means[in.Image.ID+"\n"+in.Text]
	}
	return e.EmbedTexts(ctx, texts)
}

// TestComposedOnScenes searches for changed scenes by descriptions, by a vector
// of picture and change, and by both, where that vector misses or mistakes no,
// one or three things; fused they are about as good as the better of them. It
// prints the table of package documentation with -scenes 250.
func TestComposedOnScenes(t *testing.T) {
	s := newSceneSearches()
	t.Logf("%d changes among %d images: R@1 and R@10 in %%", len(s.edits), len(s.images))
	for _, mistakes := range []int{0, 1, 3} {
		rng := rand.New(rand.NewPCG(7, uint64(mistakes)))
		means := map[string]string{}
		for i, e := range s.edits {
			meant := e.after
			for range mistakes {
				meant = partly(rng, meant)
			}
			means[s.before[i].Caption()+"\n"+e.ways[i%len(e.ways)]] = meant.Caption()
		}
		first := map[imagescope.ComposedSearch]float64{}
		for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedOff, imagescope.ComposedFused, imagescope.ComposedAlone} {
			cfg := imagescope.Config{Embedder: encoder{s.eyes, means}, Index: new(index.Flat), Composed: mode}
			p, err := imagescope.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Add(t.Context(), s.images...); err != nil {
				t.Fatal(err)
			}
			var ten float64
			for i, e := range s.edits {
				at := placeOf(s.composed(t, cfg, i), e.after.Caption())
				if at == 1 {
					first[mode] += 100 / float64(len(s.edits))
				}
				if at > 0 {
					ten += 100 / float64(len(s.edits))
				}
			}
			t.Logf("%d mistakes, %-6s %5.1f %5.1f", mistakes, mode, first[mode], ten)
		}
		better := max(first[imagescope.ComposedOff], first[imagescope.ComposedAlone])
		if fused := first[imagescope.ComposedFused]; fused < better-5 {
			t.Errorf("with %d mistakes the vector and the descriptions find %.1f %% first, the better of them alone %.1f %%", mistakes, fused, better)
		}
	}
}

// composed searches for the scene after edit i, with the picture of the one
// before.
func (s *sceneSearches) composed(t *testing.T, cfg imagescope.Config, i int) imagescope.Result {
	t.Helper()
	cfg.Intent = imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
		return imagescope.Intent{Descriptions: s.descriptions[i]}, nil
	})
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e, before := s.edits[i], s.before[i].Caption()
	reference := imagescope.Pixels(before, image.NewGray(image.Rect(0, 0, 1, 1)))
	reference.Caption = before
	r, err := p.Search(t.Context(), imagescope.Change(reference, e.ways[i%len(e.ways)]))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
