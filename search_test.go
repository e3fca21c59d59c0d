package imagescope_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

func TestNewRefuses(t *testing.T) {
	share := func(x float64) *float64 { return &x }
	tests := []struct {
		field  string
		change func(*imagescope.Config)
	}{
		{"Embedder", func(c *imagescope.Config) { c.Embedder = nil }},
		{"Index", func(c *imagescope.Config) { c.Index = nil }},
		{"Tau", func(c *imagescope.Config) { c.Tau = share(1.5) }},
		{"Tau", func(c *imagescope.Config) { c.Tau = share(-0.1) }},
		{"Tau", func(c *imagescope.Config) { c.Tau = share(math.NaN()) }},
		{"Instant.TextWeight", func(c *imagescope.Config) { c.Instant = &imagescope.Instant{TextWeight: share(1.5)} }},
		{"Instant.TextWeight", func(c *imagescope.Config) { c.Instant = &imagescope.Instant{TextWeight: share(math.NaN())} }},
		{"Instant.Composer", func(c *imagescope.Config) { c.Instant = &imagescope.Instant{Composer: (*reader)(nil)} }},
		{"Fusion", func(c *imagescope.Config) { c.Fusion = 2 }},
		{"CaptionIndex", func(c *imagescope.Config) { c.CaptionIndex = c.Index }},
		{"CaptionIndex", func(c *imagescope.Config) { c.CaptionIndex = (*index.Flat)(nil) }},
		{"TopK", func(c *imagescope.Config) { c.TopK = -1 }},
		{"Concurrency", func(c *imagescope.Config) { c.Concurrency = -1 }},
		{"StageTimeout", func(c *imagescope.Config) { c.StageTimeout = -1 }},
		{"Limits", func(c *imagescope.Config) { c.Limits.MaxBytes = -1 }},
		{"Limits", func(c *imagescope.Config) { c.Limits.MaxPixels = -1 }},
		// Nothing inside of the interface: an error of a constructor overlooked.
		{"Embedder", func(c *imagescope.Config) { c.Embedder = (*vocabulary)(nil) }},
		{"Index", func(c *imagescope.Config) { c.Index = (*index.Flat)(nil) }},
		{"Captioner", func(c *imagescope.Config) { c.Captioner = imagescope.CaptionerFunc(nil) }},
		{"Intent", func(c *imagescope.Config) { c.Intent = imagescope.InterpreterFunc(nil) }},
		{"Verify", func(c *imagescope.Config) { c.Verify = (*verifier)(nil) }},
		{"Rank", func(c *imagescope.Config) { c.Rank = imagescope.RankerFunc(nil) }},
		{"Images", func(c *imagescope.Config) { c.Images = (*zip.Reader)(nil) }},
	}
	for _, tt := range tests {
		cfg := fullConfig()
		tt.change(&cfg)
		if p, err := imagescope.New(cfg); p != nil || err == nil || !strings.Contains(err.Error(), "Config."+tt.field) {
			t.Errorf("New with a bad %s: error %v", tt.field, err)
		}
	}
	for _, tau := range []float64{0, 1} {
		cfg := fullConfig()
		cfg.Tau = &tau
		if _, err := imagescope.New(cfg); err != nil {
			t.Errorf("New with Tau = %v: %v", tau, err)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	tests := []struct {
		name  string
		query imagescope.Query
		is    error
		says  string
	}{
		{name: "nothing", is: imagescope.ErrEmptyQuery},
		{name: "blank", query: imagescope.Text(" \n\t"), is: imagescope.ErrEmptyQuery},
		{name: "nothing but what is carried", query: imagescope.Query{Carried: "a cat"}, is: imagescope.ErrEmptyQuery},
		{name: "negative limit", query: imagescope.Query{Text: "cat", Limit: -1}, says: "Query.Limit is -1"},
		{name: "unknown reference", query: imagescope.Change(imagescope.Image{ID: "zebra"}, "in blue"), is: imagescope.ErrNotFound, says: "zebra"},
		{name: "reference without anything", query: imagescope.Change(imagescope.Image{}, "in blue"), says: "Query.Reference"},
		{
			name:  "condition without key",
			query: imagescope.Query{Text: "cat", Filter: imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("")}}},
			says:  "Query.Filter: condition 0 has no key",
		},
	}
	p := newPipeline(t, nil)
	for _, tt := range tests {
		got, err := p.Search(t.Context(), tt.query)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Search: error %v, want %v, saying %q", tt.name, err, tt.is, tt.says)
		}
		if d := cmp.Diff(imagescope.Result{}, got); d != "" {
			t.Errorf("%s: Search returned a result with its error:\n%s", tt.name, d)
		}
	}
}

func TestSearchLimit(t *testing.T) {
	tests := []struct {
		limit int
		want  []string
	}{
		{0, ranked}, // the default is 10
		{1, ranked[:1]},
		{4, ranked[:4]},
		{5, ranked},
		{6, ranked},
		{math.MaxInt, ranked},
	}
	p := newPipeline(t, nil)
	for _, tt := range tests {
		got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: tt.limit})
		if err != nil {
			t.Errorf("Search with Limit %d: %v", tt.limit, err)
		}
		if d := cmp.Diff(tt.want, got.IDs()); d != "" {
			t.Errorf("Search with Limit %d: want is -, got is +\n%s", tt.limit, d)
		}
	}
}

// TestSearchHuge asks for more than any memory holds.
func TestSearchHuge(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { c.TopK, c.Concurrency = math.MaxInt, math.MaxInt })
	q := imagescope.Text("red cat" + strings.Repeat(" and so on", 1<<20))
	q.Limit = math.MaxInt
	got, err := p.Search(t.Context(), q)
	if err != nil || len(got.Faults) > 0 {
		t.Fatalf("Search: faults %v, error %v", got.Faults, err)
	}
	if d := cmp.Diff(ranked, got.IDs()); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
	if err := p.Add(t.Context(), imagescope.Image{ID: "f", Caption: "red cat"}); err != nil {
		t.Errorf("Add: %v", err)
	}
}

func TestSearchDefaultLimit(t *testing.T) {
	p := newPipeline(t, nil)
	for i := range 30 {
		if err := p.Add(t.Context(), imagescope.Image{ID: fmt.Sprint("more-", i), Caption: "red cat"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Candidates); n != imagescope.DefaultLimit {
		t.Errorf("Search without a Limit returned %d candidates, want %d", n, imagescope.DefaultLimit)
	}
}

// TestSearchTopK checks that the stages see TopK candidates where the query
// wants fewer, and all that it wants where it wants more.
func TestSearchTopK(t *testing.T) {
	tests := []struct{ topK, limit, seen, told int }{
		{0, 1, 5, imagescope.DefaultTopK},
		{2, 1, 2, 2},
		{2, 4, 4, 2},
	}
	for _, tt := range tests {
		var seen, told int
		p := newPipeline(t, func(c *imagescope.Config) {
			c.TopK = tt.topK
			c.Verify = verifier{verify: func(_ context.Context, _ []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
				seen, told = len(cs), limit
				return cs, nil
			}}
		})
		if _, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: tt.limit}); err != nil {
			t.Fatal(err)
		}
		if seen != tt.seen || told != tt.told {
			t.Errorf("TopK %d, Limit %d: Verify was given %d candidates and limit %d, want %d and %d",
				tt.topK, tt.limit, seen, told, tt.seen, tt.told)
		}
	}
}

func TestSearchEmptyIndex(t *testing.T) {
	p, err := imagescope.New(fullConfig())
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil || len(got.Candidates) != 0 || len(got.Faults) != 0 {
		t.Errorf("Search of an empty index = %v with faults %v, %v", got.IDs(), got.Faults, err)
	}
	if got.Stage != imagescope.StageRank {
		t.Errorf("Search of an empty index ended with stage %q", got.Stage)
	}
}

// TestNilStages leaves stages out in every combination.
func TestNilStages(t *testing.T) {
	for set := range 8 {
		var want []string
		p := newPipeline(t, func(c *imagescope.Config) {
			want = append(want, "retrieve: a b c e d")
			if set&1 == 0 {
				c.Intent = nil
			}
			if set&2 == 0 {
				c.Verify = nil
			} else {
				want = append(want, "verify: b d a c e")
			}
			switch {
			case set&4 == 0:
				c.Rank = nil
			case set&2 == 0:
				want = append(want, "rank: c a b e d")
			default:
				want = append(want, "rank: d b a c e")
			}
		})
		var got []string
		for r, err := range p.Stages(t.Context(), imagescope.Text("red cat")) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s: %s", r.Stage, strings.Join(r.IDs(), " ")))
			if len(r.Faults) > 0 {
				t.Errorf("set %03b: faults %v", set, r.Faults)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("set %03b: Stages: want is -, got is +\n%s", set, d)
		}
	}
}

func TestPlaces(t *testing.T) {
	got, err := newPipeline(t, nil).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]imagescope.Places{}
	for _, c := range got.Candidates {
		places[c.Image.ID] = c.Places
	}
	want := map[string]imagescope.Places{
		"a": {Retrieve: 1, Verify: 3, Rank: 3},
		"b": {Retrieve: 2, Verify: 1, Rank: 2},
		"c": {Retrieve: 3, Verify: 4, Rank: 4},
		"d": {Retrieve: 5, Verify: 2, Rank: 1},
		"e": {Retrieve: 4, Verify: 5, Rank: 5},
	}
	if d := cmp.Diff(want, places); d != "" {
		t.Errorf("Places: want is -, got is +\n%s", d)
	}
}

// TestSimilarity computes the score of the paper by hand: image and caption
// agree here, so that τ does not show, and the query is a mean of unit vectors.
func TestSimilarity(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent = imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{Descriptions: []string{"red cat", "cat", "nothing known"}}, nil
		})
	})
	got, err := p.Search(t.Context(), imagescope.Query{Text: "?", Filter: imagescope.Filter{Only: []string{"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := (1 + math.Sqrt(0.5) + 0) / 3
	if s := float64(got.Candidates[0].Similarity); math.Abs(s-want) > 1e-6 {
		t.Errorf("similarity is %v, want %v", s, want)
	}
}

// TestTau gives images vectors that differ from their captions'.
func TestTau(t *testing.T) {
	for _, tau := range []float64{0, 0.15, 1} {
		cfg := fullConfig()
		cfg.Tau, cfg.Intent, cfg.Verify, cfg.Rank = &tau, nil, nil, nil
		cfg.Embedder = embedder{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
			texts := make([]string, len(images))
			for i := range texts {
				texts[i] = "dog"
			}
			return words.EmbedTexts(ctx, texts)
		}}
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), imagescope.Image{ID: "x", Caption: "cat"}, imagescope.Image{ID: "y", Caption: " "}); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]map[string]float64{
			"dog": {"x": 1 - tau, "y": 1}, // y has no caption: its image counts in full
			"cat": {"x": tau, "y": 0},
		} {
			got, err := p.Search(t.Context(), imagescope.Text(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range got.Candidates {
				if math.Abs(float64(c.Similarity)-want[c.Image.ID]) > 1e-6 {
					t.Errorf("τ = %v: similarity of %s to %q is %v, want %v", tau, c.Image.ID, text, c.Similarity, want[c.Image.ID])
				}
			}
		}
	}
}

// TestRetrievalFails has the parts fail without which there is no answer.
func TestRetrievalFails(t *testing.T) {
	nan := float32(math.NaN())
	rows := func(rows ...[]float32) func(*imagescope.Config) {
		return func(c *imagescope.Config) {
			c.Intent = imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
				return imagescope.Intent{Descriptions: []string{"cat", "dog"}}, nil
			})
			c.Embedder = embedder{texts: func(context.Context, []string) ([][]float32, error) { return rows, nil }}
		}
	}
	matches := func(ms ...imagescope.Match) func(*imagescope.Config) {
		return func(c *imagescope.Config) {
			c.Index = brokenIndex{search: func(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) {
				return ms, nil
			}}
		}
	}
	six := make([]float32, len(words))
	tests := []struct {
		name   string
		change func(*imagescope.Config)
		is     error
		says   string
	}{
		{"index fails", func(c *imagescope.Config) {
			c.Index = brokenIndex{search: func(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) {
				return nil, errBroken
			}}
		}, errBroken, "retrieve"},
		{"embedder fails", func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(context.Context, []string) ([][]float32, error) { return nil, errBroken }}
		}, errBroken, "embed 1 descriptions"},
		{"no rows", rows(), nil, "0 rows for 2 inputs"},
		{"too few rows", rows(six), nil, "1 rows for 2 inputs"},
		{"too many rows", rows(six, six, six), nil, "3 rows for 2 inputs"},
		{"an empty row", rows(six, nil), nil, "empty row for input 1"},
		{"ragged rows", rows(six, six[:3]), imagescope.ErrDimension, "row 1"},
		{"another dimension", rows(six[:3], six[:3]), imagescope.ErrDimension, "retrieve"},
		{"NaN", rows(six, []float32{nan, 0, 0, 0, 0, 0}), imagescope.ErrNotFinite, "row 1"},
		{"infinity", rows([]float32{float32(math.Inf(-1)), 0, 0, 0, 0, 0}, six), imagescope.ErrNotFinite, "row 0"},
		{"index returns NaN", matches(imagescope.Match{ID: "a", Score: nan}), imagescope.ErrNotFinite, `"a"`},
		{"index returns an image twice", matches(imagescope.Match{ID: "a"}, imagescope.Match{ID: "a"}), nil, `"a" twice`},
	}
	for _, tt := range tests {
		p := newPipeline(t, tt.change)
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Search = %v, %v; want %v, saying %q", tt.name, got.IDs(), err, tt.is, tt.says)
		}
	}
}

// TestZeroQueryVector searches for what the embedder knows nothing about.
func TestZeroQueryVector(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil })
	got, err := p.Search(t.Context(), imagescope.Text("xyzzy"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a", "b", "c", "d", "e"}, got.IDs()); d != "" {
		t.Errorf("Search for an unknown word: want is -, got is +\n%s", d)
	}
}

func TestSearchFilters(t *testing.T) {
	q := imagescope.Text("red cat")
	q.Filter = imagescope.Filter{
		Only:   []string{"a", "b", "c", "d", "nobody"},
		Except: []string{"b"},
		Where:  []imagescope.Condition{imagescope.Is("kind", "pet"), imagescope.Not(imagescope.Between("year", "2020", ""))},
	}
	got, err := newPipeline(t, func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil }).Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a", "d"}, got.IDs()); d != "" {
		t.Errorf("Search with a filter: want is -, got is +\n%s", d)
	}
	q.Filter.Only = []string{}
	if got, err = newPipeline(t, nil).Search(t.Context(), q); err != nil || len(got.Candidates) != 0 {
		t.Errorf("Search with nothing allowed = %v, %v", got.IDs(), err)
	}
}

// TestEarlierResultsStand compares what Stages has yielded with what it looked
// like when it did.
func TestEarlierResultsStand(t *testing.T) {
	none := proposeWith(func(context.Context) (propositions, error) { return nil, nil })
	for name, change := range map[string]func(*imagescope.Config){"all": nil, "nothing to verify": none} {
		var results []imagescope.Result
		var then []string
		for r, err := range newPipeline(t, change).Stages(t.Context(), imagescope.Text("red cat")) {
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, r)
			then = append(then, asJSON(t, r))
		}
		if len(results) != 3 {
			t.Fatalf("%s: Stages yielded %d results", name, len(results))
		}
		for i, r := range results {
			if d := cmp.Diff(then[i], asJSON(t, r)); d != "" {
				t.Errorf("%s: the result of stage %s changed: then is -, now is +\n%s", name, r.Stage, d)
			}
		}
	}
}

// TestEmbedderOverwrites has an embedder that, as langchaingo's do, works on
// its texts in place.
func TestEmbedderOverwrites(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Embedder = embedder{texts: func(ctx context.Context, texts []string) ([][]float32, error) {
			rows, err := words.EmbedTexts(ctx, texts)
			clear(texts)
			return rows, err
		}}
	})
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"red cat"}, got.Intent.Descriptions); d != "" {
		t.Errorf("descriptions: want is -, got is +\n%s", d)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestStagesAgain ranges over one sequence twice.
func TestStagesAgain(t *testing.T) {
	stages := newPipeline(t, nil).Stages(t.Context(), imagescope.Text("red cat"))
	for range 2 {
		var last []string
		for r, err := range stages {
			if err != nil {
				t.Fatal(err)
			}
			last = r.IDs()
		}
		if !slices.Equal(last, ranked) {
			t.Errorf("Stages ended with %v, want %v", last, ranked)
		}
	}
}
