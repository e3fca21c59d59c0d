package intent_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/internal/scene"
)

var scenes = flag.Int("scenes", 20, "how many random scenes the measurements start from")

// eyes embeds an image by what is seen of it, which is not all, and not what
// its caption tells.
type eyes struct {
	embed.Words
	seen map[string]string
}

func (e eyes) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	texts := make([]string, len(images))
	for i, img := range images {
		texts[i] = e.seen[img.ID]
	}
	return e.EmbedTexts(ctx, texts)
}

// partly returns what a scene shows with something missed or mistaken: an item
// left out, or of another colour.
func partly(rng *rand.Rand, s scene.Scene) scene.Scene {
	s.Items = slices.Clone(s.Items)
	if len(s.Items) == 0 {
		return s
	}
	i := rng.IntN(len(s.Items))
	switch rng.IntN(3) {
	case 0:
		if len(s.Items) > 1 {
			s.Items = slices.Delete(s.Items, i, i+1)
		}
	case 1:
		if s.Items[i].Color != "" {
			s.Items[i].Color = []scene.Color{scene.Red, scene.Green, scene.Blue, scene.Yellow}[rng.IntN(4)]
		}
	}
	return s
}

// sceneSearches are searches for scenes of a gallery. Pictures, captions and
// descriptions each miss or mistake something, and not the same.
type sceneSearches struct {
	images       []imagescope.Image
	eyes         eyes
	edits        []sceneEdit
	before       []scene.Scene
	descriptions [][]string // of the scene that is wanted, for each edit
	turns        []string   // what is said of it, for each edit
}

func newSceneSearches() *sceneSearches {
	rng := rand.New(rand.NewPCG(5, 6))
	s := &sceneSearches{eyes: eyes{seen: map[string]string{}}}
	s.images, s.edits, s.before = changedScenes(*scenes, 4)
	asked := map[string]scene.Scene{}
	for i, e := range s.edits {
		asked[e.after.Caption()], asked[s.before[i].Caption()] = e.after, s.before[i]
		s.descriptions = append(s.descriptions, []string{partly(rng, e.after).Caption(), partly(rng, e.after).Caption(), partly(rng, e.after).Caption()})
		s.turns = append(s.turns, "with "+partly(rng, e.after).Caption())
	}
	for i, img := range s.images {
		s.eyes.seen[img.ID] = img.ID
		if is, ok := asked[img.ID]; ok {
			s.eyes.seen[img.ID], s.images[i].Caption = partly(rng, is).Caption(), partly(rng, is).Caption()
		}
	}
	return s
}

// stages begins the search for the scene after edit i: by description, by a
// change to the scene before, or in a conversation of which place and time are
// known. Descriptions are made by a model that mistakes some things, but in the
// conversation by the rules.
func (s *sceneSearches) stages(t *testing.T, cfg imagescope.Config, task string, i int) iter.Seq2[imagescope.Result, error] {
	e := s.edits[i]
	cfg.Intent = imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
		return imagescope.Intent{Descriptions: s.descriptions[i]}, nil
	})
	if task == "chat" {
		cfg.Intent = intent.Rules{}
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	switch task {
	case "text":
		return p.Stages(t.Context(), imagescope.Text(e.after.Caption()))
	case "change":
		return p.Stages(t.Context(), imagescope.Change(imagescope.Image{ID: s.before[i].Caption()}, e.ways[i%len(e.ways)]))
	}
	chat, bare := p.Chat(), e.after
	bare.Items = nil
	chat.Open(bare.Caption())
	return chat.Stages(t.Context(), imagescope.Text(s.turns[i]))
}

// TestFusionOnScenes searches with the descriptions fused in every way, and by
// instant answers alone, and prints how many scenes are found. It prints the
// table of package documentation with -scenes 100.
func TestFusionOnScenes(t *testing.T) {
	s := newSceneSearches()
	modes := []struct {
		name     string
		fusion   imagescope.Fusion
		captions bool
		instant  *imagescope.Instant // whose answer is the result
	}{
		{name: "mean of the vectors"},
		{name: "descriptions apart", fusion: imagescope.ReciprocalRank},
		{name: "captions apart", captions: true},
		{name: "both apart", fusion: imagescope.ReciprocalRank, captions: true},
		{name: "instant, the text alone", instant: &imagescope.Instant{}},
		{name: "instant, words read", instant: &imagescope.Instant{Composer: intent.Rules{}}},
	}
	t.Logf("%d searches of each kind among %d images: R@1 and R@10 in %%", len(s.edits), len(s.images))
	ofChanges := map[string]float64{}
	for _, mode := range modes {
		cfg := imagescope.Config{Embedder: s.eyes, Index: new(index.Flat), Fusion: mode.fusion, Instant: mode.instant}
		if mode.captions {
			cfg.CaptionIndex = new(index.Flat)
		}
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), s.images...); err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%-24s", mode.name)
		for _, task := range []string{"text", "change", "chat"} {
			var first, ten float64
			for i, e := range s.edits {
				for r, err := range s.stages(t, cfg, task, i) {
					if err != nil {
						t.Fatal(err)
					}
					at := placeOf(r, e.after.Caption())
					if at == 1 {
						first += 100 / float64(len(s.edits))
					}
					if at > 0 {
						ten += 100 / float64(len(s.edits))
					}
					break // without stages 2 and 3 the first order is the last, or an instant one
				}
			}
			line += fmt.Sprintf("   %s %5.1f %5.1f", task, first, ten)
			if task == "change" {
				ofChanges[mode.name] = first
			}
			if ten < 50 {
				t.Errorf("%s, %s: %.1f %% are found within the first ten places", mode.name, task, ten)
			}
		}
		t.Log(line)
	}
	if read, alone := ofChanges["instant, words read"], ofChanges["instant, the text alone"]; read < alone {
		t.Errorf("words read find %.1f %% of changed scenes first, the text alone %.1f %%", read, alone)
	}
}
