package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/redact"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/rows"
)

// request makes a request, within the limits and as often as it takes. It
// returns the rows and how long the request was.
func (e *Embedder) request(ctx context.Context, r request) (got [][]float32, length int, err error) {
	body, err := json.Marshal(e.form.body(r))
	if err != nil {
		return nil, 0, fmt.Errorf("write the request: %w", err)
	}
	tries := 0
	err = e.retrier.Do(ctx, func(ctx context.Context) error {
		tries++
		got, err = e.once(ctx, body, r)
		if tries == e.suspectAt && isInternal(err) && e.serves(ctx) {
			return &refusal{err}
		}
		return err
	})
	return got, len(body), err
}

// once makes one try, when its turn has come.
func (e *Embedder) once(ctx context.Context, body []byte, r request) (got [][]float32, err error) {
	tokens := r.tokens()
	err = e.limiter.Do(ctx, tokens, func(ctx context.Context) (used int, err error) {
		if got, used, err = e.post(ctx, body, r); used == 0 {
			used = tokens
		}
		return used, err
	})
	return got, err
}

// serves reports whether the service answers a request that nothing can be wrong
// with, of one short text, so that another that it refuses is to blame itself.
func (e *Embedder) serves(ctx context.Context) bool {
	r := request{model: e.model, dimensions: e.opts.Dimensions, inputs: []input{{text: e.opts.DocumentPrefix + rows.Probe}}}
	body, err := json.Marshal(e.form.body(r))
	if err != nil {
		return false // unreachable: strings can be marshalled
	}
	_, err = e.once(ctx, body, r)
	return err == nil
}

// tokens estimates how many a request takes, as imagescope.Limit does.
func (r request) tokens() int {
	n := 0
	for _, in := range r.inputs {
		n += len(in.text) / 4
		if in.jpeg != nil {
			n += 258
		}
	}
	return n
}

// withoutRedirects returns a client that follows none: they would carry the key
// elsewhere.
func withoutRedirects(client *http.Client) *http.Client {
	if client == nil {
		client = new(http.Client)
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// post sends a request.
func (e *Embedder) post(ctx context.Context, body []byte, r request) (got [][]float32, tokens int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.opts.URL, bytes.NewReader(body))
	if err != nil {
		return nil, 0, e.redacted(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if e.opts.Key != "" {
		req.Header.Set("Authorization", "Bearer "+e.opts.Key)
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return nil, 0, e.lost(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 400:
		data, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10)) // what there is of it
		return nil, 0, imagescope.NewStatusError(resp, fmt.Errorf("the service says %s", e.quoted(data)))
	case resp.StatusCode != http.StatusOK:
		return nil, 0, fmt.Errorf("status %d instead of vectors: set Options.URL to where they are: %w", resp.StatusCode, ErrReply)
	}
	longest := r.longestReply()
	data, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	if err != nil {
		return nil, 0, e.lost(ctx, err)
	}
	if int64(len(data)) > longest {
		return nil, 0, fmt.Errorf("more than %d bytes for %d vectors: %w", longest, len(r.inputs), ErrReply)
	}
	got, tokens, err = parse(data, len(r.inputs), r.dimensions)
	if err != nil {
		return nil, 0, fmt.Errorf("%w; the reply begins with %s", e.redacted(err), e.quoted(data))
	}
	e.answered.Store(true)
	return got, tokens, nil
}

// longestReply is how many bytes a reply may have: 30 for each component of each
// vector. They are counted as if there were most of them: who sends more than
// were asked for is to be told so, and Cohere repeats the texts.
func (r request) longestReply() int64 {
	return 30*int64(len(r.inputs))*int64(max(r.dimensions, most)) + 64<<10
}

// lost returns the error of an exchange that broke off.
func (e *Embedder) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return imagescope.NewStatusError(nil, e.redacted(err))
}

// redacted returns an error whose text has no credentials in it.
func (e *Embedder) redacted(err error) error {
	return &redact.Error{Text: redact.Message(err.Error(), e.secrets...), Err: err}
}

// quoted returns how a reply begins, in quotes and without credentials. These go
// first: what is quoted or cut off is not known again.
func (e *Embedder) quoted(data []byte) string {
	text := redact.Message(string(data[:min(len(data), 16<<10)]), e.secrets...)
	return strconv.Quote(reply.Cut(text, 300))
}
