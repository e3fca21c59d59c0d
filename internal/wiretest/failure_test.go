package wiretest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/imagescope/imagescope"
)

// failure is a way in which a call goes wrong.
type failure struct {
	name         string
	serve        func(c *call)
	cancelInBody bool // the client's context ends when it has read some of the body
	want         expectation
	but          map[string]expectation // for providers, by name, whose adapters differ
}

// expectation is what the error of a call must be.
type expectation struct {
	is      error         // errors.Is must find it; nil for any error
	text    string        // part of the error's text
	timeout time.Duration // the call's deadline; 0 for none
}

// maxTokens is the limit of every call.
const maxTokens = 64

// call is one request at the server's side.
type call struct {
	p      provider
	w      http.ResponseWriter
	cancel func()          // ends the client's context
	gone   <-chan struct{} // closed when the client has hung up
}

// refuse answers with a status and a body.
func (c *call) refuse(status int, body string) {
	c.w.WriteHeader(status)
	io.WriteString(c.w, body)
}

// fault answers with a status and a message, as the provider words it.
func (c *call) fault(status int, message string) { c.refuse(status, c.p.fault(status, message)) }

// begin sends the first part of an answer: up to the end of its first line,
// or half of it where it has one only, or, if within is set, half of a line.
func (c *call) begin(within bool) {
	body := c.p.write(answer{Text: "Yes, there is a dog.", PromptTokens: 1201, CompletionTokens: 6})
	line, _, _ := strings.Cut(body, "\n")
	part := line + "\n"
	if within || line == body {
		part = line[:len(line)/2]
	}
	io.WriteString(c.w, part)
	c.w.(http.Flusher).Flush()
}

const deadline = 50 * time.Millisecond

var failures = []failure{
	{
		name: "429 with Retry-After",
		serve: func(c *call) {
			c.w.Header().Set("Retry-After", "7")
			c.fault(http.StatusTooManyRequests, "slow down, please")
		},
		want: expectation{text: "slow down, please"},
	},
	{
		name:  "500 with an empty body",
		serve: func(c *call) { c.refuse(http.StatusInternalServerError, "") },
		want:  expectation{text: "500"},
		but:   map[string]expectation{"ollama": {is: imagescope.ErrEmptyReply, text: "no tokens"}},
	},
	{
		name:  "503 with an empty body",
		serve: func(c *call) { c.refuse(http.StatusServiceUnavailable, "") },
		want:  expectation{text: "503"},
		but: map[string]expectation{
			"ollama":   {is: imagescope.ErrEmptyReply, text: "no tokens"},
			"googleai": {is: context.DeadlineExceeded, timeout: deadline},
		},
	},
	{
		name:  "503 busy",
		serve: func(c *call) { c.fault(http.StatusServiceUnavailable, "server busy, try again") },
		want:  expectation{text: "server busy"},
		// It asks again and again until the context ends.
		but: map[string]expectation{"googleai": {is: context.DeadlineExceeded, timeout: deadline}},
	},
	{
		name:  "error that is not JSON",
		serve: func(c *call) { c.refuse(http.StatusBadGateway, "<html>Bad Gateway</html>") },
		want:  expectation{text: "502"},
		but:   map[string]expectation{"ollama": {text: "invalid character"}},
	},
	{
		name:  "reply that is not JSON",
		serve: func(c *call) { c.refuse(http.StatusOK, "<html>Please log in</html>") },
		want:  expectation{},
	},
	{
		name:  "key repeated by the server",
		serve: func(c *call) { c.fault(http.StatusUnauthorized, "no such key: https://host/?key="+apiKey) },
		want:  expectation{text: "no such key"},
	},
	{
		name: "cancelled before the headers",
		serve: func(c *call) {
			c.cancel()
			<-c.gone
		},
		want: expectation{is: context.Canceled},
	},
	{
		name:  "deadline before the headers",
		serve: func(c *call) { <-c.gone },
		want:  expectation{is: context.DeadlineExceeded, timeout: deadline},
	},
	{
		name:         "cancelled in the body, between lines",
		cancelInBody: true,
		serve: func(c *call) {
			c.begin(false)
			<-c.gone
		},
		want: expectation{is: context.Canceled},
	},
	{
		name:         "cancelled in the body, inside of a line",
		cancelInBody: true,
		serve: func(c *call) {
			c.begin(true)
			<-c.gone
		},
		want: expectation{is: context.Canceled},
	},
	{
		name: "deadline in the body",
		serve: func(c *call) {
			c.begin(false)
			<-c.gone
		},
		want: expectation{is: context.DeadlineExceeded, timeout: deadline},
	},
	{
		name: "connection cut in the body, between lines",
		serve: func(c *call) {
			c.begin(false)
			panic(http.ErrAbortHandler)
		},
		want: expectation{text: "unexpected EOF"},
		but:  map[string]expectation{"ollama": {is: imagescope.ErrEmptyReply, text: "cut short"}},
	},
	{
		name: "connection cut in the body, inside of a line",
		serve: func(c *call) {
			c.begin(true)
			panic(http.ErrAbortHandler)
		},
		want: expectation{text: "unexpected"},
	},
	{
		// The Ollama server does so after more than 30 equal tokens.
		name:  "stream that ends without its last line",
		serve: func(c *call) { c.begin(false) },
		want:  expectation{text: "unexpected"},
		but:   map[string]expectation{"ollama": {is: imagescope.ErrEmptyReply, text: "cut short"}},
	},
	{
		name:  "empty body",
		serve: func(c *call) { c.refuse(http.StatusOK, "") },
		want:  expectation{},
		but:   map[string]expectation{"ollama": {is: imagescope.ErrEmptyReply}},
	},
	{
		name:  "empty JSON",
		serve: func(c *call) { c.refuse(http.StatusOK, "{}\n") },
		want:  expectation{},
		but:   map[string]expectation{"ollama": {is: imagescope.ErrEmptyReply}},
	},
	{
		name:  "empty answer",
		serve: func(c *call) { c.refuse(http.StatusOK, c.p.write(answer{PromptTokens: 5, CompletionTokens: 1})) },
		want:  expectation{is: imagescope.ErrEmptyReply},
	},
	{
		name: "blank answer",
		serve: func(c *call) {
			c.refuse(http.StatusOK, c.p.write(answer{Text: " \n", PromptTokens: 5, CompletionTokens: 1}))
		},
		want: expectation{is: imagescope.ErrEmptyReply},
	},
	{
		name: "limit reached before any text",
		serve: func(c *call) {
			c.refuse(http.StatusOK, c.p.write(answer{Truncated: true, PromptTokens: 5, CompletionTokens: maxTokens}))
		},
		want: expectation{is: imagescope.ErrEmptyReply, text: "MaxTokens"},
	},
}

// TestFailures checks that no way to fail looks like an answer, and that each
// error says whose it is, whether the context is to blame, and no secret.
func TestFailures(t *testing.T) {
	for _, p := range providers {
		for _, f := range failures {
			t.Run(p.name+"/"+f.name, func(t *testing.T) {
				want, differs := f.but[p.name]
				if !differs {
					want = f.want
				}
				resp, err := f.ask(t, p, want.timeout)
				if err == nil || resp.Text != "" && !errors.Is(err, imagescope.ErrEmptyReply) {
					t.Fatalf("Reason: got (%+v, %v), want an error and no text", resp, err)
				}
				if want.is != nil && !errors.Is(err, want.is) {
					t.Errorf("Reason: got error %v, want %v", err, want.is)
				}
				for _, part := range []string{p.name, "asked to verify", want.text} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("Reason: got error %q, want it to say %q", err, part)
					}
				}
				if strings.Contains(err.Error(), apiKey) {
					t.Errorf("Reason: the error %q holds the API key", err)
				}
				if ended := errors.Is(want.is, context.Canceled) || errors.Is(want.is, context.DeadlineExceeded); ended && strings.Contains(err.Error(), "http") {
					t.Errorf("Reason: the error %q repeats what the adapter said", err)
				}
			})
		}
	}
}

// ask has the provider's client call a server that fails in this way.
func (f failure) ask(t *testing.T, p provider, timeout time.Duration) (imagescope.Response, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil && ctx.Err() == nil {
			t.Errorf("read the request: %v", err)
		}
		w.Header().Set("Content-Type", "application/json")
		f.serve(&call{p: p, w: w, cancel: cancel, gone: r.Context().Done()})
	}
	client := newClient(t, nil)
	if f.cancelInBody {
		client = newClient(t, cancel)
	}
	r := p.reasoner(t, handler, client, imagescope.ReasonerOptions{})
	return r.Reason(ctx, imagescope.Request{Task: imagescope.TaskVerify, Prompt: "A dog?", MaxTokens: maxTokens})
}
