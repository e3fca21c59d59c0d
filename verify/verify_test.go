package verify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"text/template"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

// props asks for three things; scene captions name those that they show.
var props = []imagescope.Proposition{
	{Question: "Is there a cat?", Want: true},
	{Question: "Is there a table?", Want: false},
	{Question: "Is there a sofa?", Want: true},
}

// scenes returns candidates with the given captions and the IDs 0, 1, 2, …
func scenes(captions ...string) []imagescope.Candidate {
	cs := make([]imagescope.Candidate, len(captions))
	for i, caption := range captions {
		cs[i].Image = imagescope.Image{ID: fmt.Sprint(i), Caption: caption}
	}
	return cs
}

// looker is a model that sees what captions say. It answers both forms, and
// keeps what it was asked.
type looker struct {
	mu     sync.Mutex
	asked  []string                                     // "ID: question" or "ID: all"
	change func(req imagescope.Request) (string, error) // if not nil, gives the replies that are not ""
}

func (l *looker) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	img := req.Images[0]
	var answers []string
	for i, p := range props {
		if strings.Contains(req.Prompt, p.Question) {
			thing := strings.TrimSuffix(p.Question[len("Is there a "):], "?")
			answer := "no"
			if strings.Contains(img.Caption, thing) {
				answer = "yes"
			}
			answers = append(answers, fmt.Sprintf("%q: %q", fmt.Sprint(i+1), answer))
		}
	}
	reply, what := "{"+strings.Join(answers, ", ")+"}", "all"
	if len(answers) == 1 {
		_, what, _ = strings.Cut(strings.TrimSpace(req.Prompt), "\n")
	}
	l.mu.Lock()
	l.asked = append(l.asked, img.ID+": "+what)
	l.mu.Unlock()
	if l.change != nil {
		changed, err := l.change(req)
		if err != nil {
			return imagescope.Response{}, err
		}
		if changed != "" {
			reply = changed
		}
	}
	return imagescope.Response{Text: reply}, nil
}

// outcome is what of a candidate the tests compare: ID and satisfied
// propositions, with "-" for one without answers.
func outcome(cs []imagescope.Candidate) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		n := fmt.Sprint(c.Satisfied)
		if c.Answers == nil {
			n = "-"
		}
		out[i] = c.Image.ID + ":" + n
	}
	return out
}

func TestVerifyOrder(t *testing.T) {
	captions := []string{"a table", "a cat", "a cat on a sofa", "a sofa by a table", "a cat on a sofa"}
	tests := []struct {
		name  string
		limit int
		want  []string
	}{
		{"all, stably", 5, []string{"2:3", "4:3", "1:2", "3:1", "0:0"}},
		{"more than there are", 100, []string{"2:3", "4:3", "1:2", "3:1", "0:0"}},
		{"those behind the limit stay", 3, []string{"2:3", "1:2", "0:0", "3:-", "4:-"}},
		{"one", 1, []string{"0:0", "1:-", "2:-", "3:-", "4:-"}},
		{"none", 0, []string{"0:-", "1:-", "2:-", "3:-", "4:-"}},
		{"negative", -1, []string{"0:-", "1:-", "2:-", "3:-", "4:-"}},
	}
	for _, tt := range tests {
		for _, form := range []verify.Form{verify.Together, verify.Single} {
			got, err := verify.New(new(looker), &verify.Options{Form: form}).Verify(t.Context(), props, scenes(captions...), tt.limit)
			if err != nil {
				t.Errorf("%s, form %d: Verify: %v", tt.name, form, err)
			}
			if d := cmp.Diff(tt.want, outcome(got)); d != "" {
				t.Errorf("%s, form %d: Verify: want is -, got is +\n%s", tt.name, form, d)
			}
		}
	}
}

func TestVerifyNothing(t *testing.T) {
	model := new(looker)
	v := verify.New(model, nil)
	cs := scenes("a cat")
	for _, tt := range []struct {
		props []imagescope.Proposition
		cs    []imagescope.Candidate
	}{{nil, cs}, {props, nil}, {nil, nil}} {
		got, err := v.Verify(t.Context(), tt.props, tt.cs, 20)
		if err != nil || len(got) != len(tt.cs) {
			t.Errorf("Verify of %d propositions and %d candidates = %v, %v", len(tt.props), len(tt.cs), got, err)
		}
	}
	if len(model.asked) > 0 {
		t.Errorf("the model was asked %v", model.asked)
	}
}

func TestVerifyAnswers(t *testing.T) {
	none := "The picture is unclear."
	tests := []struct {
		name    string
		form    verify.Form
		lenient bool
		reply   string // to all questions
		single  string // to a question alone
		want    []imagescope.Answer
		calls   int
	}{
		{
			name: "object", reply: `{"1": "yes", "2": "No, none.", "3": true}`,
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Reply: "No, none."}, {Yes: true, Reply: "true"}}, calls: 1,
		},
		{
			name: "fenced, among prose", reply: "I see:\n```json\n{\"1\": \"yes\", \"2\": \"no\", \"3\": \"no\"}\n```\n",
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Reply: "no"}, {Reply: "no"}}, calls: 1,
		},
		{
			name: "fenced in another object", reply: "```json\n{\"answers\": {\"1\": \"yes\", \"2\": \"no\", \"3\": \"no\"}}\n```\n",
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Reply: "no"}, {Reply: "no"}}, calls: 1,
		},
		{
			name: "damaged", reply: `{1: 'yes', 2: 'no', 3: 'no',`,
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Reply: "no"}, {Reply: "no"}}, calls: 1,
		},
		{
			name: "one missing", reply: `{"1": "yes", "3": "no"}`, single: "Yes, it is.",
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Yes: true, Reply: "Yes, it is."}, {Reply: "no"}}, calls: 2,
		},
		{
			name: "one undecided, one of another shape", reply: `{"1": "perhaps", "2": ["yes"], "3": "no"}`, single: "NO",
			want: []imagescope.Answer{{Reply: "NO"}, {Reply: "NO"}, {Reply: "no"}}, calls: 3,
		},
		{
			name: "prose", reply: none, single: "yes",
			want: []imagescope.Answer{{Yes: true, Reply: "yes"}, {Yes: true, Reply: "yes"}, {Yes: true, Reply: "yes"}}, calls: 4,
		},
		{
			name: "nothing at all", reply: " ", single: " ",
			want: []imagescope.Answer{{}, {}, {}}, calls: 4,
		},
		{
			name: "singly, the letters yes", form: verify.Single, single: "No, but its eyes are open.",
			want: []imagescope.Answer{
				{Yes: true, Reply: "No, but its eyes are open."}, {Yes: true, Reply: "No, but its eyes are open."}, {Yes: true, Reply: "No, but its eyes are open."},
			}, calls: 3,
		},
		{
			name: "singly, the first word", form: verify.Single, lenient: true, single: "No, but its eyes are open. Yes.",
			want: []imagescope.Answer{
				{Reply: "No, but its eyes are open. Yes."}, {Reply: "No, but its eyes are open. Yes."}, {Reply: "No, but its eyes are open. Yes."},
			}, calls: 3,
		},
	}
	for _, tt := range tests {
		model := &looker{change: func(req imagescope.Request) (string, error) {
			if strings.Contains(req.Prompt, props[0].Question) && strings.Contains(req.Prompt, props[1].Question) {
				return tt.reply, nil
			}
			return tt.single, nil
		}}
		got, err := verify.New(model, &verify.Options{Form: tt.form, Lenient: tt.lenient}).Verify(t.Context(), props, scenes("?"), 1)
		if err != nil {
			t.Errorf("%s: Verify: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff(tt.want, got[0].Answers); d != "" {
			t.Errorf("%s: answers: want is -, got is +\n%s", tt.name, d)
		}
		if len(model.asked) != tt.calls {
			t.Errorf("%s: the model was asked %d times (%v), want %d", tt.name, len(model.asked), model.asked, tt.calls)
		}
	}
}

// unreadable fails about the candidates named, as a Reasoner does that cannot
// open an image.
func unreadable(ids ...string) func(imagescope.Request) (string, error) {
	return func(req imagescope.Request) (string, error) {
		if id := req.Images[0].ID; slices.Contains(ids, id) {
			return "", &imagescope.ImageError{ID: id, Op: "decode", Err: imagescope.ErrImageTruncated}
		}
		return "", nil
	}
}

func TestVerifySomeFail(t *testing.T) {
	captions := []string{"a table", "a table", "a cat", "a cat on a sofa"}
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		for _, concurrency := range []int{1, 3, 100} {
			v := verify.New(&looker{change: unreadable("0", "2")}, &verify.Options{Form: form, Concurrency: concurrency})
			got, err := v.Verify(t.Context(), props, scenes(captions...), 4)
			var ie *imagescope.ImageError
			if !errors.As(err, &ie) || ie.ID != "0" || !errors.Is(err, imagescope.ErrImageTruncated) || !strings.Contains(err.Error(), "2 of 4") {
				t.Errorf("form %d: Verify: error %v, want one about 2 of 4, the first of them 0", form, err)
			}
			if d := cmp.Diff([]string{"0:-", "3:3", "2:-", "1:0"}, outcome(got)); d != "" {
				t.Errorf("form %d: Verify: want is -, got is +\n%s", form, d)
			}
		}
	}
}

// TestVerifyFailsSingly leaves a question open and then fails on it: half an
// answer is none.
func TestVerifyFailsSingly(t *testing.T) {
	down := errors.New("connection refused")
	model := &looker{change: func(req imagescope.Request) (string, error) {
		switch {
		case req.Images[0].ID != "1":
			return "", nil
		case strings.Contains(req.Prompt, props[0].Question):
			return `{"1": "yes", "2": "no"}`, nil
		}
		return "", down
	}}
	got, err := verify.New(model, nil).Verify(t.Context(), props, scenes("a table", "", "a cat"), 3)
	if !errors.Is(err, down) || !strings.Contains(err.Error(), "1 of 3") {
		t.Errorf("Verify: error %v", err)
	}
	if d := cmp.Diff([]string{"2:2", "1:-", "0:0"}, outcome(got)); d != "" {
		t.Errorf("Verify: want is -, got is +\n%s", d)
	}
}

func TestVerifyMostFail(t *testing.T) {
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		model := &looker{change: unreadable("0", "1", "2")}
		got, err := verify.New(model, &verify.Options{Form: form, Concurrency: 1}).Verify(t.Context(), props, scenes(make([]string, 5)...), 5)
		if got != nil || !errors.Is(err, imagescope.ErrImageTruncated) || !strings.Contains(err.Error(), "3 of 5") {
			t.Errorf("form %d: Verify with 3 of 5 unreadable = %v, %v", form, outcome(got), err)
		}
	}
	// All five fail: after three there is nothing left to be gained by asking.
	model := &looker{change: unreadable("0", "1", "2", "3", "4")}
	if _, err := verify.New(model, &verify.Options{Concurrency: 1}).Verify(t.Context(), props, scenes(make([]string, 5)...), 5); err == nil {
		t.Error("Verify with all unreadable: no error")
	}
	if d := cmp.Diff([]string{"0: all", "1: all", "2: all"}, model.asked); d != "" {
		t.Errorf("asked: want is -, got is +\n%s", d)
	}
}

// TestVerifyReplacesAnswers checks a candidate again that has been checked.
func TestVerifyReplacesAnswers(t *testing.T) {
	cs := scenes("a cat", "a table")
	cs[1].Answers, cs[1].Satisfied = make([]imagescope.Answer, 9), 9
	got, err := verify.New(new(looker), nil).Verify(t.Context(), props, cs, 2)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"0:2", "1:0"}, outcome(got)); d != "" {
		t.Errorf("Verify: want is -, got is +\n%s", d)
	}
}

func TestVerifyConcurrency(t *testing.T) {
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		for given, want := range map[int]int32{0: verify.DefaultConcurrency, 1: 1, 3: 3} {
			synctest.Test(t, func(t *testing.T) {
				var now, most atomic.Int32
				model := &looker{change: func(imagescope.Request) (string, error) {
					most.Store(max(most.Load(), now.Add(1)))
					time.Sleep(time.Second)
					now.Add(-1)
					return "", nil
				}}
				v := verify.New(model, &verify.Options{Form: form, Concurrency: given})
				if _, err := v.Verify(t.Context(), props, scenes(make([]string, 20)...), 20); err != nil {
					t.Fatal(err)
				}
				if most.Load() != want {
					t.Errorf("form %d, Concurrency %d: %d calls at once, want %d", form, given, most.Load(), want)
				}
			})
		}
	}
}

// TestVerifyOrderIgnoresTiming has answers come in the reverse order.
func TestVerifyOrderIgnoresTiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		captions := []string{"a cat", "a cat on a sofa", "a cat", "a table", "a cat on a sofa", "a cat"}
		model := &looker{change: func(req imagescope.Request) (string, error) {
			time.Sleep(time.Duration('9'-req.Images[0].ID[0]) * time.Second)
			return "", nil
		}}
		got, err := verify.New(model, nil).Verify(t.Context(), props, scenes(captions...), 6)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"1:3", "4:3", "0:2", "2:2", "5:2", "3:0"}, outcome(got)); d != "" {
			t.Errorf("Verify: want is -, got is +\n%s", d)
		}
	})
}

func TestVerifyCancelled(t *testing.T) {
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		ctx, cancel := context.WithCancel(t.Context())
		model := &looker{change: func(imagescope.Request) (string, error) { cancel(); return "", nil }}
		got, err := verify.New(model, &verify.Options{Form: form}).Verify(ctx, props, scenes(make([]string, 20)...), 20)
		if !errors.Is(err, context.Canceled) || got != nil {
			t.Errorf("form %d: Verify cancelled = %v, %v", form, outcome(got), err)
		}
	}
}

func TestVerifyPromptFails(t *testing.T) {
	broken := template.Must(template.New("broken").Parse("{{.Caption}}"))
	for _, opts := range []verify.Options{{QuestionsPrompt: broken}, {QuestionPrompt: broken, Form: verify.Single}} {
		got, err := verify.New(new(looker), &opts).Verify(t.Context(), props, scenes("a cat"), 1)
		if err == nil || !strings.Contains(err.Error(), "broken") || got != nil {
			t.Errorf("form %d: Verify with a prompt that fails = %v, %v", opts.Form, got, err)
		}
	}
}

func TestVerifyAsks(t *testing.T) {
	var got imagescope.Request
	model := &looker{change: func(req imagescope.Request) (string, error) { got = req; return "", nil }}
	cs := scenes("a cat")
	custom := template.Must(template.New("").Parse(`{{range .Questions}}{{.}} {{end}}`))
	if _, err := verify.New(model, &verify.Options{QuestionsPrompt: custom, MaxTokens: 99}).Verify(t.Context(), props, cs, 1); err != nil {
		t.Fatal(err)
	}
	want := imagescope.Request{
		Task: imagescope.TaskVerify, Prompt: "Is there a cat? Is there a table? Is there a sofa? ",
		Images: []imagescope.Image{cs[0].Image}, MaxTokens: 99,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("request: want is -, got is +\n%s", d)
	}
}
