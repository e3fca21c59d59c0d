package imagescope_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// namedWords is an embedder with a name.
type namedWords struct {
	vocabulary
	name string
}

func (n namedWords) Name() string { return n.name }

// labelled is an index in memory that keeps a name. Before it is used it does
// not know the one that its server has.
type labelled struct {
	imagescope.VectorIndex
	name, server string
	err          error // of UseEmbedder
}

func newLabelled(name string) *labelled {
	return &labelled{VectorIndex: new(index.Flat), name: name}
}

func (l *labelled) Embedder() string { return l.name }

func (l *labelled) UseEmbedder(_ context.Context, name string) error {
	l.ask()
	switch {
	case l.err != nil:
		return l.err
	case l.name != "" && l.name != name:
		return imagescope.ErrModelMismatch
	}
	l.name = name
	return nil
}

func (l *labelled) Search(ctx context.Context, query []float32, k int, f imagescope.Filter) ([]imagescope.Match, error) {
	l.ask()
	return l.VectorIndex.Search(ctx, query, k, f)
}

func (l *labelled) ask() {
	if l.server != "" {
		l.name = l.server
	}
}

// TestModelMismatch joins embedders to indexes that keep the name of one.
func TestModelMismatch(t *testing.T) {
	clip := namedWords{words, "clip"}
	for _, tt := range []struct {
		name            string
		embedder        imagescope.Embedder
		index, captions *labelled
		atNew, atSearch string // the field that the error names; "" for none
		atAdd           string
		keeps, keepsToo string // names that the indexes have in the end
	}{
		{name: "the same", embedder: clip, index: newLabelled("clip"), keeps: "clip"},
		{name: "new", embedder: clip, index: newLabelled(""), captions: newLabelled(""), keeps: "clip", keepsToo: "clip"},
		{name: "another", embedder: clip, index: newLabelled("words"), atNew: "Config.Index", keeps: "words"},
		{name: "captions of another", embedder: clip, index: newLabelled("clip"), captions: newLabelled("words"), atNew: "Config.CaptionIndex", keeps: "clip", keepsToo: "words"},
		{name: "another at a server", embedder: clip, index: &labelled{VectorIndex: new(index.Flat), server: "words"}, atSearch: "Config.Index", atAdd: "Config.Index", keeps: "words"},
		{name: "an embedder without a name", embedder: words, index: newLabelled("words"), keeps: "words"},
		{name: "an embedder that does not know its name", embedder: namedWords{words, ""}, index: newLabelled("words"), keeps: "words"},
		{name: "neither has a name", embedder: words, index: newLabelled(""), keeps: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := imagescope.Config{Embedder: tt.embedder, Index: tt.index}
			if tt.captions != nil {
				cfg.CaptionIndex = tt.captions
			}
			p, err := imagescope.New(cfg)
			isMismatch(t, "New", err, tt.atNew)
			if err == nil {
				_, err = p.Search(t.Context(), imagescope.Text("red cat"))
				isMismatch(t, "Search", err, tt.atSearch)
				if tt.index.server == "" && tt.index.name != tt.keeps && tt.index.name != "" {
					t.Errorf("after Search the index has the name %q", tt.index.name)
				}
				isMismatch(t, "Add", p.Add(t.Context(), pets()...), tt.atAdd)
			}
			if tt.index.name != tt.keeps {
				t.Errorf("in the end the index has the name %q, want %q", tt.index.name, tt.keeps)
			}
			if tt.captions != nil && tt.captions.name != tt.keepsToo {
				t.Errorf("in the end the index of captions has the name %q, want %q", tt.captions.name, tt.keepsToo)
			}
		})
	}
}

func isMismatch(t *testing.T, call string, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("%s: error %v", call, err)
		}
		return
	}
	if !errors.Is(err, imagescope.ErrModelMismatch) || !strings.Contains(err.Error(), field) {
		t.Errorf("%s: error %v, want ErrModelMismatch of %s", call, err, field)
	}
}

// TestModelMismatchCostsNothing holds that a search in a wrong index asks no
// model.
func TestModelMismatchCostsNothing(t *testing.T) {
	ix := newLabelled("")
	p, err := imagescope.New(imagescope.Config{
		Embedder: namedWords{words, "clip"}, Index: ix,
		Intent: imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			t.Error("the interpreter was asked")
			return imagescope.Intent{}, errBroken
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	ix.name = "words" // somebody else was faster
	_, err = p.Search(t.Context(), imagescope.Text("red cat"))
	isMismatch(t, "Search", err, "Config.Index")
	if msg := err.Error(); !strings.Contains(msg, `"words"`) || !strings.Contains(msg, `"clip"`) {
		t.Errorf("the error %q does not have both names", msg)
	}
}

// TestUseEmbedderFails has an index that cannot keep a name.
func TestUseEmbedderFails(t *testing.T) {
	ix := newLabelled("")
	ix.err = errBroken
	p, err := imagescope.New(imagescope.Config{Embedder: namedWords{words, "clip"}, Index: ix})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), pets()...); !errors.Is(err, errBroken) {
		t.Errorf("Add: error %v, want %v", err, errBroken)
	}
	found, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if d := cmp.Diff(0, len(found.Candidates)); d != "" || err != nil {
		t.Errorf("Search after Add failed: %d candidates, error %v", len(found.Candidates), err)
	}
}
