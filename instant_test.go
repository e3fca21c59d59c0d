package imagescope_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// reader is a Composer that wants the words behind a plus and not those behind
// a minus.
type reader struct{}

func (reader) Compose(q imagescope.Query) imagescope.Composition {
	var c imagescope.Composition
	for _, word := range strings.Fields(q.Text) {
		switch word[0] {
		case '+':
			c.Wanted = append(c.Wanted, word[1:])
		case '-':
			c.Unwanted = append(c.Unwanted, word[1:])
		}
	}
	return c
}

// instantly sets an Instant whose text counts as much as the reference.
func instantly(c *imagescope.Config) {
	half := 0.5
	c.Instant = &imagescope.Instant{TextWeight: &half, Composer: reader{}}
}

// first returns the first result of a search, and has it end there.
func first(t *testing.T, p *imagescope.Pipeline, q imagescope.Query) imagescope.Result {
	t.Helper()
	for r, err := range p.Stages(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Fatal("Stages yields nothing")
	return imagescope.Result{}
}

func TestInstantComposes(t *testing.T) {
	upload := imagescope.Bytes("up", square(t))
	pet := func(id string) imagescope.Image { return imagescope.Image{ID: id} }
	tests := []struct {
		name  string
		query imagescope.Query
		want  []string // the first of the order
		of    imagescope.Composition
	}{
		{name: "text", query: imagescope.Text("red cat"), want: retrieved},
		{name: "text that rules out", query: imagescope.Text("red -cat"), want: []string{"c", "e", "a"}, of: imagescope.Composition{Unwanted: []string{"cat"}}},
		{name: "reference and text", query: imagescope.Change(pet("d"), "cat"), want: []string{"b"}},
		{
			name: "reference, wanted and unwanted", query: imagescope.Change(pet("a"), "+blue -red"), want: []string{"b"},
			of: imagescope.Composition{Wanted: []string{"blue"}, Unwanted: []string{"red"}},
		},
		{name: "reference alone", query: imagescope.Change(pet("a"), " "), want: []string{"b", "c", "e", "d"}},
		{name: "its own caption, its stored vector", query: imagescope.Change(imagescope.Image{ID: "d", Caption: "red car"}, "cat"), want: []string{"b"}},
		{name: "only a caption", query: imagescope.Change(imagescope.Image{Caption: "blue dog"}, "cat"), want: []string{"b", "d"}},
		{name: "upload, seen", query: imagescope.Change(upload, "cat"), want: []string{"b", "d"}},
		{name: "carried", query: imagescope.Query{Text: "cat", Carried: "blue dog"}, want: []string{"b", "d"}},
	}
	for _, tt := range tests {
		p := newPipeline(t, func(c *imagescope.Config) {
			instantly(c)
			c.Embedder = embedder{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				if images[0].HasBytes() { // the upload shows a blue dog
					return words.EmbedTexts(ctx, []string{"blue dog"})
				}
				return make2D(len(images), len(words)), nil
			}}
		})
		got := first(t, p, tt.query)
		if d := cmp.Diff(tt.want, got.IDs()[:min(len(tt.want), len(got.IDs()))]); d != "" {
			t.Errorf("%s: want is -, got is + of %v\n%s", tt.name, got.IDs(), d)
		}
		if d := cmp.Diff(&tt.of, got.Composition); d != "" || got.Stage != imagescope.StageInstant {
			t.Errorf("%s: stage %s, composition: want is -, got is +\n%s", tt.name, got.Stage, d)
		}
		for i, c := range got.Candidates {
			if d := cmp.Diff(imagescope.Places{Instant: i + 1}, c.Places); d != "" {
				t.Errorf("%s: places of %s: want is -, got is +\n%s", tt.name, c.Image.ID, d)
			}
		}
	}
}

func make2D(n, dim int) [][]float32 {
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = make([]float32, dim)
	}
	return rows
}

// TestInstantGoesFirst has captioner and interpreter not answer before the
// instant answer is seen. The last result is that of a search without it.
func TestInstantGoesFirst(t *testing.T) {
	seen := make(chan struct{})
	modelled := func(c *imagescope.Config) {
		c.Captioner = imagescope.CaptionerFunc(func(ctx context.Context, _ imagescope.Image) (string, error) {
			<-seen
			return "red cat", nil
		})
		intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
			<-seen
			return literally(ctx, q)
		})(c)
	}
	p := newPipeline(t, func(c *imagescope.Config) { instantly(c); modelled(c) })
	q := imagescope.Change(imagescope.Bytes("up", square(t)), "red cat")
	var stages []imagescope.Stage
	var last imagescope.Result
	for r, err := range p.Stages(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		if stages = append(stages, r.Stage); len(stages) == 1 {
			if r.Query.Reference.Caption != "" || len(r.Intent.Descriptions) != 1 {
				t.Errorf("the first result knows the caption %q and the descriptions %q", r.Query.Reference.Caption, r.Intent.Descriptions)
			}
			close(seen)
		}
		last = r
	}
	want := []imagescope.Stage{imagescope.StageInstant, imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}
	if d := cmp.Diff(want, stages); d != "" {
		t.Errorf("stages: want is -, got is +\n%s", d)
	}
	plain, err := newPipeline(t, modelled).Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range last.Candidates {
		if last.Candidates[i].Places.Instant == 0 {
			t.Errorf("the last result has no instant place for %s", last.Candidates[i].Image.ID)
		}
		last.Candidates[i].Places.Instant = 0
	}
	last.Usage, plain.Usage = nil, nil
	if d := cmp.Diff(plain, last); d != "" {
		t.Errorf("last result: that without an instant answer is -, got is +\n%s", d)
	}
}

// TestInstantStandsIn has the interpreter fail. With a reference the instant
// answer is that of retrieval, and all stages go on from it.
func TestInstantStandsIn(t *testing.T) {
	fails := map[string]func(context.Context, imagescope.Query) (imagescope.Intent, error){
		"error": func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{}, errBroken
		},
		"panic": func(context.Context, imagescope.Query) (imagescope.Intent, error) { panic(errBroken) },
		"fallback": func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{Descriptions: []string{"car"}, Fallback: true}, errBroken
		},
	}
	for name, fail := range fails {
		p := newPipeline(t, func(c *imagescope.Config) {
			instantly(c)
			intentWith(fail)(c)
			c.Verify, c.Rank = nil, nil
		})
		got, err := p.Search(t.Context(), imagescope.Change(imagescope.Image{ID: "a"}, "+blue -red"))
		if err != nil {
			t.Errorf("%s: Search: %v", name, err)
			continue
		}
		if got.IDs()[0] != "b" || got.Stage != imagescope.StageRetrieve || got.Composition == nil || !got.Intent.Fallback {
			t.Errorf("%s: Search: order %v, stage %s, composition %v, fallback %v", name, got.IDs(), got.Stage, got.Composition, got.Intent.Fallback)
		}
		if d := cmp.Diff(imagescope.Places{Instant: 1, Retrieve: 1}, got.Candidates[0].Places); d != "" {
			t.Errorf("%s: places: want is -, got is +\n%s", name, d)
		}
		if len(got.Faults) != 1 || got.Faults[0].Stage != imagescope.StageIntent {
			t.Errorf("%s: faults %v", name, got.Faults)
		}
		text, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil || text.Composition != nil {
			t.Errorf("%s: Search without a reference: error %v, composition %v", name, err, text.Composition)
		}
	}
}

// panicking is a Composer that panics.
type panicking struct{}

func (panicking) Compose(imagescope.Query) imagescope.Composition { panic(errBroken) }

// TestInstantFails has the instant answer fail: it is not yielded, and the
// search goes on.
func TestInstantFails(t *testing.T) {
	tests := map[string]func(*imagescope.Config){
		"composer panics": func(c *imagescope.Config) { c.Instant.Composer = panicking{} },
		"stored vector cannot be had": func(c *imagescope.Config) {
			stored := c.Index
			gets := 0
			c.Index = brokenIndex{VectorIndex: c.Index, get: func(ctx context.Context, id string) (imagescope.Entry, error) {
				if gets++; gets > 1 {
					return imagescope.Entry{}, errBroken
				}
				return stored.Get(ctx, id)
			}}
		},
		"embedder fails on more than one text": func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(ctx context.Context, texts []string) ([][]float32, error) {
				if slices.Contains(texts, "blue") {
					return nil, errBroken
				}
				return words.EmbedTexts(ctx, texts)
			}}
		},
	}
	for name, change := range tests {
		for _, strict := range []bool{false, true} {
			p := newPipeline(t, func(c *imagescope.Config) {
				instantly(c)
				change(c)
				c.Strict = strict
			})
			var stages []imagescope.Stage
			var last imagescope.Result
			var failed error
			for r, err := range p.Stages(t.Context(), imagescope.Change(imagescope.Image{ID: "a"}, "+blue red cat")) {
				stages, last, failed = append(stages, r.Stage), r, err
			}
			if strict {
				if !errors.Is(failed, errBroken) || len(stages) != 1 {
					t.Errorf("%s, strict: stages %q, error %v", name, stages, failed)
				}
				continue
			}
			want := []imagescope.Stage{imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}
			if d := cmp.Diff(want, stages); d != "" || failed != nil {
				t.Errorf("%s: error %v, stages: want is -, got is +\n%s", name, failed, d)
			}
			if len(last.Faults) != 1 || last.Faults[0].Stage != imagescope.StageInstant || !last.Faults[0].Skipped || !errors.Is(last.Faults[0].Err, errBroken) {
				t.Errorf("%s: faults %v", name, last.Faults)
			}
		}
	}
}

// TestInstantReferenceAmongFiles embeds a reference that only the files hold.
func TestInstantReferenceAmongFiles(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		instantly(c)
		c.Images = fstest.MapFS{"new.png": {Data: square(t)}}
		c.Embedder = embedder{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
			if _, err := images[0].Decode(); err != nil {
				return nil, err
			}
			return words.EmbedTexts(ctx, []string{"blue dog"})
		}}
	})
	if got := first(t, p, imagescope.Change(imagescope.Image{ID: "new.png"}, "cat")); got.IDs()[0] != "b" || got.IDs()[1] != "d" {
		t.Errorf("order %v, want b and d first", got.IDs())
	}
}

// TestInstantInChat ends a turn after its instant answer: the turn is taken.
func TestInstantInChat(t *testing.T) {
	chat := newPipeline(t, instantly).Chat()
	for _, text := range []string{"red", "cat"} {
		for _, err := range chat.Stages(t.Context(), imagescope.Text(text)) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	want := []imagescope.Turn{{Text: "red", Description: "red"}, {Text: "cat", Description: "red, cat"}}
	if d := cmp.Diff(want, chat.Turns()); d != "" {
		t.Errorf("turns: want is -, got is +\n%s", d)
	}
}
