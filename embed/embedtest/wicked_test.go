package embedtest_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/embedtest"
)

// letters embeds a text by how often it has each letter. It is as good as an
// embedder must be; the wicked ones change what it does.
type letters struct {
	before func(ctx context.Context, texts []string) error
	after  func(texts []string, rows [][]float32) ([][]float32, error)
	// images, if set, takes the place of EmbedImages.
	images func(ctx context.Context, images []imagescope.Image) ([][]float32, error)
}

func (e *letters) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	if e.before != nil {
		if err := e.before(ctx, texts); err != nil {
			return nil, err
		}
	} else if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		rows[i] = make([]float32, 27)
		for _, c := range []byte(strings.ToLower(text)) {
			if c >= 'a' && c <= 'z' {
				rows[i][c-'a']++
			}
		}
	}
	if e.after != nil {
		return e.after(texts, rows)
	}
	return rows, nil
}

func (e *letters) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	if e.images != nil {
		return e.images(ctx, images)
	}
	captions := make([]string, len(images))
	for i, img := range images {
		captions[i] = img.Caption
	}
	return e.EmbedTexts(ctx, captions)
}

// querying has an embedder of its own for queries.
type querying struct {
	letters
	queries *letters
}

func (e *querying) EmbedQueries(ctx context.Context, texts []string) ([][]float32, error) {
	return e.queries.EmbedTexts(ctx, texts)
}

// composing embeds an image's caption and a text together.
type composing struct {
	letters
	pairs  *letters
	before func(inputs []imagescope.Composed) error
}

func (e *composing) EmbedComposed(ctx context.Context, inputs []imagescope.Composed) ([][]float32, error) {
	if e.before != nil {
		if err := e.before(inputs); err != nil {
			return nil, err
		}
	}
	texts := make([]string, len(inputs))
	for i, in := range inputs {
		texts[i] = in.Image.Caption + " " + in.Text
	}
	return e.pairs.EmbedTexts(ctx, texts)
}

// shorter returns rows of another length.
func shorter(_ []string, rows [][]float32) ([][]float32, error) {
	for i := range rows {
		rows[i] = rows[i][:20]
	}
	return rows, nil
}

// ragged returns a last row that is longer than the others.
func ragged(_ []string, rows [][]float32) ([][]float32, error) {
	if len(rows) > 1 {
		rows[len(rows)-1] = append(rows[len(rows)-1], 1)
	}
	return rows, nil
}

// named has a name.
type named struct {
	letters
	name func() string
}

func (e *named) Name() string { return e.name() }

func withName(name string) func() imagescope.Embedder {
	return func() imagescope.Embedder { return &named{name: func() string { return name }} }
}

func TestRunAcceptsGood(t *testing.T) {
	t.Run("name", func(t *testing.T) { embedtest.Run(t, withName("letters 27")()) })
	t.Run("empty name", func(t *testing.T) { embedtest.Run(t, withName("")()) })
	embedtest.Run(t, new(letters))
	t.Run("queries", func(t *testing.T) { embedtest.Run(t, &querying{queries: new(letters)}) })
	t.Run("composed", func(t *testing.T) { embedtest.Run(t, &composing{pairs: new(letters)}) })
	t.Run("not composed", func(t *testing.T) {
		embedtest.Run(t, &composing{before: func([]imagescope.Composed) error { return fmt.Errorf("this model: %w", errors.ErrUnsupported) }})
	})
}

// TestCasesCatchWicked has embedders with one fault each, which the case named
// must find, and one at least for every case.
func TestCasesCatchWicked(t *testing.T) {
	type after = func(texts []string, rows [][]float32) ([][]float32, error)
	alter := func(f after) func() imagescope.Embedder {
		return func() imagescope.Embedder { return &letters{after: f} }
	}
	tests := []struct {
		name   string
		wicked func() imagescope.Embedder
		caught string // by the case of this name
	}{
		{"a row too few", alter(func(_ []string, rows [][]float32) ([][]float32, error) { return rows[:max(len(rows)-1, 0)], nil }), "Rows"},
		{"a row too many", alter(func(_ []string, rows [][]float32) ([][]float32, error) {
			return append(rows, make([]float32, 27)), nil
		}), "EmptyBatch"},
		{"ragged rows", alter(func(_ []string, rows [][]float32) ([][]float32, error) {
			if len(rows) > 1 {
				rows[1] = rows[1][:26]
			}
			return rows, nil
		}), "Rows"},
		{"empty rows", alter(func(_ []string, rows [][]float32) ([][]float32, error) {
			for i := range rows {
				rows[i] = nil
			}
			return rows, nil
		}), "Rows"},
		{"not a number for nothing", alter(func(texts []string, rows [][]float32) ([][]float32, error) {
			for i, text := range texts {
				if strings.TrimSpace(text) == "" {
					rows[i][0] = float32(math.NaN())
				}
			}
			return rows, nil
		}), "EmptyText"},
		{"infinite for much", alter(func(texts []string, rows [][]float32) ([][]float32, error) {
			for i, text := range texts {
				if len(text) > 1<<16 {
					rows[i][0] = float32(math.Inf(1))
				}
			}
			return rows, nil
		}), "Texts"},
		{"refuses what is not UTF-8", alter(func(texts []string, rows [][]float32) ([][]float32, error) {
			for _, text := range texts {
				if strings.ToValidUTF8(text, "") != text {
					return nil, errors.New("not UTF-8")
				}
			}
			return rows, nil
		}), "Texts"},
		{"refuses nothing", alter(func(texts []string, rows [][]float32) ([][]float32, error) {
			if len(texts) == 0 {
				return nil, errors.New("no input")
			}
			return rows, nil
		}), "EmptyBatch"},
		{"rows in another order", alter(func(_ []string, rows [][]float32) ([][]float32, error) {
			if n := len(rows); n > 1 {
				rows[0], rows[n-1] = rows[n-1], rows[0]
			}
			return rows, nil
		}), "Order"},
		{"rows that depend on their neighbours", alter(func(_ []string, rows [][]float32) ([][]float32, error) {
			for i := range rows {
				rows[i][26] = float32(100 * len(rows))
			}
			return rows, nil
		}), "Order"},
		{"another space for images", func() imagescope.Embedder {
			return &letters{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				rows, err := new(letters).EmbedImages(ctx, images)
				for i := range rows {
					rows[i] = rows[i][:20]
				}
				return rows, err
			}}
		}, "OneSpace"},
		{"another space for queries", func() imagescope.Embedder { return &querying{queries: &letters{after: shorter}} }, "OneSpace"},
		{"ragged rows for queries", func() imagescope.Embedder { return &querying{queries: &letters{after: ragged}} }, "Rows"},
		{"changes texts", func() imagescope.Embedder {
			return &letters{before: func(ctx context.Context, texts []string) error {
				for i := range texts {
					texts[i] = strings.ReplaceAll(texts[i], "\n", " ")
				}
				return ctx.Err()
			}}
		}, "Arguments"},
		{"changes images", func() imagescope.Embedder {
			return &letters{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				for _, img := range images {
					img.Meta["embedded"] = "yes"
				}
				return new(letters).EmbedImages(ctx, images)
			}}
		}, "Arguments"},
		{"keeps the slice it was given", keeper, "Retained"},
		{"writes into the rows of the call before", reuser, "Retained"},
		{"pairs in another space", func() imagescope.Embedder { return &composing{pairs: &letters{after: shorter}} }, "OneSpace"},
		{"ragged pairs", func() imagescope.Embedder { return &composing{pairs: &letters{after: ragged}} }, "Rows"},
		{"pairs that do not heed the context", func() imagescope.Embedder {
			return &composing{pairs: &letters{before: func(context.Context, []string) error { return nil }}}
		}, "DoneContext"},
		{"changes pairs", func() imagescope.Embedder {
			return &composing{pairs: new(letters), before: func(inputs []imagescope.Composed) error {
				for i := range inputs {
					inputs[i].Text = strings.TrimSpace(inputs[i].Text)
				}
				return nil
			}}
		}, "Arguments"},
		{"changes the images of pairs", func() imagescope.Embedder {
			return &composing{pairs: new(letters), before: func(inputs []imagescope.Composed) error {
				for _, in := range inputs {
					in.Image.Meta["embedded"] = "yes"
				}
				return nil
			}}
		}, "Arguments"},
		{"refuses a picture without a text", func() imagescope.Embedder {
			return &composing{pairs: new(letters), before: func(inputs []imagescope.Composed) error {
				for _, in := range inputs {
					if in.Text == "" {
						return errors.New("no text")
					}
				}
				return nil
			}}
		}, "EmptyText"},
		{"no heed of the text", func() imagescope.Embedder {
			return &composing{pairs: new(letters), before: func(inputs []imagescope.Composed) error {
				for i := range inputs {
					inputs[i].Text = ""
				}
				return nil
			}}
		}, "Together"},
		{"no heed of the picture", func() imagescope.Embedder {
			return &composing{pairs: new(letters), before: func(inputs []imagescope.Composed) error {
				for i := range inputs {
					inputs[i].Image = imagescope.Image{}
				}
				return nil
			}}
		}, "Together"},
		{"another row each time", func() imagescope.Embedder {
			var n atomic.Int64
			return &letters{after: func(_ []string, rows [][]float32) ([][]float32, error) {
				for i := range rows {
					rows[i][26] = float32(100 * n.Add(1))
				}
				return rows, nil
			}}
		}, "Deterministic"},
		{"mixes calls that overlap", mixer, "Concurrent"},
		{"a name of two lines", withName("letters\n27"), "Name"},
		{"a name with space before it", withName(" letters"), "Name"},
		{"a name that is no text", withName("letters\xff"), "Name"},
		{"an endless name", withName(strings.Repeat("letters", 200)), "Name"},
		{"another name each time", func() imagescope.Embedder {
			n := 0
			return &named{name: func() string { n++; return fmt.Sprint("letters ", n) }}
		}, "Name"},
		{"does not heed the context", func() imagescope.Embedder {
			return &letters{before: func(context.Context, []string) error { return nil }}
		}, "DoneContext"},
		{"calls a done context a success", func() imagescope.Embedder {
			return &letters{images: func(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
				if ctx.Err() != nil {
					return nil, nil
				}
				return new(letters).EmbedImages(ctx, images)
			}}
		}, "DoneContext"},
	}
	catches := map[string]bool{}
	for _, tt := range tests {
		for _, c := range embedtest.Cases() {
			if c.Name != tt.caught {
				continue
			}
			catches[c.Name] = true
			if err := c.Check(t.Context(), tt.wicked()); err == nil {
				t.Errorf("%s: the case %s finds nothing wrong", tt.name, c.Name)
			}
		}
	}
	all := map[string]bool{}
	for _, c := range embedtest.Cases() {
		all[c.Name] = true
	}
	if d := cmp.Diff(all, catches); d != "" {
		t.Errorf("cases that no wicked embedder proves: is -\n%s", d)
	}
}

// keeper remembers rows by the address of the slice that they were asked with.
func keeper() imagescope.Embedder {
	var mu sync.Mutex
	kept := map[*string][][]float32{}
	return &letters{after: func(texts []string, rows [][]float32) ([][]float32, error) {
		if len(texts) == 0 {
			return rows, nil
		}
		mu.Lock()
		defer mu.Unlock()
		if kept[&texts[0]] == nil {
			kept[&texts[0]] = rows
		}
		return kept[&texts[0]], nil
	}}
}

// reuser returns the same memory each time.
func reuser() imagescope.Embedder {
	var mu sync.Mutex
	var memory [][]float32
	return &letters{after: func(_ []string, rows [][]float32) ([][]float32, error) {
		mu.Lock()
		defer mu.Unlock()
		for len(memory) < len(rows) {
			memory = append(memory, make([]float32, 27))
		}
		for i := range rows {
			copy(memory[i], rows[i])
		}
		return memory[:len(rows)], nil
	}}
}

// mixer answers calls with three inputs, of which two at least must overlap,
// with the rows of the one that came first.
func mixer() imagescope.Embedder {
	var mu sync.Mutex
	var first [][]float32
	calls, two := 0, make(chan struct{})
	return &letters{after: func(texts []string, rows [][]float32) ([][]float32, error) {
		if len(texts) != 3 {
			return rows, nil
		}
		mu.Lock()
		if calls++; calls == 1 {
			first = rows
		}
		if calls == 2 {
			close(two)
		}
		mu.Unlock()
		<-two
		return first, nil
	}}
}
