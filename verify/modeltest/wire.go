package modeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// protocol is a wire format.
type protocol interface {
	// read reads the body of a request: the texts of all messages, one below
	// the other, and the image files.
	read(body []byte) (call, error)
	// write writes the answer, in the content type it returns.
	write(c call, r response) (contentType string, body []byte)
	// failure writes an error.
	failure(status int, reason string) []byte
}

// call is a request as it came over the wire.
type call struct {
	model     string
	prompt    string
	images    [][]byte
	maxTokens int
	stream    bool
	top       int // how many likely tokens are wanted beside each; below 0 for none at all
}

// maxBody is how large a request may be.
const maxBody = 64 << 20

// protocolOf returns the protocol that is spoken at a path.
func protocolOf(path string) protocol {
	switch {
	case strings.HasSuffix(path, "/chat/completions"):
		return openAI{}
	case strings.HasSuffix(path, "/api/chat"):
		return ollama{}
	}
	return nil
}

// answer is what goes back over the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool // in the middle of the body
}

func plain(status int, text string) answer {
	return answer{status: status, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(text)}
}

// exchange answers an HTTP request. The error is that of ctx, or of reading
// the body.
func (m *Model) exchange(ctx context.Context, r *http.Request) (answer, error) {
	p := protocolOf(r.URL.Path)
	switch {
	case p == nil:
		return plain(http.StatusNotFound, fmt.Sprintf("modeltest: %s is not served: use …/chat/completions (OpenAI) or …/api/chat (Ollama)\n", r.URL.Path)), nil
	case r.Method != http.MethodPost:
		return plain(http.StatusMethodNotAllowed, "modeltest: use POST\n"), nil
	}
	defer m.begin()()
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
			return answer{}, err
		}
	}
	if len(body) > maxBody {
		return refused(p, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request has more than %d bytes", maxBody)), nil
	}
	c, err := p.read(body)
	if err != nil {
		return refused(p, http.StatusBadRequest, err.Error()), nil
	}
	req := request{prompt: c.prompt, maxTokens: c.maxTokens}
	for i, file := range c.images {
		s, err := m.world.eyes.file(file)
		if err != nil {
			return refused(p, http.StatusBadRequest, fmt.Sprintf("image %d: %v", i+1, err)), nil
		}
		req.seen = append(req.seen, s)
	}
	resp, err := m.respond(ctx, req)
	if bad := (*badRequest)(nil); errors.As(err, &bad) {
		return refused(p, http.StatusBadRequest, bad.Error()), nil
	} else if err != nil {
		return answer{}, err
	}
	switch resp.fault {
	case rateLimit:
		a := refused(p, http.StatusTooManyRequests, tooMany)
		a.header.Set("Retry-After", strconv.Itoa(int((m.opts.RetryAfter+time.Second-1)/time.Second)))
		return a, nil
	case serverError:
		return answer{status: http.StatusInternalServerError, header: http.Header{}}, nil
	}
	contentType, body := p.write(c, resp)
	return answer{http.StatusOK, http.Header{"Content-Type": {contentType}}, body, resp.fault == cut}, nil
}

func refused(p protocol, status int, reason string) answer {
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: p.failure(status, reason)}
}

// ServeHTTP serves the OpenAI protocol at every path that ends in
// /chat/completions, and that of Ollama at those that end in /api/chat, both
// with and without streaming. What it cannot answer is a 400 that says why, in
// the protocol's own form.
func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := m.exchange(r.Context(), r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if a.cut {
		_, _ = w.Write(a.body[:len(a.body)/2]) // an error means that the client has gone
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body)
}

// RoundTrip answers as [Model.ServeHTTP] does, with no socket and no goroutine:
//
//	client := &http.Client{Transport: model}
func (m *Model) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	a, err := m.exchange(r.Context(), r)
	if err != nil {
		return nil, err
	}
	body := io.Reader(bytes.NewReader(a.body))
	if a.cut {
		body = io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), broken{})
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(body), ContentLength: int64(len(a.body)), Request: r,
	}, nil
}

// broken is the end of a connection that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var (
	_ http.Handler      = (*Model)(nil)
	_ http.RoundTripper = (*Model)(nil)
)
