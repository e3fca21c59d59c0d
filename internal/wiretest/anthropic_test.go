package wiretest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"

	"github.com/imagescope/imagescope"
)

var anthropicProvider = provider{
	name: "anthropic",
	path: "/v1/messages",
	open: func(t *testing.T, url string, client *http.Client) llms.Model {
		model, err := anthropic.New(anthropic.WithModel(modelName), anthropic.WithBaseURL(url+"/v1"), anthropic.WithToken(apiKey), anthropic.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		return model
	},
	read: readAnthropic,
	write: func(a answer) string {
		return writeAnthropic(a, map[string]any{"type": "text", "text": a.Text})
	},
	fault: func(_ int, message string) string {
		return marshal(map[string]any{"type": "error", "error": map[string]any{"type": "api_error", "message": message}})
	},
}

// readAnthropic understands POST /v1/messages.
func readAnthropic(body []byte) (question, error) {
	var req struct {
		Model    string
		Messages []struct {
			Role    string
			Content []struct {
				Type, Text string
				Source     struct {
					Type      string
					MediaType string `json:"media_type"`
					Data      []byte
				}
			}
		}
		Temperature *float64
		MaxTokens   int `json:"max_tokens"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return question{}, err
	}
	if err := oneUserMessage(len(req.Messages), func() string { return req.Messages[0].Role }); err != nil {
		return question{}, err
	}
	q := question{Model: req.Model, Temperature: req.Temperature, MaxTokens: req.MaxTokens}
	for _, part := range req.Messages[0].Content {
		q.Parts = append(q.Parts, part.Type)
		switch part.Type {
		case "text":
			q.Prompt += part.Text
		case "image":
			if part.Source.Type != "base64" {
				return q, fmt.Errorf("an image source of type %q", part.Source.Type)
			}
			q.Images = append(q.Images, part.Source.Data)
			q.Mimes = append(q.Mimes, part.Source.MediaType)
		}
	}
	return q, nil
}

func writeAnthropic(a answer, blocks ...any) string {
	reason := "end_turn"
	if a.Truncated {
		reason = "max_tokens"
	}
	return marshal(map[string]any{
		"id": "msg_1", "type": "message", "role": "assistant", "model": modelName,
		"content": blocks, "stop_reason": reason, "stop_sequence": nil,
		"usage": map[string]any{"input_tokens": a.PromptTokens, "output_tokens": a.CompletionTokens},
	})
}

// TestAnthropicBlocks has a model think first and answer in two blocks, which
// the adapter returns as three choices, the first of them empty.
func TestAnthropicBlocks(t *testing.T) {
	a := answer{PromptTokens: 11, CompletionTokens: 7}
	handler := func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, writeAnthropic(a,
			map[string]any{"type": "thinking", "thinking": "Hm.", "signature": "s"},
			map[string]any{"type": "text", "text": "Yes, "},
			map[string]any{"type": "text", "text": "a dog."},
		))
	}
	r := anthropicProvider.reasoner(t, handler, nil, imagescope.ReasonerOptions{})
	got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?"})
	if err != nil {
		t.Fatal(err)
	}
	want := imagescope.Response{Text: "Yes, a dog.", PromptTokens: 11, CompletionTokens: 7}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Reason: want is -, got is +\n%s", d)
	}
}
