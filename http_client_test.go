package imagescope_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/imagescope/imagescope"
)

// posting is a langchaingo model as the careless adapters are: of a failed
// request it tells nothing.
func posting(client *http.Client, url string) modelFunc {
	return func(ctx context.Context, _ []llms.MessageContent, _ llms.CallOptions) (*llms.ContentResponse, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, errors.New("something failed")
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 400 {
			return nil, errors.New("something failed")
		}
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: string(text)}}}, nil
	}
}

func TestStatusError(t *testing.T) {
	tests := []struct {
		name  string
		serve http.HandlerFunc
		code  int
		after time.Duration // at least; 0 for none
	}{
		{"429 with seconds", refusing(429, "Retry-After", "7"), 429, 7 * time.Second},
		{"429 with milliseconds", refusing(429, "Retry-After-Ms", "1500"), 429, 1500 * time.Millisecond},
		{"503 with a date", refusing(503, "Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), 503, 59 * time.Minute},
		{"a date that has passed", refusing(503, "Retry-After", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), 503, 0},
		{"far too long", refusing(503, "Retry-After", "1"+strings.Repeat("0", 300)), 503, 24 * time.Hour},
		{"negative", refusing(503, "Retry-After", "-5"), 503, 0},
		{"nonsense", refusing(503, "Retry-After", "NaN"), 503, 0},
		{"400", refusing(400, "", ""), 400, 0},
		{"cut before the headers", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, 0},
		{"cut in the body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "half")
		}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url, client := serve(t, tt.serve, nil)
			_, err := newReasoner(t, posting(client, url), nil).Reason(t.Context(), imagescope.Request{})
			var got *imagescope.StatusError
			if !errors.As(err, &got) || got.Code != tt.code || got.RetryAfter < tt.after || tt.after == 0 && got.RetryAfter != 0 || got.RetryAfter > tt.after+time.Minute {
				t.Fatalf("Reason: %#v (%v), want status %d and Retry-After %v", got, err, tt.code, tt.after)
			}
			if tt.code > 0 && !strings.Contains(err.Error(), "status "+strconv.Itoa(tt.code)) {
				t.Errorf("the error %q does not name the status", err)
			}
		})
	}
}

// TestStatusErrorIsNotEveryError has failures that are none of the server's.
func TestStatusErrorIsNotEveryError(t *testing.T) {
	url, client := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // before it, the server does not look whether the client is still there
		<-r.Context().Done()
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var got *imagescope.StatusError
	if _, err := newReasoner(t, posting(client, url), nil).Reason(ctx, imagescope.Request{}); errors.As(err, &got) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a done context: %v", err)
	}
	url, client = serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "  ") }, nil)
	if _, err := newReasoner(t, posting(client, url), nil).Reason(t.Context(), imagescope.Request{}); errors.As(err, &got) || !errors.Is(err, imagescope.ErrEmptyReply) {
		t.Errorf("an empty reply: %v", err)
	}
}

// TestStatusOfText reads the status that adapters write at the beginning of
// their errors, and not what a server may have written.
func TestStatusOfText(t *testing.T) {
	for text, want := range map[string]int{
		"API returned unexpected status code: 429: slow down": 429,
		"mistral: (HTTP Error 503) busy":                      503,
		"googleapi: Error 500: oh":                            500,
		"API returned unexpected status code: 4290":           0,
		"429": 0,
		strings.Repeat("x", 100) + "status code: 429": 0,
	} {
		_, err := newReasoner(t, failing(errors.New(text)), nil).Reason(t.Context(), imagescope.Request{})
		var got *imagescope.StatusError
		if errors.As(err, &got) != (want > 0) || want > 0 && got.Code != want {
			t.Errorf("%q: %v, want status %d", text, err, want)
		}
	}
}

// TestHTTPClientWithoutBound sets the bound to more than there can be.
func TestHTTPClientWithoutBound(t *testing.T) {
	url, client := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("yes")) },
		&imagescope.HTTPClientOptions{MaxBody: math.MaxInt64})
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "yes" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestHTTPClientBoundsBodies(t *testing.T) {
	const most = 1000
	for size, ok := range map[int]bool{most - 1: true, most: true, most + 1: false, 100 * most: false} {
		url, client := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("x"), size)) },
			&imagescope.HTTPClientOptions{MaxBody: most})
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if (err == nil) != ok || len(got) != min(size, most) {
			t.Errorf("a reply of %d bytes: %d were read, error %v", size, len(got), err)
		}
	}
}

// TestHTTPClientKeepsTheKey checks that Google's key goes with a request and
// not with one to which it is redirected, nor into an error.
func TestHTTPClientKeepsTheKey(t *testing.T) {
	const key = "a-secret-key"
	elsewhere, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Goog-Api-Key"); got != "" {
			t.Errorf("another server was sent the key %q", got)
		}
		http.Error(w, "no", http.StatusForbidden)
	}, nil)
	url, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Goog-Api-Key"); got != key {
			t.Errorf("the server was sent the key %q, want %q", got, key)
		}
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	}, &imagescope.HTTPClientOptions{GoogleKey: key})
	_, err := newReasoner(t, posting(client, url), nil).Reason(t.Context(), imagescope.Request{})
	var got *imagescope.StatusError
	if !errors.As(err, &got) || got.Code != http.StatusForbidden || strings.Contains(err.Error(), key) {
		t.Errorf("Reason: %v", err)
	}
}

// refusing returns a handler that answers with a status and a header.
func refusing(code int, header, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if header != "" {
			w.Header().Set(header, value)
		}
		w.WriteHeader(code)
	}
}

// serve starts a server and returns its address and a client for it.
func serve(t *testing.T, handler http.HandlerFunc, opts *imagescope.HTTPClientOptions) (string, *http.Client) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if opts == nil {
		opts = &imagescope.HTTPClientOptions{}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	opts.Transport = transport
	t.Cleanup(transport.CloseIdleConnections)
	return server.URL, imagescope.NewHTTPClient(opts)
}

// A server that is busy says when to come back. The model is one of
// langchaingo's, in earnest: ollama.New(ollama.WithHTTPClient(client)).
func ExampleNewHTTPClient() {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("Retry-After-Ms", "20")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		io.WriteString(w, "Yes, a dog.")
	}))
	defer server.Close()
	client := imagescope.NewHTTPClient(nil)
	defer client.CloseIdleConnections()
	model, err := imagescope.NewReasoner(posting(client, server.URL), nil)
	if err != nil {
		log.Fatal(err)
	}

	_, err = imagescope.Ask(context.Background(), model, imagescope.Request{Task: imagescope.TaskVerify, Prompt: "Is there a dog?"})
	var status *imagescope.StatusError
	fmt.Println(errors.As(err, &status), status.Code, status.RetryAfter)

	asked = 0
	patient := imagescope.Retry(model, &imagescope.RetryOptions{FirstWait: time.Millisecond})
	resp, err := imagescope.Ask(context.Background(), patient, imagescope.Request{Task: imagescope.TaskVerify, Prompt: "Is there a dog?"})
	fmt.Println(resp.Text, err)
	// Output:
	// true 429 20ms
	// Yes, a dog. <nil>
}
