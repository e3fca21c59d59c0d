package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
)

// together is the vocabulary's embedder that takes a picture and a text
// together: as the words of both, where it knows the picture by its ID, and
// "not …" in the text takes a word of the picture away.
type together struct {
	embedder
	composed func(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error)
}

func (e together) EmbedComposed(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
	if e.composed != nil {
		return e.composed(ctx, inputs)
	}
	texts := make([]string, len(inputs))
	for i, in := range inputs {
		shown := " " + seen[in.Image.ID] + " "
		for _, word := range strings.Fields(in.Text) {
			if gone, ok := strings.CutPrefix(word, "not-"); ok {
				shown = strings.ReplaceAll(shown, " "+gone+" ", " ")
			} else {
				shown += word + " "
			}
		}
		texts[i] = shown
	}
	return words.EmbedTexts(ctx, texts)
}

// seen is what the pictures show that queries refer to. No caption says it.
var seen = map[string]string{"up": "red dog", "blank": ""}

// composing has references embedded together with the text, and a plain
// search else.
func composing(c *imagescope.Config) {
	c.Embedder = together{}
	c.Verify, c.Rank = nil, nil
}

func upload(t testing.TB, id string) imagescope.Image { return imagescope.Bytes(id, square(t)) }

// TestComposed has a picture that no caption describes, of a red dog, searched
// for with a change. Only the composed vector tells that it is a dog; only the
// interpreter knows that what is meant is a blue one.
func TestComposed(t *testing.T) {
	means := func(descriptions ...string) func(*imagescope.Config) { return describe(descriptions...) }
	uninterpreted := func(c *imagescope.Config) { c.Intent = nil }
	off := func(c *imagescope.Config) { c.Composed = imagescope.ComposedOff }
	alone := func(c *imagescope.Config) { c.Composed = imagescope.ComposedAlone }
	rrf := func(c *imagescope.Config) { c.Fusion = imagescope.ReciprocalRank }
	failing := intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
		return imagescope.Intent{}, errBroken
	})
	tests := []struct {
		name   string
		change []func(*imagescope.Config)
		text   string
		want   []string
		used   imagescope.ComposedSearch
		left   []imagescope.Stage
		faults int
	}{
		// The descriptions find what is blue: b and d, of which d is the dog.
		{name: "off", change: []func(*imagescope.Config){means("blue"), off}, text: "blue not-red", want: []string{"b", "d", "a", "c", "e"}},
		{name: "fused", change: []func(*imagescope.Config){means("blue")}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedFused},
		{name: "alone", change: []func(*imagescope.Config){means("cat"), alone}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedAlone, left: []imagescope.Stage{imagescope.StageIntent}},
		{name: "not interpreted", change: []func(*imagescope.Config){uninterpreted}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedAlone},
		{name: "not interpreted, alone", change: []func(*imagescope.Config){uninterpreted, alone}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedAlone},
		{name: "not interpreted, off", change: []func(*imagescope.Config){uninterpreted, off}, text: "blue not-red", want: []string{"a", "b", "c", "d", "e"}},
		{name: "the interpreter fails", change: []func(*imagescope.Config){failing}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedAlone, faults: 1},
		{name: "no text", change: []func(*imagescope.Config){means("cat"), alone}, text: " ", want: []string{"c", "a", "d", "e", "b"}, used: imagescope.ComposedAlone, left: []imagescope.Stage{imagescope.StageIntent}},
		{name: "the descriptions say nothing", change: []func(*imagescope.Config){means("gnu")}, text: "blue not-red", want: []string{"d", "b", "c", "a", "e"}, used: imagescope.ComposedAlone},
		// cat: a b 1st, c d e 3rd. dog: c d 1st, a b e 3rd. red dog: c 1st, a d 2nd, e 4th, b 5th.
		{name: "descriptions apart", change: []func(*imagescope.Config){means("cat", "dog"), rrf}, text: "", want: []string{"c", "a", "d", "b", "e"}, used: imagescope.ComposedFused},
	}
	for _, tt := range tests {
		p := newPipeline(t, func(c *imagescope.Config) {
			composing(c)
			for _, change := range tt.change {
				change(c)
			}
		})
		got, err := p.Search(t.Context(), imagescope.Change(upload(t, "up"), tt.text))
		if err != nil {
			t.Errorf("%s: Search: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff(tt.want, got.IDs()); d != "" {
			t.Errorf("%s: Search: want is -, got is +\n%s", tt.name, d)
		}
		var left []imagescope.Stage
		for _, o := range got.LeftOut {
			left = append(left, o.Stage)
		}
		if d := cmp.Diff(tt.left, left); d != "" || got.Composed != tt.used || len(got.Faults) != tt.faults || got.Stage != imagescope.StageRetrieve {
			t.Errorf("%s: stage %s, composed %q (want %q), faults %v; left out: want is -, got is +\n%s", tt.name, got.Stage, got.Composed, tt.used, got.Faults, d)
		}
	}
}

// TestComposedFusedScores has the two lists worked out by hand.
func TestComposedFusedScores(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { composing(c); describe("blue")(c) })
	got, err := p.Search(t.Context(), imagescope.Change(upload(t, "up"), "blue not-red"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{ // blue: b d 1st, the rest 3rd. blue dog: d 1st, b c 2nd, a e 4th
		"d": 2. / 61, "b": 1./61 + 1./62, "c": 1./63 + 1./62, "a": 1./63 + 1./64, "e": 1./63 + 1./64,
	}
	fused := map[string]float64{}
	for _, c := range got.Candidates {
		fused[c.Image.ID] = c.Fused
	}
	if d := cmp.Diff(want, fused, cmpopts.EquateApprox(0, 1e-15)); d != "" {
		t.Errorf("Fused: want is -, got is +\n%s", d)
	}
	described := newPipeline(t, func(c *imagescope.Config) { describe("blue")(c); c.Verify, c.Rank = nil, nil })
	plain, err := described.Search(t.Context(), imagescope.Change(upload(t, "up"), "blue not-red"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(similarities(plain), similarities(got)); d != "" {
		t.Errorf("similarities: want those to the descriptions -, got is +\n%s", d)
	}
	if e := got.Explain(0); !strings.Contains(e, "retrieve: place 1, similarity 0.707, fused 0.0328, by the composed vector and the descriptions") {
		t.Errorf("Explain:\n%s", e)
	}
}

// TestComposedInput says what is embedded together, and that it is once.
func TestComposedInput(t *testing.T) {
	files := fstest.MapFS{"a": {Data: square(t)}}
	told := upload(t, "up")
	told.Caption = "a picture"
	tests := []struct {
		name   string
		change func(*imagescope.Config)
		query  imagescope.Query
		want   []string // "image: text"
	}{
		{name: "text", query: imagescope.Text("red cat")},
		{name: "carried", query: imagescope.Query{Text: "red", Carried: "a cat"}},
		{name: "upload", query: imagescope.Change(told, " make it  blue\n"), want: []string{`up (a picture): " make it  blue\n"`}},
		{name: "no text", query: imagescope.Change(told, "\n"), want: []string{`up (a picture): ""`}},
		{name: "a turn", query: imagescope.Query{Text: "blue", Reference: &told, Carried: "a cat"}, want: []string{`up (a picture): "blue"`}},
		{name: "of the gallery", change: func(c *imagescope.Config) { c.Images = files }, query: imagescope.Change(imagescope.Image{ID: "a"}, "blue"), want: []string{`a (red cat): "blue"`}},
		{name: "of the gallery, without its bytes", query: imagescope.Change(imagescope.Image{ID: "a"}, "blue")},
		{name: "only a caption", query: imagescope.Change(imagescope.Image{Caption: "a cat"}, "blue")},
		{name: "off", change: func(c *imagescope.Config) { c.Composed = imagescope.ComposedOff }, query: imagescope.Change(told, "blue")},
	}
	for _, tt := range tests {
		for _, mode := range []imagescope.ComposedSearch{"", imagescope.ComposedFused, imagescope.ComposedAlone} {
			for _, quick := range []bool{false, true} {
				var mu sync.Mutex
				var got []string
				p := newPipeline(t, func(c *imagescope.Config) {
					c.Embedder = together{composed: func(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
						mu.Lock()
						defer mu.Unlock()
						for _, in := range inputs {
							if _, err := in.Image.Decode(); err != nil {
								t.Errorf("%s: the picture cannot be read: %v", tt.name, err)
							}
							got = append(got, fmt.Sprintf("%s (%s): %q", in.Image.ID, in.Image.Caption, in.Text))
						}
						return together{}.EmbedComposed(ctx, inputs)
					}}
					c.Composed = mode
					if quick {
						instantly(c)
					}
					if tt.change != nil {
						tt.change(c)
					}
				})
				if _, err := p.Search(t.Context(), tt.query); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Errorf("%s, %q, instant %v: embedded together: want is -, got is +\n%s", tt.name, mode, quick, d)
				}
			}
		}
	}
}

// badComposed are what EmbedComposed must not do. None of it counts as a
// fault where isNone, as nothing went wrong.
func badComposed() map[string]struct {
	f      func(context.Context, []imagescope.Composed) ([][]float32, error)
	isNone bool
} {
	type bad = struct {
		f      func(context.Context, []imagescope.Composed) ([][]float32, error)
		isNone bool
	}
	rows := func(rows ...[]float32) func(context.Context, []imagescope.Composed) ([][]float32, error) {
		return func(context.Context, []imagescope.Composed) ([][]float32, error) { return rows, nil }
	}
	nan := float32(math.NaN())
	return map[string]bad{
		"error":     {f: func(context.Context, []imagescope.Composed) ([][]float32, error) { return nil, errBroken }},
		"panic":     {f: func(context.Context, []imagescope.Composed) ([][]float32, error) { panic(errBroken) }},
		"no row":    {f: rows()},
		"two rows":  {f: rows(make([]float32, 6), make([]float32, 6))},
		"empty row": {f: rows([]float32{})},
		"short row": {f: rows([]float32{1, 2, 3})},
		"NaN":       {f: rows([]float32{nan, 0, 0, 0, 0, 0})},
		"zeros":     {f: rows(make([]float32, 6)), isNone: true},
		"unsupported": {f: func(context.Context, []imagescope.Composed) ([][]float32, error) {
			return nil, fmt.Errorf("this model: %w", errors.ErrUnsupported)
		}, isNone: true},
	}
}

// TestComposedFails compares with a search that makes no use of it: whatever
// happens the order is that of the descriptions, and no other stage notices.
func TestComposedFails(t *testing.T) {
	q := imagescope.Change(upload(t, "up"), "red cat")
	for name, bad := range badComposed() {
		for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedFused, imagescope.ComposedAlone} {
			for set := range 32 {
				change := func(c *imagescope.Config) {
					if set&1 != 0 {
						c.Intent = nil
					}
					if set&2 != 0 {
						c.Verify, c.Rank = nil, nil
					}
					if set&4 != 0 {
						instantly(c)
					}
					if set&8 != 0 {
						c.Fusion = imagescope.ReciprocalRank
					}
					if set&16 != 0 {
						c.Gate.Similarity = 0.3
					}
				}
				search := func(e imagescope.Embedder, mode imagescope.ComposedSearch, strict bool) (imagescope.Result, error) {
					return newPipeline(t, func(c *imagescope.Config) {
						change(c)
						c.Embedder, c.Composed, c.Strict = e, mode, strict
					}).Search(t.Context(), q)
				}
				want, err := search(embedder{}, "", false)
				if err != nil {
					t.Fatal(err)
				}
				got, err := search(together{composed: bad.f}, mode, false)
				if err != nil {
					t.Errorf("%s, %s, set %05b: Search: %v", name, mode, set, err)
					continue
				}
				faults := 1
				if bad.isNone && (name == "zeros" || mode == imagescope.ComposedFused) {
					faults = 0
				}
				if len(got.Faults) != faults || faults == 1 && (got.Faults[0].Stage != imagescope.StageRetrieve || got.Faults[0].Skipped ||
					!strings.HasPrefix(got.Faults[0].Reason, "the vector of reference and text together: ")) {
					t.Errorf("%s, %s, set %05b: faults %+v, want %d", name, mode, set, got.Faults, faults)
				}
				got.Faults, got.Usage, want.Usage = nil, nil, nil
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s, %s, set %05b: Search: that without is -, got is +\n%s", name, mode, set, d)
				}
				if _, err := search(together{composed: bad.f}, mode, true); (err != nil) != (faults == 1) {
					t.Errorf("%s, %s, set %05b: strict Search: error %v", name, mode, set, err)
				}
			}
		}
	}
}

// TestComposedAlongside has the interpreter and the embedder take a second
// each, in virtual time: together they take one.
func TestComposedAlongside(t *testing.T) {
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedFused, imagescope.ComposedAlone} {
		synctest.Test(t, func(t *testing.T) {
			p := newPipeline(t, func(c *imagescope.Config) {
				c.Composed = mode
				c.Embedder = together{composed: func(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
					time.Sleep(time.Second)
					return together{}.EmbedComposed(ctx, inputs)
				}}
				intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
					time.Sleep(time.Second)
					return literally(ctx, q)
				})(c)
			})
			start := time.Now()
			got, err := p.Search(t.Context(), imagescope.Change(upload(t, "up"), "blue"))
			if err != nil || got.Composed != mode {
				t.Fatalf("%s: Search: composed %q, error %v", mode, got.Composed, err)
			}
			if took := time.Since(start); took != time.Second {
				t.Errorf("%s: Search took %v, want a second", mode, took)
			}
			if spent := got.Usage[imagescope.StageRetrieve].Time; spent != time.Second {
				t.Errorf("%s: retrieval is said to have taken %v, want a second", mode, spent)
			}
		})
	}
}

// TestComposedWaitsForNoModel has captioner and interpreter not answer before
// the first order is seen.
func TestComposedWaitsForNoModel(t *testing.T) {
	for name, change := range map[string]func(*imagescope.Config){
		"alone":           func(c *imagescope.Config) { c.Composed = imagescope.ComposedAlone },
		"not interpreted": func(c *imagescope.Config) { c.Intent = nil },
		"alone, instant": func(c *imagescope.Config) {
			c.Composed = imagescope.ComposedAlone
			instantly(c)
		},
	} {
		seen := make(chan struct{})
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Embedder = together{}
			c.Captioner = imagescope.CaptionerFunc(func(context.Context, imagescope.Image) (string, error) {
				<-seen
				return "a pet", nil
			})
			intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
				<-seen
				return literally(ctx, q)
			})(c)
			change(c)
		})
		var stages []imagescope.Stage
		var last imagescope.Result
		for r, err := range p.Stages(t.Context(), imagescope.Change(upload(t, "up"), "blue not-red")) {
			if err != nil {
				t.Fatal(err)
			}
			if stages = append(stages, r.Stage); len(stages) == 1 {
				if d := cmp.Diff([]string{"d", "b", "c", "a", "e"}, r.IDs()); d != "" {
					t.Errorf("%s: the first order: want is -, got is +\n%s", name, d)
				}
				close(seen)
			}
			last = r
		}
		want := []imagescope.Stage{imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}
		if d := cmp.Diff(want, stages); d != "" {
			t.Errorf("%s: stages: want is -, got is +\n%s", name, d)
		}
		if last.Query.Reference.Caption != "a pet" || len(last.Faults) > 0 || len(last.LeftOut) > 0 {
			t.Errorf("%s: the last result knows the caption %q; faults %v, left out %v", name, last.Query.Reference.Caption, last.Faults, last.LeftOut)
		}
		if name != "not interpreted" && last.Intent.Descriptions[0] != "blue not-red" {
			t.Errorf("%s: the last result has the intent %+v", name, last.Intent)
		}
	}
}

// TestComposedInstant has the instant answer searched for with the vector, and
// stand where the interpreter fails.
func TestComposedInstant(t *testing.T) {
	for _, failing := range []bool{false, true} {
		p := newPipeline(t, func(c *imagescope.Config) {
			composing(c)
			instantly(c)
			describe("blue")(c)
			if failing {
				intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
					return imagescope.Intent{}, errBroken
				})(c)
			}
		})
		q := imagescope.Change(upload(t, "up"), "blue not-red")
		got := first(t, p, q)
		if d := cmp.Diff([]string{"d", "b", "c", "a", "e"}, got.IDs()); d != "" || got.Stage != imagescope.StageInstant || got.Composed != imagescope.ComposedAlone {
			t.Errorf("the first result: stage %s, composed %q; want is -, got is +\n%s", got.Stage, got.Composed, d)
		}
		if d := cmp.Diff(new(imagescope.Composition), got.Composition); d != "" {
			t.Errorf("composition: want is -, got is +\n%s", d)
		}
		last, err := p.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		used := imagescope.ComposedFused
		if failing {
			used = imagescope.ComposedAlone
		}
		if last.IDs()[0] != "d" || last.Composed != used || (last.Composition != nil) != failing || last.Candidates[0].Places != (imagescope.Places{Instant: 1, Retrieve: 1}) {
			t.Errorf("failing %v: order %v, composed %q, composition %v, places %+v", failing, last.IDs(), last.Composed, last.Composition, last.Candidates[0].Places)
		}
	}
}

// TestComposedChat carries the intent, which a turn is read for even where
// nothing else asks for it.
func TestComposedChat(t *testing.T) {
	for name, change := range map[string]func(*imagescope.Config){
		"no stage behind": func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil },
		"all stages":      func(*imagescope.Config) {},
		"sure":            func(c *imagescope.Config) { c.Gate.Similarity = 0.1 },
		"sure, instant":   func(c *imagescope.Config) { c.Gate.Similarity = 0.1; instantly(c) },
	} {
		chat := newPipeline(t, func(c *imagescope.Config) {
			c.Embedder, c.Composed = together{}, imagescope.ComposedAlone
			describe("a blue dog")(c)
			change(c)
		}).Chat()
		ref := upload(t, "up")
		got, err := chat.Send(t.Context(), imagescope.Query{Text: "blue not-red", Reference: &ref})
		if err != nil || got.Candidates[0].Image.ID != "d" || got.Composed != imagescope.ComposedAlone {
			t.Fatalf("%s: Send: order %v, composed %q, error %v", name, got.IDs(), got.Composed, err)
		}
		if d := cmp.Diff([]imagescope.Turn{{Text: "blue not-red", Reference: "up", Description: "a blue dog"}}, chat.Turns()); d != "" {
			t.Errorf("%s: turns: want is -, got is +\n%s", name, d)
		}
	}
}

// TestComposedGate ends a search after retrieval, before anything is asked.
func TestComposedGate(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Embedder, c.Composed, c.Gate.Similarity = together{}, imagescope.ComposedAlone, 0.1
		intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			t.Error("the interpreter was asked")
			return imagescope.Intent{}, errBroken
		})(c)
	})
	got, err := p.Search(t.Context(), imagescope.Change(upload(t, "up"), "blue not-red"))
	if err != nil {
		t.Fatal(err)
	}
	var left []imagescope.Stage
	for _, o := range got.LeftOut {
		left = append(left, o.Stage)
	}
	want := []imagescope.Stage{imagescope.StageVerify, imagescope.StageRank, imagescope.StageIntent}
	if d := cmp.Diff(want, left); d != "" || got.Candidates[0].Image.ID != "d" {
		t.Errorf("Search: order %v; left out: want is -, got is +\n%s", got.IDs(), d)
	}

	asked := newPipeline(t, func(c *imagescope.Config) {
		c.Embedder, c.Composed, c.Gate.Similarity = together{}, imagescope.ComposedAlone, 0.9
	})
	if got, err = asked.Search(t.Context(), imagescope.Change(upload(t, "up"), "blue not-red")); err != nil || got.Stage != imagescope.StageRank || got.Intent.Descriptions[0] != "blue not-red" {
		t.Errorf("not sure: Search: stage %s, intent %+v, error %v", got.Stage, got.Intent, err)
	}
}

// TestComposedTimeout has the embedder not come to an end by itself.
func TestComposedTimeout(t *testing.T) {
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedFused, imagescope.ComposedAlone} {
		synctest.Test(t, func(t *testing.T) {
			endless := func(c *imagescope.Config) {
				c.Composed = mode
				c.Embedder = together{composed: func(ctx context.Context, _ []imagescope.Composed) ([][]float32, error) { return nil, wait(ctx) }}
			}
			q := imagescope.Change(upload(t, "up"), "red cat")
			got, err := newPipeline(t, func(c *imagescope.Config) { endless(c); c.StageTimeout = time.Minute }).Search(t.Context(), q)
			if err != nil || len(got.Faults) != 1 || !strings.Contains(got.Faults[0].Reason, "Config.StageTimeout") {
				t.Errorf("%s: Search: faults %v, error %v", mode, got.Faults, err)
			}
			if d := cmp.Diff(ranked, got.IDs()); d != "" {
				t.Errorf("%s: Search: want is -, got is +\n%s", mode, d)
			}

			got, err = newPipeline(t, func(c *imagescope.Config) { endless(c); c.Budget.Time = time.Minute }).Search(t.Context(), q)
			if err != nil || len(got.Faults) > 0 || len(got.LeftOut) == 0 || got.LeftOut[0].Stage != imagescope.StageRetrieve || got.LeftOut[0].Why != imagescope.UncheckedBudget {
				t.Errorf("%s, budget: Search: faults %v, left out %v, error %v", mode, got.Faults, got.LeftOut, err)
			}
		})
	}
}

// TestComposedCancelled cancels while the embedder works.
func TestComposedCancelled(t *testing.T) {
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedFused, imagescope.ComposedAlone} {
		for _, quick := range []bool{false, true} {
			ctx, cancel := context.WithCancelCause(t.Context())
			p := newPipeline(t, func(c *imagescope.Config) {
				c.Composed = mode
				c.Embedder = together{composed: func(ctx context.Context, _ []imagescope.Composed) ([][]float32, error) {
					cancel(errEnough)
					return nil, wait(ctx)
				}}
				if quick {
					instantly(c)
				}
			})
			got, err := p.Search(ctx, imagescope.Change(upload(t, "up"), "blue"))
			if !errors.Is(err, context.Canceled) || !errors.Is(err, errEnough) {
				t.Errorf("%s, instant %v: Search cancelled = %v, %v", mode, quick, got.IDs(), err)
			}
		}
	}
}

// TestComposedRefines has the round of refining tell the newcomers' similarity
// to the composed vector.
func TestComposedRefines(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Embedder, c.Composed = together{}, imagescope.ComposedAlone
		c.Intent, c.Verify, c.RefineBelow, c.TopK, c.Rank = lookFor("night"), shows("night"), 1, 2, nil
	})
	q := imagescope.Change(upload(t, "up"), "blue not-red")
	q.Limit = 2
	got, err := p.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"e", "d"}, got.IDs()); d != "" || got.Refinement == nil || got.Refinement.Found != 2 {
		t.Errorf("Search: refinement %+v; want is -, got is +\n%s", got.Refinement, d)
	}
	if s := got.Candidates[0].Similarity; s != 0 { // nothing of e, the red car at night, is in blue dog
		t.Errorf("the newcomer's similarity is %v, want 0", s)
	}
	if e := got.Explain(0); !strings.Contains(e, "retrieve: not found, similarity 0.000\n") {
		t.Errorf("Explain of the newcomer:\n%s", e)
	}
}

// TestComposedLeavesTextAlone compares all stages of queries without a
// picture, in every mode, with those of an embedder that cannot compose.
func TestComposedLeavesTextAlone(t *testing.T) {
	queries := []imagescope.Query{
		imagescope.Text("red cat"), imagescope.Text("a gnu"), {Text: "blue", Carried: "a cat"},
		imagescope.Change(imagescope.Image{ID: "a"}, "blue"), imagescope.Change(imagescope.Image{Caption: "a dog"}, ""),
	}
	for _, mode := range []imagescope.ComposedSearch{"", imagescope.ComposedFused, imagescope.ComposedAlone, imagescope.ComposedOff} {
		for set := range 16 {
			results := func(e imagescope.Embedder, mode imagescope.ComposedSearch) (all []imagescope.Result) {
				p := newPipeline(t, func(c *imagescope.Config) {
					c.Embedder, c.Composed = e, mode
					if set&1 != 0 {
						c.Intent = nil
					}
					if set&2 != 0 {
						c.Verify, c.Rank = nil, nil
					}
					if set&4 != 0 {
						instantly(c)
					}
					if set&8 != 0 {
						c.Fusion = imagescope.ReciprocalRank
					}
				})
				for _, q := range queries {
					for r, err := range p.Stages(t.Context(), q) {
						if err != nil {
							t.Fatal(err)
						}
						r.Usage = nil
						all = append(all, r)
					}
				}
				return all
			}
			if d := cmp.Diff(results(embedder{}, ""), results(together{}, mode)); d != "" {
				t.Errorf("%q, set %04b: results: those of the plain embedder are -, got is +\n%s", mode, set, d)
			}
		}
	}
}

// TestComposedTogether asks many queries at once. Each is answered as alone.
func TestComposedTogether(t *testing.T) {
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedFused, imagescope.ComposedAlone} {
		p := newPipeline(t, func(c *imagescope.Config) { c.Embedder, c.Composed = together{}, mode })
		queries := []string{"blue not-red", "not-dog cat", "night", "", "gnu"}
		alone := make([]imagescope.Result, len(queries))
		ask := func(text string) (imagescope.Result, error) {
			r, err := p.Search(t.Context(), imagescope.Change(imagescope.Image{ID: "up", Caption: "a pet"}, text))
			r.Usage = nil
			return r, err
		}
		for i, text := range queries {
			var err error
			if alone[i], err = ask(text); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for n := range 40 {
			wg.Go(func() {
				i := n % len(queries)
				got, err := ask(queries[i])
				if d := cmp.Diff(alone[i], got); d != "" || err != nil {
					t.Errorf("%s, %q: Search: error %v; alone is -, among others is +\n%s", mode, queries[i], err, d)
				}
			})
		}
		wg.Wait()
	}
}

func TestComposedUnusable(t *testing.T) {
	for want, change := range map[string]func(*imagescope.Config){
		`Config.Composed is "both"`: func(c *imagescope.Config) { c.Embedder, c.Composed = together{}, "both" },
		"is no ComposedEmbedder":    func(c *imagescope.Config) { c.Composed = imagescope.ComposedAlone },
	} {
		cfg := fullConfig()
		change(&cfg)
		if _, err := imagescope.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New: error %v, want one with %q", err, want)
		}
	}
}

// TestComposedUsage has Estimate bound what a query costs in all modes.
func TestComposedUsage(t *testing.T) {
	for _, mode := range []imagescope.ComposedSearch{imagescope.ComposedOff, imagescope.ComposedFused, imagescope.ComposedAlone} {
		p := newPipeline(t, func(c *imagescope.Config) {
			withModel(scripted(nil))(c)
			c.Embedder, c.Composed = together{}, mode
		})
		q := imagescope.Change(upload(t, "up"), "red cat")
		e, err := p.Estimate(q)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for st, u := range got.Usage {
			if u.Calls > e.Stages[st].Calls {
				t.Errorf("%s: %s took %d calls, and Estimate says %d", mode, st, u.Calls, e.Stages[st].Calls)
			}
		}
		if got.Usage[imagescope.StageIntent].Calls != 1 || !slices.Contains(got.IDs(), "a") {
			t.Errorf("%s: usage %+v, order %v", mode, got.Usage, got.IDs())
		}
	}
}
