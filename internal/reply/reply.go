// Package reply reads what models write: JSON objects, whole or damaged, among
// prose, and yes or no.
//
// Replies are untrusted. Nothing here panics, recurses deeply or takes more
// than linear time in the length of a reply, but for the repair of damaged
// JSON, which is limited to [maxRepair] bytes.
package reply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kaptinlin/jsonrepair"
)

// Errors of this package.
var (
	ErrNoJSON    = errors.New("it holds no JSON object")
	ErrNotObject = errors.New("its JSON is not an object")
)

// maxRepair and maxDepth bound what is repaired of one reply: the repair
// library recurses, and takes quadratic time on some inputs (0.6 s for 32 KiB
// of quotes and colons). 16 KiB are twice what 2,048 tokens make in English.
const (
	maxRepair = 16 << 10
	maxDepth  = 32
)

// Object is a JSON object whose members are not read yet.
type Object map[string]json.RawMessage

// Fenced returns the text between the first ```json and the next three
// backticks, without outer white space. The tag is in lower case and follows
// the backticks at once; a fence that is not closed does not count (rule 4a of
// the authors' code).
func Fenced(text string) (string, bool) {
	_, rest, ok := strings.Cut(text, "```json")
	if !ok {
		return "", false
	}
	body, _, ok := strings.Cut(rest, "```")
	return strings.TrimSpace(body), ok
}

// Braced returns the text from the first opening brace to the first closing
// brace behind it, whatever stands between (rule 4b of the authors' code).
func Braced(text string) (string, bool) {
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return "", false
	}
	end := strings.IndexByte(text[start:], '}')
	if end < 0 {
		return "", false
	}
	return text[start : start+end+1], true
}

// Parse reads text as a JSON object, repairing it where it is damaged. Of
// members with the same name the last one counts.
func Parse(text string) (Object, error) {
	left := maxRepair
	return parse(text, &left)
}

// parse is Parse; left is how many bytes may be repaired, and is lowered by
// those that are.
func parse(text string, left *int) (Object, error) {
	data := []byte(text)
	if !json.Valid(data) {
		repaired, err := repair(text, left)
		if err != nil {
			return nil, fmt.Errorf("its JSON cannot be repaired: %w", err)
		}
		data = []byte(repaired)
	}
	var obj Object
	if err := json.Unmarshal(data, &obj); err != nil || obj == nil {
		return nil, ErrNotObject
	}
	return obj, nil
}

// Find returns the first JSON object in text that has the key, wherever it
// stands: in a fence with any tag, bare, behind other braces, or cut off at
// the end. It tries the first [maxDepth] braces.
func Find(text, key string) (Object, error) {
	err, left := ErrNoJSON, maxRepair
	for n := 0; n < maxDepth; n++ {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			return nil, err
		}
		end := balanced(text[start:])
		obj, perr := parse(text[start:start+end], &left)
		if perr == nil {
			if _, ok := obj[key]; ok {
				return obj, nil
			}
			perr = fmt.Errorf("its JSON object has no member %q", key)
		}
		err = perr
		text = text[start+1:]
	}
	return nil, err
}

// balanced returns the length of the text up to the brace that closes its
// first one, braces in strings apart, or of the whole text where none does.
func balanced(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '{':
			depth++
		case !quoted && c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// repair returns text as valid JSON. A text that breaks off inside a string is
// tried with the string closed as well.
func repair(text string, left *int) (repaired string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the repair gave up: %v", r)
		}
	}()
	if len(text) > *left {
		return "", fmt.Errorf("with its %d bytes it goes beyond the %d that are tried of a reply", len(text), maxRepair)
	}
	if deep(text) {
		return "", fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	*left -= len(text)
	repaired, err = jsonrepair.Repair(text)
	if err != nil {
		if closed, cerr := jsonrepair.Repair(text + `"`); cerr == nil {
			return closed, nil
		}
	}
	return repaired, err
}

// deep reports whether brackets, those in strings included, nest deeper than
// maxDepth.
func deep(text string) bool {
	depth := 0
	for _, c := range []byte(text) {
		switch c {
		case '{', '[':
			if depth++; depth > maxDepth {
				return true
			}
		case '}', ']':
			depth = max(depth-1, 0)
		}
	}
	return false
}

// Strings reads raw as an array of strings. Elements that are no strings are
// left out. A single string counts as an array of one, and the values of an
// object as an array in their order; ok is false for anything else.
func Strings(raw json.RawMessage) (list []string, ok bool) {
	if one, ok := String(raw); ok {
		return []string{one}, true
	}
	elements, ok := Array(raw)
	if !ok {
		return values(raw)
	}
	for _, e := range elements {
		if s, ok := String(e); ok {
			list = append(list, s)
		}
	}
	return list, true
}

// values returns the values of an object that are strings, in order.
func values(raw json.RawMessage) (list []string, ok bool) {
	if !json.Valid(raw) { // else the decoder would not miss the end
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for dec.More() {
		var value json.RawMessage
		if _, err := dec.Token(); err != nil || dec.Decode(&value) != nil {
			return nil, false
		}
		if s, ok := String(value); ok {
			list = append(list, s)
		}
	}
	return list, true
}

// Array reads raw as an array.
func Array(raw json.RawMessage) (elements []json.RawMessage, ok bool) {
	return elements, json.Unmarshal(raw, &elements) == nil && elements != nil
}

// String reads raw as a string.
func String(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// Pairs reads raw as an array of arrays of two elements. Everything in it that
// is no such pair is left out; ok is false if raw is no array.
func Pairs(raw json.RawMessage) (pairs [][2]json.RawMessage, ok bool) {
	elements, ok := Array(raw)
	for _, e := range elements {
		if p, ok := Array(e); ok && len(p) == 2 {
			pairs = append(pairs, [2]json.RawMessage{p[0], p[1]})
		}
	}
	return pairs, ok
}
