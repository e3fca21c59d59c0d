package index

import "slices"

// longCount is how many of the longest vectors searches begin with.
const longCount = 32

// long is the nodes with the longest vectors, longest first, and what tells
// whether they are much longer than others.
//
// By the distance that makes neighbourhoods a vector that is much longer than
// others is far from all of them: hardly a link leads to it, while most
// searches are for it. So walks begin there too.
type long struct {
	slots []uint32
	sum   float64 // of the squared lengths of all nodes
	count int     // of nodes
}

// note takes a new node in.
func (l *long) note(norms []float32, slot uint32) {
	l.sum += float64(norms[slot])
	l.count++
	at := len(l.slots)
	for at > 0 && norms[l.slots[at-1]] < norms[slot] {
		at--
	}
	if at < longCount {
		l.slots = slices.Insert(l.slots, at, slot)
		l.slots = l.slots[:min(len(l.slots), longCount)]
	}
}

// stand reports whether the longest vectors are longer than others by more
// than rounding makes them.
func (l *long) stand(norms []float32) bool {
	return l.count > 0 && float64(norms[l.slots[0]])*float64(l.count) > 1.02*l.sum
}

// addLong adds the longest vectors to where a walk in layer 0 begins, if they
// are much longer than others.
func (w *walker) addLong(g *graph, t goal, from []hit) []hit {
	if g.long.stand(g.norms) {
		for i, s := range w.score(g, t, g.long.slots) {
			from = append(from, hit{s, g.long.slots[i]})
		}
	}
	return from
}
