package pgvector

import (
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
)

// statement is SQL with the values that are bound to it.
type statement struct {
	sql  strings.Builder
	args []any
}

// text adds SQL.
func (s *statement) text(parts ...string) {
	for _, part := range parts {
		s.sql.WriteString(part)
	}
}

// bind adds a value and returns what stands for it in SQL.
func (s *statement) bind(value any) string {
	s.args = append(s.args, value)
	return "$" + strconv.Itoa(len(s.args))
}

// where adds the conditions of a filter.
func (s *statement) where(f imagescope.Filter) {
	var tests []string
	if f.Only != nil {
		tests = append(tests, "id = ANY("+s.bind(rawOf(f.Only))+"::bytea[])")
	}
	if len(f.Except) > 0 {
		tests = append(tests, "id <> ALL("+s.bind(rawOf(f.Except))+"::bytea[])")
	}
	for _, c := range f.Where {
		tests = append(tests, s.condition(c))
	}
	for i, test := range tests {
		s.text([]string{" WHERE ", " AND "}[min(i, 1)], test)
	}
}

// condition returns the test that c makes. Where the key is absent the value
// is NULL, and so is what is compared with it.
func (s *statement) condition(c imagescope.Condition) string {
	at := "[array_position(meta_keys, " + s.bind([]byte(c.Key)) + "::bytea)]"
	var tests []string
	if len(c.Values) > 0 {
		tests = append(tests, "meta_values"+at+" = ANY("+s.bind(rawOf(c.Values))+"::bytea[])")
	}
	for _, bound := range []struct{ text, op string }{{c.Min, " >= "}, {c.Max, " <= "}} {
		if bound.text == "" {
			continue
		}
		if number, ok := imagescope.Number(bound.text); ok {
			tests = append(tests, "meta_numbers"+at+bound.op+s.bind(number)+"::float8")
		} else {
			tests = append(tests, "meta_values"+at+bound.op+s.bind([]byte(bound.text))+"::bytea")
		}
	}
	test := "COALESCE(" + strings.Join(tests, " AND ") + ", false)"
	if c.Not {
		test = "NOT " + test
	}
	return test
}
