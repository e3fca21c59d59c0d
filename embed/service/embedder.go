package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/rows"
)

// Embedder asks a service for the vectors of texts and pictures. Make it with
// [New]. Calls may overlap.
//
// Each method returns one row for each input, in order. White space in texts is
// folded, a text counts up to 8 KiB, and an empty one is not sent: its row is
// zeros. Pictures are decoded and scaled before the first request is made, so
// that one that cannot be read costs none: it is the [*imagescope.ImageError]
// that the call returns.
//
// Requests carry at most Options.BatchSize inputs and 8 MiB. One that the
// service refuses as too large or as wrong (413, 400, 422) is made again in
// halves, down to the input that is at fault, which the error names: a picture by
// an [*imagescope.ImageError] of its ID, so that a Pipeline leaves that one out
// and no other, and a text by its number, counted without the empty ones.
// Requests as long as one that was too large are not made again. The input whose
// vector is missing or not finite is named too.
//
// Other failures are retried as Options.Retry says. After the second 500 the
// service is asked for the vector of a word: where it answers that, the request
// is to blame, and is halved as if it had been refused. So is one word asked for
// before an input is blamed while the service has not answered yet, since it may
// refuse the model or Options.Dimensions rather than the input.
//
// Errors are [*imagescope.StatusError] where the service refused or could not be
// reached, imagescope.ErrDimension or imagescope.ErrNotFinite where its vectors
// are of no use, and [ErrReply] where its reply is none. Where several inputs are
// at fault it is the first that is named, at any Options.Concurrency.
type Embedder struct {
	protocol Protocol
	form     form
	model    string
	opts     Options

	secrets []string // which no error may show

	client    *http.Client
	retrier   *imagescope.Retrier
	limiter   *imagescope.Limiter
	suspectAt int // the try after which it is found out whether a request is to blame itself

	most     atomic.Int64 // bytes of a request
	dim      atomic.Int64 // of a row; 0 before it is known
	answered atomic.Bool  // the service has sent vectors
}

var (
	_ imagescope.QueryEmbedder    = (*Embedder)(nil)
	_ imagescope.NamedEmbedder    = (*Embedder)(nil)
	_ imagescope.ComposedEmbedder = (*Embedder)(nil)
)

// New returns an embedder that asks a service for the vectors of a model, by the
// name that the service has for it. opts may be nil. It asks nobody yet. The
// error names what cannot be used.
func New(p Protocol, model string, opts *Options) (*Embedder, error) {
	e := &Embedder{protocol: p, model: model}
	if opts != nil {
		e.opts = *opts
	}
	var err error
	if e.form, err = p.form(); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	e.opts.URL = cmp.Or(e.opts.URL, e.form.url)
	if err := cmp.Or(checkModel(model), e.opts.validate(p, model)); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	e.secrets = e.opts.secrets()
	e.opts.BatchSize = cmp.Or(e.opts.BatchSize, e.form.batch)
	e.opts.Concurrency = cmp.Or(e.opts.Concurrency, DefaultConcurrency)
	e.client = withoutRedirects(e.opts.HTTP)
	e.retrier, e.suspectAt = newRetrier(e.opts.Retry)
	e.limiter = imagescope.NewLimiter(e.opts.Limit)
	e.most.Store(mostBytes)
	return e, nil
}

// mostModel is how many bytes a model's name may have, so that Name has 1 KiB at
// most.
const mostModel = 512

// checkModel returns an error unless model can be part of a Name.
func checkModel(model string) error {
	switch {
	case strings.TrimSpace(model) == "":
		return errors.New("the model has no name")
	case len(model) > mostModel:
		return fmt.Errorf("the model's name has %d bytes, and %d at most are allowed", len(model), mostModel)
	case model != strings.TrimSpace(model) || !utf8.ValidString(model) || strings.ContainsFunc(model, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the model's name, %q, has space around it or characters that cannot be printed", model)
	}
	return nil
}

// newRetrier returns a retrier which knows a refusal, and the try after which
// one is told from a server in trouble: the second, so that a fault that passes
// is not taken for one.
func newRetrier(opts *imagescope.RetryOptions) (*imagescope.Retrier, int) {
	var own imagescope.RetryOptions
	if opts != nil {
		own = *opts
	}
	worth := own.Worth
	if worth == nil {
		worth = imagescope.Temporary
	}
	own.Worth = func(err error) bool {
		var refused *refusal
		return !errors.As(err, &refused) && worth(err)
	}
	if own.Attempts == 1 {
		return imagescope.NewRetrier(&own), 1
	}
	return imagescope.NewRetrier(&own), 2
}

// version is that of what is done to texts and pictures before they are sent,
// and to rows after. It must go up when that changes.
const version = 1

// Name returns the protocol, the version of this package's preparations, the
// model, and whatever of the options the vectors depend on, as
// "jina/1 jina-embeddings-v4 at 512". Two servers of one model share it.
func (e *Embedder) Name() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%d %s", e.protocol, version, e.model)
	if e.opts.Dimensions > 0 {
		fmt.Fprintf(&b, " at %d", e.opts.Dimensions)
	}
	if e.opts.Truncate > 0 {
		fmt.Fprintf(&b, " cut to %d", e.opts.Truncate)
	}
	if told := []string{e.opts.QueryPrefix, e.opts.DocumentPrefix, e.opts.ImagePrompt}; strings.Join(told, "") != "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q", told))
		fmt.Fprintf(&b, " told %x", sum[:4])
	}
	return b.String()
}

// EmbedTexts returns the rows of texts that are searched in, such as captions.
func (e *Embedder) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	return e.embedTexts(ctx, texts, false)
}

// EmbedQueries returns the rows of texts that are searched with.
func (e *Embedder) EmbedQueries(ctx context.Context, texts []string) ([][]float32, error) {
	return e.embedTexts(ctx, texts, true)
}

// EmbedImages returns the rows of pictures. Captions are not sent.
func (e *Embedder) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	inputs := make([]input, len(images))
	for i, img := range images {
		var err error
		if inputs[i], err = e.picture(ctx, img); err != nil {
			return nil, err
		}
		inputs[i].text = e.opts.ImagePrompt
	}
	got, err := e.ask(ctx, inputs, false)
	if err != nil {
		return nil, fmt.Errorf("embed %d images: %w", len(images), err)
	}
	return got, nil
}

// EmbedComposed returns the rows of pictures and texts together, to search with.
// Where the protocol or the model takes the two apart only ([Jina], [Infinity],
// [Cohere] of version 3), it returns an error that wraps
// [errors.ErrUnsupported].
func (e *Embedder) EmbedComposed(ctx context.Context, composed []imagescope.Composed) ([][]float32, error) {
	if e.form.pairs == nil || !e.form.pairs(e.model) {
		return nil, fmt.Errorf("embed pictures with texts by %s of %s: %w", e.model, e.protocol, errors.ErrUnsupported)
	}
	// A request has inputs of one kind: pictures with a text, or without one.
	var kinds [2][]input
	var place [2][]int
	for i, c := range composed {
		in, err := e.picture(ctx, c.Image)
		if err != nil {
			return nil, err
		}
		kind := 0
		if text := rows.Text(c.Text); text != "" {
			kind, in.text = 1, e.opts.QueryPrefix+text
		} else {
			in.text = e.opts.ImagePrompt
		}
		kinds[kind], place[kind] = append(kinds[kind], in), append(place[kind], i)
	}
	all := make([][]float32, len(composed))
	for kind, inputs := range kinds {
		got, err := e.ask(ctx, inputs, true)
		if err != nil {
			return nil, fmt.Errorf("embed %d pictures with texts: %w", len(composed), err)
		}
		for i, row := range got {
			all[place[kind][i]] = row
		}
	}
	return all, rows.Check(all)
}

// picture returns an image as it is sent.
func (e *Embedder) picture(ctx context.Context, img imagescope.Image) (input, error) {
	if err := ctx.Err(); err != nil {
		return input{}, fmt.Errorf("embed image %s: %w", img.ID, err)
	}
	file, err := img.JPEG(e.opts.MaxSide)
	return input{id: img.ID, jpeg: file}, err
}

// dataURL returns a picture as an address that contains it.
func dataURL(jpeg []byte) string {
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(jpeg)
}

func (e *Embedder) embedTexts(ctx context.Context, texts []string, query bool) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if len(texts) == 0 {
		return nil, nil
	}
	prefix := e.opts.DocumentPrefix
	if query {
		prefix = e.opts.QueryPrefix
	}
	sent, place := rows.Filled(texts)
	dim := int(e.dim.Load())
	if len(sent) == 0 && dim == 0 {
		sent = []string{rows.Probe}
	}
	inputs := make([]input, len(sent))
	for i, text := range sent {
		inputs[i].text = prefix + text
	}
	got, err := e.ask(ctx, inputs, query)
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if len(got) > 0 {
		dim = len(got[0])
	}
	return rows.Spread(got, place, len(texts), dim), nil
}

// cut returns the first n components of a row, at length 1.
func cut(row []float32, n int) ([]float32, error) {
	if n == 0 {
		return row, nil
	}
	if len(row) < n {
		return nil, fmt.Errorf("Options.Truncate is %d, and a row has %d components: %w", n, len(row), imagescope.ErrDimension)
	}
	var sum float64
	for _, x := range row[:n] {
		sum += float64(x) * float64(x)
	}
	short := make([]float32, n)
	if sum == 0 {
		return short, nil
	}
	for i, x := range row[:n] {
		short[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return short, nil
}
