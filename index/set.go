package index

import (
	"iter"
	"math/bits"
	"slices"
)

// set is a set of slots, a bit for each.
type set []uint64

func (s set) has(slot uint32) bool { return s[slot/64]>>(slot%64)&1 != 0 }
func (s set) add(slot uint32)      { s[slot/64] |= 1 << (slot % 64) }
func (s set) remove(slot uint32)   { s[slot/64] &^= 1 << (slot % 64) }

// addAll adds slots, faster if they ascend.
func (s set) addAll(slots []uint32) {
	at, word := uint32(0), uint64(0)
	for _, slot := range slots {
		if slot/64 != at {
			s[at] |= word
			at, word = slot/64, 0
		}
		word |= 1 << (slot % 64)
	}
	if len(slots) > 0 {
		s[at] |= word
	}
}

// resized returns the set for n slots. New ones are not in it; those that
// there are no more must not be.
func (s set) resized(n int) set {
	words := (n + 63) / 64
	for len(s) < words {
		s = append(s, 0)
	}
	return s[:words]
}

// emptied returns an empty set for n slots, in the same memory if that is
// enough.
func (s set) emptied(n int) set {
	words := (n + 63) / 64
	s = slices.Grow(s[:0], words)[:words]
	clear(s)
	return s
}

// fill adds the slots of a span to an empty set.
func (s set) fill(with span) {
	for _, run := range with.runs {
		s.addAll(run)
	}
	if with.of != nil {
		with.of = with.of[:min(len(with.of), len(s))]
		for i, word := range with.of {
			s[i] = word &^ s[i]
		}
	}
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// keep takes out what is not in other, a set of as many slots.
func (s set) keep(other set) {
	for i := range s {
		s[i] &= other[i]
	}
}

// drop takes out what is in other, a set of as many slots.
func (s set) drop(other set) {
	for i := range s {
		s[i] &^= other[i]
	}
}

// next writes slots, ascending, from a word on, as long as there is room for
// those of a word, and returns how many, and the word to go on from, which is
// len(s) at the end.
func (s set) next(from int, slots []uint32) (n, to int) {
	for to = from; to < len(s) && n+64 <= len(slots); to++ {
		for word := s[to]; word != 0; word &= word - 1 {
			slots[n] = uint32(64*to + bits.TrailingZeros64(word))
			n++
		}
	}
	return n, to
}

// all returns the slots, ascending. One may be taken out when it has come.
func (s set) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(64*i + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
