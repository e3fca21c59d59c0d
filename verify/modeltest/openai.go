package modeltest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// openAI is the protocol of POST …/chat/completions.
type openAI struct{}

func (openAI) read(body []byte) (call, error) {
	var req struct {
		Model    string
		Messages []struct {
			Content json.RawMessage
		}
		MaxTokens           int `json:"max_tokens"`
		MaxCompletionTokens int `json:"max_completion_tokens"`
		Stream              bool
		LogProbs            bool `json:"logprobs"`
		TopLogProbs         int  `json:"top_logprobs"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return call{}, fmt.Errorf("the request is no JSON as the OpenAI protocol has it: %w", err)
	}
	c := call{model: req.Model, maxTokens: max(req.MaxTokens, req.MaxCompletionTokens), stream: req.Stream, top: -1}
	if req.LogProbs {
		c.top = req.TopLogProbs
	}
	var texts []string
	for i, msg := range req.Messages {
		var text string
		if json.Unmarshal(msg.Content, &text) == nil {
			texts = append(texts, text)
			continue
		}
		var parts []struct {
			Type, Text string
			ImageURL   struct{ URL string } `json:"image_url"`
		}
		if err := json.Unmarshal(msg.Content, &parts); err != nil {
			return call{}, fmt.Errorf("messages[%d].content is neither a text nor a list of parts: %w", i, err)
		}
		for k, p := range parts {
			switch p.Type {
			case "text":
				texts = append(texts, p.Text)
			case "image_url":
				data, err := fromDataURL(p.ImageURL.URL)
				if err != nil {
					return call{}, fmt.Errorf("messages[%d].content[%d]: %w", i, k, err)
				}
				c.images = append(c.images, data)
			default:
				return call{}, fmt.Errorf(`messages[%d].content[%d] has the type %q: use "text" or "image_url"`, i, k, p.Type)
			}
		}
	}
	c.prompt = strings.Join(texts, "\n")
	return c, nil
}

func fromDataURL(url string) ([]byte, error) {
	_, encoded, ok := strings.Cut(url, ";base64,")
	if !ok || !strings.HasPrefix(url, "data:image/") {
		return nil, fmt.Errorf("image_url.url begins %.20q: only data:image/…;base64,… is read", url)
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("image_url.url: %w", err)
	}
	return data, nil
}

func (openAI) write(c call, r response) (string, []byte) {
	reason := "stop"
	if r.truncated {
		reason = "length"
	}
	usage := map[string]int{
		"prompt_tokens": r.promptTokens, "completion_tokens": r.completionTokens, "total_tokens": r.promptTokens + r.completionTokens,
	}
	object := func(kind, part string, content map[string]any, finish any) map[string]any {
		choice := map[string]any{"index": 0, part: content, "finish_reason": finish}
		if c.top >= 0 {
			choice["logprobs"] = map[string]any{"content": r.logProbs(c.top)}
		}
		return map[string]any{"id": "chatcmpl-modeltest", "object": kind, "created": 0, "model": c.model, "choices": []any{choice}}
	}
	if !c.stream {
		o := object("chat.completion", "message", map[string]any{"role": "assistant", "content": r.text}, reason)
		o["usage"] = usage
		return "application/json", compact(o)
	}
	var b bytes.Buffer
	for i, piece := range pieces(r.text) {
		o := object("chat.completion.chunk", "delta", map[string]any{"content": piece}, nil)
		if i > 0 {
			delete(o["choices"].([]any)[0].(map[string]any), "logprobs")
		}
		fmt.Fprintf(&b, "data: %s\n\n", compact(o))
	}
	last := object("chat.completion.chunk", "delta", map[string]any{}, reason)
	last["usage"] = usage
	fmt.Fprintf(&b, "data: %s\n\ndata: [DONE]\n\n", compact(last))
	return "text/event-stream", b.Bytes()
}

func (openAI) failure(status int, reason string) []byte {
	kind := map[int]string{429: "rate_limit_error"}[status]
	if kind == "" {
		kind = "invalid_request_error"
	}
	return compact(map[string]any{"error": map[string]any{"message": reason, "type": kind, "code": nil, "param": nil}})
}

// tokenOf is one of the tokens of a reply and how likely it was.
type tokenOf struct {
	Token       string    `json:"token"`
	LogProb     float64   `json:"logprob"`
	Bytes       []int     `json:"bytes"`
	TopLogProbs []tokenOf `json:"top_logprobs,omitempty"`
}

// logProbs tells how likely the first word of the reply was, and yes and no
// in its place. The words behind it are told as certain.
func (r response) logProbs(top int) []tokenOf {
	var list []tokenOf
	for i, piece := range pieces(r.text) {
		t := tokenOf{Token: piece}
		if i == 0 && !math.IsNaN(r.yes) {
			yes, no := tokenOf{Token: "yes", LogProb: logOf(r.yes)}, tokenOf{Token: "no", LogProb: logOf(1 - r.yes)}
			first, second := yes, no
			if no.LogProb > yes.LogProb {
				first, second = no, yes
			}
			t.LogProb = first.LogProb
			t.TopLogProbs = []tokenOf{first, second}[:min(top, 2)]
		}
		list = append(list, t)
		if i == 15 {
			break
		}
	}
	return list
}

// logOf is the logarithm of a probability; that of 0 is what servers send.
func logOf(p float64) float64 { return math.Max(math.Log(p), -9999) }

// pieces cuts a text before each blank into words, and long ones into parts
// that fit a line of a stream.
func pieces(text string) []string {
	const longest = 16 << 10
	var all []string
	for len(text) > 0 {
		end := len(text)
		if i := strings.IndexByte(text[1:], ' '); i >= 0 {
			end = i + 1
		}
		if len(all) >= 64 {
			end = len(text) // the rest is not worth a line for each word
		}
		for end = min(end, longest); end < len(text) && !utf8.RuneStart(text[end]) && end > longest-utf8.UTFMax; {
			end--
		}
		all = append(all, text[:end])
		text = text[end:]
	}
	return all
}

func compact(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("modeltest: an answer cannot be written: %v", err)) // unreachable: strings and numbers
	}
	return data
}
