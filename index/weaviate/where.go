package weaviate

import (
	"encoding/json"
	"strings"

	"github.com/imagescope/imagescope"
)

// where returns the test that f makes, in GraphQL, or "" if it allows all.
// never is true if it allows none. All that it writes is quoted or a number.
func (c class) where(f imagescope.Filter) (test string, never bool) {
	var tests []string
	if f.Only != nil {
		if len(f.Only) == 0 {
			return "", true
		}
		tests = append(tests, among("id", uuids(f.Only)))
	}
	if len(f.Except) > 0 {
		tests = append(tests, not(among("id", uuids(f.Except))))
	}
	for _, cond := range f.Where {
		name := propertyOf(cond.Key)
		switch {
		case c.keys[name]:
			tests = append(tests, condition(name, cond))
		case !cond.Not:
			return "", true // no entry has the key
		}
	}
	return all(tests), false
}

// everything allows every object. With it a search has a filter.
var everything = not(leaf("id", "Equal", "valueText", "00000000-0000-0000-0000-000000000000"))

// condition returns the test that c makes of the properties of a key.
func condition(name string, c imagescope.Condition) string {
	var tests []string
	if len(c.Values) > 0 {
		values := make([]string, len(c.Values))
		for i, v := range c.Values {
			values[i] = comparable(v)
		}
		tests = append(tests, among("t_"+name, values))
	}
	for _, bound := range []struct{ text, operator string }{{c.Min, "GreaterThanEqual"}, {c.Max, "LessThanEqual"}} {
		if bound.text == "" {
			continue
		}
		if v, ok := imagescope.Number(bound.text); ok {
			tests = append(tests, leaf("n_"+name, bound.operator, "valueNumber", finite(v)))
		} else {
			tests = append(tests, leaf("t_"+name, bound.operator, "valueText", comparable(bound.text)))
		}
	}
	if c.Not {
		return not(all(tests))
	}
	return all(tests)
}

// among tests whether a property is one of values.
func among(name string, values []string) string {
	return leaf(name, "ContainsAny", "valueText", values)
}

func leaf(name, operator, kind string, value any) string {
	return `{path:["` + name + `"],operator:` + operator + "," + kind + ":" + literal(value) + "}"
}

func not(test string) string { return "{operator:Not,operands:[" + test + "]}" }

func all(tests []string) string {
	switch len(tests) {
	case 0:
		return ""
	case 1:
		return tests[0]
	}
	return "{operator:And,operands:[" + strings.Join(tests, ",") + "]}"
}

// literal returns a value in GraphQL, where texts, finite numbers and lists of
// them are written as in JSON.
func literal(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // unreachable: values are texts, finite numbers and lists of them
	}
	return string(data)
}
