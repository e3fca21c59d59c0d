package imagescope_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// describe makes every query mean these descriptions.
func describe(descriptions ...string) func(*imagescope.Config) {
	return intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
		return imagescope.Intent{Descriptions: descriptions}, nil
	})
}

// TestFusesDescriptions holds orders worked out by hand.
func TestFusesDescriptions(t *testing.T) {
	tests := []struct {
		name         string
		descriptions []string
		want         []string
		fused        []float64
	}{
		{
			name: "two lists", descriptions: []string{"red", "cat"},
			// red: a c 1st, e 3rd, b d 4th. cat: a b 1st, the rest 3rd.
			want:  []string{"a", "c", "b", "e", "d"},
			fused: []float64{2. / 61, 1./61 + 1./63, 1./61 + 1./64, 2. / 63, 1./63 + 1./64},
		},
		{
			name: "what says nothing has no list", descriptions: []string{"red", "zebra", "cat"},
			want:  []string{"a", "c", "b", "e", "d"},
			fused: []float64{2. / 61, 1./61 + 1./63, 1./61 + 1./64, 2. / 63, 1./63 + 1./64},
		},
		{name: "one list", descriptions: []string{"red cat"}, want: retrieved, fused: make([]float64, 5)},
		{name: "none says anything", descriptions: []string{"zebra", "gnu"}, want: []string{"a", "b", "c", "d", "e"}, fused: make([]float64, 5)},
	}
	for _, tt := range tests {
		search := func(f imagescope.Fusion) imagescope.Result {
			p := newPipeline(t, func(c *imagescope.Config) {
				c.Fusion, c.Verify, c.Rank = f, nil, nil
				describe(tt.descriptions...)(c)
			})
			r, err := p.Search(t.Context(), imagescope.Text("x"))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		got := search(imagescope.ReciprocalRank)
		var fused []float64
		for _, c := range got.Candidates {
			fused = append(fused, c.Fused)
		}
		if d := gocmp.Diff(tt.want, got.IDs()) + gocmp.Diff(tt.fused, fused, cmpopts.EquateApprox(0, 1e-15)); d != "" {
			t.Errorf("%s: Search: want is -, got is +\n%s", tt.name, d)
		}
		if d := gocmp.Diff(similarities(search(imagescope.MeanVector)), similarities(got)); d != "" {
			t.Errorf("%s: similarities: want those of the mean -, got is +\n%s", tt.name, d)
		}
	}
}

func similarities(r imagescope.Result) map[string]float32 {
	of := map[string]float32{}
	for _, c := range r.Candidates {
		of[c.Image.ID] = c.Similarity
	}
	return of
}

// spaces is an embedder of random vectors, by text.
type spaces map[string][]float32

func (s spaces) row(of string) []float32 {
	if s[of] == nil {
		r := rand.New(rand.NewPCG(uint64(len(s)), 7))
		s[of] = []float32{float32(r.IntN(5)) - 2, float32(r.IntN(5)) - 2, float32(r.IntN(5)) - 2}
	}
	return s[of]
}

func (s spaces) EmbedTexts(_ context.Context, texts []string) (rows [][]float32, _ error) {
	for _, t := range texts {
		rows = append(rows, s.row(t))
	}
	return rows, nil
}

func (s spaces) EmbedImages(_ context.Context, images []imagescope.Image) (rows [][]float32, _ error) {
	for _, m := range images {
		rows = append(rows, s.row("image "+m.ID))
	}
	return rows, nil
}

// TestFusionAgainstPlain compares fused orders with those that a plain reading
// of the formula makes, for random vectors of few values, so that many tie,
// with and without captions apart, a filter and a reference.
func TestFusionAgainstPlain(t *testing.T) {
	for seed := range 60 {
		emb := spaces{}
		apart := seed%2 == 0
		cfg := imagescope.Config{Embedder: emb, Index: new(index.Flat), Fusion: imagescope.Fusion(seed / 2 % 2), Concurrency: 1}
		if apart {
			cfg.CaptionIndex = new(index.Flat)
		}
		describe("one", "two", "three")(&cfg)
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var images []imagescope.Image
		for i := range 30 {
			m := imagescope.Image{ID: fmt.Sprint(i), Meta: map[string]string{"odd": fmt.Sprint(i%2 == 1)}}
			if i%5 != 0 {
				m.Caption = fmt.Sprintf("seed %d caption %d", seed, i)
			}
			images = append(images, m)
		}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		q := imagescope.Change(imagescope.Image{ID: "3"}, "x")
		q.Filter.Where = []imagescope.Condition{imagescope.Is("odd", "true")}
		q.Limit = 8
		got, err := p.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var again imagescope.Result
		if again, err = p.Search(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(got.Candidates, again.Candidates); d != "" {
			t.Errorf("seed %d: the second search is another: -, +\n%s", seed, d)
		}
		if d := gocmp.Diff(plainFusion(t, cfg, q), got.IDs()); d != "" {
			t.Errorf("seed %d: want is -, got is +\n%s", seed, d)
		}
	}
}

// plainFusion fuses by full lists of the indexes.
func plainFusion(t *testing.T, cfg imagescope.Config, q imagescope.Query) []string {
	t.Helper()
	var queries [][]float32
	sum := make([]float64, 3)
	for _, d := range []string{"one", "two", "three"} {
		v := cfg.Embedder.(spaces)[d]
		if length := math.Sqrt(float64(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])); length > 0 {
			queries = append(queries, v)
			for i, x := range v {
				sum[i] += float64(x) / length / 3
			}
		}
	}
	mean := []float32{float32(sum[0]), float32(sum[1]), float32(sum[2])}
	if cfg.Fusion == imagescope.MeanVector {
		queries = [][]float32{mean}
	}
	filter := imagescope.Filter{Where: q.Filter.Where, Except: []string{q.Reference.ID}}
	list := func(space imagescope.VectorIndex, v []float32) []imagescope.Match {
		all, err := space.Search(t.Context(), v, 100, filter)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	fused, similar := map[string]float64{}, map[string]float32{}
	for i, space := range []imagescope.VectorIndex{cfg.Index, cfg.CaptionIndex} {
		if space == nil {
			continue
		}
		for _, v := range queries {
			all := list(space, v)
			for _, m := range all {
				place := 1 + slices.IndexFunc(all, func(o imagescope.Match) bool { return o.Score == m.Score })
				fused[m.ID] += 1 / float64(60+place)
			}
		}
		for _, m := range list(space, mean) {
			if i == 0 {
				similar[m.ID] = m.Score
			} else {
				tau := imagescope.DefaultTau
				similar[m.ID] = float32((1-tau)*float64(similar[m.ID]) + tau*float64(m.Score))
			}
		}
	}
	ids := slices.Collect(maps.Keys(fused))
	slices.SortFunc(ids, func(a, b string) int {
		if d := fused[a] - fused[b]; math.Abs(d) > 1e-12 && (cfg.Fusion == imagescope.ReciprocalRank || cfg.CaptionIndex != nil) {
			return cmp.Compare(0, d)
		}
		return cmp.Or(cmp.Compare(similar[b], similar[a]), cmp.Compare(a, b))
	})
	return ids[:8]
}

// waiting is an index whose searches wait until so many have begun.
type waiting struct {
	imagescope.VectorIndex
	begun *sync.WaitGroup
}

func (w waiting) Search(ctx context.Context, v []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if f.Only == nil {
		w.begun.Done()
		w.begun.Wait()
	}
	return w.VectorIndex.Search(ctx, v, k, f)
}

// TestFusionSearchesAtOnce has no search of either space end before all have
// begun.
func TestFusionSearchesAtOnce(t *testing.T) {
	var begun sync.WaitGroup
	begun.Add(4)
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Fusion, c.CaptionIndex = imagescope.ReciprocalRank, waiting{new(index.Flat), &begun}
		c.Index = waiting{c.Index, &begun}
		describe("red", "cat")(c)
	})
	if _, err := p.Search(t.Context(), imagescope.Text("x")); err != nil {
		t.Fatal(err)
	}
}

// TestCaptionIndexInStep follows an image through both indexes.
func TestCaptionIndexInStep(t *testing.T) {
	var cfg imagescope.Config
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Index, c.CaptionIndex = new(index.Flat), new(index.Flat)
		c.Intent, c.Verify, c.Rank = nil, nil, nil
		cfg = *c
	})
	found := func() []string {
		r, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil {
			t.Fatal(err)
		}
		return r.IDs()
	}
	captioned := func(id string) bool {
		_, err := cfg.CaptionIndex.Get(t.Context(), id)
		if err != nil && !errors.Is(err, imagescope.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if err := p.Add(t.Context(), pets()...); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(retrieved, found()); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
	entry, err := cfg.Index.Get(t.Context(), "e")
	if err != nil {
		t.Fatal(err)
	}
	apart, err := cfg.CaptionIndex.Get(t.Context(), "e")
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(entry, apart); d != "" { // the vocabulary embeds an image by its caption
		t.Errorf("entry of the caption: that of the image is -, got is +\n%s", d)
	}

	if err := p.Add(t.Context(), imagescope.Image{ID: "a"}); err != nil {
		t.Fatal(err)
	}
	if captioned("a") || !captioned("b") {
		t.Error("an image added again without a caption keeps the old one, or another loses its own")
	}
	if err := cfg.Index.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff([]string{"c", "e", "d", "a"}, found()); d != "" {
		t.Errorf("deleted from Index alone: Search: want is -, got is +\n%s", d)
	}
	if err := p.Remove(t.Context(), "b", "c", "zebra"); err != nil {
		t.Fatal(err)
	}
	if captioned("b") || captioned("c") || slices.Contains(found(), "c") {
		t.Error("Remove leaves a caption or an image")
	}
}

// TestCaptionIndexFails names what failed, in Add, Remove and Search.
func TestCaptionIndexFails(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.CaptionIndex = brokenIndex{VectorIndex: undeletable{new(index.Flat)},
			search: func(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) { panic("search") },
			upsert: func(context.Context, ...imagescope.Entry) error { return errBroken },
		}
	})
	if err := p.Add(t.Context(), pets()...); !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "captions of 5 images") {
		t.Errorf("Add: error %v", err)
	}
	if err := p.Add(t.Context(), imagescope.Image{ID: "a"}); !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "delete the captions of 1 images from a") {
		t.Errorf("Add without a caption: error %v", err)
	}
	if err := p.Remove(t.Context(), "a"); !errors.Is(err, errBroken) {
		t.Errorf("Remove: error %v", err)
	}
	var panicked *imagescope.PanicError
	if _, err := p.Search(t.Context(), imagescope.Text("red cat")); !errors.As(err, &panicked) {
		t.Errorf("Search: error %v", err)
	}
}

// undeletable is an index that deletes nothing.
type undeletable struct{ imagescope.VectorIndex }

func (undeletable) Delete(context.Context, ...string) error { return errBroken }
