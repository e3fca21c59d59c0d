package imagescope_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

func TestConditionHolds(t *testing.T) {
	is, between, not := imagescope.Is, imagescope.Between, imagescope.Not
	tests := []struct {
		name   string
		cond   imagescope.Condition
		value  string
		want   bool
		absent bool // whether it holds for an entry without the key
	}{
		{"one of", is("k", "a", "b"), "b", true, false},
		{"none of", is("k", "a", "b"), "c", false, false},
		{"case counts", is("k", "a"), "A", false, false},
		{"empty value", is("k", ""), "", true, false},
		{"not one of", not(is("k", "a")), "a", false, true},
		{"not not", not(not(is("k", "a"))), "a", true, false},
		{"number in range", between("k", "9", "10"), "9.5", true, false},
		{"bounds belong to it", between("k", "9", "10"), "10", true, false},
		{"numbers, not texts", between("k", "9", "100"), "10", true, false},
		{"below", between("k", "9", ""), "8.99", false, false},
		{"above", between("k", "", "10"), "1e2", false, false},
		{"negative", between("k", "-2", "-1"), "-1.5", true, false},
		{"no number", between("k", "9", "10"), "ten", false, false},
		{"value is NaN", between("k", "0", ""), "NaN", false, false},
		{"bound is the text NaN", between("k", "NaN", ""), "Nancy", true, false},
		{"date in range", between("k", "2026-01-01", "2026-12-31"), "2026-11-24T10:00:00Z", true, false},
		{"date before", between("k", "2026-01-01", ""), "2025-12-31", false, false},
		{"text above", between("k", "", "m"), "n", false, false},
		{"not in range", not(between("k", "1", "2")), "3", true, true},
	}
	for _, tt := range tests {
		if got := tt.cond.Holds(map[string]string{"k": tt.value, "other": "a"}); got != tt.want {
			t.Errorf("%s: %+v holds for %q: %v, want %v", tt.name, tt.cond, tt.value, got, tt.want)
		}
		if got := tt.cond.Holds(nil); got != tt.absent {
			t.Errorf("%s: %+v holds for no value: %v, want %v", tt.name, tt.cond, got, tt.absent)
		}
	}
}

func TestFilterAllows(t *testing.T) {
	meta := map[string]string{"kind": "pet"}
	tests := []struct {
		name   string
		filter imagescope.Filter
		want   bool
	}{
		{"zero", imagescope.Filter{}, true},
		{"listed", imagescope.Filter{Only: []string{"z", "x"}}, true},
		{"not listed", imagescope.Filter{Only: []string{"z"}}, false},
		{"nothing listed", imagescope.Filter{Only: []string{}}, false},
		{"excluded", imagescope.Filter{Except: []string{"x"}}, false},
		{"listed and excluded", imagescope.Filter{Only: []string{"x"}, Except: []string{"x"}}, false},
		{"condition holds", imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("kind", "pet")}}, true},
		{"one condition does not", imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("kind", "pet"), imagescope.Is("year", "1")}}, false},
	}
	for _, tt := range tests {
		if got := tt.filter.Allows("x", meta); got != tt.want {
			t.Errorf("%s: Allows = %v, want %v", tt.name, got, tt.want)
		}
		if got := tt.filter.AllowsMeta(meta); tt.filter.Where != nil && got != tt.want {
			t.Errorf("%s: AllowsMeta = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFilterValidate(t *testing.T) {
	tests := []struct {
		name string
		cond imagescope.Condition
		says string
	}{
		{"values", imagescope.Is("k", "a"), ""},
		{"range", imagescope.Between("k", "1", ""), ""},
		{"no key", imagescope.Is("", "a"), "condition 1 has no key"},
		{"no values", imagescope.Is("k"), `condition 1 on "k" tests nothing`},
		{"open on both sides", imagescope.Between("k", "", ""), `condition 1 on "k" tests nothing`},
		{"values and a range", imagescope.Condition{Key: "k", Values: []string{"a"}, Max: "9"}, `condition 1 on "k" has both`},
	}
	for _, tt := range tests {
		err := imagescope.Filter{Where: []imagescope.Condition{imagescope.Is("fine", "x"), tt.cond}}.Validate()
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Validate: error %v, want one that says %q", tt.name, err, tt.says)
		}
	}
}

// TestFilterJSON checks that the difference between all and none survives.
func TestFilterJSON(t *testing.T) {
	for want, f := range map[string]imagescope.Filter{
		`{}`:          {},
		`{"only":[]}`: {Only: []string{}},
		`{"only":["a"],"except":["b"],"where":[{"key":"k","min":"1","not":true}]}`: {
			Only: []string{"a"}, Except: []string{"b"},
			Where: []imagescope.Condition{imagescope.Not(imagescope.Between("k", "1", ""))},
		},
	} {
		data, err := json.Marshal(f)
		if err != nil || string(data) != want {
			t.Errorf("Marshal = %s, %v; want %s", data, err, want)
		}
		var back imagescope.Filter
		if err := json.Unmarshal(data, &back); err != nil {
			t.Errorf("Unmarshal(%s): %v", data, err)
		}
		if d := cmp.Diff(f, back); d != "" {
			t.Errorf("%s read back: want is -, got is +\n%s", data, d)
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		text string
		want float64
		ok   bool
	}{
		{"12", 12, true},
		{"-0.5e3", -500, true},
		{"0x10p0", 16, true},
		{"Inf", math.Inf(1), true},
		{"-infinity", math.Inf(-1), true},
		{"NaN", 0, false},
		{"1e999", 0, false},
		{"", 0, false},
		{" 12", 0, false},
		{"2026-11-24", 0, false},
	}
	for _, tt := range tests {
		if got, ok := imagescope.Number(tt.text); ok != tt.ok || ok && got != tt.want {
			t.Errorf("Number(%q) = %v, %v; want %v, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}
