package reply_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imagescope/imagescope/internal/reply"
)

// hostile are replies made to cost time, memory or stack. Each is as long as a
// reply can get.
func hostile() []string {
	const most = 256 << 10
	var texts []string
	for _, unit := range []string{`"`, `'`, `\`, `{`, `[`, `{"a":`, `["`, `{'`, `":`, `r"`, "\"\n", "```", "```json{", `}{`, `/*`} {
		for _, start := range []string{"", `{"1":`, `{"step2":["`, "```json\n{", "{ {{{ {", strings.Repeat("]", 500)} {
			texts = append(texts,
				start+strings.Repeat(unit, 12<<10/len(unit)), // what is tried to repair
				start+strings.Repeat(unit, most/len(unit)))
		}
	}
	return append(texts, strings.Repeat(`{"step2":["`, 30)+strings.Repeat(`r"`, 7<<10))
}

// TestHostileReplies ends soon: the replies that it reads would take minutes
// if reading them took quadratic time.
func TestHostileReplies(t *testing.T) {
	for _, text := range hostile() {
		read(t, text)
	}
}

// read has everything here read text and checks what must hold of any.
func read(t *testing.T, text string) {
	for _, find := range []func(string) (string, bool){reply.Fenced, reply.Braced} {
		if part, ok := find(text); ok && !strings.Contains(text, part) {
			t.Errorf("%.80q is no part of the reply %.80q", part, text)
		}
	}
	if obj, err := reply.Parse(text); (obj == nil) == (err == nil) {
		t.Errorf("Parse(%.80q) = %v, %v", text, obj, err)
	}
	obj, err := reply.Find(text, "1")
	if _, ok := obj["1"]; ok == (err != nil) {
		t.Errorf("Find(%.80q) = %v, %v", text, obj, err)
	}
	if brief := reply.Brief(text); len(brief) > 2<<10 || len(brief) > len(text)+len("…") {
		t.Errorf("Brief made %d bytes of %d", len(brief), len(text))
	}
	if yes, known := reply.YesNo(text); yes && !known {
		t.Errorf("YesNo(%.80q) is an unknown yes", text)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":["x" "y",]`, `{'a':'b`, `{"a":"\ud800"}`, "{\"a\":\xff}", `{{}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		obj, err := reply.Parse(text)
		if err != nil {
			return
		}
		if _, err := json.Marshal(obj); err != nil {
			t.Errorf("Parse(%q) holds what is no JSON: %v", text, err)
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{`{"1":"yes"}`, `x {"a":{"1":true}} y`, "```json\n{\"1\": \"no\"}\n```", `{"1":"a`, `{"\":{`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { read(t, text) })
}

func FuzzStrings(f *testing.F) {
	for _, seed := range []string{`["a",1]`, `"a"`, `{"a":"b","c":1}`, `[["a","b"],["c"]]`, `null`, ` ["a"]`, `{"a":`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, ok := reply.Strings(raw)
		if ok && !json.Valid(raw) {
			t.Errorf("Strings(%q) accepts what is no JSON", raw)
		}
		for _, s := range list {
			if !utf8.ValidString(s) {
				t.Errorf("Strings(%q) has %q, which is not UTF-8", raw, s)
			}
		}
		pairs, ok := reply.Pairs(raw)
		if len(pairs) > 0 && !ok {
			t.Errorf("Pairs(%q) are %d and not ok", raw, len(pairs))
		}
		reply.YesNoValue(raw)
	})
}
