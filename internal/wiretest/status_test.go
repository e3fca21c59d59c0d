package wiretest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms/googleai"

	"github.com/imagescope/imagescope"
)

// TestStatus has servers refuse or break off, and looks whether the status and
// the wish to wait reach the caller past the adapters.
func TestStatus(t *testing.T) {
	tests := []struct {
		name  string
		serve func(p provider, w http.ResponseWriter)
		want  imagescope.StatusError // without Err
	}{
		{"429", func(p provider, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			io.WriteString(w, p.fault(http.StatusTooManyRequests, "slow down"))
		}, imagescope.StatusError{Code: 429, RetryAfter: 7 * time.Second}},
		{"500 with an empty body", func(_ provider, w http.ResponseWriter) {
			w.WriteHeader(http.StatusInternalServerError)
		}, imagescope.StatusError{Code: 500}},
		{"404", func(p provider, w http.ResponseWriter) {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, p.fault(http.StatusNotFound, "no such model"))
		}, imagescope.StatusError{Code: 404}},
		{"no JSON", func(_ provider, w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html>Bad Gateway</html>")
		}, imagescope.StatusError{Code: 502}},
		{"cut off before the headers", func(provider, http.ResponseWriter) {
			panic(http.ErrAbortHandler)
		}, imagescope.StatusError{}},
		{"cut off in the body", func(p provider, w http.ResponseWriter) {
			body := p.write(answer{Text: "Yes, there is a dog.", PromptTokens: 1201, CompletionTokens: 6})
			io.WriteString(w, body[:len(body)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, imagescope.StatusError{}},
	}
	for _, p := range providers {
		for _, tt := range tests {
			t.Run(p.name+"/"+tt.name, func(t *testing.T) {
				client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: newClient(t, nil).Transport})
				r := p.reasoner(t, func(w http.ResponseWriter, _ *http.Request) { tt.serve(p, w) }, client, imagescope.ReasonerOptions{})
				_, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Well?", MaxTokens: maxTokens})
				var got *imagescope.StatusError
				if !errors.As(err, &got) || got.Code != tt.want.Code || got.RetryAfter != tt.want.RetryAfter {
					t.Fatalf("Reason: %#v (%v), want %+v", got, err, tt.want)
				}
				if imagescope.Temporary(err) != (tt.want.Code != http.StatusNotFound) {
					t.Errorf("Temporary(%v) = %v", err, imagescope.Temporary(err))
				}
				if strings.Contains(err.Error(), apiKey) {
					t.Errorf("the error %q holds the key", err)
				}
			})
		}
	}
}

// TestGoogleKey sends Google's key by the client that is made for it.
func TestGoogleKey(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Goog-Api-Key") != apiKey || strings.Contains(r.URL.String(), apiKey) {
			t.Errorf("the request to %s has the key %q in its header", r.URL, r.Header.Get("X-Goog-Api-Key"))
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, googleaiProvider.write(answer{Text: "Yes."}))
	}))
	t.Cleanup(server.Close)
	client := imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: newClient(t, nil).Transport, GoogleKey: apiKey})
	r, err := imagescope.NewReasoner(openGoogleAI(t, server.URL, googleai.WithHTTPClient(client)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Well?"}); err != nil || resp.Text != "Yes." {
		t.Errorf("Reason: %q, %v", resp.Text, err)
	}
}
