package imagescope

import (
	"fmt"
	"slices"
	"strconv"
)

// Filter says which entries of an index a search may return. The zero Filter
// allows all. All parts must allow an entry.
type Filter struct {
	// Only holds the allowed IDs. nil allows all; an empty list that is not
	// nil allows none. Unknown IDs are ignored.
	Only []string `json:"only,omitzero"`
	// Except holds IDs that are not allowed.
	Except []string `json:"except,omitempty"`
	// Where holds conditions on metadata; each must hold.
	Where []Condition `json:"where,omitempty"`
}

// Condition is a test of one metadata value. Make it with [Is], [Between] and
// [Not]; the fields are public so that an index can hand it to a database.
//
// A range compares by the kind of its bound: against a bound that reads as a
// number, values compare as numbers and a value that is none does not match;
// against any other bound, texts compare byte by byte, which orders dates
// written as 2026-11-24 or 2026-11-24T10:00:00Z.
type Condition struct {
	Key    string   `json:"key"`              // the metadata key
	Values []string `json:"values,omitempty"` // the value is one of these; no range then
	Min    string   `json:"min,omitempty"`    // the value is at least this; "" is open
	Max    string   `json:"max,omitempty"`    // the value is at most this; "" is open
	Not    bool     `json:"not,omitempty"`    // turns the test around; an absent key then matches
}

// Is holds where the value of key equals one of values.
func Is(key string, values ...string) Condition { return Condition{Key: key, Values: values} }

// Between holds where the value of key lies in [min, max]; an empty bound is
// open. [Condition] says how values compare.
func Between(key, min, max string) Condition { return Condition{Key: key, Min: min, Max: max} }

// Not holds where c does not, entries without the key included.
func Not(c Condition) Condition {
	c.Not = !c.Not
	return c
}

// Allows reports whether an entry with this ID and metadata passes. It walks
// the lists: an index that tests many entries looks IDs up in sets of its own.
func (f Filter) Allows(id string, meta map[string]string) bool {
	if f.Only != nil && !slices.Contains(f.Only, id) {
		return false
	}
	return !slices.Contains(f.Except, id) && f.AllowsMeta(meta)
}

// AllowsMeta reports whether every condition of Where holds for meta.
func (f Filter) AllowsMeta(meta map[string]string) bool {
	for _, c := range f.Where {
		if !c.Holds(meta) {
			return false
		}
	}
	return true
}

// Validate returns an error for a condition that cannot be meant: no key, no
// test, or values and a range at once.
func (f Filter) Validate() error {
	for i, c := range f.Where {
		ranged := c.Min != "" || c.Max != ""
		switch {
		case c.Key == "":
			return fmt.Errorf("condition %d has no key", i)
		case len(c.Values) == 0 && !ranged:
			return fmt.Errorf("condition %d on %q tests nothing: give it values or a bound", i, c.Key)
		case len(c.Values) > 0 && ranged:
			return fmt.Errorf("condition %d on %q has both values and a range: use two conditions", i, c.Key)
		}
	}
	return nil
}

// Holds reports whether the condition is met by meta.
func (c Condition) Holds(meta map[string]string) bool {
	value, ok := meta[c.Key]
	return (ok && c.match(value)) != c.Not
}

func (c Condition) match(value string) bool {
	if len(c.Values) > 0 {
		return slices.Contains(c.Values, value)
	}
	return (c.Min == "" || atLeast(value, c.Min)) && (c.Max == "" || atMost(value, c.Max))
}

func atLeast(value, bound string) bool {
	if b, ok := Number(bound); ok {
		v, ok := Number(value)
		return ok && v >= b
	}
	return value >= bound
}

func atMost(value, bound string) bool {
	if b, ok := Number(bound); ok {
		v, ok := Number(value)
		return ok && v <= b
	}
	return value <= bound
}

// Number reads a bound or a metadata value as a [Condition] does; ok is false
// for a text that is no number. An index that leaves filters to a database
// stores it beside the text.
func Number(s string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && v == v
}
