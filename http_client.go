package imagescope

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
)

// DefaultMaxBody is how many bytes of a server's reply are read where nothing
// else is said. The longest text is [MaxReply]; a server that streams sends
// about 150 bytes around each token.
const DefaultMaxBody = 32 << 20

// HTTPClientOptions says how [NewHTTPClient] makes a client. The zero value is
// the default.
type HTTPClientOptions struct {
	// Transport carries the requests out; nil means [http.DefaultTransport].
	Transport http.RoundTripper
	// GoogleKey is the API key that goes with every request, in the header
	// X-Goog-Api-Key. Set it for googleai, which does not send its key through
	// a client that it is given, and for no other.
	GoogleKey string
	// MaxBody is how many bytes of a reply are read at most, after which
	// reading it fails; 0 means [DefaultMaxBody].
	MaxBody int64
}

// NewHTTPClient makes the HTTP client to give to a langchaingo model whose
// failures [Retry] should understand. The adapters lose the status of a
// refusal, its Retry-After and, some of them, that a connection was cut off;
// this client notes them for [NewReasoner], which returns a [*StatusError].
// opts may be nil.
//
//	client := imagescope.NewHTTPClient(nil)
//	ollama.New(ollama.WithHTTPClient(client), …)
//	openai.New(openai.WithHTTPClient(client), …)
//	anthropic.New(anthropic.WithHTTPClient(client), …)
//
//	client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{GoogleKey: key})
//	googleai.New(ctx, googleai.WithHTTPClient(client), googleai.WithAPIKey(key), …)
//
// Where [Request.YesNo] asks for it the client also has an openai model tell
// how probable yes and no were, which OpenAI's servers and most that speak their
// protocol can (vLLM, llama.cpp, Ollama's /v1). A server that cannot refuses the
// request, or says nothing of it.
//
// It has no timeout: the context of a call is its limit, or
// LimitOptions.Timeout. One client can serve several models. It may be used
// for requests of other kinds too, of which it notes nothing.
func NewHTTPClient(opts *HTTPClientOptions) *http.Client {
	if opts == nil {
		opts = &HTTPClientOptions{}
	}
	o := *opts
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	o.MaxBody = cmp.Or(max(o.MaxBody, 0), DefaultMaxBody)
	return &http.Client{Transport: &noting{o}}
}

// noting is a RoundTripper that notes what becomes of a request.
type noting struct{ opts HTTPClientOptions }

// RoundTrip implements [http.RoundTripper].
func (t *noting) RoundTrip(req *http.Request) (*http.Response, error) {
	// A redirect may lead elsewhere, where the key has no business.
	if t.opts.GoogleKey != "" && req.Response == nil {
		req = req.Clone(req.Context())
		req.Header.Set("X-Goog-Api-Key", t.opts.GoogleKey)
	}
	e := exchangeOf(req.Context())
	asked := e.asksYesNo(req)
	if asked {
		var err error
		if req, err = withTopTokens(req); err != nil {
			return nil, err
		}
	}
	resp, err := t.opts.Transport.RoundTrip(req)
	if err != nil {
		e.fail()
		// As it is: openai turns errors of unknown types into "failed to
		// reach API server", so the exchange has to tell.
		return nil, err
	}
	e.note(resp)
	resp.Body = &notedBody{ReadCloser: resp.Body, ctx: req.Context(), exchange: e, left: t.opts.MaxBody, most: t.opts.MaxBody}
	if asked && resp.StatusCode == http.StatusOK {
		e.noteYesNo(resp)
	}
	return resp, nil
}

// CloseIdleConnections closes those of the transport, for
// [http.Client.CloseIdleConnections].
func (t *noting) CloseIdleConnections() {
	if c, ok := t.opts.Transport.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// notedBody is a reply's body of which not more than left bytes are read.
type notedBody struct {
	io.ReadCloser
	ctx        context.Context
	exchange   *exchange
	left, most int64
}

func (b *notedBody) Read(p []byte) (int, error) {
	// One byte more than is allowed tells a longer reply from one that ends
	// here.
	if int64(len(p)) > b.left {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, fmt.Errorf("the server's reply is longer than HTTPClientOptions.MaxBody, %d bytes", b.most)
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF && b.ctx.Err() == nil {
		b.exchange.fail()
	}
	return n, err
}
