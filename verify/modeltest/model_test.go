package modeltest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// TestRecognises has the model caption pictures of its world after they were
// scaled and encoded anew.
func TestRecognises(t *testing.T) {
	w := modeltest.Gallery()
	m := modeltest.New(w, nil)
	for i, img := range w.Images() {
		if i%6 != 0 {
			continue // it takes a while with the race detector
		}
		pixels, err := img.Decode()
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range []struct{ side, quality int }{{480, 60}, {64, 90}} {
			var b bytes.Buffer
			if err := jpeg.Encode(&b, picture.Fit(pixels, as.side), &jpeg.Options{Quality: as.quality}); err != nil {
				t.Fatal(err)
			}
			got, err := ask(t, m, "Describe the picture.", imagescope.Bytes("", b.Bytes()))
			if err != nil || got != img.Caption {
				t.Errorf("%s at %d pixels, quality %d: %q, %v", img.ID, as.side, as.quality, got, err)
			}
		}
	}
}

func ask(t *testing.T, m imagescope.Reasoner, prompt string, images ...imagescope.Image) (string, error) {
	t.Helper()
	resp, err := m.Reason(t.Context(), imagescope.Request{Prompt: prompt, Images: images})
	return resp.Text, err
}

// TestStrangers shows pictures that are none of the world's.
func TestStrangers(t *testing.T) {
	m := modeltest.New(modeltest.Gallery(), nil)
	noise := image.NewRGBA(image.Rect(0, 0, 480, 360))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 3)
	}
	plain := image.NewRGBA(noise.Rect)
	draw.Draw(plain, plain.Rect, image.NewUniform(color.RGBA{0x40, 0x90, 0xd0, 0xff}), image.Point{}, draw.Src)
	other := modeltest.NewWorld(5, 4).Images()
	pixels, err := other[0].Decode()
	if err != nil {
		t.Fatal(err)
	}
	for name, img := range map[string]image.Image{"noise": noise, "one colour": plain, "black": image.NewGray(noise.Rect), "another world's": pixels} {
		_, err := ask(t, m, "Describe the picture.", imagescope.Pixels("", img))
		var se *imagescope.StatusError
		if !errors.As(err, &se) || se.Code != http.StatusBadRequest || !strings.Contains(se.Error(), "none of the world's pictures") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if n := m.Stats().Faults["BadRequest"]; n != 4 {
		t.Errorf("%d bad requests are counted, want 4", n)
	}
}

func picked(t *testing.T, w *modeltest.World, id string) imagescope.Image {
	t.Helper()
	for _, img := range w.Images() {
		if img.ID == id {
			return img
		}
	}
	t.Fatalf("no picture %s", id)
	return imagescope.Image{}
}

// TestOwnPrompts asks in other words than this module's.
func TestOwnPrompts(t *testing.T) {
	w := modeltest.Gallery()
	m := modeltest.New(w, nil)
	red, blue, night := picked(t, w, "street/red-car-day.png"), picked(t, w, "street/blue-car-day.png"), picked(t, w, "street/blue-car-night.png")
	pixels := func(img imagescope.Image) image.Image {
		p, err := img.Decode()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	joined := image.NewRGBA(image.Rect(0, 0, 960, 360))
	draw.Draw(joined, image.Rect(0, 0, 480, 360), pixels(red), image.Point{}, draw.Src)
	draw.Draw(joined, image.Rect(480, 0, 960, 360), pixels(night), image.Point{}, draw.Src)
	tests := []struct {
		name, prompt string
		images       []imagescope.Image
		want         string // a part of the reply or of the error
	}{
		{"a caption", "Please write a caption.", []imagescope.Image{red}, "A red car on a city street by day."},
		{"a question", "Is the car red? Say yes or no.", []imagescope.Image{red}, "yes"},
		{"a question behind an order", "You see a photo. Q: is it night?", []imagescope.Image{red}, "no"},
		{"questions", "Answer as JSON, by number:\n1) Is it night?\n2) Is there a car?", []imagescope.Image{red}, `{
  "1": "no",
  "2": "yes"
}`},
		{"a rated question", "Is it night? Reply with JSON and your confidence in per cent.", []imagescope.Image{red}, `{
  "answer": "no",
  "confidence": 100
}`},
		{"a question by rules", "Is there an old car behind the house?", []imagescope.Image{red}, "no"},
		{"a verdict", "Is that so? Begin with ANSWER: Yes or ANSWER: No.\nInstruction: make it night", []imagescope.Image{blue, night}, "ANSWER: Yes"},
		{"a verdict against", "ANSWER: Yes or ANSWER: No.\nInstruction: make it night", []imagescope.Image{night, blue}, "ANSWER: No"},
		{"a verdict on halves", "ANSWER: Yes or ANSWER: No.\ninstruction: make the car blue and make it night", []imagescope.Image{imagescope.Pixels("", joined)}, "ANSWER: Yes"},
		{"an instruction of the user's", "Split it into \"step1\" and \"step2\".\nReference: A dog.\nInstruction: two red dogs but no cat", nil, "red dogs"},
		{"propositions of the user's", "Write \"step2\".\nInstruction: without the dog\nEdits:\n1. [Removal] remove the dog", nil, `"Is there a dog?",
      "False"`},
		{"a ranking", "Give a \"ranking\".\nInstruction: a blue car at night", []imagescope.Image{red, night, blue}, `"ranking": [
    2,
`},
		{"a round more", "Write \"unmet\".\nInstruction: a red car at night\nRequirements:\n1. Is there a red car? (wanted: yes)\n2. Is it night? (wanted: yes)\nFound:\n- A car. Misses 1, 2.\n- A red car. Misses 2.", nil, `"night, a red car at night"
  ],
  "unmet": 2`},
		{"nothing", "Hello!", nil, "what is asked cannot be told"},
		{"nothing about an image", "Hello!", []imagescope.Image{red}, "what is asked cannot be told"},
		{"a ranking of one", "Give a \"ranking\".\nInstruction: a car", []imagescope.Image{red}, "nothing to rank"},
		{"a question about two", "Is it night?", []imagescope.Image{red, blue}, "one is wanted"},
	}
	for _, tt := range tests {
		got, err := ask(t, m, tt.prompt, tt.images...)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q in it", tt.name, got, tt.want)
		}
	}
}

// TestErrorRate asks many questions: the share of wrong answers is what was set,
// the same question has the same answer, and the model is as sure as it is
// right.
func TestErrorRate(t *testing.T) {
	w := modeltest.Gallery()
	for _, rate := range []float64{0, 0.2, 0.4, 1} {
		m := modeltest.New(w, &modeltest.Options{Seed: 3, ErrorRate: rate})
		asked, wrong, sure := 0., 0., 0.
		for _, img := range w.Images() {
			for _, what := range []string{"a dog", "a car", "a boat", "a house", "a red car", "two red boats", "a tree", "a bed", "a cat", "a blue car"} {
				req := imagescope.Request{Task: imagescope.TaskVerify, Prompt: "Is there " + what + "?", Images: []imagescope.Image{img}, YesNo: true}
				if strings.HasPrefix(what, "two") {
					req.Prompt = "Are there " + what + "?"
				}
				got, err := m.Reason(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				again, err := m.Reason(t.Context(), req)
				if d := cmp.Diff(got, again); err != nil || d != "" {
					t.Fatalf("asked again, error %v: %s", err, d)
				}
				truth, _, err := w.Answer(img.ID, req.Prompt)
				if err != nil {
					t.Fatal(err)
				}
				asked++
				sure += max(got.YesNo.Yes, got.YesNo.No)
				if (got.Text == "yes") != truth {
					wrong++
				}
				if p := got.YesNo.Yes + got.YesNo.No; math.Abs(p-1) > 1e-9 || (got.Text == "yes") != (got.YesNo.Yes >= 0.5) && rate < 0.5 {
					t.Errorf("%q: %+v", got.Text, got.YesNo)
				}
			}
		}
		if got := wrong / asked; math.Abs(got-rate) > 0.04 {
			t.Errorf("at an error rate of %v, %.3f of the answers are wrong", rate, got)
		}
		if got := sure / asked; rate < 0.5 && math.Abs(got-(1-rate)) > 0.04 {
			t.Errorf("at an error rate of %v the model is sure by %.3f", rate, got)
		}
	}
}

// TestFaultShares sends different requests and the same one often: the shares
// are as set either way, so that a retry has a chance of its own.
func TestFaultShares(t *testing.T) {
	w := modeltest.Gallery()
	faults := modeltest.Faults{RateLimit: 0.05, ServerError: 0.1, Cut: 0.05, Malformed: 0.1, Refusal: 0.05, Oversized: 0.05}
	want := map[string]float64{"RateLimit": 0.05, "ServerError": 0.1, "Cut": 0.05, "Malformed": 0.1, "Refusal": 0.05, "Oversized": 0.05}
	for _, same := range []bool{true, false} {
		m := modeltest.New(w, &modeltest.Options{Seed: 1, Faults: faults, Oversize: 100})
		const n = 1500
		for i := range n {
			prompt := "Instruction: a dog"
			if !same {
				prompt += fmt.Sprint(i)
			}
			_, _ = ask(t, m, prompt) // the faults are counted
		}
		got := m.Stats().Faults
		for name, share := range want {
			if d := float64(got[name])/n - share; math.Abs(d) > 0.03 {
				t.Errorf("same %v: %s: %d of %d, want a share of %v", same, name, got[name], n, share)
			}
		}
	}
}

// TestDeterministic has the same things happen to the same requests at any
// concurrency.
func TestDeterministic(t *testing.T) {
	w := modeltest.Gallery()
	run := func(concurrent bool) []string {
		m := modeltest.New(w, &modeltest.Options{ErrorRate: 0.2, Faults: modeltest.Faults{ServerError: 0.2, Refusal: 0.2}})
		out := make([]string, 200)
		var group sync.WaitGroup
		for i := range out {
			one := func() {
				resp, err := m.Reason(t.Context(), imagescope.Request{Prompt: fmt.Sprintf("Instruction: %d dogs", i)})
				out[i] = fmt.Sprint(resp.Text, err)
			}
			if concurrent {
				group.Go(one)
			} else {
				one()
			}
		}
		group.Wait()
		return out
	}
	if d := cmp.Diff(run(false), run(true)); d != "" {
		t.Error(d)
	}
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := modeltest.New(modeltest.Gallery(), &modeltest.Options{Latency: time.Second, Jitter: time.Second})
		start := time.Now()
		if _, err := ask(t, m, "Instruction: a dog"); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d < time.Second || d >= 2*time.Second {
			t.Errorf("a request took %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := m.Reason(ctx, imagescope.Request{Prompt: "Instruction: a dog"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Reason with too short a deadline: %v", err)
		}
	})
}

// TestHang ends with the client's patience, in virtual time, through a real
// client.
func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := modeltest.New(modeltest.Gallery(), &modeltest.Options{Faults: modeltest.Faults{Hang: 1}})
		model := ollamaModel(t, "http://model.test", &http.Client{Transport: m})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := model.Reason(ctx, imagescope.Request{Prompt: "Instruction: a dog"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Reason: %v", err)
		}
		if s := m.Stats(); s.Faults["Hang"] != 1 || s.MaxInFlight != 1 {
			t.Errorf("Stats = %+v", s)
		}
	})
}

// post sends a body and returns the whole response.
func post(t *testing.T, m *modeltest.Model, path, body string) (status int, header http.Header, text string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://model.test"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := m.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(data), err
}

const question = `{"messages": [{"role": "user", "content": "Instruction: a dog"}]}`

// TestFaultsOnTheWire looks at each fault as clients meet it.
func TestFaultsOnTheWire(t *testing.T) {
	for _, path := range []string{"/v1/chat/completions", "/api/chat"} {
		with := func(f modeltest.Faults) *modeltest.Model {
			return modeltest.New(modeltest.Gallery(), &modeltest.Options{Faults: f, RetryAfter: 1500 * time.Millisecond, Oversize: 1 << 20})
		}
		if status, header, text, _ := post(t, with(modeltest.Faults{RateLimit: 1}), path, question); status != 429 || header.Get("Retry-After") != "2" || !strings.Contains(text, "error") {
			t.Errorf("%s: RateLimit: %d, %v, %q", path, status, header, text)
		}
		if status, _, text, _ := post(t, with(modeltest.Faults{ServerError: 1}), path, question); status != 500 || text != "" {
			t.Errorf("%s: ServerError: %d, %q", path, status, text)
		}
		if status, _, text, err := post(t, with(modeltest.Faults{Cut: 1}), path, question); status != 200 || text == "" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: Cut: %d, %q, %v", path, status, text, err)
		}
		if _, _, text, err := post(t, with(modeltest.Faults{Oversized: 1}), path, question); len(text) < 1<<20 || err != nil {
			t.Errorf("%s: Oversized: %d bytes, %v", path, len(text), err)
		}
		for _, bad := range []string{"", "[]", `{"messages": [{"content": 7}]}`, `{"messages": [{"content": "Hello"}]}`,
			`{"messages": [{"content": "Hello", "images": ["AAAA"]}]}`, `{"messages": [{"content": [{"type": "binary"}]}]}`,
			`{"messages": [{"content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]}`} {
			if status, _, text, _ := post(t, with(modeltest.Faults{}), path, bad); status != 400 || !json.Valid([]byte(text)) {
				t.Errorf("%s: %s: %d, %q", path, bad, status, text)
			}
		}
	}
	if status, _, _, _ := post(t, modeltest.New(modeltest.Gallery(), nil), "/v1/models", ""); status != 404 {
		t.Errorf("another path: %d", status)
	}
}

// TestCutOnAServer has a real connection end in mid-body.
func TestCutOnAServer(t *testing.T) {
	server := serve(t, modeltest.New(modeltest.Gallery(), &modeltest.Options{Faults: modeltest.Faults{Cut: 1}}))
	resp, err := server.Client().Post(server.URL+"/api/chat", "application/json", strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, err := io.ReadAll(resp.Body); err == nil || len(data) == 0 {
		t.Errorf("%d bytes, error %v", len(data), err)
	}
}

// TestLogProbs asks for them in both protocols, streamed and whole.
func TestLogProbs(t *testing.T) {
	w := modeltest.Gallery()
	data, err := picked(t, w, "street/red-car-day.png").JPEG(0)
	if err != nil {
		t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString(data)
	m := modeltest.New(w, &modeltest.Options{ErrorRate: 0.2})
	for _, stream := range []bool{false, true} {
		_, _, text, _ := post(t, m, "/v1/chat/completions", fmt.Sprintf(`{"stream": %v, "logprobs": true, "top_logprobs": 2, "messages": [{"content": [
			{"type": "text", "text": "Is there a car?"}, {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,%s"}}]}]}`, stream, encoded))
		_, _, olla, _ := post(t, m, "/api/chat", fmt.Sprintf(`{"stream": %v, "logprobs": true, "top_logprobs": 2, "messages": [{"content": "Is there a car?", "images": ["%s"]}]}`, stream, encoded))
		for _, got := range []string{text, olla} {
			if !strings.Contains(got, `"top_logprobs":[{"token":"yes"`) || !strings.Contains(got, `{"token":"no"`) {
				t.Errorf("stream %v: %s", stream, got)
			}
		}
	}
}

// TestTruncated limits the tokens of a reply.
func TestTruncated(t *testing.T) {
	m := modeltest.New(modeltest.Gallery(), nil)
	got, err := m.Reason(t.Context(), imagescope.Request{Prompt: "Instruction: a dog", MaxTokens: 3})
	if err != nil || !got.Truncated || got.CompletionTokens != 3 || len(got.Text) != 12 {
		t.Errorf("Reason = %+v, %v", got, err)
	}
	for name, wire := range map[string]imagescope.Reasoner{
		"openai": openAI(t, "http://model.test/v1", &http.Client{Transport: m}), "ollama": ollamaModel(t, "http://model.test", &http.Client{Transport: m}),
	} {
		if over, err := wire.Reason(t.Context(), imagescope.Request{Prompt: "Instruction: a dog", MaxTokens: 3}); err != nil || !over.Truncated || over.Text != got.Text {
			t.Errorf("%s: Reason = %+v, %v", name, over, err)
		}
	}
}

func TestRewriteAndReset(t *testing.T) {
	m := modeltest.New(modeltest.Gallery(), &modeltest.Options{Rewrite: func(task imagescope.Task, reply string) string { return string(task) + " " + reply[:1] }})
	if got, err := ask(t, m, "Instruction: a dog"); err != nil || got != "interpret I" {
		t.Errorf("Reason = %q, %v", got, err)
	}
	if got := m.Stats().Total(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
	m.Reset()
	if got := m.Stats(); got.Total() != 0 || got.PromptTokens != 0 || got.MaxInFlight != 0 {
		t.Errorf("Stats after Reset = %+v", got)
	}
}

// FuzzServe has the model read what is no request of a client.
func FuzzServe(f *testing.F) {
	f.Add("/api/chat", question)
	f.Add("/v1/chat/completions", `{"messages": [{"content": [{"type": "text", "text": "1. Is it?\n2. \xff?"}]}], "max_tokens": -1}`)
	f.Add("/api/chat", `{"stream": false, "messages": [{"content": "Edits:\n1. [Removal] x\nInstruction: y\n\"step3\" \"ranking\""}], "options": {"num_predict": 2}}`)
	m := modeltest.New(modeltest.Gallery(), nil)
	f.Fuzz(func(t *testing.T, path, body string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://model.test/", strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		req.URL.Path = path
		resp, err := m.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if data, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode == http.StatusOK && len(data) == 0 {
			t.Errorf("status %d with %d bytes, error %v", resp.StatusCode, len(data), err)
		}
	})
}
