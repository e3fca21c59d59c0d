package intent_test

import (
	"errors"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

// FuzzInterpret has the interpreter read any reply: whatever it says, there is
// something to search for, and an unusable reply is told as such.
func FuzzInterpret(f *testing.F) {
	for _, reply := range []string{
		"```json\n{\"step1\": [[\"Addition\", \"x\"]], \"step2\": [\"a\"]}\n```",
		`{"step1": {"a": ["b"]}, "step2": {"a": "b"}}`,
		"```json\n{'step2': ['a' 'b',]", `{"step2": [[[[[[`, "prose", "", "\xff\xfe{\"step2\":[\"\xff\"]}",
	} {
		f.Add(reply, true, false)
		f.Add(reply, false, false)
	}
	for _, reply := range []string{
		"```json\n{\"step1\": [[\"Addition\", \"x\"]], \"step2\": [\"a\"], \"step3\": [[\"s\", \"q?\", \"True\"], [\"q?\", false]]}\n```",
		`{"step3": [["q?", "yes"]]}`, `{"step2": ["a"], "step3": {"a": [["q?", "True"]]}}`, `{"step3": [[[[["q", "True"`, `{"step2":["a"],"step3":[["s","q?","Tr`,
	} {
		f.Add(reply, false, true)
	}
	f.Fuzz(func(t *testing.T, reply string, lenient, oneCall bool) {
		got, err := intent.New(says(reply), &intent.Options{Lenient: lenient, OneCall: oneCall}).Interpret(t.Context(), dress)
		if n := len(got.Descriptions); n == 0 || n > 32 || len(got.Edits) > 64 {
			t.Errorf("Interpret: %d descriptions, %d edits", n, len(got.Edits))
		}
		if n := len(got.Propositions); n > 32 || n > 0 && !oneCall || n == 0 && oneCall && err == nil {
			t.Errorf("Interpret: %d propositions with OneCall %v, error %v", n, oneCall, err)
		}
		if got.Fallback && err == nil {
			t.Error("Interpret: a fallback without an error")
		}
		var re *imagescope.ReplyError
		if err != nil && !errors.As(err, &re) {
			t.Errorf("Interpret: error %v is no ReplyError", err)
		}
	})
}
