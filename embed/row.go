package embed

import "math"

// row is a vector of terms. Component 0 is the documents' constant, those
// behind it belong to the terms of the lexicon where there is room, and the
// rest is shared by all other terms.
type row []float32

// newRow returns a row of zeros; dim 0 means [DefaultDim].
func newRow(dim int) row {
	if dim <= 0 {
		dim = DefaultDim
	}
	return make(row, max(dim, 2))
}

// spread is in how many shared components a term is stored, so that two terms
// seldom meet in all of theirs.
const spread = 2

// add adds a term's value in its own component, or in those and with the signs
// that its hash says.
func (r row) add(key string, value float64) {
	places := theLexicon().places
	own := 1 + uint64(len(places))
	if 2*own > uint64(len(r)) {
		own = 1
	} else if i, ok := places[key]; ok {
		r[1+i] += float32(value)
		return
	}
	value /= math.Sqrt(spread)
	h := hash(key)
	for range spread {
		if h>>63 == 1 {
			value = -value
		}
		r[own+h%(uint64(len(r))-own)] += float32(value)
		h = mix(h)
	}
}

// hash is FNV-1a, mixed. It must not change: indexes hold vectors made with it.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// mix lets every bit of the result depend on all of h: a step of SplitMix64
// (Steele, Lea, Flood, OOPSLA 2014).
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
