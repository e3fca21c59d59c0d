package verify_test

import (
	"fmt"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// TestGateAndRound prints what leaving stages out and looking once more find
// and cost, on the scenes of TestScored and with all three stages. Leaving out
// must spare calls, and a round find more where the model does not err.
func TestGateAndRound(t *testing.T) {
	g := newGallery(t, *exams)
	type row struct {
		name string
		cfg  imagescope.Config
	}
	var plain [2]recall
	var cost [2]float64
	for _, row := range []row{
		{"all stages", imagescope.Config{}},
		{"Gate.Similarity 0.01", imagescope.Config{Gate: imagescope.Gate{Similarity: 0.01}}},
		{"Gate.Similarity 0.02", imagescope.Config{Gate: imagescope.Gate{Similarity: 0.02}}},
		{"Gate.Similarity 0.03", imagescope.Config{Gate: imagescope.Gate{Similarity: 0.03}}},
		{"Gate.Confidence 0.1", imagescope.Config{Gate: imagescope.Gate{Confidence: 0.1}}},
		{"RefineBelow 1", imagescope.Config{RefineBelow: 1}},
		{"RefineBelow 1, both gates", imagescope.Config{RefineBelow: 1, Gate: imagescope.Gate{Similarity: 0.03, Confidence: 0.1}}},
	} {
		line := fmt.Sprintf("%-28s", row.name)
		for i, errs := range []float64{0, 0.1} {
			m := &eye{g, errs}
			row.cfg.Intent, row.cfg.Verify, row.cfg.Rank = intent.Rules{}, verify.New(m, nil), rank.New(m, nil)
			calls, left, rounds := 0., 0., 0.
			found := g.ask(t, g.pipeline(t, row.cfg), func(_ exam, r imagescope.Result) {
				calls += float64(r.Total().Calls)
				for _, o := range r.LeftOut {
					if o.Why == imagescope.UncheckedSure {
						left++
						break
					}
				}
				if r.Refinement != nil {
					rounds++
				}
			})
			n := float64(len(g.exams))
			line += fmt.Sprintf("   %.3f %.3f  %5.1f calls  %.2f left out  %.2f rounds", found.at1, found.at10, calls/n, left/n, rounds/n)
			if row.name == "all stages" {
				plain[i], cost[i] = found, calls
			}
			if row.cfg.RefineBelow == 0 && left > 0 && calls >= cost[i] {
				t.Errorf("%s: %v calls, and %v without", row.name, calls, cost[i])
			}
			if row.cfg.Gate == (imagescope.Gate{}) && errs == 0 && found.at1 < plain[i].at1 {
				t.Errorf("%s: R@1 is %.3f, and %.3f without", row.name, found.at1, plain[i].at1)
			}
		}
		t.Log(line)
	}
}
