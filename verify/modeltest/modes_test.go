package modeltest_test

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

var queries = flag.Int("queries", 4, "how many queries the tests of modes ask; the tables of the documentation are of 500")

// mode is a way to ask.
type mode struct {
	name    string
	intent  intent.Options
	verify  verify.Options
	ranker  func(imagescope.Reasoner) imagescope.Ranker // nil for pairwise with rank
	rank    rank.Options
	change  func(*imagescope.Config)
	share   int  // of the queries are asked, one in so many; 0 for all
	ordered bool // the first ten must be those of the authors' way
}

// modes begins with the authors' way and the defaults.
func modes() []mode {
	noModel := func(c *imagescope.Config) {
		c.Intent, c.Verify, c.Rank = intent.Rules{}, verify.Captions{}, rank.Captions{}
	}
	exhaustive := func(c *imagescope.Config) { c.Exhaustive = true }
	speculate := rank.Options{Speculate: rank.DefaultAlpha}
	oneCall := intent.Options{OneCall: true, ShowReference: true}
	listwise := func(o rank.ListwiseOptions) func(imagescope.Reasoner) imagescope.Ranker {
		return func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewListwise(m, &o) }
	}
	return []mode{
		{name: "the authors' calls, one after the other", verify: verify.Options{Form: verify.Single, Concurrency: 1}, change: exhaustive, ordered: true},
		{name: "defaults", ordered: true},
		{name: "  every candidate checked", change: exhaustive, ordered: true},
		{name: "  one question a call", verify: verify.Options{Form: verify.Single}, ordered: true},
		{name: "  32 calls at once", verify: verify.Options{Concurrency: 32}, ordered: true},
		{name: "  and Speculate", verify: verify.Options{Concurrency: 32}, rank: speculate, ordered: true},
		{name: "  and OneCall, ShowReference", intent: oneCall, verify: verify.Options{Concurrency: 32}, rank: speculate, ordered: true},
		{name: "Confidence: Stated, Order: Scored", verify: verify.Options{Confidence: verify.Stated, Order: verify.Scored}},
		{name: "Confidence: Probability, Order: Scored", verify: verify.Options{Confidence: verify.Probability, Order: verify.Scored}},
		{name: "Listwise, 10 images", ranker: listwise(rank.ListwiseOptions{})},
		{name: "Listwise, a sheet of 10", ranker: listwise(rank.ListwiseOptions{Sheet: true, Side: 96}), share: 10},
		{name: "Tournament of 3", ranker: func(m imagescope.Reasoner) imagescope.Ranker { return rank.NewTournament(m, nil) }},
		{name: "Gate: Confidence", change: func(c *imagescope.Config) { c.Gate.Confidence = 0.1 }},
		{name: "RefineBelow 1", change: func(c *imagescope.Config) { c.RefineBelow = 1 }},
		{name: "no stage 3", change: func(c *imagescope.Config) { c.Rank = nil }},
		{name: "no stage 2", change: func(c *imagescope.Config) { c.Verify = nil }},
		{name: "no stage 2, Listwise, 20 images", ranker: listwise(rank.ListwiseOptions{Alpha: 20}), change: func(c *imagescope.Config) { c.Verify = nil }},
		{name: "stage 1 alone", change: func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil }},
		{name: "no model", change: noModel},
		{name: "no stage at all", change: func(c *imagescope.Config) { c.Intent, c.Verify, c.Rank = nil, nil, nil }},
	}
}

// bench is a world whose gallery is indexed.
type bench struct {
	*modeltest.World
	embedder imagescope.Embedder
	index    *index.Flat
}

// glance embeds pictures as somebody saw them who missed things: three words of
// ten that would tell what is there are lost, and captions do not help. So
// retrieval is about as good as real ones are.
type glance struct{ embed.Words }

func (g glance) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	texts := make([]string, len(images))
	for i, img := range images {
		h := fnv.New64a()
		h.Write([]byte(img.ID))
		rng := rand.New(rand.NewPCG(h.Sum64(), 1))
		words := strings.Fields(img.Caption)
		texts[i] = strings.Join(slices.DeleteFunc(words, func(string) bool { return rng.IntN(10) < 3 }), " ")
	}
	return g.EmbedTexts(ctx, texts)
}

func newBench(t testing.TB, n int) *bench {
	t.Helper()
	return newBenchOf(t, modeltest.NewWorld(4, n), glance{})
}

func newBenchOf(t testing.TB, w *modeltest.World, embedder imagescope.Embedder) *bench {
	t.Helper()
	b := &bench{World: w, embedder: embedder, index: new(index.Flat)}
	newPipeline(t, b.World, nil, func(c *imagescope.Config) { *c = b.config() })
	return b
}

func (b *bench) config() imagescope.Config {
	return imagescope.Config{Images: b.FS(), Embedder: b.embedder, Index: b.index, Tau: new(float64)}
}

// pipeline joins the stages of a mode around a model.
func (b *bench) pipeline(t testing.TB, m mode, model imagescope.Reasoner) *imagescope.Pipeline {
	t.Helper()
	cfg := b.config()
	cfg.Intent, cfg.Verify, cfg.Rank = intent.New(model, &m.intent), verify.New(model, &m.verify), rank.New(model, &m.rank)
	if m.ranker != nil {
		cfg.Rank = m.ranker(model)
	}
	if m.change != nil {
		m.change(&cfg)
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome is what a mode found, and what that took.
type outcome struct {
	orders             [][]string // for each query
	first, ten         float64    // shares of the queries
	calls, tokens      float64    // in the mean
	images             float64
	rounds, mostRounds float64
}

const latency = time.Second

// run asks the queries of the world.
func (b *bench) run(t *testing.T, m mode, errors float64) outcome {
	t.Helper()
	var asked []modeltest.Query
	for i, q := range b.Queries() {
		if m.share == 0 || i%m.share == 0 {
			asked = append(asked, q)
		}
	}
	return b.ask(t, m, errors, asked)
}

// ask asks queries one after the other, in virtual time.
func (b *bench) ask(t *testing.T, m mode, errors float64, queries []modeltest.Query) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		model := modeltest.New(b.World, &modeltest.Options{Seed: 2, ErrorRate: errors, Latency: latency})
		p := b.pipeline(t, m, model)
		n := float64(len(queries))
		for _, q := range queries {
			start := time.Now()
			got, err := p.Search(t.Context(), q.Query)
			if err != nil || len(got.Faults) > 0 {
				t.Fatalf("%s: %q: faults %v, error %v", m.name, q.Text, got.Faults, err)
			}
			rounds := float64(time.Since(start) / latency)
			o.rounds += rounds
			o.mostRounds = max(o.mostRounds, rounds)
			ids := got.IDs()
			o.orders = append(o.orders, ids)
			switch at := slices.Index(ids, q.Target); {
			case at == 0:
				o.first++
				o.ten++
			case at > 0:
				o.ten++
			}
		}
		s := model.Stats()
		o.calls, o.tokens, o.images = float64(s.Total())/n, float64(s.PromptTokens)/n, float64(s.Images)/n
		o.first, o.ten, o.rounds = o.first/n, o.ten/n, o.rounds/n
	})
	return o
}

// TestModes asks the queries of a world in every way and prints what each
// finds, at several error rates, and what it costs. The ways that save calls or
// time must find what the authors' way finds, place by place.
//
//	go test ./verify/modeltest -run TestModes -v -queries 500
func TestModes(t *testing.T) {
	b := newBench(t, *queries)
	rates := []float64{0, 0.2}
	if *queries >= 100 {
		rates = []float64{0, 0.05, 0.1, 0.2}
	}
	t.Logf("%d queries, %d pictures; R@1 and R@10 in %% at error rates of %v", len(b.Queries()), len(b.Images()), rates)
	t.Logf("%-40s %6s %7s %7s %12s  %s", "", "calls", "tokens", "images", "rounds (most)", strings.Repeat("  R@1 R@10", len(rates)))
	var authors []outcome
	for k, m := range modes() {
		var all []outcome
		for i, rate := range rates {
			o := b.run(t, m, rate)
			all = append(all, o)
			if k == 0 {
				authors = append(authors, o)
				continue
			}
			for j, ids := range o.orders {
				if m.ordered && !slices.Equal(ids, authors[i].orders[j]) {
					t.Errorf("%s, error rate %v: query %d: %v, and the authors' way finds %v", m.name, rate, j, ids, authors[i].orders[j])
				}
			}
		}
		o := all[0]
		line := ""
		for _, a := range all {
			line += fmt.Sprintf(" %5.1f %5.1f", 100*a.first, 100*a.ten)
		}
		t.Logf("%-40s %6.1f %7.0f %7.1f %7.1f (%2.0f)  %s", m.name, o.calls, o.tokens, o.images, o.rounds, o.mostRounds, line)
		if m.name == "  and Speculate" && o.mostRounds > 5 || m.intent.OneCall && o.mostRounds > 3 {
			t.Errorf("%s: %v calls in a row", m.name, o.mostRounds)
		}
	}
}

// TestCalls compares the calls of the defaults with those of the authors' way,
// for queries that one picture answers and for such that many do. The first ten
// places must be the same. Asking about fewer than all 20 candidates is possible
// only where ten of them have every answer as wanted: nothing else keeps the
// last one from taking a place among the first ten. So where one picture answers
// a query 22 calls are the fewest, one for each candidate and one each for
// propositions and the verdict; the more do, the nearer it comes to 13.
//
//	go test ./verify/modeltest -run TestCalls -v -queries 500
func TestCalls(t *testing.T) {
	w := modeltest.NewWorld(4, *queries)
	glancing, exact := newBenchOf(t, w, glance{}), newBenchOf(t, w, embed.Words{})
	for _, kind := range []struct {
		name    string
		bench   *bench
		queries []modeltest.Query
		most    float64 // share of the authors' calls
	}{
		{"one picture answers it", glancing, w.Queries(), 0.38},
		{"many do, retrieval errs", glancing, glancing.broad(t, *queries), 0.38},
		{"many do, retrieval is right", exact, exact.broad(t, *queries), 1. / 3},
	} {
		if len(kind.queries) == 0 {
			continue // the world is too small for these
		}
		was, is := kind.bench.ask(t, modes()[0], 0, kind.queries), kind.bench.ask(t, modes()[1], 0, kind.queries)
		t.Logf("%-28s %4d queries: %.1f calls for the authors' %.1f, %.1f %%", kind.name, len(kind.queries), is.calls, was.calls, 100*is.calls/was.calls)
		if d := cmp.Diff(was.orders, is.orders); d != "" {
			t.Errorf("%s: order: the authors' is -, that of the defaults is +\n%s", kind.name, d)
		}
		if is.calls > kind.most*was.calls {
			t.Errorf("%s: %.1f calls, want at most %.2f of %.1f", kind.name, is.calls, kind.most, was.calls)
		}
	}
}

// broad returns n queries for something, its colour and a time of day that at
// least ten pictures have, the answer to which is any of them.
func (b *bench) broad(t *testing.T, n int) (list []modeltest.Query) {
	t.Helper()
	for _, when := range []string{"by day", "at night", "at sunset"} {
		for _, kind := range []string{"boat", "bird", "house", "car", "dog", "cat", "person", "tent", "kite", "flower", "bench", "umbrella", "tree", "ball", "lamp", "chair"} {
			for _, where := range []string{"outdoors", "indoors", "beach", "meadow", "street", "snow", "harbour", "bedroom", "desert"} {
				q := modeltest.Query{Query: imagescope.Text(fmt.Sprintf("a %s %s, %s", kind, when, where))}
				for _, question := range []string{"Is there a " + kind + "?", "Is it " + strings.Fields(when)[1] + "?", "Is it " + where + "?"} {
					q.Propositions = append(q.Propositions, imagescope.Proposition{Question: question, Want: true})
				}
				answers := 0
				for _, img := range b.Images() {
					if met(t, b.World, q, img.ID) == len(q.Propositions) {
						answers++
					}
				}
				if answers >= 10 {
					list = append(list, q)
				}
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(n, len(list))]
}
