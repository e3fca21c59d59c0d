package index

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/imagescope/imagescope"
)

// sieve is a filter that was worked out for a table. It must be released
// before the table changes.
type sieve struct {
	table   *table
	allowed set // the slots of the entries that are allowed
	count   int // how many these are

	own, spare set // memory
	left       []demand
}

// demand is a condition and who passes its test, Not left aside.
type demand struct {
	imagescope.Condition
	holders span
}

// listed reports whether the holders are what the condition allows.
func (d demand) listed() bool { return !d.Not && d.holders.count < math.MaxInt }

var sieves = sync.Pool{New: func() any { return new(sieve) }}

// newSieve works a filter out.
func newSieve(t *table, f imagescope.Filter) *sieve {
	s := sieves.Get().(*sieve)
	s.table, s.allowed, s.count = t, t.live, t.ids.count
	if f.Only == nil && len(f.Except) == 0 && len(f.Where) == 0 {
		return s
	}
	demands := s.rank(f.Where)
	switch {
	case f.Only != nil:
		s.own = s.own.emptied(t.ids.size)
		t.each(f.Only, s.own.add)
	case len(demands) > 0 && demands[0].listed():
		s.own = s.own.emptied(t.ids.size)
		s.own.fill(demands[0].holders)
		demands = demands[1:]
	default:
		s.own = append(s.own[:0], t.live...)
	}
	s.allowed = s.own
	t.each(f.Except, s.allowed.remove)
	s.count = s.allowed.count()
	for _, d := range demands {
		s.demand(d)
	}
	return s
}

func (s *sieve) release() {
	clear(s.left)
	s.table, s.allowed, s.left = nil, nil, s.left[:0]
	sieves.Put(s)
}

// rank returns conditions with the shortest lists first.
func (s *sieve) rank(where []imagescope.Condition) []demand {
	for _, c := range where {
		s.left = append(s.left, demand{c, s.table.columns.holders(c)})
	}
	slices.SortStableFunc(s.left, func(a, b demand) int { return cmp.Compare(a.holders.count, b.holders.count) })
	return s.left
}

// testPrice is how much longer it takes to test an entry's metadata than to
// read a slot of a list.
const testPrice = 50

// demand takes out what a condition does not allow: by the list of holders or,
// where few are left, by testing these.
func (s *sieve) demand(d demand) {
	if s.count < d.holders.count/testPrice {
		for slot := range s.allowed.all() {
			if !d.Holds(s.table.note(slot).meta) {
				s.allowed.remove(slot)
			}
		}
	} else {
		s.spare = s.spare.emptied(s.table.ids.size)
		s.spare.fill(d.holders)
		if d.Not {
			s.allowed.drop(s.spare)
		} else {
			s.allowed.keep(s.spare)
		}
	}
	s.count = s.allowed.count()
}

// open reports whether all slots hold entries that are allowed.
func (s *sieve) open() bool { return s.count == s.table.ids.size }

// stride is how many entries a scan takes at a time, at most.
const stride = 256

// scan offers all allowed entries to best, with their inner products with the
// query.
func (s *sieve) scan(ctx context.Context, query []float32, best *top) error {
	if s.open() {
		return s.sweep(ctx, query, best)
	}
	var scores [stride]float32
	var slots [stride]uint32
	for from := 0; from < len(s.allowed); {
		var n int
		n, from = s.allowed.next(from, slots[:])
		gather(scores[:n], query, &s.table.rows, slots[:n])
		best.offerAll(scores[:n], slots[:n])
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// sweep is a scan of all slots.
func (s *sieve) sweep(ctx context.Context, query []float32, best *top) error {
	var scores [stride]float32
	var slots [stride]uint32
	for from := 0; from < s.count; from += stride {
		some := min(stride, s.count-from)
		for i := range some {
			slots[i] = uint32(from + i)
		}
		sweep(scores[:some], query, &s.table.rows, uint32(from))
		best.offerAll(scores[:some], slots[:some])
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
