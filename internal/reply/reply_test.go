package reply_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/reply"
)

func TestFenced(t *testing.T) {
	tests := []struct {
		name, text, want string
		ok               bool
	}{
		{"fence among prose", "Here:\n```json\n {\"a\":1} \n```\nDone.", `{"a":1}`, true},
		{"first of two", "```json\n1\n``` ```json\n2\n```", "1", true},
		{"ends at the next backticks", "```json\n\"a```b\"```", `"a`, true},
		{"nothing inside", "```json```", "", true},
		{"not closed", "```json\n{\"a\":1}", "", false},
		{"upper case", "```JSON\n{}\n```", "", false},
		{"blank before the tag", "``` json\n{}\n```", "", false},
		{"no tag", "```\n{}\n```", "", false},
		{"longer tag", "```jsonc\n{}\n```", "c\n{}", true},
		{"empty", "", "", false},
	}
	for _, tt := range tests {
		got, ok := reply.Fenced(tt.text)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: Fenced(%q) = %q, %v; want %q, %v", tt.name, tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestBraced(t *testing.T) {
	tests := []struct {
		text, want string
		ok         bool
	}{
		{`so {"a":1} and {"b":2}`, `{"a":1}`, true},
		{`{"a":{"b":1}}`, `{"a":{"b":1}`, true}, // nesting is not looked at
		{`} {"a":1}`, `{"a":1}`, true},
		{`{"a":1`, "", false},
		{`no braces`, "", false},
	}
	for _, tt := range tests {
		if got, ok := reply.Braced(tt.text); got != tt.want || ok != tt.ok {
			t.Errorf("Braced(%q) = %q, %v; want %q, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"valid", `{"a": [1, 2]}`, `{"a":[1,2]}`},
		{"last of two members counts", `{"a":1,"a":2}`, `{"a":2}`},
		{"empty", `{}`, `{}`},
		{"trailing comma", `{"a":[1,2,],}`, `{"a":[1,2]}`},
		{"missing comma", `{"a":["x" "y"]}`, `{"a":["x","y"]}`},
		{"single quotes and bare keys", `{a:'x'}`, `{"a":"x"}`},
		{"cut off in an array", `{"a":["x","y"`, `{"a":["x","y"]}`},
		{"cut off in a string", `{"a":["x","y`, `{"a":["x","y"]}`},
		{"cut off behind a colon", `{"a":`, `{"a":null}`},
		{"comment", "{\"a\":1 // one\n}", `{"a":1}`},
		{"line break in a string", "{\"a\":\"x\ny\"}", `{"a":"x\ny"}`},
	}
	for _, tt := range tests {
		obj, err := reply.Parse(tt.text)
		if err != nil {
			t.Errorf("%s: Parse(%q): %v", tt.name, tt.text, err)
			continue
		}
		got, err := json.Marshal(obj)
		if err != nil {
			t.Errorf("%s: Parse(%q) gave what is no JSON: %v", tt.name, tt.text, err)
		}
		if d := cmp.Diff(tt.want, string(got)); d != "" {
			t.Errorf("%s: Parse(%q): want is -, got is +\n%s", tt.name, tt.text, d)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		object     bool   // ErrNotObject is wanted
		says       string // or words of the error
	}{
		{name: "array", text: `[{"a":1}]`, object: true},
		{name: "string", text: `"a"`, object: true},
		{name: "null", text: `null`, object: true},
		{name: "number", text: `7`, object: true},
		{name: "nothing", text: "", object: true},
		{name: "too long to repair", text: `{"a":'` + strings.Repeat("x", 32<<10) + `'}`, says: "goes beyond"},
		{name: "nested too deep to repair", text: `{"a":` + strings.Repeat("[", 1000), says: "nested more than"},
		{name: "nested behind closers", text: `{"a":` + strings.Repeat("]", 1000) + strings.Repeat("[", 1000), says: "nested more than"},
		{name: "valid but too deep", text: `{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", says: "cannot be repaired"},
	}
	for _, tt := range tests {
		obj, err := reply.Parse(tt.text)
		switch {
		case err == nil:
			t.Errorf("%s: Parse(%.40q) = %.80v and no error", tt.name, tt.text, obj)
		case tt.object != errors.Is(err, reply.ErrNotObject) || !strings.Contains(err.Error(), tt.says):
			t.Errorf("%s: Parse(%.40q): error %q, want ErrNotObject: %v, or one that says %q", tt.name, tt.text, err, tt.object, tt.says)
		}
	}
}

func TestFind(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"bare", `{"k":"x"}`, `"x"`},
		{"nested object and braces in a text", `Sure: {"k":{"a":"}{"}} ok`, `{"a":"}{"}`},
		{"fence with another tag", "```javascript\n{\"k\":1}\n```", "1"},
		{"behind an object without the key", `{"a":1} then {"k":2}`, "2"},
		{"inside an object without the key", `{"answers":{"k":3}}`, "3"},
		{"first of two", `{"k":1}{"k":2}`, "1"},
		{"cut off", `{"k":["a","b`, `["a","b"]`},
		{"escaped quote before a brace", `{"k":"\"}"}`, `"\"}"`},
		{"damaged", `{'k':'x',}`, `"x"`},
	}
	for _, tt := range tests {
		obj, err := reply.Find(tt.text, "k")
		if err != nil {
			t.Errorf("%s: Find(%q): %v", tt.name, tt.text, err)
			continue
		}
		if d := cmp.Diff(tt.want, string(obj["k"])); d != "" {
			t.Errorf("%s: Find(%q): want is -, got is +\n%s", tt.name, tt.text, d)
		}
	}
}

func TestFindRefuses(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"prose", "I cannot tell.", "no JSON object"},
		{"no such member", `{"a":1}`, `no member "k"`},
		{"behind too many braces", strings.Repeat("{} ", 100) + `{"k":1}`, `no member "k"`},
	}
	for _, tt := range tests {
		obj, err := reply.Find(tt.text, "k")
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: Find(%.40q) = %v, %v; want an error that says %q", tt.name, tt.text, obj, err, tt.says)
		}
	}
}

// TestFindBoundsRepair checks that repairing, which can be slow, is bounded
// for a whole reply and not for each object in it, while valid objects are
// found all the same.
func TestFindBoundsRepair(t *testing.T) {
	damaged := `{'a':'` + strings.Repeat("x", 6<<10) + `'} `
	if _, err := reply.Find(damaged+`{'k':1}`, "k"); err != nil {
		t.Errorf("Find behind one damaged object of 6 KiB: %v", err)
	}
	many := strings.Repeat(damaged, 4)
	if obj, err := reply.Find(many+`{'k':'`+damaged+`'}`, "k"); err == nil {
		t.Errorf("Find repaired 30 KiB of objects and found %.20s", obj["k"])
	}
	if _, err := reply.Find(many+`{"k":1}`, "k"); err != nil {
		t.Errorf("Find did not reach the valid object behind damaged ones: %v", err)
	}
}

func TestStrings(t *testing.T) {
	tests := []struct {
		raw  string
		want []string
		ok   bool
	}{
		{`["a","b"]`, []string{"a", "b"}, true},
		{`["a",1,null,["x"],"b",{}]`, []string{"a", "b"}, true},
		{`["", " "]`, []string{"", " "}, true},
		{`[]`, nil, true},
		{`"a"`, []string{"a"}, true},
		{`{"z":"1","a":"2","n":3}`, []string{"1", "2"}, true},
		{`{}`, nil, true},
		{`null`, nil, false},
		{`7`, nil, false},
		{``, nil, false},
	}
	for _, tt := range tests {
		got, ok := reply.Strings(json.RawMessage(tt.raw))
		if d := cmp.Diff(tt.want, got); d != "" || ok != tt.ok {
			t.Errorf("Strings(%s) is ok: %v, want %v; want is -, got is +\n%s", tt.raw, ok, tt.ok, d)
		}
	}
}

func TestPairs(t *testing.T) {
	tests := []struct {
		raw  string
		want [][2]string
		ok   bool
	}{
		{`[["a","b"],["c",1]]`, [][2]string{{`"a"`, `"b"`}, {`"c"`, `1`}}, true},
		{`[["a"],["a","b","c"],"ab",{"a":1,"b":2},null,["x","y"]]`, [][2]string{{`"x"`, `"y"`}}, true},
		{`[]`, nil, true},
		{`{"a":"b"}`, nil, false},
		{`"ab"`, nil, false},
		{``, nil, false},
	}
	for _, tt := range tests {
		pairs, ok := reply.Pairs(json.RawMessage(tt.raw))
		var got [][2]string
		for _, p := range pairs {
			got = append(got, [2]string{string(p[0]), string(p[1])})
		}
		if d := cmp.Diff(tt.want, got); d != "" || ok != tt.ok {
			t.Errorf("Pairs(%s) is ok: %v, want %v; want is -, got is +\n%s", tt.raw, ok, tt.ok, d)
		}
	}
}
