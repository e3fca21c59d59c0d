package imagescope_test

import (
	"context"
	"flag"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

var queries = flag.Int("queries", 10, "how many queries TestLatency asks")

// TestLatency measures, in virtual time, how many calls after one another a
// query takes, and how many in all, on queries of which the answer is known. The
// first ten places are the same in each way of asking.
//
//	go test . -v -run Latency -queries 200
func TestLatency(t *testing.T) {
	const call = time.Second
	w := modeltest.NewWorld(1, *queries)
	truth := modeltest.New(w, nil)
	model := imagescope.ReasonerFunc(func(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
		time.Sleep(call)
		return truth.Reason(ctx, req)
	})
	gallery := new(index.Flat)
	ways := []struct {
		name   string
		most   float64 // calls after one another; 0 for any number
		change func(*imagescope.Config)
	}{
		{"the authors' order of calls", 0, func(c *imagescope.Config) {
			c.Exhaustive = true
			c.Verify = verify.New(model, &verify.Options{Form: verify.Single, Concurrency: 1})
		}},
		{"default", 0, func(*imagescope.Config) {}},
		{"default, singly", 0, func(c *imagescope.Config) { c.Verify = verify.New(model, &verify.Options{Form: verify.Single}) }},
		{"concurrency 32", 5, wide(model)},
		{"concurrency 32, speculating", 4, func(c *imagescope.Config) {
			wide(model)(c)
			c.Rank = rank.New(model, &rank.Options{Speculate: rank.DefaultAlpha})
		}},
		{"concurrency 32, speculating, one call for stage 1", 3, func(c *imagescope.Config) {
			wide(model)(c)
			c.Rank = rank.New(model, &rank.Options{Speculate: rank.DefaultAlpha})
			c.Intent = intent.New(model, &intent.Options{OneCall: true, ShowReference: true})
		}},
	}
	first := make([][]string, len(w.Queries()))
	for n, way := range ways {
		cfg := imagescope.Config{
			Images: w.FS(), Embedder: embed.Words{}, Index: gallery,
			Intent: intent.New(model, nil), Verify: verify.New(model, nil), Rank: rank.New(model, nil),
		}
		way.change(&cfg)
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, img := range w.Images() {
			if n > 0 {
				break
			}
			if err := p.Add(t.Context(), imagescope.Image{ID: img.ID, Caption: img.Caption}); err != nil {
				t.Fatal(err)
			}
		}
		var calls, mean, longest float64
		for i, q := range w.Queries() {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := p.Search(t.Context(), q.Query)
				if err != nil || len(got.Faults) > 0 {
					t.Fatalf("%s: faults %v, error %v", way.name, got.Faults, err)
				}
				took := float64(time.Since(start)) / float64(call)
				longest = max(longest, took)
				mean += took / float64(len(w.Queries()))
				calls += float64(got.Total().Calls) / float64(len(w.Queries()))
				if n == 0 {
					first[i] = got.IDs()
				} else if d := gocmp.Diff(first[i], got.IDs()); d != "" {
					t.Errorf("%s, %q: the authors' order is -, this one +\n%s", way.name, q.Text, d)
				}
			})
		}
		t.Logf("%-50s %5.2f calls after one another, %2.0f at most; %5.2f calls in all", way.name, mean, longest, calls)
		if way.most > 0 && longest > way.most {
			t.Errorf("%s: %v calls after one another, at most %v are meant", way.name, longest, way.most)
		}
	}
}

func wide(model imagescope.Reasoner) func(*imagescope.Config) {
	return func(c *imagescope.Config) { c.Verify = verify.New(model, &verify.Options{Concurrency: 32}) }
}
