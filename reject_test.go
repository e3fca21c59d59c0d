package imagescope_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
)

// surely is a verifier that finds what is blue, with the given confidence.
func surely(confidence float64) verifier {
	return verifier{verify: func(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
		cs, err := verifier{}.Verify(ctx, props, cs, limit)
		for i := range cs[:min(limit, len(cs))] {
			cs[i].Answers[0].Confidence = confidence
		}
		return cs, err
	}}
}

func rejected(r imagescope.Result) (ids []string) {
	for _, c := range r.Rejected {
		ids = append(ids, c.Image.ID)
	}
	return ids
}

func TestMinConfidence(t *testing.T) {
	tests := []struct {
		name           string
		min            float64
		verify         imagescope.Verifier
		topK           int
		want, rejected []string
	}{
		{name: "nothing is asked for", verify: verifier{}, want: ranked},
		{name: "those that hold", min: 1, verify: verifier{}, want: []string{"d", "b"}, rejected: []string{"a", "c", "e"}},
		{name: "sure enough", min: 0.8, verify: surely(0.8), want: []string{"d", "b"}, rejected: []string{"a", "c", "e"}},
		{name: "none is sure enough", min: 0.9, verify: surely(0.8), rejected: verified},
		{name: "all are", min: 0.1, verify: surely(0.8), want: ranked},
		{name: "what is not checked", min: 1, verify: verifier{}, topK: 2, want: []string{"b"}, rejected: []string{"a", "c", "e", "d"}},
		{name: "nothing is checked", min: 1, want: []string{"c", "a", "b", "e", "d"}, verify: verifier{
			propose: func(context.Context, imagescope.Query, imagescope.Intent) ([]imagescope.Proposition, error) {
				return nil, nil
			},
		}},
		{name: "stage 2 fails", min: 1, want: []string{"c", "a", "b", "e", "d"}, verify: verifier{
			verify: func(context.Context, []imagescope.Proposition, []imagescope.Candidate, int) ([]imagescope.Candidate, error) {
				return nil, errBroken
			},
		}},
	}
	for _, tt := range tests {
		p := newPipeline(t, func(c *imagescope.Config) { c.MinConfidence, c.Verify, c.TopK = tt.min, tt.verify, tt.topK })
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, got.IDs(), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: results: want is -, got is +\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.rejected, rejected(got), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: rejected: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestRejectedReasons has an empty result say why it is.
func TestRejectedReasons(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) { c.MinConfidence, c.Verify, c.TopK = 0.9, surely(0.8), 4 })
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil || len(got.Candidates) > 0 || got.Explain(0) != "" {
		t.Fatalf("Search = %v, %v, want nothing", got.IDs(), err)
	}
	for i, want := range []string{
		"its confidence of 0.80 is less than 0.90",
		"its confidence of 0.20 is less than 0.90: Is it blue? no, wanted yes",
		"its confidence of 0.20 is less than 0.90: Is it blue? no, wanted yes",
		"its confidence of 0.20 is less than 0.90: Is it blue? no, wanted yes",
		"it was not checked",
	} {
		if got.Rejected[i].Reason != want {
			t.Errorf("Rejected[%d].Reason = %q, want %q", i, got.Rejected[i].Reason, want)
		}
		if told := got.ExplainRejected(i); !strings.HasPrefix(told, "– "+got.Rejected[i].Image.ID) || !strings.HasSuffix(told, "\n   rejected: "+want) {
			t.Errorf("ExplainRejected(%d) = %q", i, told)
		}
	}
	if told := got.ExplainRejected(5) + got.ExplainRejected(-1); told != "" {
		t.Errorf("ExplainRejected of what is not there = %q", told)
	}
	if told := asJSON(t, got); !strings.Contains(told, `"reason": "it was not checked"`) {
		t.Errorf("the result as JSON has no reasons: %s", told)
	}
}

func TestMinConfidenceUnusable(t *testing.T) {
	for _, change := range []func(*imagescope.Config){
		func(c *imagescope.Config) { c.MinConfidence = -0.1 },
		func(c *imagescope.Config) { c.MinConfidence = 1.1 },
		func(c *imagescope.Config) { c.MinConfidence, c.Verify = 0.5, nil },
	} {
		cfg := fullConfig()
		change(&cfg)
		if _, err := imagescope.New(cfg); err == nil || !strings.Contains(err.Error(), "Config.MinConfidence") {
			t.Errorf("New with MinConfidence %v, Verify %v: error %v", cfg.MinConfidence, cfg.Verify, err)
		}
	}
}
