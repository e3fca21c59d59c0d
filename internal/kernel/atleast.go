package kernel

// AtLeast returns the index of the first score that is not below floor, or
// len(scores) if there is none. NaN is never at least anything. It is made for
// the scores of a scan, few of which come among the best so far.
func AtLeast(scores []float32, floor float32) int {
	return atLeast(scores, floor)
}
