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

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/googleai"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/imagescope/imagescope"
)

var googleaiProvider = provider{
	name: "googleai",
	path: "/v1beta/models/" + modelName + ":generateContent",
	open: func(t *testing.T, url string, client *http.Client) llms.Model {
		next := client.Transport
		client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			// A client of one's own must add the key. Google's own client
			// writes it into the request's URL in place, as here, and thereby
			// into the text of each error of the connection.
			args := r.URL.Query()
			args.Set("key", apiKey)
			r.URL.RawQuery = args.Encode()
			return next.RoundTrip(r)
		})
		return openGoogleAI(t, url, googleai.WithHTTPClient(client))
	},
	read:  readGoogleAI,
	write: writeGoogleAI,
	fault: func(status int, message string) string {
		return marshal(map[string]any{"error": map[string]any{"code": status, "message": message}})
	},
}

func openGoogleAI(t *testing.T, url string, opts ...googleai.Option) llms.Model {
	t.Helper()
	opts = append(opts, googleai.WithAPIKey(apiKey), googleai.WithDefaultModel(modelName), func(o *googleai.Options) {
		o.ClientOptions = append(o.ClientOptions, option.WithEndpoint(url))
	})
	model, err := googleai.New(background(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
	return model
}

// readGoogleAI understands POST …:generateContent, which carries the model in
// its path.
func readGoogleAI(body []byte) (question, error) {
	var req struct {
		Model    string
		Contents []struct {
			Role  string
			Parts []struct {
				Text       *string
				InlineData struct {
					MimeType string
					Data     []byte
				}
			}
		}
		GenerationConfig struct {
			Temperature     *float64
			MaxOutputTokens int
		}
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return question{}, err
	}
	if err := oneUserMessage(len(req.Contents), func() string { return req.Contents[0].Role }); err != nil {
		return question{}, err
	}
	q := question{
		Model:       strings.TrimPrefix(req.Model, "models/"),
		Temperature: req.GenerationConfig.Temperature,
		MaxTokens:   req.GenerationConfig.MaxOutputTokens,
	}
	for _, part := range req.Contents[0].Parts {
		if part.Text != nil {
			q.Parts = append(q.Parts, "text")
			q.Prompt += *part.Text
			continue
		}
		q.Parts = append(q.Parts, "image")
		q.Images = append(q.Images, part.InlineData.Data)
		q.Mimes = append(q.Mimes, part.InlineData.MimeType)
	}
	return q, nil
}

func writeGoogleAI(a answer) string {
	reason := "STOP"
	if a.Truncated {
		reason = "MAX_TOKENS"
	}
	return marshal(map[string]any{
		"candidates": []any{map[string]any{
			"content":      map[string]any{"role": "model", "parts": []any{map[string]any{"text": a.Text}}},
			"finishReason": reason, "index": 0,
		}},
		"usageMetadata": map[string]any{
			"promptTokenCount": a.PromptTokens, "candidatesTokenCount": a.CompletionTokens, "totalTokenCount": a.PromptTokens + a.CompletionTokens,
		},
		"modelVersion": modelName,
	})
}

// TestGoogleAITypedError reads status and Retry-After out of an error that
// NewReasoner has wrapped.
func TestGoogleAITypedError(t *testing.T) {
	handler := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, googleaiProvider.fault(http.StatusTooManyRequests, "slow down"))
	}
	r := googleaiProvider.reasoner(t, handler, nil, imagescope.ReasonerOptions{})
	_, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Well?"})
	var typed *googleapi.Error
	if !errors.As(err, &typed) || typed.Code != http.StatusTooManyRequests || typed.Header.Get("Retry-After") != "7" {
		t.Errorf("Reason: got %v, want a *googleapi.Error with status 429 and Retry-After 7 in it", err)
	}
}

// TestGoogleAIStockClient ends a connection under the client that users have,
// which puts the API key into the error's text.
func TestGoogleAIStockClient(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	model := openGoogleAI(t, server.URL)
	msg := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Well?")}
	if _, err := model.GenerateContent(t.Context(), msg); err == nil || !strings.Contains(err.Error(), apiKey) {
		t.Errorf("the adapter: got %v, and this test assumes that it leaks the key", err)
	}
	r, err := imagescope.NewReasoner(model, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Reason(t.Context(), imagescope.Request{Prompt: "Well?"}); err == nil || strings.Contains(err.Error(), apiKey) {
		t.Errorf("Reason: got %v, want an error without the key", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = r.Reason(ctx, imagescope.Request{Prompt: "Well?"}); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), server.URL) {
		t.Errorf("Reason with a cancelled context: got %v, want context.Canceled without the URL", err)
	}
}
