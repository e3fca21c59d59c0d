package imagescope_test

import (
	"math"
	"testing"

	"github.com/imagescope/imagescope"
)

func TestConfidence(t *testing.T) {
	wanted := imagescope.Proposition{Want: true}
	unwanted := imagescope.Proposition{Want: false}
	heavy := imagescope.Proposition{Want: true, Weight: 3}
	yes, no := imagescope.Answer{Yes: true}, imagescope.Answer{}
	sure := func(a imagescope.Answer, c float64) imagescope.Answer {
		a.Confidence = c
		return a
	}
	tests := []struct {
		name    string
		props   []imagescope.Proposition
		answers []imagescope.Answer
		want    float64
	}{
		{"bare answers count", []imagescope.Proposition{wanted, unwanted, wanted, unwanted}, []imagescope.Answer{yes, no, no, yes}, 0.5},
		{"a yes where yes is wanted", []imagescope.Proposition{wanted}, []imagescope.Answer{sure(yes, 0.8)}, 0.8},
		{"a no where yes is wanted", []imagescope.Proposition{wanted}, []imagescope.Answer{sure(no, 0.8)}, 0.2},
		{"a yes where no is wanted", []imagescope.Proposition{unwanted}, []imagescope.Answer{sure(yes, 0.8)}, 0.2},
		{"a no where no is wanted", []imagescope.Proposition{unwanted}, []imagescope.Answer{sure(no, 0.8)}, 0.8},
		{"weights", []imagescope.Proposition{wanted, heavy}, []imagescope.Answer{yes, sure(no, 0.6)}, (1 + 3*0.4) / 4},
		{"weights that are none", []imagescope.Proposition{
			{Want: true, Weight: -2}, {Want: true, Weight: math.NaN()}, {Want: true, Weight: math.Inf(1)}, {Want: true, Weight: 1},
		}, []imagescope.Answer{yes, yes, no, no}, 0.5},
		{"weights beyond adding up", []imagescope.Proposition{
			{Want: true, Weight: math.MaxFloat64}, {Want: true, Weight: math.MaxFloat64}, {Want: true, Weight: math.SmallestNonzeroFloat64},
		}, []imagescope.Answer{yes, no, no}, 0.5},
		{"less sure than a guess", []imagescope.Proposition{wanted}, []imagescope.Answer{sure(yes, 0.1)}, 0.5},
		{"surer than certain", []imagescope.Proposition{wanted}, []imagescope.Answer{sure(yes, 7)}, 1},
		{"no number", []imagescope.Proposition{wanted}, []imagescope.Answer{sure(yes, math.NaN())}, 1},
		{"fewer answers", []imagescope.Proposition{wanted, wanted}, []imagescope.Answer{yes}, 1},
		{"fewer propositions", []imagescope.Proposition{wanted}, []imagescope.Answer{no, yes}, 0},
		{"nothing", nil, nil, 0},
		{"not checked", []imagescope.Proposition{wanted}, nil, 0},
	}
	for _, tt := range tests {
		if got := imagescope.Confidence(tt.props, tt.answers); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: Confidence = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestSearchConfidence has the pipeline tell the confidence, whoever verifies.
func TestSearchConfidence(t *testing.T) {
	got, err := newPipeline(t, nil).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got.Candidates {
		if want := float64(c.Satisfied); c.Confidence != want {
			t.Errorf("%s: confidence %v, want %v", c.Image.ID, c.Confidence, want)
		}
	}
}
