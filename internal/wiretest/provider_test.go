package wiretest

import (
	"context"
	"image"
	"image/color"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"go.uber.org/goleak"

	"github.com/imagescope/imagescope"
)

// apiKey is what every client is given, and what no error may hold.
const apiKey = "wiretest-key-5d41402abc4b2a76"

// modelName is the model that every client is made for.
const modelName = "some-model"

// provider is a langchaingo client and the server's side of its wire format.
type provider struct {
	name string
	path string // where requests arrive

	// open makes the real client for a server at url. It must use client.
	open func(t *testing.T, url string, client *http.Client) llms.Model
	// read understands the body of a request.
	read func(body []byte) (question, error)
	// write returns the body of an answer, of several lines where the server
	// streams.
	write func(a answer) string
	// fault returns the body of a refusal.
	fault func(status int, message string) string
}

// providers are the adapters that the shared tests run over.
var providers = []provider{ollamaProvider, openaiProvider, anthropicProvider, googleaiProvider}

// question is what a server understands of a request.
type question struct {
	Model       string
	Parts       []string // "image" or "text", in order
	Images      [][]byte // the files, in order
	Mimes       []string // of the images, where the wire format has them
	Prompt      string
	Temperature *float64 // nil where it was not sent
	MaxTokens   int
}

// answer is what a server replies.
type answer struct {
	Text                           string
	Truncated                      bool // at the token limit
	PromptTokens, CompletionTokens int
}

// reasoner starts a server and returns a Reasoner that reaches it by the real
// adapter. client may be nil.
func (p provider) reasoner(t *testing.T, handler http.HandlerFunc, client *http.Client, opts imagescope.ReasonerOptions) imagescope.Reasoner {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if client == nil {
		client = newClient(t, nil)
	}
	r, err := imagescope.NewReasoner(p.open(t, server.URL, client), &opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// answering returns a handler that always gives the same answer and calls
// asked, if it is not nil, with each request.
func (p provider) answering(t *testing.T, a answer, asked func(question)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != p.path {
			t.Errorf("got %s %s, want POST %s", r.Method, r.URL.Path, p.path)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
			return
		}
		q, err := p.read(body)
		if err != nil {
			t.Errorf("understand the request %.200q: %v", body, err)
		}
		if asked != nil {
			asked(q)
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, p.write(a))
	}
}

// newClient returns a client with connections of its own, which calls onBody,
// if it is not nil, when the first bytes of a reply's body have been read.
func newClient(t *testing.T, onBody func()) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := transport.RoundTrip(r)
		if err == nil && onBody != nil {
			resp.Body = &watchedBody{resp.Body, onBody}
		}
		return resp, err
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type watchedBody struct {
	io.ReadCloser
	onRead func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.onRead()
	}
	return n, err
}

// painting returns an image of the given size that no other seed gives.
func painting(id string, width, height int, seed uint8) imagescope.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x) ^ seed, uint8(y), uint8(x+y) + seed, 255})
		}
	}
	return imagescope.Pixels(id, img)
}

// background returns the test's context without its end, for clients that keep
// the context they are made with.
func background(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }

// TestMain looks for goroutines left behind. Those of a gRPC client are left
// out: googleai.New makes one, for cached contents, that nothing closes.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run"),
		goleak.IgnoreAnyFunction("google.golang.org/grpc.(*addrConn).connect"),
	)
}
