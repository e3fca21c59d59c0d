// Package metric computes the measures of the six benchmarks as their official
// scorers do.
//
// A ranking is a list of image IDs, best first. Places count from 1. Measures
// are shares, from 0 to 1.
package metric

import "slices"

// Place returns where an image is in a ranking; one behind its end where it is
// not (rule 29 of the authors' code).
func Place(ranking []string, image string) int {
	if i := slices.Index(ranking, image); i >= 0 {
		return i + 1
	}
	return len(ranking) + 1
}

// Hit returns 1 if an image is among the first k of a ranking, else 0. Its mean
// over queries is Recall@k.
func Hit(ranking []string, image string, k int) float64 {
	if slices.Contains(ranking[:min(k, len(ranking))], image) {
		return 1
	}
	return 0
}

// AveragePrecision returns the average precision among the first k of a ranking
// whose right images are truths: the precisions at the places of right images,
// added up and divided by the most that there could be, the smaller of k and
// the number of truths (CIRCO; Baldrati et al., ICCV 2023, section 4). Its mean
// over queries is mAP@k. Without truths or with k below 1 it is 0.
func AveragePrecision(ranking, truths []string, k int) float64 {
	possible := min(k, len(truths))
	if possible < 1 {
		return 0
	}
	right, sum := 0, 0.0
	for i, id := range ranking[:min(k, len(ranking))] {
		if slices.Contains(truths, id) {
			right++
			sum += float64(right) / float64(i+1)
		}
	}
	return sum / float64(possible)
}

// Without returns a ranking without an image; the ranking itself is unchanged.
func Without(ranking []string, image string) []string {
	return slices.DeleteFunc(slices.Clone(ranking), func(id string) bool { return id == image })
}

// Among returns those of a ranking that are members, in its order.
func Among(ranking, members []string) []string {
	return slices.DeleteFunc(slices.Clone(ranking), func(id string) bool { return !slices.Contains(members, id) })
}

// Mean returns the mean of values; 0 where there are none.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
