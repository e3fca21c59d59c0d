package index

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// ids holds the IDs of slots, and finds the slot of an ID. It takes about 8
// bytes for each beside those of the ID itself, where a slice and a map of
// strings take some 70.
type ids struct {
	size    int      // how many slots there are
	count   int      // how many of them have an ID
	shelves []shelf  // the IDs of shelfSize slots each
	places  []uint32 // a table with open addressing: slot + 1, or 0 for none
}

// at returns the ID of a slot, "" if it has none.
func (d *ids) at(slot uint32) string {
	return d.shelves[slot/shelfSize].at(int(slot % shelfSize))
}

// find returns the slot of an ID.
func (d *ids) find(id string) (slot uint32, ok bool) {
	if place, ok := d.place(id); ok {
		return d.places[place] - 1, true
	}
	return 0, false
}

// place returns where an ID is in places, or should be.
func (d *ids) place(id string) (place int, ok bool) {
	if len(d.places) == 0 {
		return 0, false
	}
	for place = d.home(id); d.places[place] != 0; place = d.after(place) {
		if d.at(d.places[place]-1) == id {
			return place, true
		}
	}
	return place, false
}

// home returns where the search for an ID begins.
func (d *ids) home(id string) int {
	place, _ := bits.Mul64(maphash.String(idSeed, id), uint64(len(d.places)))
	return int(place)
}

// idSeed differs from process to process, so that nobody can choose IDs that
// all have one home.
var idSeed = maphash.MakeSeed()

func (d *ids) after(place int) int {
	if place++; place < len(d.places) {
		return place
	}
	return 0
}

// resize sets the number of slots. New ones have no ID; those that there are no
// more must have none.
func (d *ids) resize(n int) {
	d.size = n
	n = (n + shelfSize - 1) / shelfSize
	for len(d.shelves) < n {
		d.shelves = append(d.shelves, emptyShelf)
	}
	clear(d.shelves[n:])
	d.shelves = d.shelves[:n]
}

// put gives a slot that has no ID one that no slot has.
func (d *ids) put(slot uint32, id string) {
	d.places = d.roomy(d.count + 1)
	d.shelve(slot, id)
	place, _ := d.place(id)
	d.places[place] = slot + 1
	d.count++
}

func (d *ids) shelve(slot uint32, id string) {
	s := &d.shelves[slot/shelfSize]
	*s = s.with(int(slot%shelfSize), id)
}

// fullness is the largest share of places that are used.
const fullness = 0.8

// roomy returns places with room for n IDs. The old ones do not change.
func (d *ids) roomy(n int) []uint32 {
	if float64(n) <= fullness*float64(len(d.places)) {
		return d.places
	}
	size := max(int(float64(n)/fullness)+1, len(d.places)+len(d.places)/2, 8)
	more := ids{shelves: d.shelves, places: make([]uint32, size)}
	for _, p := range d.places {
		if p != 0 {
			place, _ := more.place(d.at(p - 1))
			more.places[place] = p
		}
	}
	return more.places
}

// remove takes the ID of a slot away and returns it.
func (d *ids) remove(slot uint32) string {
	id := d.at(slot)
	free, ok := d.place(id)
	if !ok {
		return ""
	}
	// What was put behind it for want of a place moves up.
	for next := d.after(free); d.places[next] != 0; next = d.after(next) {
		if home := d.home(d.at(d.places[next] - 1)); d.from(home, next) >= d.from(free, next) {
			d.places[free] = d.places[next]
			free = next
		}
	}
	d.places[free] = 0
	d.shelve(slot, "")
	d.count--
	return id
}

// from returns how many places a search goes on from one to another.
func (d *ids) from(one, other int) int {
	if other < one {
		other += len(d.places)
	}
	return other - one
}

// shelf holds shelfSize IDs: a byte that says how many bytes a length takes,
// the lengths, and the IDs. It is never changed, so that the IDs of an answer
// can be parts of it.
type shelf string

// shelfSize is a compromise: a larger one takes less memory, and more time to
// change.
const shelfSize = 32

var emptyShelf = shelf("\x01" + strings.Repeat("\x00", shelfSize))

// at returns an ID.
func (s shelf) at(i int) string {
	from := s.ids()
	for j := range i {
		from += s.length(j)
	}
	return string(s[from : from+s.length(i)])
}

// ids returns where the IDs begin.
func (s shelf) ids() int { return 1 + shelfSize*int(s[0]) }

// length returns the length of an ID.
func (s shelf) length(i int) int {
	width := int(s[0])
	if width == 1 {
		return int(s[1+i])
	}
	length := 0
	for j := range width {
		length |= int(s[1+i*width+j]) << (8 * j)
	}
	return length
}

// with returns a shelf with another ID in a place.
func (s shelf) with(i int, id string) shelf {
	var held [shelfSize]string
	longest, from, total := len(id), s.ids(), len(id)
	for j := range held {
		n := s.length(j)
		held[j] = string(s[from : from+n])
		from += n
		if j != i {
			longest, total = max(longest, n), total+n
		}
	}
	held[i] = id
	width := max(1, (bits.Len(uint(longest))+7)/8)
	var b strings.Builder
	b.Grow(1 + shelfSize*width + total)
	b.WriteByte(byte(width))
	for _, h := range held {
		for j := range width {
			b.WriteByte(byte(len(h) >> (8 * j)))
		}
	}
	for _, h := range held {
		b.WriteString(h)
	}
	return shelf(b.String())
}
