package modeltest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// TestYesNo has probabilities come through langchaingo's openai adapter, which
// knows of none.
func TestYesNo(t *testing.T) {
	w := modeltest.Gallery()
	m := modeltest.New(w, &modeltest.Options{ErrorRate: 0.2})
	server := serve(t, m)
	for name, r := range map[string]imagescope.Reasoner{
		"in process": openAI(t, "http://model.test/v1", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: m})),
		"server":     openAI(t, server.URL+"/v1", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: server.Client().Transport})),
	} {
		for _, question := range []string{"Is there a car?", "Is there a dog?"} {
			req := imagescope.Request{Task: imagescope.TaskVerify, Prompt: question, Images: []imagescope.Image{picked(t, w, "street/red-car-day.png")}}
			plain, err := r.Reason(t.Context(), req)
			if err != nil || plain.YesNo != (imagescope.Likelihood{}) {
				t.Errorf("%s, %s without YesNo: %+v, %v", name, question, plain, err)
			}
			req.YesNo = true
			told, err := r.Reason(t.Context(), req)
			p, known := told.YesNo.P()
			if err != nil || !known || told.Text != plain.Text || (p > 0.5) != strings.HasPrefix(strings.ToLower(told.Text), "yes") {
				t.Errorf("%s, %s with YesNo: %+v, %v", name, question, told, err)
			}
		}
	}
	// Ollama's own protocol is not asked.
	ollama := ollamaModel(t, "http://model.test", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: m}))
	told, err := ollama.Reason(t.Context(), imagescope.Request{Prompt: "Is there a car?", YesNo: true, Images: []imagescope.Image{picked(t, w, "street/red-car-day.png")}})
	if _, known := told.YesNo.P(); err != nil || known {
		t.Errorf("ollama: %+v, %v", told, err)
	}
}

// TestYesNoVerifies has stage 2 take its confidence from a server.
func TestYesNoVerifies(t *testing.T) {
	w := modeltest.Gallery()
	m := modeltest.New(w, &modeltest.Options{ErrorRate: 0.2})
	v := verify.New(openAI(t, "http://model.test/v1", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: m})),
		&verify.Options{Confidence: verify.Probability, Order: verify.Scored})
	props := []imagescope.Proposition{{Question: "Is there a car?", Want: true}}
	cs := []imagescope.Candidate{{Image: picked(t, w, "street/red-car-day.png")}, {Image: picked(t, w, "snow/two-dogs.png")}}
	got, err := v.Verify(t.Context(), props, cs, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if a := c.Answers[0]; a.Confidence < 0.5 || a.Confidence > 1 {
			t.Errorf("%s: %+v", c.Image.ID, a)
		}
	}
}

// answers is a transport that gives one reply to everything.
type answers struct {
	status int
	body   string
}

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// TestYesNoHostile has servers say odd things of their tokens: the text counts
// all the same, or the error is the one that there would be without.
func TestYesNoHostile(t *testing.T) {
	reply := func(logprobs string) string {
		return fmt.Sprintf(`{"choices": [{"message": {"role": "assistant", "content": "Yes"}, "finish_reason": "stop", "logprobs": %s}]}`, logprobs)
	}
	token := func(text, top string) string { return fmt.Sprintf(`{"token": %q, "top_logprobs": [%s]}`, text, top) }
	const even = `{"token": "Yes", "logprob": -0.7}, {"token": "No", "logprob": -0.7}`
	tests := []struct {
		name, logprobs string
		p              float64
		known          bool
	}{
		{"none", `null`, 0, false},
		{"no content", `{"content": null}`, 0, false},
		{"no top", `{"content": [{"token": "Yes"}]}`, 0, false},
		{"blanks first", `{"content": [` + token("\n", `{"token": "\n", "logprob": 0}`) + `,` + token(" Yes", even) + `]}`, 0.5, true},
		{"other words", `{"content": [` + token("The", `{"token": "The", "logprob": 0}`) + `]}`, 0, false},
		{"beyond certain", `{"content": [` + token("Yes", `{"token": "Yes", "logprob": 1e300}`) + `]}`, 1, true},
		{"many", `{"content": [` + token("Yes", even+strings.Repeat(`, {"token": "No", "logprob": 0}`, 100_000)) + `]}`, 0.026, true}, // 20 are looked at,
	}
	for _, tt := range tests {
		r := openAI(t, "http://model.test/v1", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: answers{200, reply(tt.logprobs)}}))
		got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Is there a car?", YesNo: true})
		p, known := got.YesNo.P()
		if err != nil || got.Text != "Yes" || known != tt.known || known && (p < tt.p-0.01 || p > tt.p+0.01) {
			t.Errorf("%s: %+v, %v, want p %v, %v", tt.name, got, err, tt.p, tt.known)
		}
	}
	for name, transport := range map[string]answers{
		"refused": {400, `{"error": {"message": "logprobs are not supported"}}`}, "wrong shapes": {200, reply(`[7]`)}, "no JSON": {200, `{"choices": [`},
	} {
		r := openAI(t, "http://model.test/v1", imagescope.NewHTTPClient(&imagescope.HTTPClientOptions{Transport: transport}))
		if got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Is there a car?", YesNo: true}); err == nil {
			t.Errorf("%s: %+v and no error", name, got)
		}
	}
}
