package index

import (
	"math"

	"github.com/imagescope/imagescope"
)

// columns tell by metadata key which slots hold which values.
type columns map[string]*column

// column is what the entries have under one metadata key.
type column struct {
	texts   ordered[string]
	numbers ordered[float64] // the values that are numbers
}

// insert notes the metadata of a slot.
func (c columns) insert(slot uint32, meta map[string]string) {
	for key, value := range meta {
		col := c[key]
		if col == nil {
			col = new(column)
			c[key] = col
		}
		col.texts.insert(value, slot)
		if x, ok := imagescope.Number(value); ok {
			col.numbers.insert(x, slot)
		}
	}
}

// remove takes out what insert noted.
func (c columns) remove(slot uint32, meta map[string]string) {
	for key, value := range meta {
		col := c[key]
		col.texts.remove(value, slot)
		if x, ok := imagescope.Number(value); ok {
			col.numbers.remove(x, slot)
		}
		if len(col.texts.blocks) == 0 {
			delete(c, key)
		}
	}
}

// holders returns the slots with a value that passes the test of a condition,
// Not left aside. Those of a value that is listed twice come twice.
func (c columns) holders(cond imagescope.Condition) span {
	col := c[cond.Key]
	if col == nil {
		return span{}
	}
	if len(cond.Values) == 0 {
		return col.between(cond.Min, cond.Max)
	}
	if len(cond.Values) == 1 {
		return col.texts.span(is(cond.Values[0]))
	}
	var some span
	for _, value := range cond.Values {
		reached, beyond := is(value)
		from, to := col.texts.seek(reached), col.texts.seek(beyond)
		some.runs = col.texts.cut(some.runs, from, to)
		some.count += col.texts.distance(from, to)
	}
	return some
}

func is(value string) (reached, beyond func(string) bool) {
	return func(v string) bool { return v >= value }, func(v string) bool { return v > value }
}

// between returns the slots of a range. An open bound goes with the other.
// Where one is a number and the other is none there is no list.
func (c *column) between(from, to string) span {
	low, lowNumber := imagescope.Number(from)
	high, highNumber := imagescope.Number(to)
	switch {
	case !lowNumber && !highNumber:
		return c.texts.span(
			func(v string) bool { return v >= from },
			func(v string) bool { return to != "" && v > to })
	case from == "":
		low = math.Inf(-1)
	case to == "":
		high = math.Inf(1)
	case lowNumber != highNumber:
		return span{count: math.MaxInt}
	}
	return c.numbers.span(
		func(x float64) bool { return x >= low },
		func(x float64) bool { return x > high })
}
