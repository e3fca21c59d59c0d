package imagescope_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// TestBudgetCalls spends budgets of every size on a query that takes nine
// calls: one each for intent and propositions, five images, two of which are
// then looked at.
func TestBudgetCalls(t *testing.T) {
	tests := []struct {
		calls int
		order []string
		left  []imagescope.Omission // without the words
	}{
		{1, retrieved, []imagescope.Omission{
			{Stage: imagescope.StageVerify, Why: imagescope.UncheckedBudget, Skipped: true},
			{Stage: imagescope.StageRank, Why: imagescope.UncheckedBudget, Skipped: true},
		}},
		// Of the four calls that are left, stage 3 has two kept for it, the
		// propositions take one, and a is asked about.
		{5, retrieved, []imagescope.Omission{
			{Stage: imagescope.StageVerify, Why: imagescope.UncheckedBudget, Candidates: 4},
			{Stage: imagescope.StageRank, Why: imagescope.UncheckedBudget},
		}},
		// It needs three at most. The propositions take one, and a, b and c are
		// asked about; d, the best one, is never looked at.
		{8, []string{"c", "b", "a", "e", "d"}, []imagescope.Omission{
			{Stage: imagescope.StageVerify, Why: imagescope.UncheckedBudget, Candidates: 2},
		}},
		{10, ranked, nil},
		{100, ranked, nil},
	}
	for _, tt := range tests {
		p := newPipeline(t, func(c *imagescope.Config) {
			withModel(scripted(nil))(c)
			c.Budget.Calls = tt.calls
			c.Strict = true // a spent budget is no fault
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil {
			t.Errorf("Search with %d calls: %v", tt.calls, err)
			continue
		}
		for i, o := range got.LeftOut {
			if !strings.Contains(o.Reason, "budget of the query is spent") {
				t.Errorf("with %d calls, reason %q", tt.calls, o.Reason)
			}
			got.LeftOut[i].Reason = ""
		}
		if d := gocmp.Diff(tt.left, got.LeftOut); d != "" {
			t.Errorf("with %d calls, left out: want is -, got is +\n%s", tt.calls, d)
		}
		if d := gocmp.Diff(tt.order, got.IDs()); d != "" {
			t.Errorf("with %d calls, order: want is -, got is +\n%s", tt.calls, d)
		}
		if n := got.Total().Calls; n > tt.calls {
			t.Errorf("with a budget of %d calls %d were made", tt.calls, n)
		}
	}
}

// TestBudgetBounds has random pipelines answer with random budgets, from a model
// of which some replies come from a cache. Calls that count are never more
// than the budget, and who comes first does not depend on the timing.
func TestBudgetBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	seed := maphash.MakeSeed()
	for n := range 150 {
		set := randomSettings(r, t)
		set.query.Budget = imagescope.Budget{Calls: 1 + r.IntN(30)}
		cached := uint64(r.IntN(5))
		var first string
		for run := range 2 {
			synctest.Test(t, func(t *testing.T) {
				latency := rand.New(rand.NewPCG(uint64(run), uint64(n)))
				var mu sync.Mutex
				var made atomic.Int32
				model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
					mu.Lock()
					d := latency.IntN(1000)
					mu.Unlock()
					time.Sleep(time.Duration(d) * time.Millisecond)
					resp, err := opinionated(seed, 8).Reason(ctx, req)
					resp.Cached = maphash.String(seed, req.Prompt+shown(req))%5 < cached
					if !resp.Cached {
						made.Add(1)
					}
					return resp, err
				})
				got, err := set.pipeline(t, model).Search(t.Context(), set.query)
				if err != nil || len(got.Faults) > 0 {
					t.Fatalf("case %d, %s: faults %v, error %v", n, set, got.Faults, err)
				}
				if most := set.query.Budget.Calls; int(made.Load()) > most || got.Total().Calls > most {
					t.Errorf("case %d, %s: %d calls were made (%+v) with a budget of %d", n, set, made.Load(), got.Usage, most)
				}
				got.Usage = nil
				if run == 0 {
					first = asJSON(t, got)
				} else if d := gocmp.Diff(first, asJSON(t, got)); d != "" {
					t.Errorf("case %d, %s: the result differs with the timing: first is -, now is +\n%s", n, set, d)
				}
			})
		}
	}
}

func shown(req imagescope.Request) string {
	var ids []string
	for _, img := range req.Images {
		ids = append(ids, img.ID)
	}
	return strings.Join(ids, "\x00")
}

// settings is a pipeline and a query at random.
type settings struct {
	intent, verify, rank string
	form                 verify.Form
	confidence           verify.Confidence
	instant              bool
	refine, least, lead  float64 // RefineBelow, MinConfidence and the gate's margins
	concurrency, alpha   int
	speculate, topK      int
	query                imagescope.Query
	gallery              imagescope.VectorIndex
}

func (s settings) String() string {
	return fmt.Sprintf("intent %s, verify %s form %d confidence %d, instant %v, refine %v, least %v, lead %v, rank %s, concurrency %d, alpha %d, speculate %d, top %d, query %+v",
		s.intent, s.verify, s.form, s.confidence, s.instant, s.refine, s.least, s.lead, s.rank, s.concurrency, s.alpha, s.speculate, s.topK, s.query)
}

func randomSettings(r *rand.Rand, t *testing.T) settings {
	pick := func(names ...string) string { return names[r.IntN(len(names))] }
	s := settings{
		intent: pick("none", "model", "shown", "onecall", "rules"),
		verify: pick("none", "model", "model", "captions"), form: verify.Form(r.IntN(2)), confidence: verify.Confidence(r.IntN(3)),
		instant:     r.IntN(2) == 0,
		rank:        pick("none", "pairwise", "one picture", "listwise", "sheet", "tournament", "captions"),
		concurrency: 1 + r.IntN(12), alpha: 1 + r.IntN(6), speculate: r.IntN(5), topK: 1 + r.IntN(12),
		query: imagescope.Query{Text: "red cat", Limit: 1 + r.IntN(12)},
	}
	if r.IntN(2) == 0 {
		s.query.Reference = new(imagescope.Image)
		*s.query.Reference = imagescope.Bytes("up", square(t))
	}
	if s.verify != "none" {
		s.least = float64(r.IntN(4)) / 10
		if s.intent != "none" {
			s.refine = float64(r.IntN(3)) / 2
		}
	}
	s.lead = float64(r.IntN(4)) / 4
	s.gallery = new(index.Flat)
	return s
}

// pipeline returns the pipeline with a gallery of 15 images.
func (s settings) pipeline(t *testing.T, model imagescope.Reasoner) *imagescope.Pipeline {
	t.Helper()
	file := square(t)
	cfg := imagescope.Config{
		Embedder: words, Index: s.gallery, TopK: s.topK,
		RefineBelow: s.refine, MinConfidence: s.least, Gate: imagescope.Gate{Confidence: s.lead}, Captioner: embed.NewCaptioner(model, nil),
		Intent: map[string]imagescope.Interpreter{
			"model":   intent.New(model, nil),
			"shown":   intent.New(model, &intent.Options{ShowReference: true}),
			"onecall": intent.New(model, &intent.Options{OneCall: true}),
			"rules":   intent.Rules{},
		}[s.intent],
		Verify: map[string]imagescope.Verifier{
			"model":    verify.New(model, &verify.Options{Form: s.form, Confidence: s.confidence, Order: verify.Order(s.topK % 2), Concurrency: s.concurrency}),
			"captions": verify.Captions{},
		}[s.verify],
		Rank: map[string]imagescope.Ranker{
			"pairwise":    rank.New(model, &rank.Options{Alpha: s.alpha, Speculate: s.speculate}),
			"one picture": rank.New(model, &rank.Options{Alpha: s.alpha, OnePicture: true, PictureSide: 8}),
			"listwise":    rank.NewListwise(model, &rank.ListwiseOptions{Alpha: s.alpha}),
			"sheet":       rank.NewListwise(model, &rank.ListwiseOptions{Alpha: s.alpha, Sheet: true, Side: 8}),
			"tournament":  rank.NewTournament(model, &rank.TournamentOptions{Alpha: s.alpha, Concurrency: s.concurrency}),
			"captions":    rank.Captions{Alpha: s.alpha},
		}[s.rank],
	}
	if s.least == 0 {
		cfg.Gate.Similarity = s.lead
	}
	if s.instant {
		cfg.Instant = &imagescope.Instant{Composer: intent.Rules{}}
	}
	files := fstest.MapFS{}
	var images []imagescope.Image
	for i := range 15 {
		id := fmt.Sprintf("%02d", i)
		files[id] = &fstest.MapFile{Data: file}
		images = append(images, imagescope.Image{ID: id, Caption: words[i%len(words)] + " " + words[i/2%len(words)]})
	}
	cfg.Images = files
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), images...); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEstimateHolds has models misbehave in every way that costs calls, and
// compares what each stage has cost with the estimate.
func TestEstimateHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	seed := maphash.MakeSeed()
	for n := range 200 {
		set := randomSettings(r, t)
		if set.verify == "captions" && r.IntN(2) == 0 {
			set.verify = "model"
		}
		bad := r.Uint64N(11) // in ten
		var images atomic.Int32
		model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
			images.Add(int32(len(req.Images)))
			what := maphash.String(seed, fmt.Sprint(n)+req.Prompt+shown(req))
			if what%10 >= bad {
				return opinionated(seed, 7).Reason(ctx, req)
			}
			switch {
			case what/10%2 == 0 && len(req.Images) > 0:
				return imagescope.Response{}, &imagescope.ImageError{ID: req.Images[int(what>>8)%len(req.Images)].ID, Op: "decode", Err: imagescope.ErrImageTruncated}
			case what/10%3 == 0:
				return imagescope.Response{}, errBroken
			}
			return imagescope.Response{Text: "I would rather not say."}, nil
		})
		p := set.pipeline(t, model)
		e, err := p.Estimate(set.query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Search(t.Context(), set.query)
		if err != nil {
			t.Fatalf("case %d: %v", n, err)
		}
		most, known := e.Total()
		if !known || got.Total().Calls > most.Calls {
			t.Errorf("case %d, %s: %d calls, at most %d were estimated (known: %v)", n, set, got.Total().Calls, most.Calls, known)
		}
		for st, u := range got.Usage {
			if u.Calls > e.Stages[st].Calls {
				t.Errorf("case %d, %s: stage %s made %d calls, at most %d were estimated", n, set, st, u.Calls, e.Stages[st].Calls)
			}
		}
		if sent := int(images.Load()); sent > most.Images {
			t.Errorf("case %d, %s: %d images were sent, at most %d were estimated", n, set, sent, most.Images)
		}
	}
}

func TestEstimate(t *testing.T) {
	model := scripted(nil)
	p := newPipeline(t, func(c *imagescope.Config) {
		withModel(model)(c)
		c.Verify = verify.New(model, &verify.Options{Form: verify.Single})
		c.TopK = 5
	})
	ref := imagescope.Bytes("up", square(t))
	e, err := p.Estimate(imagescope.Change(ref, "in blue"))
	if err != nil {
		t.Fatal(err)
	}
	for st, c := range e.Stages {
		if c.PromptTokens < 100*min(c.Calls, 1) {
			t.Errorf("stage %s: %d prompt tokens for %d calls", st, c.PromptTokens, c.Calls)
		}
		c.PromptTokens = 0
		e.Stages[st] = c
	}
	want := map[imagescope.Stage]imagescope.Cost{
		imagescope.StageIntent: {Calls: 1},
		imagescope.StageVerify: {Calls: 1 + 5*32, Images: 5 * 32},
		imagescope.StageRank:   {Calls: 3, Images: 6},
	}
	if d := gocmp.Diff(want, e.Stages); d != "" {
		t.Errorf("Estimate: want is -, got is +\n%s", d)
	}
	if most, known := e.Total(); most.Calls != 165 || !known {
		t.Errorf("Total = %+v, %v", most, known)
	}
	e.Budget.Calls = 20
	if most, known := e.Total(); most.Calls != 20 || !known {
		t.Errorf("Total with a budget of 20 calls = %+v, %v", most, known)
	}
	if _, err := p.Estimate(imagescope.Query{}); !errors.Is(err, imagescope.ErrEmptyQuery) {
		t.Errorf("Estimate of nothing: error %v", err)
	}
	// fullConfig's stages are not costed.
	e, err = newPipeline(t, nil).Estimate(imagescope.Text("red cat"))
	if most, known := e.Total(); err != nil || known || most != (imagescope.Cost{}) || len(e.Unknown) != 3 {
		t.Errorf("Estimate with stages that do not tell = %+v, %v", e, err)
	}
}

// TestEstimateOfRefining has a round of refining bring stage 3 more candidates
// than the first search does.
func TestEstimateOfRefining(t *testing.T) {
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "ANSWER: No"}, nil
	})
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent, c.Verify, c.TopK, c.RefineBelow = lookFor("blue dog"), shows("dog"), 1, 1
		c.Rank = rank.New(model, &rank.Options{Alpha: 5})
	})
	q := imagescope.Query{Text: "red cat", Limit: 1}
	e, err := p.Estimate(q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Search(t.Context(), q)
	if made, most := got.Usage[imagescope.StageRank].Calls, e.Stages[imagescope.StageRank].Calls; err != nil || made != 2 || most != 2 {
		t.Errorf("stage 3 made %d calls, at most %d were estimated, want 2 and 2; error %v", made, most, err)
	}
}

// TestBudgetCacheIsFree answers from a cache, eight at a time, with one call to
// spend.
func TestBudgetCacheIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cached := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			time.Sleep(time.Second)
			return imagescope.Response{Text: goodReply(req), Cached: true}, nil
		})
		p := newPipeline(t, func(c *imagescope.Config) {
			withModel(cached)(c)
			c.Budget.Calls = 1
			c.Verify = greedy{c.Verify, cached}
			c.Rank = nil
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil || len(got.LeftOut) > 0 || got.Total().Calls > 0 || got.Total().CacheHits != 15 {
			t.Errorf("Search: left out %v, usage %+v, error %v", got.LeftOut, got.Usage, err)
		}
	})
}

// greedy is a verifier that first asks eight things at once, whatever the
// budget.
type greedy struct {
	imagescope.Verifier
	model imagescope.Reasoner
}

func (g greedy) Verify(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = imagescope.Ask(ctx, g.model, imagescope.Request{Task: imagescope.TaskVerify, Images: []imagescope.Image{cs[0].Image}})
		})
	}
	wg.Wait()
	cs, err := g.Verifier.Verify(ctx, props, cs, limit)
	return cs, errors.Join(append(errs, err)...)
}

// TestBudgetIgnoredByStage has a stage ask more than there is, all at once.
func TestBudgetIgnoredByStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			calls.Add(1)
			time.Sleep(time.Second)
			return imagescope.Response{Text: goodReply(req)}, nil
		})
		p := newPipeline(t, func(c *imagescope.Config) {
			withModel(model)(c)
			c.Verify = greedy{c.Verify, model}
		})
		q := imagescope.Text("red cat")
		q.Budget.Calls = 6
		got, err := p.Search(t.Context(), q)
		if err != nil || calls.Load() != 6 || got.Total().Calls != 6 {
			t.Errorf("Search with 6 calls made %d, usage %+v, error %v", calls.Load(), got.Usage, err)
		}
	})
}

// TestBudgetTimeForEver has more time than anybody waits, of which three
// quarters are no duration, and a deadline far away.
func TestBudgetTimeForEver(t *testing.T) {
	p := newPipeline(t, withModel(scripted(nil)))
	q := imagescope.Text("red cat")
	q.Budget.Time = math.MaxInt64 / 2
	ctx, cancel := context.WithDeadline(t.Context(), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	defer cancel()
	for _, q.Budget.BestEffort = range []bool{false, true} {
		got, err := p.Search(ctx, q)
		if err != nil || len(got.LeftOut) > 0 || !slices.Equal(got.IDs(), ranked) {
			t.Errorf("Search with %+v = %v, left out %v, error %v", q.Budget, got.IDs(), got.LeftOut, err)
		}
	}
}

// TestBudgetTimeInQueue has a limit on the calls a minute make the second one
// wait longer than the budget allows. That is no fault of the stage.
func TestBudgetTimeInQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := imagescope.Limit(scripted(nil), &imagescope.LimitOptions{CallsPerMinute: 6})
		p := newPipeline(t, withModel(limited))
		q := imagescope.Text("red cat")
		q.Budget.Time = 5 * time.Second
		got, err := p.Search(t.Context(), q)
		if err != nil || len(got.Faults) > 0 || len(got.LeftOut) != 2 || got.Total().Calls < 1 {
			t.Errorf("Search: faults %v, left out %v, error %v", got.Faults, got.LeftOut, err)
		}
	})
}

// TestBudgetNestedAsk has a Reasoner that asks another one. That is one call,
// and does not wait for itself.
func TestBudgetNestedAsk(t *testing.T) {
	inner := scripted(nil)
	outer := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		return imagescope.Ask(ctx, inner, req)
	})
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent = intent.New(outer, nil)
		c.Verify, c.Rank = nil, nil
		c.Budget.Calls = 1
	})
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil || len(got.LeftOut) > 0 || got.Total().Calls != 1 || got.Total().PromptTokens != 10 {
		t.Errorf("Search: left out %v, usage %+v, error %v", got.LeftOut, got.Usage, err)
	}
}

func TestBudgetTokens(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		withModel(scripted(nil))(c) // 11 tokens a call
		c.Verify = verify.New(scripted(nil), &verify.Options{Concurrency: 1})
		c.Budget.Tokens = 40
	})
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if n := got.Total().Calls; n != 4 || len(got.LeftOut) != 2 || got.LeftOut[0].Candidates != 3 || !strings.Contains(got.LeftOut[0].Reason, "44 of 40 tokens") {
		t.Errorf("Search with 40 tokens made %d calls and left out %+v", n, got.LeftOut)
	}
	if got.Candidates[2].Unchecked != imagescope.UncheckedBudget || !strings.Contains(got.Explain(2), "not checked: the budget of the query was spent") {
		t.Errorf("Explain = %s", got.Explain(2))
	}
}

// TestBudgetOverride gives a query more than the pipeline has, of one thing.
func TestBudgetOverride(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		withModel(scripted(nil))(c)
		c.Budget = imagescope.Budget{Calls: 1, Tokens: 1000}
	})
	q := imagescope.Text("red cat")
	q.Budget.Calls = 10
	got, err := p.Search(t.Context(), q)
	if err != nil || len(got.LeftOut) > 0 || !slices.Equal(got.IDs(), ranked) {
		t.Errorf("Search = %v, left out %v, error %v", got.IDs(), got.LeftOut, err)
	}
	q.Budget = imagescope.Budget{Tokens: 1}
	if e, err := p.Estimate(q); err != nil || e.Budget != (imagescope.Budget{Calls: 1, Tokens: 1}) {
		t.Errorf("Estimate = %+v, %v", e, err)
	}
	q.Budget.Calls = -1
	if _, err := p.Search(t.Context(), q); err == nil || !strings.Contains(err.Error(), "Query.Budget") {
		t.Errorf("Search with less than no calls: error %v", err)
	}
}

// slowly is the scripted model, a second a call. It heeds its context.
func slowly() imagescope.Reasoner {
	return imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		select {
		case <-time.After(time.Second):
			return scripted(nil).Reason(ctx, req)
		case <-ctx.Done():
			return imagescope.Response{}, ctx.Err()
		}
	})
}

// TestBestEffort searches with deadlines of every length, on a query that
// takes five seconds: intent, propositions, all images at once, two verdicts.
func TestBestEffort(t *testing.T) {
	tests := []struct {
		name  string
		limit time.Duration
		order []string
		skips []imagescope.Stage
	}{
		{"no time for stage 1", time.Second, retrieved, []imagescope.Stage{imagescope.StageIntent, imagescope.StageVerify, imagescope.StageRank}},
		{"none for the propositions", 1900 * time.Millisecond, retrieved, []imagescope.Stage{imagescope.StageVerify, imagescope.StageRank}},
		{"none for the answers", 3 * time.Second, retrieved, []imagescope.Stage{imagescope.StageVerify, imagescope.StageRank}},
		{"a verdict, which changes nothing", 4500 * time.Millisecond, []string{"b", "d", "a", "c", "e"}, []imagescope.Stage{imagescope.StageRank}},
		{"all", 6 * time.Second, ranked, nil},
	}
	for _, tt := range tests {
		for _, by := range []string{"deadline", "time"} {
			synctest.Test(t, func(t *testing.T) {
				p := newPipeline(t, withModel(slowly()))
				q := imagescope.Text("red cat")
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				switch by {
				case "deadline":
					ctx, cancel = context.WithTimeout(ctx, tt.limit)
					q.Budget.BestEffort = true
				case "time":
					q.Budget.Time = tt.limit
				}
				defer cancel()
				start := time.Now()
				got, err := p.Search(ctx, q)
				if took := time.Since(start); err != nil || ctx.Err() != nil || took > tt.limit {
					t.Fatalf("%s, by %s: Search took %v of %v, error %v", tt.name, by, took, tt.limit, err)
				}
				if d := gocmp.Diff(tt.order, got.IDs()); d != "" {
					t.Errorf("%s, by %s: order: want is -, got is +\n%s", tt.name, by, d)
				}
				var skipped []imagescope.Stage
				for _, o := range got.LeftOut {
					skipped = append(skipped, o.Stage)
				}
				if d := gocmp.Diff(tt.skips, skipped); d != "" || len(got.Faults) > 0 {
					t.Errorf("%s, by %s: faults %v; left out: want is -, got is +\n%s", tt.name, by, got.Faults, d)
				}
			})
		}
	}
}

// TestBestEffortDeaf has a ranker that does not heed its context. The result is
// late, and there.
func TestBestEffortDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Rank = imagescope.RankerFunc(func(_ context.Context, _ imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
				time.Sleep(time.Minute)
				return nil, errBroken
			})
			c.Budget.BestEffort = true
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got, err := p.Search(ctx, imagescope.Text("red cat"))
		if err != nil || len(got.Candidates) != 5 || got.Stage != imagescope.StageVerify {
			t.Errorf("Search = %v after stage %s, error %v", got.IDs(), got.Stage, err)
		}
	})
}

// TestBestEffortHasItsBounds: what was not found yet, and who has left, get an
// error.
func TestBestEffortHasItsBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(ctx context.Context, _ []string) ([][]float32, error) { return nil, wait(ctx) }}
			c.Budget.BestEffort = true
		})
		if _, err := p.Search(ctx, imagescope.Text("red cat")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Search that finds nothing in time: error %v", err)
		}
	})
	// An instant answer stands.
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		embedded := 0
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(ctx context.Context, texts []string) ([][]float32, error) {
				if embedded++; embedded > 1 {
					return nil, wait(ctx)
				}
				return words.EmbedTexts(ctx, texts)
			}}
			c.Instant = &imagescope.Instant{}
			c.Budget.BestEffort = true
		})
		got, err := p.Search(ctx, imagescope.Text("red cat"))
		if err != nil || got.Stage != imagescope.StageInstant || len(got.Candidates) != 5 || len(got.LeftOut) != 3 || got.LeftOut[0].Stage != imagescope.StageRetrieve {
			t.Errorf("Search = %v after stage %s, left out %+v, error %v", got.IDs(), got.Stage, got.LeftOut, err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Rank = imagescope.RankerFunc(func(ctx context.Context, _ imagescope.Query, _ imagescope.Intent, _ []imagescope.Candidate) ([]imagescope.Candidate, error) {
			cancel()
			return nil, wait(ctx)
		})
		c.Budget.BestEffort = true
	})
	if _, err := p.Search(ctx, imagescope.Text("red cat")); !errors.Is(err, context.Canceled) {
		t.Errorf("Search that is cancelled: error %v", err)
	}
}

// TestBudgetOfChat takes turns with a budget each.
func TestBudgetOfChat(t *testing.T) {
	chat := newPipeline(t, withModel(scripted(nil))).Chat()
	for _, text := range []string{"red cat", "in blue"} {
		q := imagescope.Text(text)
		q.Budget.Calls = 3
		e, err := chat.Estimate(q)
		if most, known := e.Total(); err != nil || most.Calls != 3 || !known {
			t.Errorf("Estimate = %+v, %v", e, err)
		}
		got, err := chat.Send(t.Context(), q)
		if err != nil || got.Total().Calls != 3 || len(got.LeftOut) == 0 {
			t.Errorf("Send = %+v, %v", got, err)
		}
	}
	if n := len(chat.Turns()); n != 2 {
		t.Errorf("%d turns were taken", n)
	}
	if _, err := new(imagescope.Chat).Estimate(imagescope.Text("cat")); err == nil {
		t.Error("Estimate of a chat without a pipeline: no error")
	}
}

// TestLeftOutJSON reads back what was left out.
func TestLeftOutJSON(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		withModel(scripted(nil))(c)
		c.Budget.Calls = 5
	})
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	var back imagescope.Result
	if err := json.Unmarshal([]byte(asJSON(t, got)), &back); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(got.LeftOut, back.LeftOut); d != "" || len(back.LeftOut) == 0 {
		t.Errorf("left out, read back: want is -, got is +\n%s", d)
	}
}
