package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// percent returns a figure in per cent as papers print it.
func percent(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// signed is percent of a difference.
func signed(v float64) string { return fmt.Sprintf("%+.2f", v) }

// between returns the range of a dot; "" where none is known.
func (d dot) between(format func(float64) string) string {
	if math.IsNaN(d.low) || math.IsNaN(d.high) {
		return ""
	}
	return format(d.low) + " to " + format(d.high)
}

// sure reports whether a difference is one by more than chance.
func (d dot) sure() bool { return d.low > 0 || d.high < 0 }

// amount returns a number with about three digits, and thousands apart.
func amount(v float64) string {
	switch {
	case v == math.Trunc(v) || v >= 100:
		return thousands(int64(math.Round(v)))
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// seconds returns a time with about three digits.
func seconds(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 1e-3:
		return fmt.Sprintf("%.0f µs", v*1e6)
	case v < 1:
		return fmt.Sprintf("%.3g ms", v*1e3)
	case v < 100:
		return fmt.Sprintf("%.3g s", v)
	}
	return time.Duration(v * float64(time.Second)).Round(time.Second).String()
}

// count returns a number of things, in the right form.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}

// short returns a text on one line, cut to a length that reads well.
func short(s string) string { return cut(s, maxText) }

// cut returns s as valid UTF-8 on one line, of limit bytes and a sign that there
// was more.
func cut(s string, limit int) string {
	head := s[:min(len(s), 4*limit)]
	line := strings.Join(strings.Fields(strings.ToValidUTF8(head, "")), " ")
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, line)
	if len(line) > limit {
		return strings.TrimRight(strings.ToValidUTF8(line[:limit], ""), " ") + "…"
	}
	if len(head) < len(s) {
		return line + "…"
	}
	return line
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// first returns the first n elements of list, or all where there are fewer.
func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }
