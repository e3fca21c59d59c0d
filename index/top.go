package index

import (
	"slices"
	"strings"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/kernel"
)

// hit is a slot and its inner product with the query.
type hit struct {
	score float32
	slot  uint32
}

// top keeps the best k of the hits that it is offered: the larger scores and,
// of equal scores, the smaller IDs.
type top struct {
	k     int
	table *table
	heap  []hit // no hit is better than those below it, so that the worst comes first
}

var tops = sync.Pool{New: func() any { return new(top) }}

// newTop returns a top for the best k entries of t. [top.release] ends its use.
func newTop(t *table, k int) *top {
	best := tops.Get().(*top)
	best.k, best.table = min(k, t.ids.count), t
	return best
}

// offer keeps h if it is among the best so far.
func (t *top) offer(h hit) {
	if len(t.heap) < t.k {
		t.heap = append(t.heap, h)
		t.up(len(t.heap) - 1)
		return
	}
	if t.wants(h) {
		t.heap[0] = h
		t.down()
	}
}

// offerAll offers many.
func (t *top) offerAll(scores []float32, slots []uint32) {
	for i := 0; i < len(slots); i++ {
		if len(t.heap) == t.k {
			if i += kernel.AtLeast(scores[i:], t.heap[0].score); i == len(slots) {
				return
			}
		}
		t.offer(hit{scores[i], slots[i]})
	}
}

// compare is negative where a comes before b in an answer.
func (t *top) compare(a, b hit) int {
	switch {
	case a.score > b.score:
		return -1
	case a.score < b.score:
		return 1
	}
	return strings.Compare(t.table.ids.at(a.slot), t.table.ids.at(b.slot))
}

func (t *top) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t.compare(t.heap[i], t.heap[parent]) <= 0 {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *top) down() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(t.heap) {
			return
		}
		if right := child + 1; right < len(t.heap) && t.compare(t.heap[right], t.heap[child]) > 0 {
			child = right
		}
		if t.compare(t.heap[i], t.heap[child]) >= 0 {
			return
		}
		t.heap[i], t.heap[child] = t.heap[child], t.heap[i]
		i = child
	}
}

// wants reports whether h is kept if it is offered.
func (t *top) wants(h hit) bool {
	return len(t.heap) < t.k || h.score >= t.heap[0].score && t.compare(h, t.heap[0]) < 0
}

// sorted returns what was kept, best first. Nothing must be offered after it.
func (t *top) sorted() []hit {
	slices.SortFunc(t.heap, t.compare)
	return t.heap
}

// release ends the use of t and of what sorted returned.
func (t *top) release() {
	t.heap, t.table = t.heap[:0], nil
	tops.Put(t)
}

// matches returns what was kept, best first, and releases t.
func (t *top) matches() []imagescope.Match {
	found := make([]imagescope.Match, len(t.heap))
	for i, h := range t.sorted() {
		found[i] = t.table.match(h)
	}
	t.release()
	return found
}
