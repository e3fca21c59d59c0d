package reply

import (
	"encoding/json"
	"strings"
)

// HasYes reports whether the letters yes occur in text, in any case: what the
// authors' code takes for a yes, in "No, but its eyes are shown" too.
func HasYes(text string) bool {
	return strings.Contains(strings.ToLower(text), "yes")
}

// YesNo returns the first of the words yes, no, true and false in text, in any
// case and whatever marks stand around it. known is false if there is none.
func YesNo(text string) (yes, known bool) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), notLetter) {
		switch word {
		case "yes", "true":
			return true, true
		case "no", "false":
			return false, true
		}
	}
	return false, false
}

// YesNoValue reads a JSON value as yes or no: a boolean, or a string as
// [YesNo] reads it.
func YesNoValue(raw json.RawMessage) (yes, known bool) {
	if s, ok := String(raw); ok {
		return YesNo(s)
	}
	switch string(raw) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }
