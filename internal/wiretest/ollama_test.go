package wiretest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"
)

var ollamaProvider = provider{
	name: "ollama",
	path: "/api/chat",
	open: func(t *testing.T, url string, client *http.Client) llms.Model {
		model, err := ollama.New(ollama.WithModel(modelName), ollama.WithServerURL(url), ollama.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		return model
	},
	read:  readOllama,
	write: writeOllama,
	fault: func(_ int, message string) string { return marshal(map[string]string{"error": message}) },
}

// readOllama understands POST /api/chat. The wire format does not say where
// images stand against the text; a server puts them first.
func readOllama(body []byte) (question, error) {
	var req struct {
		Model    string
		Stream   *bool
		Messages []struct {
			Role, Content string
			Images        [][]byte
		}
		Options struct {
			Temperature *float64
			NumPredict  int `json:"num_predict"`
		}
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return question{}, err
	}
	if err := oneUserMessage(len(req.Messages), func() string { return req.Messages[0].Role }); err != nil {
		return question{}, err
	}
	msg := req.Messages[0]
	q := question{Model: req.Model, Images: msg.Images, Prompt: msg.Content, Temperature: req.Options.Temperature, MaxTokens: req.Options.NumPredict}
	for range msg.Images {
		q.Parts = append(q.Parts, "image")
	}
	q.Parts = append(q.Parts, "text")
	return q, nil
}

// writeOllama returns a line for each word, since the server streams unless it
// is told not to, and the line that ends the stream.
func writeOllama(a answer) string {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	type line struct {
		Model           string  `json:"model"`
		CreatedAt       string  `json:"created_at"`
		Message         message `json:"message"`
		Done            bool    `json:"done"`
		DoneReason      string  `json:"done_reason,omitempty"`
		PromptEvalCount int     `json:"prompt_eval_count,omitempty"`
		EvalCount       int     `json:"eval_count,omitempty"`
	}
	now := "2026-11-24T10:00:00.123456789Z"
	var b strings.Builder
	for _, word := range strings.SplitAfter(a.Text, " ") {
		b.WriteString(marshal(line{Model: modelName, CreatedAt: now, Message: message{"assistant", word}}) + "\n")
	}
	last := line{
		Model: modelName, CreatedAt: now, Message: message{Role: "assistant"},
		Done: true, DoneReason: "stop", PromptEvalCount: a.PromptTokens, EvalCount: a.CompletionTokens,
	}
	if a.Truncated {
		last.DoneReason = "length"
	}
	b.WriteString(marshal(last) + "\n")
	return b.String()
}
