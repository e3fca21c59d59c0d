package verify

import (
	"math"

	"github.com/imagescope/imagescope"
)

// Order is how checked candidates are ordered.
type Order int

const (
	// Counted orders by how many answers are as wanted, stably: the paper's way.
	Counted Order = iota
	// Scored orders by falling prior^a · m^(1−a), stably. The prior is the
	// retrieval score scaled over the candidates that are checked, from
	// [PriorFloor] for the lowest to 1 for the highest, and 1 for all where it
	// is the same; m is imagescope.Confidence, so that sure answers count for
	// more than unsure ones, and weights are heeded; a is Options.Prior.
	Scored
)

// DefaultPrior is the share a of the retrieval score where Options.Prior does
// not say, and PriorFloor what the lowest retrieval score is scaled to. Both
// were chosen on scenes with unsure and wrong answers; see the package
// documentation.
const (
	DefaultPrior = 0.3
	PriorFloor   = 0.5
)

// scorer returns the score of candidate i with the given answers. What is open,
// nil, is taken to be answered as wanted, and for certain: so it is the best
// score that is possible yet.
type scorer func(i int, answers []*imagescope.Answer) float64

// scorer makes the scorer of the order that was asked for.
func (v *Verifier) scorer(props []imagescope.Proposition, cs []imagescope.Candidate) scorer {
	if v.opts.Order != Scored {
		return func(_ int, answers []*imagescope.Answer) (count float64) {
			for k, a := range answers {
				if a == nil || a.Yes == props[k].Want {
					count++
				}
			}
			return count
		}
	}
	prior := priors(cs)
	return func(i int, answers []*imagescope.Answer) float64 {
		hoped := make([]imagescope.Answer, len(answers))
		for k, a := range answers {
			if hoped[k].Yes = props[k].Want; a != nil {
				hoped[k] = *a
			}
		}
		return math.Pow(prior[i], v.prior) * math.Pow(imagescope.Confidence(props, hoped), 1-v.prior)
	}
}

// priors returns the retrieval score of each candidate, scaled. What is no
// number counts as the lowest.
func priors(cs []imagescope.Candidate) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range cs {
		if s := c.RetrievalScore(); !math.IsNaN(s) {
			low, high = min(low, s), max(high, s)
		}
	}
	scaled := make([]float64, len(cs))
	for i, c := range cs {
		share := (c.RetrievalScore() - low) / (high - low)
		switch {
		case low == high:
			scaled[i] = 1
		case share >= 0:
			scaled[i] = PriorFloor + (1-PriorFloor)*share
		default:
			scaled[i] = PriorFloor
		}
	}
	return scaled
}

// within returns the nearest share to a value. What is no number is 0.
func within(value float64) float64 {
	if value > 0 {
		return min(value, 1)
	}
	return 0
}
