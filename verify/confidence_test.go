package verify_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

func TestStatedAnswers(t *testing.T) {
	yes := func(words string, sure float64) imagescope.Answer {
		return imagescope.Answer{Yes: true, Reply: words, Confidence: sure}
	}
	no := func(words string, sure float64) imagescope.Answer {
		return imagescope.Answer{Reply: words, Confidence: sure}
	}
	tests := []struct {
		name   string
		reply  string // to all questions
		single string // to a question alone
		want   []imagescope.Answer
		calls  int
	}{
		{
			name:  "objects",
			reply: `{"1": {"answer": "yes", "confidence": 90}, "2": {"answer": "No.", "confidence": 0.75}, "3": {"answer": true, "confidence": "80%"}}`,
			want:  []imagescope.Answer{yes("yes", 0.9), no("No.", 0.75), yes("true", 0.8)}, calls: 1,
		},
		{
			name:  "fenced, with arrays and texts",
			reply: "```json\n" + `{"1": ["yes", 95], "2": "no (60%)", "3": "yes, 2 of them"}` + "\n```",
			want:  []imagescope.Answer{yes("yes", 0.95), no("no (60%)", 0.6), yes("yes, 2 of them", 0)}, calls: 1,
		},
		{
			name:  "in words, and none",
			reply: `{"1": {"answer": "yes", "confidence": "very high"}, "2": {"answer": "no"}, "3": "no"}`,
			want:  []imagescope.Answer{yes("yes", 0.9), no("no", 0), no("no", 0)}, calls: 1,
		},
		{
			name:  "out of range",
			reply: `{"1": {"answer": "yes", "confidence": 1e999}, "2": {"answer": "no", "confidence": -40}, "3": {"answer": "no", "confidence": 10}}`,
			want:  []imagescope.Answer{yes("yes", 1), no("no", 0.5), no("no", 0.5)}, calls: 1,
		},
		{
			name:  "no numbers",
			reply: `{"1": {"answer": "yes", "confidence": NaN}, "2": {"answer": "no", "confidence": {"a": [1]}}, "3": {"answer": "no", "confidence": null}}`,
			want:  []imagescope.Answer{yes("yes", 0), no("no", 0), no("no", 0)}, calls: 1,
		},
		{
			name:  "one undecided, one missing",
			reply: `{"1": {"answer": "perhaps", "confidence": 90}, "3": {"answer": "no", "confidence": 99}}`, single: `{"answer": "yes", "confidence": 70}`,
			want: []imagescope.Answer{yes(`{"answer": "yes", "confidence": 70}`, 0.7), yes(`{"answer": "yes", "confidence": 70}`, 0.7), no("no", 0.99)}, calls: 3,
		},
		{
			name:  "singly, a text",
			reply: "What a nice picture.", single: "Yes, 85%",
			want: []imagescope.Answer{yes("Yes, 85%", 0.85), yes("Yes, 85%", 0.85), yes("Yes, 85%", 0.85)}, calls: 4,
		},
		{
			name:  "cut off",
			reply: `{"1": {"answer": "yes", "confidence": 90}, "2": {"answer": "no", "conf`, single: "no",
			want: []imagescope.Answer{yes("yes", 0.9), no("no", 0), no("no", 0)}, calls: 2,
		},
	}
	for _, tt := range tests {
		model := &looker{change: func(req imagescope.Request) (string, error) {
			if strings.Contains(req.Prompt, props[0].Question) && strings.Contains(req.Prompt, props[1].Question) {
				return tt.reply, nil
			}
			return tt.single, nil
		}}
		got, err := verify.New(model, &verify.Options{Confidence: verify.Stated}).Verify(t.Context(), props, scenes("?"), 1)
		if err != nil {
			t.Errorf("%s: Verify: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff(tt.want, got[0].Answers); d != "" {
			t.Errorf("%s: answers: want is -, got is +\n%s", tt.name, d)
		}
		if len(model.asked) != tt.calls {
			t.Errorf("%s: the model was asked %d times, want %d", tt.name, len(model.asked), tt.calls)
		}
	}
}

func TestStatedPrompts(t *testing.T) {
	v := func(form verify.Form) string {
		var got string
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			got = req.Prompt
			return imagescope.Response{Text: "yes"}, nil
		})
		one := []imagescope.Proposition{{Question: "Is there a cat?"}, {Question: "Is there a table?"}}
		if form == verify.Single {
			one = one[:1]
		} else {
			model = func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
				got = req.Prompt
				return imagescope.Response{Text: `{"1": "yes", "2": "no"}`}, nil
			}
		}
		if _, err := verify.New(model, &verify.Options{Form: form, Confidence: verify.Stated}).Verify(t.Context(), one, scenes("?"), 1); err != nil {
			t.Fatal(err)
		}
		return got
	}
	golden(t, "rated-question.txt", v(verify.Single))
	golden(t, "rated-questions.txt", v(verify.Together))
}

// chancer is a model that tells how probable a yes was, by image and question.
type chancer struct {
	mu     sync.Mutex
	asked  int // with YesNo
	calls  int
	likely func(req imagescope.Request) (imagescope.Response, error)
}

func (c *chancer) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	c.mu.Lock()
	c.calls++
	if req.YesNo {
		c.asked++
	}
	c.mu.Unlock()
	return c.likely(req)
}

func TestProbability(t *testing.T) {
	tests := []struct {
		name string
		resp imagescope.Response
		want imagescope.Answer
	}{
		{"yes", imagescope.Response{Text: "Yes", YesNo: imagescope.Likelihood{Yes: 0.375, No: 0.125}}, imagescope.Answer{Yes: true, Reply: "Yes", Confidence: 0.75}},
		{"no", imagescope.Response{Text: "No", YesNo: imagescope.Likelihood{Yes: 0.1, No: 0.9}}, imagescope.Answer{Reply: "No", Confidence: 0.9}},
		{"against the text", imagescope.Response{Text: "Yes", YesNo: imagescope.Likelihood{Yes: 0.125, No: 0.375}}, imagescope.Answer{Reply: "Yes", Confidence: 0.75}},
		{"even", imagescope.Response{Text: "Yes", YesNo: imagescope.Likelihood{Yes: 0.3, No: 0.3}}, imagescope.Answer{Yes: true, Reply: "Yes", Confidence: 0.5}},
		{"not told", imagescope.Response{Text: "Yes"}, imagescope.Answer{Yes: true, Reply: "Yes"}},
		{"nonsense", imagescope.Response{Text: "Yes", YesNo: imagescope.Likelihood{Yes: math.NaN(), No: -3}}, imagescope.Answer{Yes: true, Reply: "Yes"}},
	}
	for _, tt := range tests {
		model := &chancer{likely: func(imagescope.Request) (imagescope.Response, error) { return tt.resp, nil }}
		got, err := verify.New(model, &verify.Options{Confidence: verify.Probability}).Verify(t.Context(), props[:1], scenes("?"), 1)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]imagescope.Answer{tt.want}, got[0].Answers); d != "" {
			t.Errorf("%s: answers: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestProbabilityRefused has a server that refuses requests for probabilities:
// the first call finds out, and no later one asks again.
func TestProbabilityRefused(t *testing.T) {
	model := &chancer{likely: func(req imagescope.Request) (imagescope.Response, error) {
		if req.YesNo {
			return imagescope.Response{}, errors.New("400: logprobs are not supported")
		}
		return imagescope.Response{Text: "yes"}, nil
	}}
	v := verify.New(model, &verify.Options{Confidence: verify.Probability, Concurrency: 1})
	for range 2 {
		got, err := v.Verify(t.Context(), props, scenes("?", "?"), 2)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"0:2", "1:2"}, outcome(got)); d != "" {
			t.Errorf("Verify: want is -, got is +\n%s", d)
		}
	}
	if model.asked != 1 || model.calls != 13 {
		t.Errorf("%d calls, %d of them for probabilities, want 13 and 1", model.calls, model.asked)
	}
}

// TestProbabilityFailsInPassing has the first call fail in a way that says
// nothing about probabilities: they are asked for again.
func TestProbabilityFailsInPassing(t *testing.T) {
	calls := 0
	model := &chancer{likely: func(req imagescope.Request) (imagescope.Response, error) {
		if calls++; calls == 1 {
			return imagescope.Response{}, &imagescope.StatusError{Code: 503, Err: errors.New("busy")}
		}
		if !req.YesNo {
			return imagescope.Response{Text: "no"}, nil
		}
		return imagescope.Response{Text: "no", YesNo: imagescope.Likelihood{Yes: 0.2, No: 0.8}}, nil
	}}
	got, err := verify.New(model, &verify.Options{Confidence: verify.Probability, Concurrency: 1}).Verify(t.Context(), props[:1], scenes("?", "?"), 2)
	if err != nil {
		t.Fatal(err)
	}
	if sure := got[1].Answers[0].Confidence; sure != 0.8 || model.asked != 2 {
		t.Errorf("the second answer has confidence %v, %d calls asked for one; want 0.8 and 2", sure, model.asked)
	}
}

// TestProbabilityFails has a model that takes requests for probabilities fail
// later on: that is a failed call, and no refusal.
func TestProbabilityFails(t *testing.T) {
	down := errors.New("connection refused")
	model := &chancer{likely: func(req imagescope.Request) (imagescope.Response, error) {
		if req.Images[0].ID == "1" {
			return imagescope.Response{}, down
		}
		return imagescope.Response{Text: "no", YesNo: imagescope.Likelihood{Yes: 0.2, No: 0.8}}, nil
	}}
	got, err := verify.New(model, &verify.Options{Confidence: verify.Probability, Concurrency: 1}).Verify(t.Context(), props[:1], scenes("?", "?", "?"), 3)
	if !errors.Is(err, down) || !strings.Contains(err.Error(), "1 of 3") {
		t.Errorf("Verify: error %v, want one about 1 of 3", err)
	}
	if d := cmp.Diff([]string{"0:0", "1:-", "2:0"}, outcome(got)); d != "" {
		t.Errorf("Verify: want is -, got is +\n%s", d)
	}
	if model.calls != 3 || model.asked != 3 {
		t.Errorf("%d calls, %d of them for probabilities, want 3 and 3", model.calls, model.asked)
	}
}

func TestScoredOrder(t *testing.T) {
	// Of three propositions the first candidate meets one, the second two, the
	// third all, the fourth two.
	captions := []string{"a cat by a table", "a cat", "a cat on a sofa", "a sofa"}
	share := func(a float64) *float64 { return &a }
	tests := []struct {
		name         string
		opts         verify.Options
		similarities []float32
		fused        []float64
		weights      []float64
		want         []string
	}{
		{name: "equal similarities", similarities: []float32{1, 1, 1, 1}, want: []string{"2:3", "1:2", "3:2", "0:1"}},
		{name: "ties by similarity", similarities: []float32{.1, .2, .3, .4}, want: []string{"2:3", "3:2", "1:2", "0:1"}},
		{name: "the prior alone", opts: verify.Options{Prior: share(1)}, similarities: []float32{4, 3, 2, 1}, want: []string{"0:1", "1:2", "2:3", "3:2"}},
		{
			name: "the prior of fused lists", opts: verify.Options{Prior: share(1)}, similarities: []float32{4, 3, 2, 1}, fused: []float64{.01, .04, .02, .03},
			want: []string{"1:2", "3:2", "2:3", "0:1"},
		},
		{name: "more than the prior", opts: verify.Options{Prior: share(7)}, similarities: []float32{4, 3, 2, 1}, want: []string{"0:1", "1:2", "2:3", "3:2"}},
		{name: "no prior", opts: verify.Options{Prior: share(0)}, similarities: []float32{1, 1, 1, 9}, want: []string{"2:3", "1:2", "3:2", "0:1"}},
		{name: "less than no prior", opts: verify.Options{Prior: share(math.NaN())}, similarities: []float32{1, 1, 1, 9}, want: []string{"2:3", "1:2", "3:2", "0:1"}},
		{name: "weights", similarities: []float32{1, 1, 1, 1}, weights: []float64{1, 1, 5}, want: []string{"2:3", "3:2", "1:2", "0:1"}},
		{
			name: "similarities that are none", similarities: []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1},
			want: []string{"2:3", "1:2", "3:2", "0:1"},
		},
	}
	for _, tt := range tests {
		cs, asked := scenes(captions...), append([]imagescope.Proposition(nil), props...)
		for i := range cs {
			cs[i].Similarity = tt.similarities[i]
		}
		for i, f := range tt.fused {
			cs[i].Fused = f
		}
		for k, w := range tt.weights {
			asked[k].Weight = w
		}
		tt.opts.Order = verify.Scored
		got, err := verify.New(new(looker), &tt.opts).Verify(t.Context(), asked, cs, 4)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, outcome(got)); d != "" {
			t.Errorf("%s: Verify: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestScoredConfidence has the surer of two equal counts come first, and a
// count that is higher by an unsure answer come behind.
func TestScoredConfidence(t *testing.T) {
	sure := map[string][3]int{"0": {55, 55, 55}, "1": {99, 55, 99}, "2": {99, 99, 99}}
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		s := sure[req.Images[0].ID]
		second := map[bool]string{true: "yes", false: "no"}[req.Images[0].ID == "1"] // not wanted there
		return imagescope.Response{Text: fmt.Sprintf(`{"1": ["yes", %d], "2": [%q, %d], "3": ["yes", %d]}`, s[0], second, s[1], s[2])}, nil
	})
	got, err := verify.New(model, &verify.Options{Confidence: verify.Stated, Order: verify.Scored}).Verify(t.Context(), props, scenes("", "", ""), 3)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"2:3", "1:2", "0:3"}, outcome(got)); d != "" {
		t.Errorf("Verify: want is -, got is +\n%s", d)
	}
}

func FuzzStated(f *testing.F) {
	for _, seed := range []string{
		`{"1": {"answer": "yes", "confidence": 90}, "2": ["no", "high"], "3": "yes (80%)"}`, `{"answer": "no", "confidence": 1e999}`,
		`{"1": {"answer": {"answer": "yes"}}}`, `{"1": [], "2": [[]], "3": {}}`, "Yes, 85%", "", "\xff",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, reply string, together bool) {
		opts := verify.Options{Form: verify.Single, Confidence: verify.Stated, Order: verify.Scored}
		if together {
			opts.Form = verify.Together
		}
		got, err := verify.New(says(reply), &opts).Verify(t.Context(), props, scenes("", "", ""), 2)
		if err != nil || len(got) != 3 || got[0].Image.ID != "0" || got[2].Answers != nil {
			t.Fatalf("Verify = %v, %v", outcome(got), err)
		}
		for _, c := range got[:2] {
			for _, a := range c.Answers {
				if a.Confidence != 0 && !(a.Confidence >= 0.5 && a.Confidence <= 1) {
					t.Errorf("Verify has a confidence of %v", a.Confidence)
				}
			}
		}
	})
}

// rater answers a trial with confidences that follow from image and question.
type rater struct{ *seer }

func (r rater) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	resp, err := r.seer.Reason(ctx, req)
	sure := func(question string) int {
		h := sha256.Sum256([]byte(req.Images[0].ID + question))
		return 50 + int(h[0])%51
	}
	if !strings.HasPrefix(resp.Text, "{") {
		resp.Text = fmt.Sprintf(`{"answer": %q, "confidence": %d}`, resp.Text, sure(req.Prompt))
		return resp, err
	}
	resp.Text = pair.ReplaceAllStringFunc(resp.Text, func(p string) string {
		number, answer, _ := strings.Cut(p, ": ")
		return fmt.Sprintf(`%s: [%s, %d]`, number, answer, sure(number))
	})
	return resp, err
}

var pair = regexp.MustCompile(`"\d+": "(yes|no)"`)

// TestTopIsExactScored compares, over random cases with similarities, weights
// and confidences, the places that matter with those of asking about
// everything.
func TestTopIsExactScored(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 13))
	saved := 0
	for n := range 60 {
		tr := randomTrial(rng)
		tr.gaps = 0
		for k := range tr.props {
			tr.props[k].Weight = float64(rng.IntN(4))
		}
		for i := range tr.cs {
			tr.cs[i].Similarity = float32(1 - float64(i)*rng.Float64()/20)
		}
		if n%3 == 0 {
			tr.fail(rng)
		}
		for _, opts := range []verify.Options{
			{Order: verify.Scored},
			{Order: verify.Scored, Confidence: verify.Stated},
			{Order: verify.Scored, Confidence: verify.Stated, Form: verify.Single},
		} {
			ask := func(concurrency, top int) ([]imagescope.Candidate, int) {
				opts.Concurrency = concurrency
				model := &seer{trial: tr}
				var reasoner imagescope.Reasoner = model
				if opts.Confidence == verify.Stated {
					reasoner = rater{model}
				}
				cs, _ := verify.New(reasoner, &opts).VerifyTop(t.Context(), tr.props, tr.candidates(), tr.limit, top)
				return cs, len(model.asked)
			}
			want, most := ask(1, tr.limit)
			if want == nil {
				continue // more than half have failed
			}
			for _, concurrency := range []int{1, 3, 8} {
				got, asked := ask(concurrency, tr.top)
				if got == nil {
					continue // of those asked about more than half have
				}
				top := min(tr.top, len(want))
				for i := range got[:top] {
					if d := cmp.Diff(want[i], got[i], cmp.AllowUnexported(imagescope.Image{})); d != "" {
						t.Fatalf("case %d, %+v: place %d: want is -, got is +\n%s", n, opts, i+1, d)
					}
				}
				saved += most - asked
			}
		}
	}
	if saved <= 0 {
		t.Errorf("asking for the first places only saved %d calls", saved)
	}
}
