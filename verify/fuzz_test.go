package verify_test

import (
	"errors"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

func FuzzPropose(f *testing.F) {
	for _, reply := range []string{
		fence(`{"step1": ["a"], "step2": [["a?", "True"]]}`), fence(`{"step2": {"a?": "False"}}`),
		fence(`{"step2": [["a?", true], "ab", ["a?"], [["b"]]`), `{"step2": [['a?' "no"`, "prose", "", "```json\xff```",
	} {
		f.Add(reply, true)
		f.Add(reply, false)
	}
	f.Fuzz(func(t *testing.T, reply string, lenient bool) {
		props, err := verify.New(says(reply), &verify.Options{Lenient: lenient}).Propose(t.Context(), query, wanted)
		var re *imagescope.ReplyError
		if err != nil && (!errors.As(err, &re) || props != nil) {
			t.Errorf("Propose = %v, %v", props, err)
		}
		if len(props) > 32 {
			t.Errorf("Propose took %d propositions", len(props))
		}
		for _, p := range props {
			if len(p.Question) > 1<<10 {
				t.Errorf("Propose took a question of %d bytes", len(p.Question))
			}
		}
	})
}

// FuzzVerify gives one reply to all that is asked: each candidate then has an
// answer to each question, and none moves.
func FuzzVerify(f *testing.F) {
	for _, reply := range []string{
		`{"1": "yes", "2": "no", "3": true}`, "```json\n{\"1\": {}}\n```", `{"1": "y`, `{1: yes`, "No. Yes.", "", "\xff",
	} {
		f.Add(reply, true, true)
		f.Add(reply, false, false)
	}
	f.Fuzz(func(t *testing.T, reply string, together, lenient bool) {
		form := verify.Single
		if together {
			form = verify.Together
		}
		got, err := verify.New(says(reply), &verify.Options{Form: form, Lenient: lenient}).Verify(t.Context(), props, scenes("", "", ""), 2)
		if err != nil || len(got) != 3 || got[0].Image.ID != "0" || got[2].Answers != nil {
			t.Fatalf("Verify = %v, %v", outcome(got), err)
		}
		for _, c := range got[:2] {
			if len(c.Answers) != len(props) || c.Satisfied < 0 || c.Satisfied > len(props) {
				t.Errorf("Verify gave %d answers, %d satisfied", len(c.Answers), c.Satisfied)
			}
		}
	})
}
