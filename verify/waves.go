package verify

import "iter"

// waves says which candidates are asked about at once: the first wave, with at
// least as many as there are places that matter and as can be asked about at
// once, and behind it waves half as wide as that. TestTopCost measures this: it
// saves time and calls where answers are mostly as wanted, and where few are it
// saves calls and takes longer than asking about all, by up to a half with eight
// calls at once.
type waves struct {
	candidates  int
	first, step int // candidates in the first wave, and in each of the others
	depth       int // Single: questions about a candidate that are asked at once
}

func newWaves(o Options, candidates, top, props int) waves {
	w := waves{candidates: candidates, depth: 1}
	calls := 1 // for a candidate
	if o.Form == Single {
		calls = max(props, 1)
	}
	wide := (min(o.Concurrency, candidates*calls) + calls - 1) / calls
	w.first, w.step = max(top, wide), max(wide/2, 1)
	if w.first >= candidates {
		w.depth = calls
	} else {
		w.depth = min(max(o.Concurrency/w.first, 1), calls)
	}
	return w
}

// around returns the candidates of the wave that i belongs to.
func (w waves) around(i int) iter.Seq[int] {
	from, to := 0, w.first
	if i >= w.first {
		from = i - (i-w.first)%w.step
		to = from + w.step
	}
	return func(yield func(int) bool) {
		for j := from; j < min(to, w.candidates); j++ {
			if !yield(j) {
				return
			}
		}
	}
}
