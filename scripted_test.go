package imagescope_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// The parts that the tests of a Pipeline join: an embedder and stages that
// work by plain rules, and functions that take the place of one of them.

// vocabulary embeds a text by which of its words it holds, and an image by its
// caption.
type vocabulary []string

func (v vocabulary) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		rows[i] = make([]float32, len(v))
		for k, word := range v {
			if strings.Contains(text, word) {
				rows[i][k] = 1
			}
		}
	}
	return rows, nil
}

func (v vocabulary) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	captions := make([]string, len(images))
	for i, img := range images {
		captions[i] = img.Caption
	}
	return v.EmbedTexts(ctx, captions)
}

// embedder is an Embedder of functions; one that is nil is the vocabulary's.
type embedder struct {
	texts  func(ctx context.Context, texts []string) ([][]float32, error)
	images func(ctx context.Context, images []imagescope.Image) ([][]float32, error)
}

func (e embedder) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	if e.texts == nil {
		return words.EmbedTexts(ctx, texts)
	}
	return e.texts(ctx, texts)
}

func (e embedder) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	if e.images == nil {
		return words.EmbedImages(ctx, images)
	}
	return e.images(ctx, images)
}

// brokenIndex is an index of which some methods are replaced.
type brokenIndex struct {
	imagescope.VectorIndex
	search func(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error)
	get    func(ctx context.Context, id string) (imagescope.Entry, error)
	upsert func(ctx context.Context, entries ...imagescope.Entry) error
}

func (b brokenIndex) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	if b.search == nil {
		return b.VectorIndex.Search(ctx, query, k, f)
	}
	return b.search(ctx, query, k, f)
}

func (b brokenIndex) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	if b.get == nil {
		return b.VectorIndex.Get(ctx, id)
	}
	return b.get(ctx, id)
}

func (b brokenIndex) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if b.upsert == nil {
		return b.VectorIndex.Upsert(ctx, entries...)
	}
	return b.upsert(ctx, entries...)
}

// verifier is a Verifier of functions; those that are nil ask whether a
// candidate is blue and go by its caption.
type verifier struct {
	propose func(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error)
	verify  func(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error)
}

func (v verifier) Propose(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error) {
	if v.propose == nil {
		return []imagescope.Proposition{{Statement: "It is blue.", Question: "Is it blue?", Want: true}}, nil
	}
	return v.propose(ctx, q, in)
}

func (v verifier) Verify(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
	if v.verify != nil {
		return v.verify(ctx, props, cs, limit)
	}
	for i := range cs[:min(limit, len(cs))] {
		blue := strings.Contains(cs[i].Image.Caption, "blue")
		cs[i].Answers, cs[i].Satisfied = []imagescope.Answer{{Yes: blue}}, 0
		if blue {
			cs[i].Satisfied = 1
		}
	}
	slices.SortStableFunc(cs[:min(limit, len(cs))], func(a, b imagescope.Candidate) int { return b.Satisfied - a.Satisfied })
	return cs, nil
}

// dogFirst is a Ranker that accepts the first dog.
func dogFirst(_ context.Context, _ imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
	for i := range cs {
		c := cs[i]
		accepted := strings.Contains(c.Image.Caption, "dog")
		c.Verdict = &imagescope.Verdict{Accepted: accepted}
		cs[i] = c
		if accepted {
			return slices.Insert(slices.Delete(cs, i, i+1), 0, c), nil
		}
	}
	return cs, nil
}

// literally is an Interpreter that takes the text as the only description.
func literally(_ context.Context, q imagescope.Query) (imagescope.Intent, error) {
	return imagescope.Intent{
		Edits:        []imagescope.Edit{{Kind: imagescope.Addition, Text: q.Text}},
		Descriptions: []string{q.Text},
	}, nil
}

var words = vocabulary{"cat", "dog", "car", "red", "blue", "night"}

// pets is the gallery of the tests. Searched for "red cat" its order is
// a, b, c, e, d; with the blue ones first b, d, a, c, e; a dog first then d.
func pets() []imagescope.Image {
	return []imagescope.Image{
		{ID: "a", Caption: "red cat", Meta: map[string]string{"kind": "pet", "year": "2019"}},
		{ID: "b", Caption: "blue cat", Meta: map[string]string{"kind": "pet", "year": "2021"}},
		{ID: "c", Caption: "red dog", Meta: map[string]string{"kind": "pet", "year": "2023"}},
		{ID: "d", Caption: "blue dog", Meta: map[string]string{"kind": "pet"}},
		{ID: "e", Caption: "red car at night", Meta: map[string]string{"kind": "thing"}},
	}
}

// Orders of pets for the query "red cat" after each stage.
var (
	retrieved = []string{"a", "b", "c", "e", "d"}
	verified  = []string{"b", "d", "a", "c", "e"}
	ranked    = []string{"d", "b", "a", "c", "e"}
)

// fullConfig is a Config with all stages and an empty index.
func fullConfig() imagescope.Config {
	return imagescope.Config{
		Embedder: words,
		Index:    new(index.Flat),
		Intent:   imagescope.InterpreterFunc(literally),
		Verify:   verifier{},
		Rank:     imagescope.RankerFunc(dogFirst),
	}
}

// newPipeline returns the pipeline of cfg with pets in its index. They are
// added before change is applied to the configuration, with working parts.
func newPipeline(t testing.TB, change func(*imagescope.Config)) *imagescope.Pipeline {
	t.Helper()
	cfg := fullConfig()
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), pets()...); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return p
	}
	change(&cfg)
	if p, err = imagescope.New(cfg); err != nil {
		t.Fatal(err)
	}
	return p
}

var errBroken = errors.New("it is broken")

// wait returns when the context is done, with its error.
func wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
