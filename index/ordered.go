package index

import (
	"cmp"
	"slices"
	"sort"
)

// ordered holds slots by a value, in order of value and then of slot, cut into
// blocks, so that a change moves one block at most. Those of a value, and of a
// range of values, follow one another.
type ordered[V cmp.Ordered] struct {
	blocks []*block[V] // none is empty
	slots  set         // all of them
	count  int         // how many these are
}

// block is a part of an ordered.
type block[V cmp.Ordered] struct {
	values []V      // ascending, each once
	ends   []uint16 // where in slots those of each value end
	slots  []uint32
}

// blockSlots is how many slots a block has at most.
const blockSlots = 512

// insert puts in a slot, which must not be there under the value.
func (o *ordered[V]) insert(v V, slot uint32) {
	o.slots = o.slots.resized(max(64*len(o.slots), int(slot)+1))
	o.slots.add(slot)
	o.count++
	if len(o.blocks) == 0 {
		o.blocks = []*block[V]{{values: []V{v}, ends: []uint16{1}, slots: []uint32{slot}}}
		return
	}
	at := min(o.find(v, slot), len(o.blocks)-1)
	b := o.blocks[at]
	b.insert(v, slot)
	if len(b.slots) > blockSlots {
		o.blocks = slices.Insert(o.blocks, at+1, b.split())
	}
}

// remove takes out a slot, which must be there under the value.
func (o *ordered[V]) remove(v V, slot uint32) {
	o.slots.remove(slot)
	o.count--
	at := o.find(v, slot)
	b := o.blocks[at]
	b.remove(v, slot)
	if len(b.slots) == 0 {
		o.blocks = slices.Delete(o.blocks, at, at+1)
		return
	}
	// Two neighbours that are together half of a block become one.
	for _, left := range []int{at - 1, at} {
		if left < 0 || left+1 >= len(o.blocks) {
			continue
		}
		if into, from := o.blocks[left], o.blocks[left+1]; len(into.slots)+len(from.slots) <= blockSlots/2 {
			into.join(from)
			o.blocks = slices.Delete(o.blocks, left+1, left+2)
			return
		}
	}
}

// find returns the first block whose last slot does not come before the given
// one, or how many blocks there are.
func (o *ordered[V]) find(v V, slot uint32) int {
	return sort.Search(len(o.blocks), func(i int) bool {
		b := o.blocks[i]
		c := cmp.Compare(b.last(), v)
		return c > 0 || c == 0 && b.slots[len(b.slots)-1] >= slot
	})
}

// span is slots: those in runs or, where that is the shorter list, those of a
// set that are not in runs.
type span struct {
	runs  [][]uint32
	count int // of the slots in runs
	of    set // nil, or those of which runs holds the others
}

// span returns the slots of the values that have reached a range and are not
// beyond it.
func (o *ordered[V]) span(reached, beyond func(V) bool) span {
	start, from, to, end := spot{}, o.seek(reached), o.seek(beyond), spot{len(o.blocks), 0}
	s := span{count: o.distance(from, to)}
	if s.count <= o.count/2 {
		s.runs = o.cut(nil, from, to)
	} else {
		s.runs = o.cut(o.cut(nil, start, from), to, end)
		s.of, s.count = o.slots, o.count-s.count
	}
	return s
}

// spot is where a slot is: in which block, and where in it.
type spot struct{ block, at int }

// seek returns the first spot of a value that passes a test which all that
// are larger pass, too.
func (o *ordered[V]) seek(test func(V) bool) spot {
	i := sort.Search(len(o.blocks), func(i int) bool { return test(o.blocks[i].last()) })
	if i == len(o.blocks) {
		return spot{i, 0}
	}
	b := o.blocks[i]
	return spot{i, b.start(sort.Search(len(b.values), func(i int) bool { return test(b.values[i]) }))}
}

// distance returns how many slots lie from a spot to another, 0 if that comes
// before.
func (o *ordered[V]) distance(from, to spot) int {
	if to.block < from.block {
		return 0
	}
	n := to.at - from.at
	for i := from.block; i < to.block; i++ {
		n += len(o.blocks[i].slots)
	}
	return max(0, n)
}

// cut appends the slots from a spot to another, in pieces.
func (o *ordered[V]) cut(runs [][]uint32, from, to spot) [][]uint32 {
	runs = slices.Grow(runs, max(0, to.block-from.block+1))
	for ; from.block < to.block; from = (spot{from.block + 1, 0}) {
		runs = append(runs, o.blocks[from.block].slots[from.at:])
	}
	if from.block == to.block && from.at < to.at {
		runs = append(runs, o.blocks[to.block].slots[from.at:to.at])
	}
	return runs
}

func (b *block[V]) last() V { return b.values[len(b.values)-1] }

// start returns where in slots those of a value begin.
func (b *block[V]) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(b.ends[i-1])
}

// place returns where in slots a slot is, or belongs, under the value i.
func (b *block[V]) place(i int, slot uint32) int {
	start := b.start(i)
	at, _ := slices.BinarySearch(b.slots[start:b.ends[i]], slot)
	return start + at
}

func (b *block[V]) insert(v V, slot uint32) {
	i, found := slices.BinarySearch(b.values, v)
	if !found {
		b.values = slices.Insert(b.values, i, v)
		b.ends = slices.Insert(b.ends, i, uint16(b.start(i)))
	}
	b.slots = slices.Insert(b.slots, b.place(i, slot), slot)
	for ; i < len(b.ends); i++ {
		b.ends[i]++
	}
}

func (b *block[V]) remove(v V, slot uint32) {
	i, _ := slices.BinarySearch(b.values, v)
	at := b.place(i, slot)
	b.slots = slices.Delete(b.slots, at, at+1)
	for j := i; j < len(b.ends); j++ {
		b.ends[j]--
	}
	if b.start(i) == int(b.ends[i]) {
		b.values = slices.Delete(b.values, i, i+1)
		b.ends = slices.Delete(b.ends, i, i+1)
	}
}

// split takes out the second half and returns it.
func (b *block[V]) split() *block[V] {
	half := len(b.slots) / 2
	i := sort.Search(len(b.ends), func(i int) bool { return int(b.ends[i]) > half }) // the value of the slot there
	second := &block[V]{values: slices.Clone(b.values[i:]), ends: slices.Clone(b.ends[i:]), slots: slices.Clone(b.slots[half:])}
	for j := range second.ends {
		second.ends[j] -= uint16(half)
	}
	if b.start(i) < half { // some of its slots stay
		b.ends[i] = uint16(half)
		i++
	}
	clear(b.values[i:])
	b.values, b.ends, b.slots = b.values[:i:i], b.ends[:i:i], b.slots[:half:half]
	return second
}

// join appends what comes next.
func (b *block[V]) join(next *block[V]) {
	values, ends, count := next.values, next.ends, uint16(len(b.slots))
	if last := len(b.values) - 1; b.values[last] == values[0] {
		b.ends[last] += ends[0]
		values, ends = values[1:], ends[1:]
	}
	b.values = append(b.values, values...)
	for _, end := range ends {
		b.ends = append(b.ends, count+end)
	}
	b.slots = append(b.slots, next.slots...)
}
