package wiretest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/imagescope/imagescope"
)

var openaiProvider = provider{
	name: "openai",
	path: "/v1/chat/completions",
	open: func(t *testing.T, url string, client *http.Client) llms.Model {
		model, err := openai.New(openai.WithModel(modelName), openai.WithBaseURL(url+"/v1"), openai.WithToken(apiKey), openai.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		return model
	},
	read:  readOpenAI,
	write: writeOpenAI,
	fault: func(_ int, message string) string {
		return marshal(map[string]any{"error": map[string]any{"message": message, "type": "server_error", "param": nil, "code": nil}})
	},
}

// readOpenAI understands POST /v1/chat/completions.
func readOpenAI(body []byte) (question, error) {
	var req struct {
		Model    string
		Messages []struct {
			Role    string
			Content json.RawMessage // a text, or a list of parts
		}
		Temperature         *float64
		MaxCompletionTokens int `json:"max_completion_tokens"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return question{}, err
	}
	if err := oneUserMessage(len(req.Messages), func() string { return req.Messages[0].Role }); err != nil {
		return question{}, err
	}
	q := question{Model: req.Model, Temperature: req.Temperature, MaxTokens: req.MaxCompletionTokens}
	return q, q.addOpenAI(req.Messages[0].Content)
}

func (q *question) addOpenAI(content json.RawMessage) error {
	if json.Unmarshal(content, &q.Prompt) == nil {
		q.Parts = append(q.Parts, "text")
		return nil
	}
	var parts []struct {
		Type, Text string
		ImageURL   struct{ URL string } `json:"image_url"`
	}
	if err := json.Unmarshal(content, &parts); err != nil {
		return err
	}
	for _, p := range parts {
		switch p.Type {
		case "text":
			q.Prompt += p.Text
			q.Parts = append(q.Parts, "text")
		case "image_url":
			head, data, _ := strings.Cut(p.ImageURL.URL, ";base64,")
			file, err := base64.StdEncoding.DecodeString(data)
			if err != nil {
				return fmt.Errorf("image URL %.40q: %w", p.ImageURL.URL, err)
			}
			q.Images = append(q.Images, file)
			q.Mimes = append(q.Mimes, strings.TrimPrefix(head, "data:"))
			q.Parts = append(q.Parts, "image")
		default:
			return fmt.Errorf("a part of type %q", p.Type)
		}
	}
	return nil
}

func writeOpenAI(a answer) string {
	reason := "stop"
	if a.Truncated {
		reason = "length"
	}
	return marshal(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": modelName,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": reason,
			"message": map[string]any{"role": "assistant", "content": a.Text},
		}},
		"usage": map[string]any{
			"prompt_tokens": a.PromptTokens, "completion_tokens": a.CompletionTokens, "total_tokens": a.PromptTokens + a.CompletionTokens,
		},
	})
}

// TestOpenAILegacyTokenField is how other servers, Ollama's /v1 among them,
// are given a token limit.
func TestOpenAILegacyTokenField(t *testing.T) {
	type limits struct {
		MaxTokens           int `json:"max_tokens"`
		MaxCompletionTokens int `json:"max_completion_tokens"`
	}
	got := make(chan limits, 1)
	handler := func(w http.ResponseWriter, r *http.Request) {
		var l limits
		if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
			t.Error(err)
		}
		got <- l
		io.WriteString(w, writeOpenAI(answer{Text: "yes"}))
	}
	r := openaiProvider.reasoner(t, handler, nil, imagescope.ReasonerOptions{CallOptions: []llms.CallOption{openai.WithLegacyMaxTokensField()}})
	if _, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Well?", MaxTokens: 321}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(limits{MaxTokens: 321}, <-got); d != "" {
		t.Errorf("Reason with WithLegacyMaxTokensField: want is -, got is +\n%s", d)
	}
}
