package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ollama is the protocol of POST …/api/chat.
type ollama struct{}

func (ollama) read(body []byte) (call, error) {
	var req struct {
		Model    string
		Stream   *bool // left out, it means yes
		Messages []struct {
			Content string
			Images  [][]byte
		}
		Options struct {
			NumPredict int `json:"num_predict"`
		}
		LogProbs    bool `json:"logprobs"`
		TopLogProbs int  `json:"top_logprobs"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return call{}, fmt.Errorf("the request is no JSON as the Ollama protocol has it: %w", err)
	}
	c := call{model: req.Model, maxTokens: max(req.Options.NumPredict, 0), stream: req.Stream == nil || *req.Stream, top: -1}
	if req.LogProbs {
		c.top = req.TopLogProbs
	}
	var texts []string
	for _, msg := range req.Messages {
		texts = append(texts, msg.Content)
		c.images = append(c.images, msg.Images...)
	}
	c.prompt = strings.Join(texts, "\n")
	return c, nil
}

func (ollama) write(c call, r response) (string, []byte) {
	line := func(text string) map[string]any {
		return map[string]any{
			"model": c.model, "created_at": "2026-01-01T00:00:00Z",
			"message": map[string]string{"role": "assistant", "content": text}, "done": false,
		}
	}
	end := func(o map[string]any) []byte {
		o["done"], o["done_reason"] = true, "stop"
		if r.truncated {
			o["done_reason"] = "length"
		}
		o["prompt_eval_count"], o["eval_count"] = max(r.promptTokens, 1), max(r.completionTokens, 1)
		return append(compact(o), '\n')
	}
	likely := func(o map[string]any) map[string]any {
		if c.top >= 0 {
			o["logprobs"] = r.logProbs(c.top)
		}
		return o
	}
	if !c.stream {
		return "application/json", end(likely(line(r.text)))
	}
	var b bytes.Buffer
	for i, piece := range pieces(r.text) {
		o := line(piece)
		if i == 0 {
			o = likely(o)
		}
		b.Write(compact(o))
		b.WriteByte('\n')
	}
	b.Write(end(line("")))
	return "application/x-ndjson", b.Bytes()
}

func (ollama) failure(_ int, reason string) []byte {
	return compact(map[string]string{"error": reason})
}
