package imagescope_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

func TestGate(t *testing.T) {
	all := []imagescope.Stage{imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}
	tests := []struct {
		name   string
		change func(*imagescope.Config)
		stages []imagescope.Stage
		want   []string
		left   []imagescope.Stage
	}{
		// a, the red cat, is as similar as can be; b and c have half of it.
		{name: "open", change: func(*imagescope.Config) {}, stages: all, want: ranked},
		{name: "similar enough", change: func(c *imagescope.Config) { c.Gate.Similarity = 0.3 }, stages: all[:1], want: retrieved, left: all[1:]},
		{name: "not similar enough", change: func(c *imagescope.Config) { c.Gate.Similarity = 0.9 }, stages: all, want: ranked},
		{name: "nothing but stage 3", change: func(c *imagescope.Config) { c.Gate.Similarity, c.Verify = 0.3, nil }, stages: all[:1], want: retrieved, left: all[2:]},
		{name: "two are as wanted", change: func(c *imagescope.Config) { c.Gate.Confidence = 0.1 }, stages: all, want: ranked},
		{name: "one is as wanted", change: func(c *imagescope.Config) {
			c.Gate.Confidence, c.Verify = 0.1, shows("blue", "cat")
		}, stages: all[:2], want: []string{"b", "a", "d", "c", "e"}, left: all[2:]},
		{name: "the lead is not large enough", change: func(c *imagescope.Config) {
			c.Gate.Confidence, c.Verify = 0.6, shows("blue", "cat")
		}, stages: all, want: []string{"d", "b", "a", "c", "e"}},
		{name: "the best of a bad lot", change: func(c *imagescope.Config) {
			c.Gate.Confidence, c.Verify = 0.1, shows("blue", "cat", "green")
		}, stages: all, want: []string{"d", "b", "a", "c", "e"}},
		{name: "the second was not checked", change: func(c *imagescope.Config) {
			c.Gate.Confidence, c.Verify, c.TopK = 0.1, shows("red"), 1
		}, stages: all, want: []string{"c", "a", "b", "e", "d"}},
	}
	for _, tt := range tests {
		p := newPipeline(t, tt.change)
		var got imagescope.Result
		var stages []imagescope.Stage
		for r, err := range p.Stages(t.Context(), imagescope.Text("red cat")) {
			if err != nil {
				t.Fatal(err)
			}
			got, stages = r, append(stages, r.Stage)
		}
		if d := cmp.Diff(tt.stages, stages); d != "" {
			t.Errorf("%s: stages: want is -, got is +\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.want, got.IDs()); d != "" {
			t.Errorf("%s: results: want is -, got is +\n%s", tt.name, d)
		}
		var left []imagescope.Stage
		for _, o := range got.LeftOut {
			left = append(left, o.Stage)
			if o.Why != imagescope.UncheckedSure || !o.Skipped || !strings.Contains(o.Reason, "ahead by") {
				t.Errorf("%s: left out %+v", tt.name, o)
			}
		}
		if d := cmp.Diff(tt.left, left); d != "" || len(got.Faults) > 0 {
			t.Errorf("%s: faults %v; left out: want is -, got is +\n%s", tt.name, got.Faults, d)
		}
	}
}

// TestGateSparesPropositions has a sure retrieval ask for none.
func TestGateSparesPropositions(t *testing.T) {
	for margin, want := range map[float64]int{0: 1, 0.3: 0, 0.9: 1} {
		asked := 0
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Gate.Similarity = margin
			c.Verify = verifier{propose: func(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error) {
				asked++
				return verifier{}.Propose(ctx, q, in)
			}}
		})
		if _, err := p.Chat().Say(t.Context(), "red cat"); err != nil {
			t.Fatal(err)
		}
		if asked != want {
			t.Errorf("Gate.Similarity %v: propositions were asked for %d times, want %d", margin, asked, want)
		}
	}
}

func TestGateUnusable(t *testing.T) {
	for want, change := range map[string]func(*imagescope.Config){
		"Gate.Similarity is -1":   func(c *imagescope.Config) { c.Gate.Similarity = -1 },
		"Gate.Similarity is NaN":  func(c *imagescope.Config) { c.Gate.Similarity = math.NaN() },
		"Gate.Confidence is +Inf": func(c *imagescope.Config) { c.Gate.Confidence = math.Inf(1) },
		"MinConfidence 0.5":       func(c *imagescope.Config) { c.Gate.Similarity, c.MinConfidence = 0.1, 0.5 },
	} {
		cfg := fullConfig()
		change(&cfg)
		if _, err := imagescope.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New: error %v, want one with %q", err, want)
		}
	}
}
