package imagescope_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/imagescope/imagescope"
)

var errEnough = errors.New("the user has seen enough")

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errEnough)
	for set := range 8 {
		p := newPipeline(t, func(c *imagescope.Config) {
			if set&1 == 0 {
				c.Intent = nil
			}
			if set&2 == 0 {
				c.Verify = nil
			}
			if set&4 == 0 {
				c.Rank = nil
			}
		})
		got, err := p.Search(ctx, imagescope.Text("red cat"))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("set %03b: Search with a cancelled context = %v, %v", set, got.IDs(), err)
		}
	}
}

// TestCancelledDuring cancels while a stage waits. That is an error, and names
// the cause, whether or not the pipeline is strict.
func TestCancelledDuring(t *testing.T) {
	for _, strict := range []bool{false, true} {
		var cancel context.CancelCauseFunc
		stages := slow(func() { cancel(errEnough) })
		stages["embed"] = func(c *imagescope.Config) {
			c.Embedder = embedder{texts: func(ctx context.Context, _ []string) ([][]float32, error) {
				cancel(errEnough)
				return nil, wait(ctx)
			}}
		}
		stages["search"] = func(c *imagescope.Config) {
			c.Index = brokenIndex{search: func(ctx context.Context, _ []float32, _ int, _ imagescope.Filter) ([]imagescope.Match, error) {
				cancel(errEnough)
				return nil, wait(ctx)
			}}
		}
		for st, change := range stages {
			var ctx context.Context
			ctx, cancel = context.WithCancelCause(t.Context())
			p := newPipeline(t, func(c *imagescope.Config) {
				change(c)
				c.Strict = strict
			})
			got, err := p.Search(ctx, imagescope.Text("red cat"))
			if !errors.Is(err, context.Canceled) || !errors.Is(err, errEnough) {
				t.Errorf("%s: Search cancelled = %v, %v", st, got.IDs(), err)
			}
			cancel(nil)
		}
	}
}

// TestCancelledUnheard cancels while a stage works that does not look at its
// context.
func TestCancelledUnheard(t *testing.T) {
	var cancel context.CancelFunc
	tests := map[string]func(*imagescope.Config){
		"intent": intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
			cancel()
			return literally(ctx, q)
		}),
		"no propositions": proposeWith(func(context.Context) (propositions, error) {
			cancel()
			return nil, nil
		}),
		"verify": verifyWith(func(_ context.Context, cs candidates) (candidates, error) {
			cancel()
			return cs, nil
		}),
		"rank": rankWith(func(_ context.Context, cs candidates) (candidates, error) {
			cancel()
			return cs, nil
		}),
	}
	for name, change := range tests {
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		got, err := newPipeline(t, change).Search(ctx, imagescope.Text("red cat"))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Search cancelled = %v, %v", name, got.IDs(), err)
		}
		cancel()
	}
}

// TestCancelledBetween cancels while the caller looks at a result. Nothing was
// found, so that no later stage has work that would notice.
func TestCancelledBetween(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := newPipeline(t, func(c *imagescope.Config) { c.Verify = nil })
	q := imagescope.Query{Text: "red cat", Filter: imagescope.Filter{Only: []string{}}}
	var results int
	var last error
	for _, err := range p.Stages(ctx, q) {
		if last = err; err == nil {
			results++
		}
		cancel()
	}
	if results != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("Stages cancelled after its first result yielded %d results and ended with %v", results, last)
	}
}

// TestBreak leaves Stages after each yield: nothing more is called, and what
// goes on in the background is cancelled and waited for.
func TestBreak(t *testing.T) {
	for after := 1; after <= 3; after++ {
		var calls []string
		p := newPipeline(t, func(c *imagescope.Config) {
			verifyWith(func(_ context.Context, cs candidates) (candidates, error) {
				calls = append(calls, "verify")
				return cs, nil
			})(c)
			rankWith(func(_ context.Context, cs candidates) (candidates, error) {
				calls = append(calls, "rank")
				return cs, nil
			})(c)
		})
		n := 0
		for range p.Stages(t.Context(), imagescope.Text("red cat")) {
			if n++; n == after {
				break
			}
		}
		if len(calls) != after-1 {
			t.Errorf("Stages left after result %d called %v", after, calls)
		}
	}
}

func TestBreakEndsPropose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended error
		p := newPipeline(t, proposeWith(func(ctx context.Context) (propositions, error) {
			ended = wait(ctx)
			return nil, ended
		}))
		for r, err := range p.Stages(t.Context(), imagescope.Text("red cat")) {
			if err != nil || r.Stage != imagescope.StageRetrieve {
				t.Errorf("Stages began with %q, %v", r.Stage, err)
			}
			break
		}
		if !errors.Is(ended, context.Canceled) {
			t.Errorf("Propose ended with %v before Stages returned", ended)
		}
	})
}

// TestBreakAfterError leaves Stages at the error that it yields.
func TestBreakAfterError(t *testing.T) {
	for range newPipeline(t, nil).Stages(t.Context(), imagescope.Text("")) {
		break
	}
}

// TestProposeOverlapsRetrieval has Propose and the embedder wait for each
// other: one after the other, neither would end.
func TestProposeOverlapsRetrieval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		proposing, embedding := make(chan struct{}), make(chan struct{})
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Verify = verifier{propose: func(context.Context, imagescope.Query, imagescope.Intent) (propositions, error) {
				close(proposing)
				<-embedding
				return propositions{{Question: "Is it blue?", Want: true}}, nil
			}}
			c.Embedder = embedder{texts: func(ctx context.Context, texts []string) ([][]float32, error) {
				close(embedding)
				<-proposing
				return words.EmbedTexts(ctx, texts)
			}}
		})
		if _, err := p.Search(t.Context(), imagescope.Text("red cat")); err != nil {
			t.Error(err)
		}
	})
}

// TestRetrievalDoesNotWaitForPropose sees the first result while Propose is
// still at work.
func TestRetrievalDoesNotWaitForPropose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := make(chan struct{})
		p := newPipeline(t, proposeWith(func(context.Context) (propositions, error) {
			<-seen
			return propositions{{Question: "Is it blue?", Want: true}}, nil
		}))
		first := true
		for _, err := range p.Stages(t.Context(), imagescope.Text("red cat")) {
			if err != nil {
				t.Error(err)
			}
			if first {
				close(seen)
				first = false
			}
		}
	})
}
