package wiretest

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
)

// hostile are bodies, by provider, that are JSON and no answer, sent with
// status 200. Those marked make the adapter panic.
var hostile = map[string][]struct {
	body   string
	panics bool
}{
	"ollama": {
		{body: "null\n"},
		{body: "[]\n"},
		{body: `{"message":null,"done":true}` + "\n"},
		{body: `{"message":{"role":"assistant","content":null},"done":true,"prompt_eval_count":-1}` + "\n"},
		{body: `{"message":{"content":["Yes"]},"done":true}` + "\n"},
	},
	"openai": {
		{body: "null"},
		{body: "[]"},
		{body: `{"choices":null}`},
		{body: `{"choices":[null]}`, panics: true},
		{body: `{"choices":[{}]}`},
		{body: `{"choices":[{"message":{"content":null,"refusal":"I cannot."}}]}`},
	},
	"anthropic": {
		{body: "null", panics: true},
		{body: "[]"},
		{body: `{"content":null}`},
		{body: `{"content":[null]}`},
		{body: `{"content":[{}]}`},
		{body: `{"content":[{"type":"magic"}]}`},
		{body: `{"content":[{"type":"text"}]}`},
		{body: `{"content":[],"stop_reason":"refusal"}`},
	},
	"googleai": {
		{body: "null"},
		{body: "[]"},
		{body: `{"candidates":[null]}`},
		{body: `{"candidates":[{}]}`},
		{body: `{"candidates":[{"content":{}}]}`},
		{body: `{"candidates":[{"content":{"parts":[null]}}]}`},
		{body: `{"candidates":[{"content":{"parts":[{}]}}]}`},
		{body: `{"candidates":[{"finishReason":"SAFETY"}]}`},
		{body: `{"promptFeedback":{"blockReason":"SAFETY"}}`},
	},
}

// TestHostile checks that such a body is an error, and a panic of the adapter
// no more than that.
func TestHostile(t *testing.T) {
	for _, p := range providers {
		for _, tt := range hostile[p.name] {
			t.Run(p.name+"/"+strings.TrimSpace(tt.body), func(t *testing.T) {
				handler := func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					io.WriteString(w, tt.body)
				}
				r := p.reasoner(t, handler, nil, imagescope.ReasonerOptions{})
				resp, err := r.Reason(t.Context(), imagescope.Request{Prompt: "A dog?"})
				if err == nil || resp.Text != "" {
					t.Fatalf("Reason: got (%+v, %v), want an error and no text", resp, err)
				}
				if got := strings.Contains(err.Error(), "panicked"); got != tt.panics {
					t.Errorf("Reason: got %q, want it to tell of a panic: %t", err, tt.panics)
				}
			})
		}
	}
}
