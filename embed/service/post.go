package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/redact"
)

// request makes a request, within the limits and as often as it takes. It
// returns the rows and how long the request was.
func (e *Embedder) request(ctx context.Context, r request) (got [][]float32, length int, err error) {
	body, err := json.Marshal(e.form.body(r))
	if err != nil {
		return nil, 0, fmt.Errorf("write the request: %w", err)
	}
	tokens := r.tokens()
	err = e.retrier.Do(ctx, func(ctx context.Context) error {
		return e.limiter.Do(ctx, tokens, func(ctx context.Context) (int, error) {
			var used int
			got, used, err = e.post(ctx, body, len(r.inputs))
			if used <= 0 {
				used = tokens
			}
			return used, err
		})
	})
	return got, len(body), err
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

// post makes one try, of a request for n rows.
func (e *Embedder) post(ctx context.Context, body []byte, n int) (got [][]float32, tokens int, err error) {
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
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
		return nil, 0, imagescope.NewStatusError(resp, errors.New(redact.Message(fmt.Sprintf("the service says %q", said), e.opts.Key)))
	case resp.StatusCode != http.StatusOK:
		return nil, 0, fmt.Errorf("status %d instead of vectors: set Options.URL to where they are: %w", resp.StatusCode, ErrReply)
	}
	most := e.longestReply(n)
	data, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, 0, e.lost(ctx, err)
	}
	if int64(len(data)) > most {
		return nil, 0, fmt.Errorf("more than %d bytes for %d vectors: %w", most, n, ErrReply)
	}
	a, err := parse(data)
	if err != nil {
		return nil, 0, e.redacted(err)
	}
	got, err = a.rows(n, e.opts.Dimensions)
	return got, a.Usage.TotalTokens, err
}

// longestReply is how many bytes a reply with n vectors may have: 30 for each
// component, and as many components as any model is known to have, unless their
// number is given.
func (e *Embedder) longestReply(n int) int64 {
	const components, rest = 16_384, 64 << 10
	dim := e.opts.Dimensions
	if dim == 0 {
		dim = components
	}
	return int64(n)*int64(dim)*30 + rest
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
	return &redact.Error{Text: redact.Message(err.Error(), e.opts.Key), Err: err}
}
