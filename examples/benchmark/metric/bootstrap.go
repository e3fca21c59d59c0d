package metric

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Interval is a difference of two means with the range in which the true one is
// likely to lie.
type Interval struct {
	Difference float64 `json:"difference"` // mean of b less mean of a
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
}

// Sure reports whether the whole range lies on one side of 0.
func (i Interval) Sure() bool { return i.Low > 0 || i.High < 0 }

// Bootstrap returns the difference of two means of values of the same queries,
// a[i] and b[i] of one query, and its confidence interval by the paired
// bootstrap (percentiles; Efron and Tibshirani 1993, chapter 13): queries are
// drawn with replacement, resamples times. confidence lies between 0 and 1,
// such as 0.95. Equal arguments give equal results.
func Bootstrap(a, b []float64, confidence float64, resamples int, seed uint64) (Interval, error) {
	switch {
	case len(a) != len(b):
		return Interval{}, fmt.Errorf("bootstrap: %d values and %d: they have to be of the same queries", len(a), len(b))
	case len(a) == 0:
		return Interval{}, fmt.Errorf("bootstrap: there are no values")
	case !(confidence > 0 && confidence < 1):
		return Interval{}, fmt.Errorf("bootstrap: a confidence of %v does not lie between 0 and 1", confidence)
	case resamples < 1:
		return Interval{}, fmt.Errorf("bootstrap: %d resamples, use 1 or more", resamples)
	}
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = b[i] - a[i]
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(a))))
	means := make([]float64, resamples)
	for r := range means {
		sum := 0.0
		for range differences {
			sum += differences[random.IntN(len(differences))]
		}
		means[r] = sum / float64(len(differences))
	}
	slices.Sort(means)
	tail := (1 - confidence) / 2
	return Interval{
		Difference: Mean(differences),
		Low:        means[at(tail, resamples)],
		High:       means[at(1-tail, resamples)],
	}, nil
}

// at returns the place of a share of n sorted values.
func at(share float64, n int) int { return min(int(share*float64(n)), n-1) }
