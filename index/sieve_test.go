package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

// sieveValues are what metadata and bounds are made of.
var sieveValues = []string{
	"", "0", "-0", "00", "1", "1.0", "1e0", "2", "9", "10", "-10", "0x1p4", "inf", "-Inf", "NaN", "1e999", "1_0", " 1", "a", "A", "ab", "b",
	"2026-11-24", "2026-11-24T10:00:00Z", "\xff", "Zürich", "日本",
}

// chooser makes choices by the bytes of a fuzzer.
type chooser struct{ rest []byte }

func (c *chooser) below(n int) int {
	if len(c.rest) == 0 {
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return int(b) % n
}

func (c *chooser) value() string { return sieveValues[c.below(len(sieveValues))] }

func (c *chooser) values(n int) []string {
	var values []string
	for range n {
		values = append(values, c.value())
	}
	return values
}

func (c *chooser) key() string { return []string{"", "a", "b", "never"}[c.below(4)] }

func (c *chooser) ids() []string {
	ids := []string{}
	for range c.below(20) {
		ids = append(ids, fmt.Sprint(c.below(50)))
	}
	return ids
}

func (c *chooser) entry() imagescope.Entry {
	e := imagescope.Entry{ID: fmt.Sprint(c.below(50)), Vector: []float32{1}}
	for range c.below(4) {
		if e.Meta == nil {
			e.Meta = map[string]string{}
		}
		e.Meta[[]string{"", "a", "b"}[c.below(3)]] = c.value()
	}
	return e
}

// filter returns one, valid or not, as a sieve must not depend on it.
func (c *chooser) filter() imagescope.Filter {
	var f imagescope.Filter
	if c.below(3) == 0 {
		f.Only = c.ids()
	}
	if c.below(3) == 0 {
		f.Except = c.ids()
	}
	for range c.below(4) {
		cond := imagescope.Condition{Key: c.key(), Not: c.below(3) == 0}
		if c.below(2) == 0 {
			cond.Values = c.values(1 + c.below(3))
		} else {
			cond.Min, cond.Max = c.value(), c.value()
		}
		f.Where = append(f.Where, cond)
	}
	return f
}

// FuzzSieve changes a table and compares what filters allow with what
// [imagescope.Filter.Allows] says of each entry.
func FuzzSieve(f *testing.F) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		choices := make([]byte, 800)
		for i := range choices {
			choices[i] = byte(r.Uint32())
		}
		f.Add(choices)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		c := &chooser{choices}
		var table table
		want := map[string]imagescope.Entry{}
		for len(c.rest) > 0 {
			switch c.below(4) {
			case 0, 1:
				e := c.entry()
				slot, ok := table.ids.find(e.ID)
				if !ok {
					slot = uint32(table.ids.size)
				}
				table.put(slot, e)
				want[e.ID] = e
			case 2:
				id := fmt.Sprint(c.below(50))
				if slot, ok := table.ids.find(id); ok && c.below(3) == 0 {
					table.remove(slot)
					delete(want, id)
				}
			case 3:
				checkSieve(t, &table, want, c.filter())
			}
		}
		for _, slot := range table.alive() {
			table.vacate(slot)
		}
		if len(table.columns) > 0 {
			t.Errorf("columns are left of nothing: %v", table.columns)
		}
	})
}

func checkSieve(t *testing.T, table *table, entries map[string]imagescope.Entry, f imagescope.Filter) {
	t.Helper()
	var want, got []string
	for id, e := range entries {
		if f.Allows(id, e.Meta) {
			want = append(want, id)
		}
	}
	s := newSieve(table, f)
	defer s.release()
	for slot := range s.allowed.all() {
		got = append(got, table.ids.at(slot))
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("of %d entries, %+v allows: want is -, got is +\n%s", len(entries), f, d)
	}
	if s.count != len(got) {
		t.Fatalf("count = %d of %d", s.count, len(got))
	}
}

// TestSieveTests has filters of which one condition leaves so few that those
// of the others are tested one by one.
func TestSieveTests(t *testing.T) {
	var table table
	entries := map[string]imagescope.Entry{}
	for i := range 1000 {
		e := imagescope.Entry{ID: fmt.Sprint(i), Vector: []float32{1}, Meta: map[string]string{"n": fmt.Sprint(i), "even": fmt.Sprint(i%2 == 0)}}
		if i%3 == 0 {
			delete(e.Meta, "even")
		}
		entries[e.ID] = e
		table.put(uint32(i), e)
	}
	even, odd := imagescope.Is("even", "true"), imagescope.Is("even", "false", "maybe")
	few := imagescope.Between("n", "500", "505")
	for _, where := range [][]imagescope.Condition{
		{even, few}, {few, odd}, {imagescope.Not(even), few}, {few, odd, even}, {few, imagescope.Not(imagescope.Between("n", "503", ""))},
	} {
		checkSieve(t, &table, entries, imagescope.Filter{Where: where})
		checkSieve(t, &table, entries, imagescope.Filter{Only: []string{"1", "6", "501"}, Where: where})
	}
}
