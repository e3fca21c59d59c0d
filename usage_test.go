package imagescope_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// scripted is a model that does all tasks by plain rules. It reports 10 prompt
// tokens and 1 completion token a call.
func scripted(reply map[imagescope.Task]string) imagescope.Reasoner {
	return imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		text, ok := reply[req.Task]
		if !ok {
			text = goodReply(req)
		}
		return imagescope.Response{Text: text, PromptTokens: 10, CompletionTokens: 1}, nil
	})
}

// goodReply returns what a good model says: the text is searched for, the blue
// ones are wanted, and of these a dog.
func goodReply(req imagescope.Request) string {
	switch req.Task {
	case imagescope.TaskInterpret:
		return "```json\n" + `{"step1": [["Addition", "red cat"]], "step2": ["red cat"]}` + "\n```"
	case imagescope.TaskPropose:
		return "```json\n" + `{"step1": ["It is blue."], "step2": [["Is it blue?", "True"]]}` + "\n```"
	case imagescope.TaskVerify:
		return fmt.Sprintf(`{"1": %q}`, yesIf(strings.Contains(req.Images[0].Caption, "blue")))
	case imagescope.TaskCompare:
		candidate := req.Images[len(req.Images)-1]
		if strings.Contains(candidate.Caption, "dog") {
			return "ANSWER: Yes\nA dog."
		}
		return "ANSWER: No"
	}
	return ""
}

func yesIf(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// withModel sets all stages to those that ask a model.
func withModel(model imagescope.Reasoner) func(*imagescope.Config) {
	return func(c *imagescope.Config) {
		c.Intent = intent.New(model, nil)
		c.Verify = verify.New(model, nil)
		c.Rank = rank.New(model, nil)
	}
}

func TestUsage(t *testing.T) {
	got, err := newPipeline(t, withModel(scripted(nil))).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.IDs(), ranked) || len(got.Faults) > 0 {
		t.Errorf("Search = %v with faults %v", got.IDs(), got.Faults)
	}
	usage := map[imagescope.Stage]imagescope.Usage{}
	var sum time.Duration
	for st, u := range got.Usage {
		sum += u.Time
		u.Time = 0
		usage[st] = u
	}
	want := map[imagescope.Stage]imagescope.Usage{
		imagescope.StageIntent:   {Calls: 1, PromptTokens: 10, CompletionTokens: 1},
		imagescope.StageRetrieve: {},
		imagescope.StageVerify:   {Calls: 6, PromptTokens: 60, CompletionTokens: 6}, // propositions, five images
		imagescope.StageRank:     {Calls: 2, PromptTokens: 20, CompletionTokens: 2}, // the second is accepted
	}
	if d := gocmp.Diff(want, usage); d != "" {
		t.Errorf("Usage: want is -, got is +\n%s", d)
	}
	total := imagescope.Usage{Calls: 9, PromptTokens: 90, CompletionTokens: 9, Time: sum}
	if d := gocmp.Diff(total, got.Total()); d != "" {
		t.Errorf("Total: want is -, got is +\n%s", d)
	}
}

// TestUsageOfCaption counts the caption of a reference into stage 1.
func TestUsageOfCaption(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		withModel(scripted(nil))(c)
		c.Captioner = imagescope.CaptionerFunc(func(ctx context.Context, img imagescope.Image) (string, error) {
			resp, err := imagescope.Ask(ctx, scripted(map[imagescope.Task]string{imagescope.TaskCaption: "a cat"}),
				imagescope.Request{Task: imagescope.TaskCaption, Images: []imagescope.Image{img}})
			return resp.Text, err
		})
	})
	got, err := p.Search(t.Context(), imagescope.Change(imagescope.Bytes("", square(t)), "red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if calls := got.Usage[imagescope.StageIntent].Calls; calls != 2 {
		t.Errorf("stage 1 with a caption made %d calls, want 2", calls)
	}
}

func TestUsageOfCache(t *testing.T) {
	cached := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: goodReply(req), Cached: true, PromptTokens: 10, CompletionTokens: 1}, nil
	})
	got, err := newPipeline(t, withModel(cached)).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if u := got.Total(); u.Calls != 0 || u.CacheHits != 9 || u.PromptTokens != 0 || u.CompletionTokens != 0 {
		t.Errorf("Total with all from a cache is %+v", u)
	}
}

// TestUsageOfEachResult checks that what is yielded first does not hold the
// cost of what comes later.
func TestUsageOfEachResult(t *testing.T) {
	for r, err := range newPipeline(t, withModel(scripted(nil))).Stages(t.Context(), imagescope.Text("red cat")) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Usage[imagescope.StageRank]; ok != (r.Stage == imagescope.StageRank) {
			t.Errorf("after stage %s the usage is %v", r.Stage, r.Usage)
		}
	}
}

// TestDeterministic runs one query at several concurrencies while the
// scheduler is stirred: a seeded source decides how often each call yields.
func TestDeterministic(t *testing.T) {
	var images []imagescope.Image
	source := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		caption := words[source.IntN(len(words))] + " " + words[source.IntN(len(words))]
		images = append(images, imagescope.Image{ID: fmt.Sprintf("%02d", i), Caption: caption})
	}
	var mu sync.Mutex
	restless := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		mu.Lock()
		n := source.IntN(20)
		mu.Unlock()
		for range n {
			runtime.Gosched()
		}
		return imagescope.Response{Text: goodReply(req)}, nil
	})
	var first string
	for run := range 12 {
		cfg := imagescope.Config{
			Embedder: words, Index: new(index.Flat), Concurrency: 1 + run,
			Intent: intent.New(restless, nil),
			Verify: verify.New(restless, &verify.Options{Concurrency: 1 + 3*run}),
			Rank:   rank.New(restless, nil),
		}
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 40})
		if err != nil {
			t.Fatal(err)
		}
		got.Usage = nil // holds times
		if first = cmp.Or(first, asJSON(t, got)); first != asJSON(t, got) {
			t.Errorf("run %d differs: first is -, this one +\n%s", run, gocmp.Diff(first, asJSON(t, got)))
		}
	}
}
