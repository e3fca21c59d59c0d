package wiretest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms/mistral"

	"github.com/imagescope/imagescope"
)

// openMistral returns a Reasoner that reaches handler by the real adapter. It
// takes no images, has no client of one's own and ignores contexts, so the
// shared tests do not run over it. The wire format is OpenAI's but for the
// name of the token limit.
func openMistral(t *testing.T, handler http.HandlerFunc) imagescope.Reasoner {
	t.Helper()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	model, err := mistral.New(mistral.WithModel(modelName), mistral.WithEndpoint(server.URL), mistral.WithAPIKey(apiKey), mistral.WithMaxRetries(1))
	if err != nil {
		t.Fatal(err)
	}
	r, err := imagescope.NewReasoner(model, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readMistral understands POST /v1/chat/completions.
func readMistral(body []byte) (question, error) {
	q, err := readOpenAI(body)
	if err != nil {
		return q, err
	}
	var limit struct {
		MaxTokens int `json:"max_tokens"`
	}
	err = json.Unmarshal(body, &limit)
	q.MaxTokens = limit.MaxTokens
	return q, err
}

func TestMistral(t *testing.T) {
	server := openaiProvider
	server.read = readMistral
	var asked []question
	handler := server.answering(t, answer{Text: "Yes.", Truncated: true, PromptTokens: 11, CompletionTokens: 7}, func(q question) { asked = append(asked, q) })
	r := openMistral(t, handler)
	got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?", MaxTokens: 321})
	if err != nil {
		t.Fatal(err)
	}
	want := imagescope.Response{Text: "Yes.", Model: modelName, Truncated: true, PromptTokens: 11, CompletionTokens: 7}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Reason: want is -, got is +\n%s", d)
	}
	if _, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?", Images: []imagescope.Image{painting("a", 4, 4, 1)}}); err == nil {
		t.Error("Reason with an image: got no error, and the adapter sends none")
	}
	wantAsked := []question{{Model: modelName, Parts: []string{"text"}, Prompt: "A dog?", Temperature: new(float64), MaxTokens: 321}}
	if d := cmp.Diff(wantAsked, asked); d != "" {
		t.Errorf("Reason: want is -, sent is +\n%s", d)
	}
}

func TestMistralFailures(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		is     error
		text   string // part of the error's text
	}{
		{"429", http.StatusTooManyRequests, `{"message":"slow down"}`, nil, "429"},
		{"key repeated by the server", http.StatusUnauthorized, "Authorization: Bearer " + apiKey, nil, "401"},
		{"empty body", http.StatusOK, "", nil, "mistral"},
		{"null", http.StatusOK, "null", nil, "mistral"},
		{"no choices", http.StatusOK, `{"choices":[]}`, nil, "mistral"},
		{"a choice that is null", http.StatusOK, `{"choices":[null]}`, imagescope.ErrEmptyReply, ""},
		{"choices of another shape", http.StatusOK, `{"choices":{"message":"Yes."}}`, nil, "mistral"},
		{"empty answer", http.StatusOK, writeOpenAI(answer{PromptTokens: 5, CompletionTokens: 1}), imagescope.ErrEmptyReply, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := openMistral(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			resp, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?"})
			if err == nil || resp.Text != "" || tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("Reason: got (%+v, %v), want no text and the error %v", resp, err, tt.is)
			}
			if !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), apiKey) {
				t.Errorf("Reason: got %q, want it to say %q and not the API key", err, tt.text)
			}
		})
	}
}

// TestMistralCancelled has the context end during a call, which the adapter
// does not notice: it returns the answer.
func TestMistralCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := openMistral(t, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		io.WriteString(w, writeOpenAI(answer{Text: "Yes.", PromptTokens: 5, CompletionTokens: 1}))
	})
	if resp, err := r.Reason(ctx, imagescope.Request{Prompt: "A dog?"}); !errors.Is(err, context.Canceled) || resp.Text != "" {
		t.Errorf("Reason: got (%+v, %v), want context.Canceled and no text", resp, err)
	}
}
