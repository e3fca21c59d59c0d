package imagescope

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// errTokensSpent marks an empty reply that would be empty again.
var errTokensSpent = errors.New("tokens allowed were spent before any text")

// read turns what an adapter returned without an error into a Response, or
// finds that it is none. maxTokens is the limit that was sent.
func (m *langchain) read(reply *llms.ContentResponse, maxTokens int) (Response, error) {
	text, choice := m.choose(reply)
	if choice == nil {
		return Response{}, fmt.Errorf("%w: it has no choices", ErrEmptyReply)
	}
	used := usageIn(choice.GenerationInfo)
	resp := Response{
		Text:             text,
		Model:            m.opts.Model,
		Truncated:        truncated(choice.StopReason, used.completion, maxTokens),
		PromptTokens:     used.prompt,
		CompletionTokens: used.completion,
	}
	if name, ok := choice.GenerationInfo["model"].(string); ok && name != "" {
		resp.Model = name
	}
	switch {
	case m.provider == ProviderOllama && used.known && used.prompt == 0 && used.completion == 0:
		return resp, fmt.Errorf("%w: no tokens were counted, so the call failed or its stream was cut short: the server's log says why", ErrEmptyReply)
	case strings.TrimSpace(text) != "":
		return resp, nil
	case resp.Truncated:
		return resp, fmt.Errorf("%w: all %d %w: raise Request.MaxTokens, or ReasonerOptions.CallOptions with llms.WithMaxTokens", ErrEmptyReply, maxTokens, errTokensSpent)
	}
	return resp, fmt.Errorf("%w (stop reason %q)", ErrEmptyReply, choice.StopReason)
}

// choose returns the reply's text and the choice that tells about it: the
// first that is not blank. The choices of anthropic are not alternatives but
// the blocks of one reply, thoughts among them as empty ones.
func (m *langchain) choose(reply *llms.ContentResponse) (text string, chosen *llms.ContentChoice) {
	if reply == nil {
		return "", nil
	}
	var all strings.Builder
	for _, c := range reply.Choices {
		if c == nil {
			continue
		}
		all.WriteString(c.Content)
		if chosen == nil || strings.TrimSpace(chosen.Content) == "" && strings.TrimSpace(c.Content) != "" {
			chosen = c
		}
	}
	if chosen == nil {
		return "", nil
	}
	if m.provider == ProviderAnthropic {
		return all.String(), chosen
	}
	return chosen.Content, chosen
}

// truncated reports whether a reply ended at the token limit. Adapters pass
// the stop reason on as the server wrote it: length (openai), max_tokens
// (anthropic), model_length (mistral), FinishReasonMaxTokens (googleai).
// ollama gives none, and the count must tell: a reply that ends by itself at
// the very limit is then taken for a truncated one.
func truncated(stopReason string, tokens, limit int) bool {
	switch strings.ToLower(stopReason) {
	case "":
		return limit > 0 && tokens >= limit
	case "length", "max_tokens", "model_length", "model_context_window_exceeded", "finishreasonmaxtokens":
		return true
	}
	return false
}

// usage is what a reply has cost in tokens; known if either count was given.
type usage struct {
	prompt, completion int
	known              bool
}

// usageIn reads the counts out of a choice's GenerationInfo, where each
// adapter writes them under keys and in types of its own. mistral puts a
// struct under "usage", which is read by way of its JSON.
func usageIn(info map[string]any) usage {
	if nested, ok := info["usage"]; ok {
		info = nil
		if data, err := json.Marshal(nested); err == nil {
			_ = json.Unmarshal(data, &info) // what is no object leaves no keys to find
		}
	}
	prompt, knowsPrompt := count(info, "PromptTokens", "InputTokens", "input_tokens", "prompt_tokens")
	completion, knowsCompletion := count(info, "CompletionTokens", "OutputTokens", "output_tokens", "completion_tokens")
	return usage{prompt, completion, knowsPrompt || knowsCompletion}
}

// count returns the number under the first of keys that has one.
func count(info map[string]any, keys ...string) (n int, ok bool) {
	for _, key := range keys {
		switch v := info[key].(type) {
		case int:
			return max(v, 0), true
		case int32:
			return max(int(v), 0), true
		case int64:
			return max(int(v), 0), true
		case float64:
			return max(int(v), 0), true
		}
	}
	return 0, false
}
