package imagescope_test

import (
	"math"
	"testing"

	"github.com/imagescope/imagescope"
)

func TestYesNo(t *testing.T) {
	half := math.Log(0.5)
	tests := []struct {
		name   string
		tokens []imagescope.Token
		p      float64
		known  bool
	}{
		{"one of each", []imagescope.Token{{"Yes", math.Log(0.6)}, {"No", math.Log(0.2)}, {"The", math.Log(0.2)}}, 0.75, true},
		{"all spellings", []imagescope.Token{
			{" yes", math.Log(0.2)}, {"YES", math.Log(0.1)}, {"▁Yes", math.Log(0.1)}, {"ĠYes", math.Log(0.05)}, {"\"yes", math.Log(0.05)},
			{"no", math.Log(0.2)}, {"\nNO.", math.Log(0.05)},
		}, 2. / 3, true},
		{"pieces", []imagescope.Token{{"Y", math.Log(0.3)}, {"N", math.Log(0.1)}}, 0.75, true},
		{"true and false", []imagescope.Token{{"True", math.Log(0.1)}, {"false", math.Log(0.3)}}, 0.25, true},
		{"only yes", []imagescope.Token{{"yes", half}}, 1, true},
		{"only no", []imagescope.Token{{"no", half}}, 0, true},
		{"other words", []imagescope.Token{{"None", half}, {"Yesterday", half}, {"eyes", half}}, 0, false},
		{"nothing", nil, 0, false},
		{"no number", []imagescope.Token{{"yes", math.NaN()}, {"no", half}}, 0, true},
		{"more than certain", []imagescope.Token{{"yes", math.Inf(1)}, {"no", 800}}, 0.5, true},
		{"impossible", []imagescope.Token{{"yes", math.Inf(-1)}, {"no", -1e300}}, 0, false},
	}
	for _, tt := range tests {
		p, known := imagescope.YesNo(tt.tokens).P()
		if known != tt.known || known && math.Abs(p-tt.p) > 1e-9 {
			t.Errorf("%s: P = %v, %v, want %v, %v", tt.name, p, known, tt.p, tt.known)
		}
	}
}

// TestLikelihoodHostile has a Reasoner tell what is no probability.
func TestLikelihoodHostile(t *testing.T) {
	for _, l := range []imagescope.Likelihood{
		{Yes: -1, No: 3}, {Yes: 3, No: -1}, {Yes: math.NaN(), No: 1}, {Yes: 1, No: math.NaN()}, {Yes: math.Inf(1), No: math.Inf(1)}, {Yes: -1, No: -1},
	} {
		if p, known := l.P(); known {
			t.Errorf("%+v: P = %v and known", l, p)
		}
	}
}
