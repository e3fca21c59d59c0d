package embed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/embeddings"
	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/rows"
)

// ErrNoCaption means that an embedder which reads only words was given an
// image of which nothing is known in words.
var ErrNoCaption = errors.New("the image has no caption, and this embedder reads nothing else: set Config.Captioner, or give the Image a Caption")

// Defaults of [LangchainOptions].
const (
	// DefaultBatchSize is how many texts one call carries: below the limit of
	// every provider that langchaingo knows but Bedrock's Cohere models, which
	// split their input themselves.
	DefaultBatchSize = 64
	// DefaultConcurrency is how many calls one EmbedTexts or EmbedImages makes
	// at once.
	DefaultConcurrency = 4
)

// LangchainOptions adjusts a [Langchain]. The zero value is ready to use.
type LangchainOptions struct {
	// Model names the model, for [Langchain.Name]: langchaingo does not tell.
	// What else decides about its vectors, such as a reduced dimension, belongs
	// into it: "text-embedding-3-large at 1024".
	Model string
	// BatchSize is how many texts go into one call; 0 means
	// [DefaultBatchSize].
	BatchSize int
	// Concurrency is how many calls are made at once; 0 means
	// [DefaultConcurrency].
	Concurrency int
}

// Langchain embeds texts with any embedder of langchaingo, and images through
// their captions: these embedders take texts only. Make it with
// [NewLangchain].
//
// Captions, of EmbedImages and EmbedTexts, are documents, and what is searched
// with are queries, which langchaingo's adapters of Voyage and of Cohere on
// Bedrock tell apart.
type Langchain struct {
	embedder embeddings.Embedder
	alike    bool // a query's row is that of the same text as a document
	opts     LangchainOptions
}

var (
	_ imagescope.QueryEmbedder = (*Langchain)(nil)
	_ imagescope.NamedEmbedder = (*Langchain)(nil)
)

// NewLangchain returns an embedder that asks e, which must not be nil and must
// allow calls that overlap, as those of langchaingo do. opts may be nil.
func NewLangchain(e embeddings.Embedder, opts *LangchainOptions) *Langchain {
	l := &Langchain{embedder: e}
	_, l.alike = e.(*embeddings.EmbedderImpl) // its client has one method for both
	if opts != nil {
		l.opts = *opts
	}
	if l.opts.BatchSize <= 0 {
		l.opts.BatchSize = DefaultBatchSize
	}
	if l.opts.Concurrency <= 0 {
		l.opts.Concurrency = DefaultConcurrency
	}
	return l
}

// Name returns LangchainOptions.Model and that images are embedded by their
// captions, as "nomic-embed-text by captions/1". Without a Model it returns "",
// and an index cannot tell the vectors from those of another model.
func (l *Langchain) Name() string {
	if model := oneLine(l.opts.Model); model != "" {
		return fmt.Sprintf("%s by captions/%d", model, langchainVersion)
	}
	return ""
}

// langchainVersion is that of what is done to texts before they are sent. It
// must go up when that changes.
const langchainVersion = 1

// EmbedTexts returns a row for each text. White space is folded, since
// embedders take line breaks badly, and a text counts up to 8 KiB. An empty
// text is not sent: its row is zeros.
//
// Rows that are missing, too many, ragged, or not finite are an error, as is a
// panic in e or a context that is done, whatever e returned. Errors wrap
// imagescope.ErrDimension or imagescope.ErrNotFinite where one is the reason.
func (l *Langchain) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	return l.embed(ctx, texts, false)
}

// EmbedQueries returns a row for each text that is searched with, as EmbedTexts
// does. Each is a call of its own, since langchaingo has no other, save for what
// embeddings.NewEmbedder made, where a query is a document.
func (l *Langchain) EmbedQueries(ctx context.Context, texts []string) ([][]float32, error) {
	return l.embed(ctx, texts, !l.alike)
}

// EmbedImages returns a row for each image, made of its caption. An image
// without one is an [*imagescope.ImageError] of [ErrNoCaption]. All else is as
// for EmbedTexts.
func (l *Langchain) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	captions := make([]string, len(images))
	for i, img := range images {
		if strings.TrimSpace(img.Caption) == "" {
			return nil, &imagescope.ImageError{ID: img.ID, Op: "embed", Err: ErrNoCaption}
		}
		captions[i] = img.Caption
	}
	return l.embed(ctx, captions, false)
}

func (l *Langchain) embed(ctx context.Context, texts []string, queries bool) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if len(texts) == 0 {
		return nil, nil
	}
	sent, place := rows.Filled(texts)
	if len(sent) == 0 {
		sent = []string{rows.Probe}
	}
	got, err := l.rows(ctx, sent, queries)
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(sent), err)
	}
	return rows.Spread(got, place, len(texts), len(got[0])), nil
}

// rows embeds texts, of which there is at least one and none is empty.
func (l *Langchain) rows(ctx context.Context, texts []string, queries bool) ([][]float32, error) {
	size := l.opts.BatchSize
	if queries {
		size = 1
	}
	all := make([][]float32, len(texts))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(l.opts.Concurrency)
	for start := 0; start < len(texts) && gctx.Err() == nil; start += size {
		batch := texts[start:min(start+size, len(texts))]
		g.Go(func() error {
			got, err := l.call(gctx, batch, queries)
			copy(all[start:], got)
			return err
		})
	}
	if err := g.Wait(); ctx.Err() != nil || err != nil {
		return nil, firstError(ctx.Err(), err)
	}
	return all, rows.Check(all)
}

// firstError returns the context's error if it has one: what a call returned
// then only follows from it.
func firstError(done, err error) error {
	if done != nil {
		return done
	}
	return err
}

// call embeds one batch and returns as many rows, or an error.
func (l *Langchain) call(ctx context.Context, batch []string, query bool) (got [][]float32, err error) {
	defer func() {
		if p := recover(); p != nil { // some clients index the reply unchecked
			got, err = nil, fmt.Errorf("the embedder panicked: %v", p)
		}
	}()
	if query {
		row, err := l.embedder.EmbedQuery(ctx, batch[0])
		return [][]float32{row}, err
	}
	got, err = l.embedder.EmbedDocuments(ctx, batch)
	if err == nil && len(got) != len(batch) {
		return nil, fmt.Errorf("the embedder returned %d rows for %d texts", len(got), len(batch))
	}
	return got, err
}
