package imagescope_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// checkPanic checks that err tells of a panic with errBroken, and where.
func checkPanic(t *testing.T, err error) {
	t.Helper()
	var p *imagescope.PanicError
	if !errors.As(err, &p) || p.Value != errBroken || !strings.Contains(string(p.Stack), "panic_test.go") {
		t.Errorf("got error %v, want a PanicError with %v and the stack", err, errBroken)
	}
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "panicked: it is broken") {
		t.Errorf("got error %v, want one that says how it panicked", err)
	}
}

func TestPanickingStage(t *testing.T) {
	reorder := func(context.Context, candidates) (candidates, error) { panic(errBroken) }
	tests := map[string]struct {
		change func(*imagescope.Config)
		stage  imagescope.Stage
		want   []string
	}{
		"interpret": {intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) { panic(errBroken) }), imagescope.StageIntent, ranked},
		"propose":   {proposeWith(func(context.Context) (propositions, error) { panic(errBroken) }), imagescope.StageVerify, []string{"c", "a", "b", "e", "d"}},
		"verify":    {verifyWith(reorder), imagescope.StageVerify, []string{"c", "a", "b", "e", "d"}},
		"rank":      {rankWith(reorder), imagescope.StageRank, verified},
		"caption the reference": {func(c *imagescope.Config) {
			c.Captioner = imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) { panic(errBroken) })
		}, imagescope.StageIntent, ranked},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := imagescope.Text("red cat")
			if name == "caption the reference" {
				q = imagescope.Change(imagescope.Bytes("", []byte("not looked at")), "red cat")
			}
			got, err := newPipeline(t, tt.change).Search(t.Context(), q)
			if err != nil || len(got.Faults) != 1 || got.Faults[0].Stage != tt.stage {
				t.Fatalf("Search: faults %v, error %v, want a fault of stage %s", got.Faults, err, tt.stage)
			}
			if d := cmp.Diff(tt.want, got.IDs()); d != "" {
				t.Errorf("Search: want is -, got is +\n%s", d)
			}
			checkPanic(t, got.Faults[0].Err)
		})
	}
}

// TestPanickingModel has a model panic in each task, wherever a stage asks it.
func TestPanickingModel(t *testing.T) {
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) { panic(errBroken) })
	got, err := newPipeline(t, withModel(model)).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil || len(got.Faults) != 3 || !slices.Equal(got.IDs(), retrieved) {
		t.Fatalf("Search = %v, faults %v, %v; want %v and three faults", got.IDs(), got.Faults, err, retrieved)
	}
	for _, f := range got.Faults {
		checkPanic(t, f.Err)
	}
}

func TestPanickingRetrieval(t *testing.T) {
	tests := map[string]func(*imagescope.Config){
		"embedder": func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(context.Context, []string) ([][]float32, error) { panic(errBroken) }}
		},
		"index": func(c *imagescope.Config) {
			c.Index = brokenIndex{search: func(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) {
				panic(errBroken)
			}}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newPipeline(t, change).Search(t.Context(), imagescope.Text("red cat"))
			checkPanic(t, err)
		})
	}
}

// TestPanickingAdd has an image that a part cannot bear. The others are added
// all the same, unless it is the index that panics.
func TestPanickingAdd(t *testing.T) {
	tests := map[string]func(*imagescope.Config){
		"captioner": func(c *imagescope.Config) {
			c.Captioner = imagescope.CaptionerFunc(func(_ context.Context, img imagescope.Image) (string, error) {
				if img.ID == "c" {
					panic(errBroken)
				}
				return img.Caption, nil
			})
		},
		"embedder": func(c *imagescope.Config) {
			c.Embedder = embedder{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				if slices.ContainsFunc(images, func(img imagescope.Image) bool { return img.ID == "c" }) {
					panic(errBroken)
				}
				return words.EmbedImages(ctx, images)
			}}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := fullConfig()
			change(&cfg)
			p, err := imagescope.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = p.Add(t.Context(), pets()...)
			var add *imagescope.AddError
			if !errors.As(err, &add) || len(add.Failed) != 1 || add.Failed[0].ID != "c" {
				t.Fatalf("Add: got %v, want an AddError for c", err)
			}
			checkPanic(t, err)
			got, err := p.Search(t.Context(), imagescope.Text("red cat"))
			if d := cmp.Diff([]string{"d", "b", "a", "e"}, got.IDs()); err != nil || d != "" {
				t.Errorf("Search: error %v; want is -, got is +\n%s", err, d)
			}
		})
	}
	cfg := fullConfig()
	cfg.Index = brokenIndex{upsert: func(context.Context, ...imagescope.Entry) error { panic(errBroken) }}
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	checkPanic(t, p.Add(t.Context(), pets()...))
}
