package verify

import (
	"cmp"
	"slices"

	"github.com/imagescope/imagescope"
)

// reorder sorts those of the first limit candidates that were checked (their
// Answers are not nil) by falling score, ties in the order they have, and
// behind them those that were left out since their answers could not matter,
// into the places that they hold together. Candidates that could not be
// checked, and all from limit on, keep their places. It works in place and
// returns cs.
func reorder(cs []imagescope.Candidate, limit int, score func(i int) float64) []imagescope.Candidate {
	type scored struct {
		imagescope.Candidate
		score float64
	}
	var places []int
	var checked, settled []scored
	for i, c := range cs[:max(0, min(limit, len(cs)))] {
		switch {
		case c.Answers != nil:
			checked = append(checked, scored{c, score(i)})
		case c.Unchecked == imagescope.UncheckedSettled:
			settled = append(settled, scored{Candidate: c})
		default:
			continue
		}
		places = append(places, i)
	}
	slices.SortStableFunc(checked, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	sorted := append(checked, settled...)
	for k, i := range places {
		cs[i] = sorted[k].Candidate
	}
	return cs
}
