package embed_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/embeddings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/embed/embedtest"
)

var _ embeddings.Embedder = (*service)(nil)

// service is a langchaingo embedder: a row tells how often a text has each
// letter, unless one of the functions answers instead.
type service struct {
	documents func(ctx context.Context, texts []string) ([][]float32, error)
	query     func(ctx context.Context, text string) ([]float32, error)

	mu    sync.Mutex
	asked [][]string // the calls, a query in a slice of its own behind "query:"
}

func (s *service) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	s.note(texts)
	if s.documents != nil {
		return s.documents(ctx, texts)
	}
	return counts(ctx, texts)
}

func (s *service) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	s.note([]string{"query:", text})
	if s.query != nil {
		return s.query(ctx, text)
	}
	rows, err := counts(ctx, []string{text})
	return rows[0], err
}

func (s *service) note(texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, slices.Clone(texts))
}

func counts(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		rows[i] = make([]float32, 26)
		for _, b := range []byte(text) {
			if b >= 'a' && b <= 'z' {
				rows[i][b-'a']++
			}
		}
	}
	return rows, nil
}

func TestLangchainConforms(t *testing.T) {
	impl, err := embeddings.NewEmbedder(embeddings.EmbedderClientFunc(counts))
	if err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string]*embed.LangchainOptions{
		"defaults":      nil,
		"small batches": {BatchSize: 3, Concurrency: 2},
	} {
		t.Run(name, func(t *testing.T) { embedtest.Run(t, embed.NewLangchain(impl, opts)) })
	}
	t.Run("told apart", func(t *testing.T) { embedtest.Run(t, embed.NewLangchain(new(service), nil)) })
}

func TestLangchainCalls(t *testing.T) {
	long := strings.Repeat("ä", 5<<10)
	tests := []struct {
		name   string
		opts   embed.LangchainOptions
		texts  []string
		images bool
		want   [][]string
	}{
		{"batches", embed.LangchainOptions{BatchSize: 2}, []string{"a", "b", "c", "d", "e"}, false, [][]string{{"a", "b"}, {"c", "d"}, {"e"}}},
		{"one batch", embed.LangchainOptions{}, []string{"a", "b", "c"}, false, [][]string{{"a", "b", "c"}}},
		{"white space folded, empty texts not sent", embed.LangchainOptions{}, []string{" a\r\n b\t", "", " \n", "c"}, false, [][]string{{"a b", "c"}}},
		{"only empty texts", embed.LangchainOptions{}, []string{"", " "}, false, [][]string{{"picture"}}},
		{"long text cut", embed.LangchainOptions{}, []string{long}, false, [][]string{{long[:8<<10]}}},
		{"not UTF-8", embed.LangchainOptions{}, []string{"a\xffb"}, false, [][]string{{"a�b"}}},
		{"images are documents", embed.LangchainOptions{}, []string{"a", "b"}, true, [][]string{{"a", "b"}}},
	}
	for _, tt := range tests {
		tt.opts.Concurrency = 1
		s := new(service)
		e := embed.NewLangchain(s, &tt.opts)
		var err error
		if tt.images {
			_, err = e.EmbedImages(t.Context(), captioned(tt.texts...))
		} else {
			_, err = e.EmbedTexts(t.Context(), tt.texts)
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, s.asked); d != "" {
			t.Errorf("%s: calls: want is -, got is +\n%s", tt.name, d)
		}
	}
}

func captioned(captions ...string) []imagescope.Image {
	images := make([]imagescope.Image, len(captions))
	for i, c := range captions {
		images[i] = imagescope.Image{ID: c + ".jpg", Caption: c}
	}
	return images
}

func TestLangchainEmptyTextsAreZeros(t *testing.T) {
	rows, err := embed.NewLangchain(new(service), nil).EmbedTexts(t.Context(), []string{"", "abba", " "})
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]float32, 26)
	abba := append([]float32{2, 2}, make([]float32, 24)...)
	if d := cmp.Diff([][]float32{zeros, abba, zeros}, rows); d != "" {
		t.Errorf("rows: want is -, got is +\n%s", d)
	}
}

func TestLangchainNeedsCaptions(t *testing.T) {
	images := captioned("a dog", " \n")
	_, err := embed.NewLangchain(new(service), nil).EmbedImages(t.Context(), images)
	var ie *imagescope.ImageError
	if !errors.As(err, &ie) || ie.ID != images[1].ID || !errors.Is(err, embed.ErrNoCaption) || !strings.Contains(err.Error(), "Config.Captioner") {
		t.Errorf("EmbedImages without a caption: %v", err)
	}
}

// TestLangchainWicked has what embedders of langchaingo do, or may do.
func TestLangchainWicked(t *testing.T) {
	down := errors.New("connection refused")
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	answer := func(rows ...[]float32) *service {
		return &service{documents: func(context.Context, []string) ([][]float32, error) { return rows, nil }}
	}
	tests := []struct {
		name    string
		service embeddings.Embedder
		opts    embed.LangchainOptions
		is      error
		says    string
	}{
		{"fails", &service{documents: func(context.Context, []string) ([][]float32, error) { return nil, down }}, embed.LangchainOptions{}, down, "embed 2 texts"},
		{"fails with rows", &service{documents: func(ctx context.Context, texts []string) ([][]float32, error) {
			rows, _ := counts(ctx, texts)
			return rows, down
		}}, embed.LangchainOptions{}, down, ""},
		{"no rows", answer(), embed.LangchainOptions{}, nil, "0 rows for 2 texts"},
		{"one row", answer([]float32{1}), embed.LangchainOptions{}, nil, "1 rows for 2 texts"},
		{"three rows", answer([]float32{1}, []float32{1}, []float32{1}), embed.LangchainOptions{}, nil, "3 rows for 2 texts"},
		{"ragged", answer([]float32{1}, []float32{1, 2}), embed.LangchainOptions{}, imagescope.ErrDimension, "row 1"},
		{"empty rows", answer([]float32{}, []float32{}), embed.LangchainOptions{}, imagescope.ErrDimension, "row 0"},
		{"NaN", answer([]float32{1}, []float32{nan}), embed.LangchainOptions{}, imagescope.ErrNotFinite, "row 1"},
		{"infinite", answer([]float32{inf}, []float32{1}), embed.LangchainOptions{}, imagescope.ErrNotFinite, "row 0"},
		{"ragged between batches", &service{documents: func(_ context.Context, texts []string) ([][]float32, error) {
			return [][]float32{make([]float32, len(texts[0]))}, nil
		}}, embed.LangchainOptions{BatchSize: 1}, imagescope.ErrDimension, "row 1"},
		{"panics", &service{documents: func(_ context.Context, texts []string) ([][]float32, error) {
			return rowsFor(texts)[99:], nil
		}}, embed.LangchainOptions{}, nil, "panicked"},
		{"nil embedder", nil, embed.LangchainOptions{}, nil, "panicked"},
	}
	for _, tt := range tests {
		rows, err := embed.NewLangchain(tt.service, &tt.opts).EmbedTexts(t.Context(), []string{"a", "bb"})
		if rows != nil || err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: EmbedTexts = %v, %v; want an error of %v that says %q", tt.name, rows, err, tt.is, tt.says)
		}
	}
}

// TestLangchainQueries has EmbedQuery answer what is searched with.
func TestLangchainQueries(t *testing.T) {
	s := new(service)
	rows, err := embed.NewLangchain(s, &embed.LangchainOptions{Concurrency: 1}).EmbedQueries(t.Context(), []string{"a", "", "b"})
	if err != nil || len(rows) != 3 {
		t.Errorf("EmbedQueries = %v, %v; want 3 rows", rows, err)
	}
	if d := cmp.Diff([][]string{{"query:", "a"}, {"query:", "b"}}, s.asked); d != "" {
		t.Errorf("calls: want is -, got is +\n%s", d)
	}
}

// TestLangchainQueriesAlike has one call do for all where a query is a document.
func TestLangchainQueriesAlike(t *testing.T) {
	var asked [][]string
	impl, err := embeddings.NewEmbedder(embeddings.EmbedderClientFunc(func(ctx context.Context, texts []string) ([][]float32, error) {
		asked = append(asked, slices.Clone(texts))
		return counts(ctx, texts)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embed.NewLangchain(impl, nil).EmbedQueries(t.Context(), []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"a", "b"}}, asked); d != "" {
		t.Errorf("calls: want is -, got is +\n%s", d)
	}
}

func TestLangchainQueriesFail(t *testing.T) {
	for _, tt := range []struct {
		name  string
		query func(context.Context, string) ([]float32, error)
		is    error
		says  string
	}{
		{"panics", func(context.Context, string) ([]float32, error) { return rowsFor(nil)[0], nil }, nil, "panicked"},
		{"empty row", func(context.Context, string) ([]float32, error) { return nil, nil }, imagescope.ErrDimension, "row 0"},
	} {
		rows, err := embed.NewLangchain(&service{query: tt.query}, nil).EmbedQueries(t.Context(), []string{"a", "bb"})
		if rows != nil || err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: EmbedQueries = %v, %v; want an error of %v that says %q", tt.name, rows, err, tt.is, tt.says)
		}
	}
}

func rowsFor(texts []string) [][]float32 { return make([][]float32, len(texts)) }

// TestLangchainDoneContext has a context that ends during the call, which the
// service then reports as a success.
func TestLangchainDoneContext(t *testing.T) {
	for _, queries := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &service{
			documents: func(ctx context.Context, texts []string) ([][]float32, error) { cancel(); return counts(ctx, texts) },
			query:     func(context.Context, string) ([]float32, error) { cancel(); return []float32{1}, nil },
		}
		e := embed.NewLangchain(s, nil)
		call := e.EmbedTexts
		if queries {
			call = e.EmbedQueries
		}
		rows, err := call(ctx, []string{"a"})
		if rows != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("queries %v: rows %v, %v; want context.Canceled", queries, rows, err)
		}
	}
}
