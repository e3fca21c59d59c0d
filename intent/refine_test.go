package intent_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

var (
	boats = imagescope.Intent{Descriptions: []string{"Two red boats at sunset."}}

	boatProps = []imagescope.Proposition{
		{Statement: "There are two boats.", Question: "Are there two boats?", Want: true},
		{Question: "Are the boats red?", Want: true},
		{Question: "Is there a house?", Want: false},
	}
	boatsFound = []imagescope.Candidate{
		{Image: imagescope.Image{Caption: "Two white boats\nat sunset."}, Answers: []imagescope.Answer{{Yes: true}, {}, {}}},
		{Image: imagescope.Image{}, Answers: []imagescope.Answer{{Yes: true}, {}, {Yes: true}}},
	}
)

// refined is what a model that says text makes of the boats, and what it was
// asked.
func refined(t *testing.T, text string, q imagescope.Query, found []imagescope.Candidate) (r imagescope.Refinement, asked imagescope.Request, err error) {
	t.Helper()
	model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		asked = req
		return imagescope.Response{Text: text}, nil
	})
	r, err = intent.New(model, nil).Refine(t.Context(), q, boats, boatProps, found)
	return r, asked, err
}

func TestRefinePrompt(t *testing.T) {
	_, asked, _ := refined(t, "", imagescope.Text("two red boats at sunset"), boatsFound)
	golden(t, "refine.txt", asked.Prompt)
	if asked.Task != imagescope.TaskRefine {
		t.Errorf("the task is %q", asked.Task)
	}
	hostile := imagescope.Change(imagescope.Image{Caption: injection}, injection)
	_, asked, _ = refined(t, "", hostile, []imagescope.Candidate{{Image: imagescope.Image{Caption: injection}}})
	golden(t, "refine-hostile.txt", asked.Prompt)
}

func TestRefine(t *testing.T) {
	one := []string{"Red boats at sunset."}
	tests := []struct {
		name, reply string
		want        imagescope.Refinement
	}{
		{"fenced", "The boats are not red.\n```json\n{\"unmet\": 2, \"descriptions\": [\"Red boats at sunset.\"]}\n```", imagescope.Refinement{Unmet: "Are the boats red?", Descriptions: one}},
		{"bare", `{"unmet": 1, "descriptions": ["Red boats at sunset."]}`, imagescope.Refinement{Unmet: "There are two boats.", Descriptions: one}},
		{"a number as text", `{"unmet": "2.", "descriptions": "Red boats at sunset."}`, imagescope.Refinement{Unmet: "Are the boats red?", Descriptions: one}},
		{"in words", `{"unmet": "The boats are\nred.", "descriptions": ["Red boats at sunset."]}`, imagescope.Refinement{Unmet: "The boats are red.", Descriptions: one}},
		{"no such requirement", `{"unmet": 9, "descriptions": ["Red boats at sunset."]}`, imagescope.Refinement{Descriptions: one}},
		{"another shape", `{"unmet": [2], "descriptions": ["Red boats at sunset.", 3, ""]}`, imagescope.Refinement{Descriptions: one}},
		{"cut off", `{"unmet": 2, "descriptions": ["Red boats at sunset.`, imagescope.Refinement{Unmet: "Are the boats red?", Descriptions: one}},
		{"too many", `{"descriptions": ["a", "b", "c", "d"]}`, imagescope.Refinement{Descriptions: []string{"a", "b", "c"}}},
	}
	for _, tt := range tests {
		got, _, err := refined(t, tt.reply, imagescope.Text("two red boats at sunset"), boatsFound)
		if err != nil {
			t.Errorf("%s: Refine: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: Refine: want is -, got is +\n%s", tt.name, d)
		}
	}
	for _, reply := range []string{"", "They are all fine.", `{"unmet": 2}`, `{"unmet": 2, "descriptions": []}`, `{"descriptions": 7}`, strings.Repeat("{", 1<<20)} {
		var re *imagescope.ReplyError
		if got, _, err := refined(t, reply, imagescope.Text("two red boats"), boatsFound); !errors.As(err, &re) || re.Task != imagescope.TaskRefine {
			t.Errorf("Refine of %.40q = %v, %v, want a ReplyError", reply, got, err)
		}
	}
}

func TestRulesRefine(t *testing.T) {
	got, err := intent.Rules{}.Refine(t.Context(), imagescope.Query{}, boats, boatProps, boatsFound)
	want := imagescope.Refinement{Unmet: "Are the boats red?", Descriptions: []string{"Are the boats red?", "Two red boats at sunset."}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("Refine: error %v; want is -, got is +\n%s", err, d)
	}
	// Only what should not be there is wrong.
	got, err = intent.Rules{}.Refine(t.Context(), imagescope.Query{}, boats, boatProps[2:], []imagescope.Candidate{{Answers: []imagescope.Answer{{Yes: true}}}})
	if len(got.Descriptions) > 0 || err != nil {
		t.Errorf("Refine = %v, %v, want nothing", got, err)
	}
}

func FuzzRefine(f *testing.F) {
	for _, seed := range []string{`{"unmet": 2, "descriptions": ["a"]}`, "```json\n{\"descriptions\": {\"a\": \"b\"}}\n```", `{"unmet": 1e9, "descriptions": "\n`, "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		got, _, err := refined(t, reply, imagescope.Text("two red boats"), boatsFound)
		if (err == nil) == (len(got.Descriptions) == 0) || len(got.Descriptions) > 3 || len(got.Unmet) > 1<<10 {
			t.Errorf("Refine = %v, %v", got, err)
		}
		for _, d := range got.Descriptions {
			if d == "" || len(d) > 1<<10 || strings.ContainsAny(d, "\n\r") {
				t.Errorf("Refine describes %q", d)
			}
		}
	})
}
