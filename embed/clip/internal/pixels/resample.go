package pixels

import "math"

// Numbers of Pillow's filters.
const (
	lanczos  = 1
	bilinear = 2
	bicubic  = 3
)

// kernel is a filter that says how much a source pixel at a distance counts.
type kernel struct {
	support float64 // beyond this distance nothing counts
	at      func(x float64) float64
}

var kernels = map[int]kernel{
	bilinear: {1, func(x float64) float64 { return max(0, 1-math.Abs(x)) }},
	bicubic:  {2, cubic},
	lanczos: {3, func(x float64) float64 {
		if math.Abs(x) >= 3 {
			return 0
		}
		return sinc(x) * sinc(x/3)
	}},
}

// cubic is the convolution kernel of Keys 1981 with a = -1/2.
func cubic(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}

// precision is how many binary places weights have: what 32 bits leave beside
// eight of a pixel and two of what a sum can exceed it by, as in Pillow.
const precision = 32 - 8 - 2

// tap is how one pixel comes of several: those from first on, each by its
// weight.
type tap struct {
	first   int
	weights []int32
}

// taps returns the taps of the pixels from begin to end of a side of length
// from scaled to length to. Where pixels shrink, the filter is as wide as what
// falls into one, so that nothing is skipped.
func taps(k kernel, from, to, begin, end int) []tap {
	ratio := float64(from) / float64(to)
	wide := max(ratio, 1)
	support := k.support * wide
	all := make([]tap, 0, end-begin)
	for i := begin; i < end; i++ {
		centre := (float64(i) + 0.5) * ratio
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), from)
		weights := make([]float64, max(last-first, 0))
		sum := 0.0
		for x := range weights {
			weights[x] = k.at((float64(first+x) - centre + 0.5) / wide)
			sum += weights[x]
		}
		t := tap{first, make([]int32, len(weights))}
		for x, w := range weights {
			if sum != 0 {
				w /= sum
			}
			t.weights[x] = int32(math.Round(w * (1 << precision)))
		}
		all = append(all, t)
	}
	return all
}

// eight rounds a weighted sum of pixels to one.
func eight(sum int64) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }

// half is what a sum begins with, so that eight rounds.
const half = 1 << (precision - 1)
