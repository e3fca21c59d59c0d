package imagescope

import "math"

// Confidence returns how far the answers about a candidate show that it is
// what was asked for, from 0 to 1:
//
//	m = Σ wⱼ·qⱼ / Σ wⱼ
//
// with the weight w of each proposition and the probability q that it holds: p
// where yes is wanted and 1 − p where no is, p being that of a yes. Bare answers
// are taken for certain, so with them m is the share of propositions that hold.
// Answers belong to props by their order; those without a proposition, and
// propositions without an answer, are left out. Without any pair m is 0.
func Confidence(props []Proposition, answers []Answer) float64 {
	n := min(len(props), len(answers))
	heaviest := 0.
	for _, p := range props[:n] {
		heaviest = max(heaviest, p.weight())
	}
	var hold, all float64
	for j, p := range props[:n] {
		w := p.weight() / heaviest // of weights near the largest number the sum would be none
		hold += w * answers[j].holds(p)
		all += w
	}
	if all == 0 {
		return 0
	}
	return hold / all
}

// weight returns Weight or its default.
func (p Proposition) weight() float64 {
	if w := p.Weight; w > 0 && !math.IsInf(w, 1) {
		return w
	}
	return 1
}

// holds returns the probability that the proposition holds.
func (a Answer) holds(p Proposition) float64 {
	sure := 1.
	if c := a.Confidence; c > 0 {
		sure = min(max(c, 0.5), 1)
	}
	if a.Yes == p.Want {
		return sure
	}
	return 1 - sure
}
