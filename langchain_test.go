package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/fake"

	"github.com/imagescope/imagescope"
)

// modelFunc is a langchaingo model. The real ones, and what they put on the
// wire, are tested in internal/wiretest, a module of its own.
type modelFunc func(ctx context.Context, msgs []llms.MessageContent, opts llms.CallOptions) (*llms.ContentResponse, error)

func (f modelFunc) GenerateContent(ctx context.Context, msgs []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var opts llms.CallOptions
	for _, opt := range options {
		opt(&opts)
	}
	return f(ctx, msgs, opts)
}

func (f modelFunc) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, f, prompt, options...)
}

// replying returns a model that always gives these choices.
func replying(choices ...*llms.ContentChoice) modelFunc {
	return func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		return &llms.ContentResponse{Choices: choices}, nil
	}
}

// failing returns a model that always fails.
func failing(err error) modelFunc {
	return func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		return nil, err
	}
}

func newReasoner(t testing.TB, model llms.Model, opts *imagescope.ReasonerOptions) imagescope.Reasoner {
	t.Helper()
	r, err := imagescope.NewReasoner(model, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ExampleNewReasoner() {
	// In earnest: model, err := ollama.New(ollama.WithModel("…"))
	model := fake.NewFakeLLM([]string{"A dog runs through snow."})
	r, err := imagescope.NewReasoner(model, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := imagescope.Ask(context.Background(), r, imagescope.Request{
		Task:   imagescope.TaskCaption,
		Prompt: "Describe the image in one sentence.",
	})
	fmt.Println(resp.Text, err)
	// Output: A dog runs through snow. <nil>
}

func TestNewReasonerRefuses(t *testing.T) {
	model := replying(&llms.ContentChoice{Content: "yes"})
	stream := func(context.Context, []byte) error { return nil }
	tests := []struct {
		name  string
		model llms.Model
		opts  *imagescope.ReasonerOptions
		want  string // part of the error; "" for none
	}{
		{"defaults", model, nil, ""},
		{"no model", nil, nil, "the model is nil"},
		{"a nil pointer from an unchecked constructor", (*fake.LLM)(nil), nil, "the model is nil"},
		{"unknown provider", model, &imagescope.ReasonerOptions{Provider: "olama"}, `Provider is "olama"`},
		{"negative side", model, &imagescope.ReasonerOptions{MaxSide: -1}, "MaxSide is -1"},
		{"nil call option", model, &imagescope.ReasonerOptions{CallOptions: []llms.CallOption{nil}}, "CallOptions[0] is nil"},
		{"model per call", model, &imagescope.ReasonerOptions{CallOptions: []llms.CallOption{llms.WithModel("m")}}, `sets the model "m"`},
		{"streaming", model, &imagescope.ReasonerOptions{CallOptions: []llms.CallOption{llms.WithStreamingFunc(stream)}}, "streaming function"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := imagescope.NewReasoner(tt.model, tt.opts)
			switch {
			case tt.want == "" && (err != nil || r == nil):
				t.Errorf("NewReasoner: got (%v, %v), want a Reasoner", r, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("NewReasoner: got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestReasonSends(t *testing.T) {
	left := imagescope.Pixels("left", image.NewGray(image.Rect(0, 0, 40, 20)))
	right := imagescope.Pixels("right", image.NewGray(image.Rect(0, 0, 20, 40)))
	jpeg := func(img imagescope.Image, side int) []byte {
		data, err := img.JPEG(side)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	text := llms.TextPart("Same?")
	type sent struct {
		Parts       []llms.ContentPart
		Temperature float64
		MaxTokens   int
		Model       string
		Seed        int
	}
	tests := []struct {
		name string
		opts imagescope.ReasonerOptions
		req  imagescope.Request
		want sent
	}{
		{
			name: "defaults",
			req:  imagescope.Request{Prompt: "Same?"},
			want: sent{Parts: []llms.ContentPart{text}, MaxTokens: imagescope.DefaultMaxTokens},
		},
		{
			name: "unknown adapters get binary parts, images first",
			req:  imagescope.Request{Prompt: "Same?", Images: []imagescope.Image{left, right}, MaxTokens: 7, Temperature: 0.5},
			want: sent{
				Parts:     []llms.ContentPart{llms.BinaryPart("image/jpeg", jpeg(left, 0)), llms.BinaryPart("image/jpeg", jpeg(right, 0)), text},
				MaxTokens: 7, Temperature: 0.5,
			},
		},
		{
			name: "a size of one's own",
			opts: imagescope.ReasonerOptions{MaxSide: 16},
			req:  imagescope.Request{Prompt: "Same?", Images: []imagescope.Image{left}},
			want: sent{Parts: []llms.ContentPart{llms.BinaryPart("image/jpeg", jpeg(left, 16)), text}, MaxTokens: imagescope.DefaultMaxTokens},
		},
		{
			name: "the request's size before one's own",
			opts: imagescope.ReasonerOptions{MaxSide: 32},
			req:  imagescope.Request{Prompt: "Same?", Images: []imagescope.Image{left}, MaxSide: 16},
			want: sent{Parts: []llms.ContentPart{llms.BinaryPart("image/jpeg", jpeg(left, 16)), text}, MaxTokens: imagescope.DefaultMaxTokens},
		},
		{
			name: "call options override",
			opts: imagescope.ReasonerOptions{Model: "only a name", CallOptions: []llms.CallOption{llms.WithTemperature(1), llms.WithMaxTokens(9), llms.WithSeed(3)}},
			req:  imagescope.Request{Prompt: "Same?", MaxTokens: 7},
			want: sent{Parts: []llms.ContentPart{text}, MaxTokens: 9, Temperature: 1, Seed: 3},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got sent
			model := modelFunc(func(_ context.Context, msgs []llms.MessageContent, opts llms.CallOptions) (*llms.ContentResponse, error) {
				if len(msgs) != 1 || msgs[0].Role != llms.ChatMessageTypeHuman {
					t.Errorf("Reason(%+v) sent %d messages, want one from the user", tt.req, len(msgs))
				}
				got = sent{msgs[0].Parts, opts.Temperature, opts.MaxTokens, opts.Model, opts.Seed}
				return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "yes"}}}, nil
			})
			if _, err := newReasoner(t, model, &tt.opts).Reason(t.Context(), tt.req); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("Reason(%+v): sent is +, want is -\n%s", tt.req, d)
			}
		})
	}
}

func TestReasonReads(t *testing.T) {
	type info = map[string]any
	type nested struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
	}
	choice := func(text, stop string, info map[string]any) *llms.ContentChoice {
		return &llms.ContentChoice{Content: text, StopReason: stop, GenerationInfo: info}
	}
	tests := []struct {
		name    string
		opts    imagescope.ReasonerOptions
		choices []*llms.ContentChoice
		want    imagescope.Response
		empty   bool // ErrEmptyReply is wanted
	}{
		{
			name:    "text alone",
			opts:    imagescope.ReasonerOptions{Model: "m"},
			choices: []*llms.ContentChoice{choice("yes", "stop", nil)},
			want:    imagescope.Response{Text: "yes", Model: "m"},
		},
		{
			name:    "counts of int32, and the model's own name",
			choices: []*llms.ContentChoice{choice("yes", "stop", info{"PromptTokens": int32(5), "CompletionTokens": int32(2), "model": "m-1"})},
			want:    imagescope.Response{Text: "yes", Model: "m-1", PromptTokens: 5, CompletionTokens: 2},
		},
		{
			name:    "counts in a struct",
			choices: []*llms.ContentChoice{choice("yes", "model_length", info{"usage": nested{5, 2}})},
			want:    imagescope.Response{Text: "yes", Truncated: true, PromptTokens: 5, CompletionTokens: 2},
		},
		{
			name:    "counts that make no sense",
			choices: []*llms.ContentChoice{choice("yes", "stop", info{"usage": "none", "PromptTokens": "many", "CompletionTokens": -3})},
			want:    imagescope.Response{Text: "yes"},
		},
		{
			name:    "no stop reason, and as many tokens as allowed",
			opts:    imagescope.ReasonerOptions{Provider: imagescope.ProviderOllama},
			choices: []*llms.ContentChoice{choice("yes, because", "", info{"PromptTokens": 5, "CompletionTokens": 10})},
			want:    imagescope.Response{Text: "yes, because", Truncated: true, PromptTokens: 5, CompletionTokens: 10},
		},
		{
			name:    "a choice that is nil and a blank one before the text",
			choices: []*llms.ContentChoice{nil, choice(" ", "", nil), choice("yes", "length", info{"input_tokens": 5, "output_tokens": 2})},
			want:    imagescope.Response{Text: "yes", Truncated: true, PromptTokens: 5, CompletionTokens: 2},
		},
		{
			name:    "blocks of one reply, a thought first",
			opts:    imagescope.ReasonerOptions{Provider: imagescope.ProviderAnthropic},
			choices: []*llms.ContentChoice{choice("", "end_turn", nil), choice("yes, ", "end_turn", info{"InputTokens": 5, "OutputTokens": 2}), choice("both", "end_turn", nil)},
			want:    imagescope.Response{Text: "yes, both", PromptTokens: 5, CompletionTokens: 2},
		},
		{
			name:    "alternatives: the first",
			choices: []*llms.ContentChoice{choice("yes", "stop", nil), choice("no", "stop", nil)},
			want:    imagescope.Response{Text: "yes"},
		},
		{name: "no choice", empty: true},
		{name: "only nil choices", choices: []*llms.ContentChoice{nil}, empty: true},
		{
			name:    "blank",
			choices: []*llms.ContentChoice{choice(" \n", "content_filter", info{"PromptTokens": 5})},
			want:    imagescope.Response{Text: " \n", PromptTokens: 5},
			empty:   true,
		},
		{
			name:    "all tokens spent on thoughts",
			choices: []*llms.ContentChoice{choice("", "length", info{"PromptTokens": 5, "CompletionTokens": 10})},
			want:    imagescope.Response{Truncated: true, PromptTokens: 5, CompletionTokens: 10},
			empty:   true,
		},
		{
			name:    "ollama without tokens, whatever the text",
			opts:    imagescope.ReasonerOptions{Provider: imagescope.ProviderOllama},
			choices: []*llms.ContentChoice{choice("part of a", "", info{"PromptTokens": 0, "CompletionTokens": 0})},
			want:    imagescope.Response{Text: "part of a"},
			empty:   true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReasoner(t, replying(tt.choices...), &tt.opts)
			got, err := r.Reason(t.Context(), imagescope.Request{Prompt: "Same?", MaxTokens: 10})
			if errors.Is(err, imagescope.ErrEmptyReply) != tt.empty || (err != nil) != tt.empty {
				t.Errorf("Reason: got error %v, want ErrEmptyReply: %t", err, tt.empty)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("Reason: want is -, got is +\n%s", d)
			}
		})
	}
}

func TestReasonWithoutResponse(t *testing.T) {
	model := modelFunc(func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		return nil, nil
	})
	if resp, err := newReasoner(t, model, nil).Reason(t.Context(), imagescope.Request{}); !errors.Is(err, imagescope.ErrEmptyReply) {
		t.Errorf("Reason with an adapter that returns nil, nil: got (%+v, %v), want ErrEmptyReply", resp, err)
	}
}

func TestReasonPanic(t *testing.T) {
	model := modelFunc(func(_ context.Context, msgs []llms.MessageContent, _ llms.CallOptions) (*llms.ContentResponse, error) {
		return &llms.ContentResponse{Choices: make([]*llms.ContentChoice, 1)[len(msgs):2]}, nil
	})
	_, err := newReasoner(t, model, nil).Reason(t.Context(), imagescope.Request{Task: imagescope.TaskVerify})
	if err == nil || !strings.Contains(err.Error(), "panicked") || !strings.Contains(err.Error(), "verify") {
		t.Errorf("Reason with an adapter that panics: got %v, want an error that says so and names the task", err)
	}
}

func TestReasonUnreadableImage(t *testing.T) {
	asked := false
	model := modelFunc(func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		asked = true
		return nil, nil
	})
	images := []imagescope.Image{{ID: "lost.jpg"}}
	_, err := newReasoner(t, model, nil).Reason(t.Context(), imagescope.Request{Images: images})
	var bad *imagescope.ImageError
	if !errors.As(err, &bad) || bad.ID != "lost.jpg" || !errors.Is(err, imagescope.ErrNoImage) {
		t.Errorf("Reason: got %v, want an ImageError for lost.jpg that wraps ErrNoImage", err)
	}
	if asked {
		t.Error("Reason asked the model all the same")
	}
}

func TestReasonMistralImage(t *testing.T) {
	r := newReasoner(t, replying(&llms.ContentChoice{Content: "I see nothing"}), &imagescope.ReasonerOptions{Provider: imagescope.ProviderMistral})
	img := imagescope.Pixels("", image.NewGray(image.Rect(0, 0, 2, 2)))
	if resp, err := r.Reason(t.Context(), imagescope.Request{Images: []imagescope.Image{img}}); err == nil || !strings.Contains(err.Error(), "openai") {
		t.Errorf("Reason: got (%+v, %v), want an error that points to the openai adapter", resp, err)
	}
}

// TestReasonDone has adapters whose context ends during the call hide that in
// the ways in which the real ones do.
func TestReasonDone(t *testing.T) {
	const leak = "https://host/v1?key=hunter2hunter2"
	adapters := map[string]*llms.ContentResponse{
		"an error of its own":     nil,
		"part of a reply, no err": {Choices: []*llms.ContentChoice{{Content: "part of"}}},
	}
	reason := errors.New("the user went away")
	for name, reply := range adapters {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			model := modelFunc(func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
				cancel(reason)
				if reply == nil {
					return nil, errors.New("request cancelled: " + leak)
				}
				return reply, nil
			})
			resp, err := newReasoner(t, model, nil).Reason(ctx, imagescope.Request{Task: imagescope.TaskCaption})
			if !errors.Is(err, context.Canceled) || !errors.Is(err, reason) || resp != (imagescope.Response{}) {
				t.Errorf("Reason: got (%+v, %v), want context.Canceled with its cause and nothing else", resp, err)
			}
			if strings.Contains(err.Error(), "host") {
				t.Errorf("Reason: the error %q repeats what the adapter said", err)
			}
		})
	}
}

func TestReasonDoneBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	model := modelFunc(func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		t.Error("Reason asked the model with a context that is done")
		return nil, nil
	})
	if _, err := newReasoner(t, model, nil).Reason(ctx, imagescope.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Reason: got %v, want context.Canceled", err)
	}
}

func TestReasonErrorNames(t *testing.T) {
	cause := &fs.PathError{Op: "read", Path: "socket", Err: errors.New("broken")}
	tests := []struct {
		name string
		opts imagescope.ReasonerOptions
		want string
	}{
		{"all known", imagescope.ReasonerOptions{Provider: imagescope.ProviderOpenAI, Model: "gpt-4o"}, "openai model gpt-4o, asked to compare: read socket: broken"},
		{"nothing known", imagescope.ReasonerOptions{}, "model of type imagescope_test.modelFunc, asked to compare: read socket: broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newReasoner(t, failing(cause), &tt.opts).Reason(t.Context(), imagescope.Request{Task: imagescope.TaskCompare})
			if got := fmt.Sprint(err); got != tt.want {
				t.Errorf("Reason: got error %q, want %q", got, tt.want)
			}
			if typed := (*fs.PathError)(nil); !errors.As(err, &typed) || typed != cause {
				t.Errorf("Reason: errors.As does not find the adapter's error in %v", err)
			}
		})
	}
}

func TestReasonRedacts(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2" // unlike anything else in the texts
	tests := []struct{ text, keep string }{
		{`Post "https://host/v1beta/models/m:generateContent?%24alt=json&key=` + secret + `": EOF`, "EOF"},
		{`proxy to host/?u=https%3A%2F%2Fhost%3Fkey%3D` + secret + ` failed`, "failed"},
		{"x_api-key=" + secret + "&q=dog", "q=dog"},
		{"map[Authorization:[Bearer " + secret + "] Accept:[*/*]]", "Accept"},
		{"Authorization: Basic " + secret + "\r\nHost: h", "Host: h"},
		{`{"authorization": "` + secret + `", "a": 1}`, `"a": 1`},
		{`{"X-Goog-Api-Key":["` + secret + `"],"a":1}`, `"a":1`},
		{"x-api-key: " + secret + ", status 401", "status 401"},
		{"the Bearer " + secret + " is expired", "is expired"},
		{"dial https://me:" + secret + "@host:80/: refused", "@host:80/: refused"},
		{"Incorrect API key provided: sk-" + secret + ". See the manual", "See the manual"},
		{"the key AIzaSy" + secret + " is invalid", "is invalid"},
		{strings.Repeat("x", 1<<20) + "?key=" + secret, "xxx"},
	}
	for _, tt := range tests {
		_, err := newReasoner(t, failing(errors.New(tt.text)), nil).Reason(t.Context(), imagescope.Request{})
		got := fmt.Sprint(err)
		if strings.Contains(got, secret) || !strings.Contains(got, tt.keep) || len(got) > 3<<10 {
			t.Errorf("Reason with error %.80q: got %.200q (%d bytes), want it without the secret, with %q, in 3 KiB", tt.text, got, len(got), tt.keep)
		}
	}
}

func TestReasonKeepsHarmlessErrors(t *testing.T) {
	for _, text := range []string{
		"API returned unexpected status code: 429: Rate limit reached for monkey=3 in org",
		"API key not valid. Please pass a valid API key.",
		"max_tokens=4096 is more than 2048",
		"model runner has unexpectedly stopped",
	} {
		_, err := newReasoner(t, failing(errors.New(text)), nil).Reason(t.Context(), imagescope.Request{})
		if !strings.HasSuffix(fmt.Sprint(err), text) {
			t.Errorf("Reason: got %q, want it to end in %q", err, text)
		}
	}
}

// FuzzReasonRedacts puts a key into a URL amid any text: it must not come out.
func FuzzReasonRedacts(f *testing.F) {
	f.Add("Post \"https://host/", "\": context deadline exceeded")
	f.Add("token=", "&key=")
	f.Add("://a:", "@b")
	f.Add(strings.Repeat("authorization: bearer ", 400), "")
	const key = "q7Zp-hunter2_K9"
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+"|"+after, key) {
			t.Skip("the key is in the text around it")
		}
		text := before + "?key=" + key + "&" + after
		_, err := newReasoner(t, failing(errors.New(text)), nil).Reason(t.Context(), imagescope.Request{})
		if got := err.Error(); strings.Contains(got, key) {
			t.Errorf("Reason with error %q: got %q, which holds the key", text, got)
		}
	})
}
