// Package embedtest checks implementations of imagescope.Embedder against
// what its documentation says, and what an imagescope.QueryEmbedder and an
// imagescope.NamedEmbedder do beyond it.
//
//	func TestMyEmbedder(t *testing.T) { embedtest.Run(t, myEmbedder) }
package embedtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
)

// Run runs every case of [Cases] as a subtest.
func Run(t *testing.T, e imagescope.Embedder) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Check(t.Context(), e); err != nil {
				t.Errorf("%v\n%s", err, c.Reason)
			}
		})
	}
}

// Case is one thing that an embedder must do.
type Case struct {
	Name   string
	Reason string // who relies on it
	// Check returns what e does wrong, nil if nothing.
	Check func(ctx context.Context, e imagescope.Embedder) error
}

// Cases returns the cases of the suite, for who wants to run them outside of
// a test: against a server at its start, for example. The images have IDs,
// captions and pixels.
func Cases() []Case {
	return []Case{
		{"Rows", "A pipeline takes row i for input i and stores it under its ID.", rows},
		{"Order", "A pipeline takes row i for input i, whatever else is in the batch.", order},
		{"OneSpace", "Texts, and what is searched with, are compared with images: their rows must have one length.", oneSpace},
		{"EmptyBatch", "Nothing to embed is no reason to fail.", emptyBatch},
		{"EmptyText", "A user may search for nothing; zeros say that nothing is known.", emptyText},
		{"Together", "A change is one to this picture and no other: both have a say in the vector. Only for a ComposedEmbedder.", together},
		{"Texts", "Texts come from users, models and file names.", anyTexts},
		{"Arguments", "The caller goes on using its slices and maps.", arguments},
		{"Retained", "The caller overwrites its slices when the call is over.", retained},
		{"Deterministic", "Stored vectors are compared with those of a later query.", deterministic},
		{"Concurrent", "Add embeds several batches at once.", concurrent},
		{"Name", "An index keeps the name and compares it with that of a later process.", oneName},
		{"DoneContext", "A search that was given up must end, and must not look answered.", doneContext},
	}
}

// some are different texts.
var some = []string{
	"A brown dog runs on grass.",
	"two red cars in the rain",
	"An old woman reads a newspaper at a kitchen table.",
	"snowy mountains under a blue sky",
	"a cat",
}

// embedding is EmbedTexts, EmbedImages of images with these captions,
// EmbedQueries, or EmbedComposed of such images and texts.
type embedding struct {
	name string
	of   func(ctx context.Context, texts []string) ([][]float32, error)
}

// methods returns those of e.
func methods(ctx context.Context, e imagescope.Embedder) []embedding {
	found := append(ofTexts(e), embedding{"EmbedImages", func(ctx context.Context, captions []string) ([][]float32, error) {
		return e.EmbedImages(ctx, pictures(captions))
	}})
	return append(found, ofPairs(ctx, e)...)
}

// ofPairs returns the method of e that embeds pictures and texts together, if
// it has one that its model can do.
func ofPairs(ctx context.Context, e imagescope.Embedder) []embedding {
	c, ok := e.(imagescope.ComposedEmbedder)
	if !ok {
		return nil
	}
	if _, err := c.EmbedComposed(ctx, pairs(some[:1])); errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return []embedding{{"EmbedComposed", func(ctx context.Context, texts []string) ([][]float32, error) {
		return c.EmbedComposed(ctx, pairs(texts))
	}}}
}

// ofTexts returns the methods of e that embed texts.
func ofTexts(e imagescope.Embedder) []embedding {
	found := []embedding{{"EmbedTexts", e.EmbedTexts}}
	if q, ok := e.(imagescope.QueryEmbedder); ok {
		found = append(found, embedding{"EmbedQueries", q.EmbedQueries})
	}
	return found
}

func rows(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		for _, n := range []int{1, 2, 5, 40} {
			if _, err := embed.rows(ctx, many(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// many returns n different texts.
func many(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = some[i%len(some)] + strings.Repeat(" again", i/len(some))
	}
	return texts
}

// rows embeds texts and checks the rows' number, lengths and values.
func (embed embedding) rows(ctx context.Context, texts []string) ([][]float32, error) {
	got, err := embed.of(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("%s of %d inputs: %w", embed.name, len(texts), err)
	}
	if len(got) != len(texts) {
		return nil, fmt.Errorf("%s of %d inputs returned %d rows", embed.name, len(texts), len(got))
	}
	for i, row := range got {
		if len(row) == 0 || len(row) != len(got[0]) {
			return nil, fmt.Errorf("%s: row %d of %d has %d components, row 0 has %d", embed.name, i, len(got), len(row), len(got[0]))
		}
		for j, x := range row {
			if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%s: component %d of row %d is %v", embed.name, j, i, x)
			}
		}
	}
	return got, nil
}

func order(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		texts := many(20)
		together, err := embed.rows(ctx, texts)
		if err != nil {
			return err
		}
		for i := range texts {
			alone, err := embed.rows(ctx, texts[i:i+1])
			if err != nil {
				return err
			}
			if c := cosine(together[i], alone[0]); c < near {
				return fmt.Errorf("%s of %d inputs: row %d and that of the same input alone have cosine %.4f", embed.name, len(texts), i, c)
			}
		}
	}
	return nil
}

// near is the least cosine of two rows that count as the same: models on
// graphics cards add up in another order for another batch.
const near = 0.999

func cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(-1)
	}
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 && bb == 0 {
		return 1
	}
	return ab / math.Sqrt(max(aa*bb, math.SmallestNonzeroFloat64))
}

func oneSpace(ctx context.Context, e imagescope.Embedder) error {
	texts, err := methods(ctx, e)[0].rows(ctx, some)
	if err != nil {
		return err
	}
	for _, embed := range methods(ctx, e)[1:] {
		rows, err := embed.rows(ctx, some)
		if err != nil {
			return err
		}
		if len(texts[0]) != len(rows[0]) {
			return fmt.Errorf("a row of EmbedTexts has %d components and one of %s %d", len(texts[0]), embed.name, len(rows[0]))
		}
	}
	return nil
}

func emptyBatch(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		for _, none := range [][]string{nil, {}} {
			if got, err := embed.of(ctx, none); err != nil || len(got) != 0 {
				return fmt.Errorf("%s of no input returned %d rows and the error %w", embed.name, len(got), orNone(err))
			}
		}
	}
	return nil
}

var errNone = errors.New("nil")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

func emptyText(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range append(ofTexts(e), ofPairs(ctx, e)...) {
		for _, batch := range [][]string{{""}, {"a dog", "", "a cat"}, {" \n\t"}} {
			if _, err := embed.rows(ctx, batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// together changes the text beside a picture, and the picture beside a text.
func together(ctx context.Context, e imagescope.Embedder) error {
	if len(ofPairs(ctx, e)) == 0 {
		return nil
	}
	inputs := pairs([]string{some[0], some[0], some[3]})
	inputs[0].Text, inputs[1].Text, inputs[2].Text = "make it blue", "with an umbrella", "make it blue"
	embed := embedding{"EmbedComposed", func(ctx context.Context, _ []string) ([][]float32, error) {
		return e.(imagescope.ComposedEmbedder).EmbedComposed(ctx, inputs)
	}}
	got, err := embed.rows(ctx, make([]string, len(inputs)))
	if err != nil {
		return err
	}
	if c := cosine(got[0], got[1]); c > alike {
		return fmt.Errorf("EmbedComposed of one picture and two texts returned rows with cosine %.6f", c)
	}
	if c := cosine(got[0], got[2]); c > alike {
		return fmt.Errorf("EmbedComposed of two pictures and one text returned rows with cosine %.6f", c)
	}
	return nil
}

// alike is the cosine that rows of different inputs stay below.
const alike = 1 - 1e-5

// anyTexts leaves it open what becomes of strange texts, but not that
// something does.
func anyTexts(ctx context.Context, e imagescope.Embedder) error {
	strange := []string{
		"un chien brun court sur l'herbe", "茶色の犬が草の上を走る", "коричневая собака", "🐕🌱",
		"e\u0301te\u0301", "\u202egod a", "a\x00b", "cut off \xe2\x82", "\xff\xfe", "<b>&amp;</b>", "'", "’s", "!?…", "1/2 %d {{.}}",
		"a line\nand another\r\n\tand more",
		strings.Repeat("a brown dog runs on the grass and ", 10_000),
		strings.Repeat("x", 1<<20),
	}
	for _, embed := range methods(ctx, e) {
		if _, err := embed.rows(ctx, strange); err != nil {
			return err
		}
		for _, text := range strange {
			if _, err := embed.rows(ctx, []string{text}); err != nil {
				return fmt.Errorf("of %.40q: %w", text, err)
			}
		}
	}
	return nil
}
