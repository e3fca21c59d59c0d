package intent_test

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// TestOneCallReads holds what becomes of a reply that has all, and of those
// that have a part of it: what is usable is used, and the rest is told.
func TestOneCallReads(t *testing.T) {
	edits := []imagescope.Edit{{Kind: imagescope.Modification, Text: "Make it blue."}, {Kind: imagescope.Removal, Text: "No lace."}}
	whole := []imagescope.Edit{{Kind: imagescope.Modification, Text: "make it blue"}}
	props := []imagescope.Proposition{
		{Statement: "The dress is blue.", Question: "Is the dress blue?", Want: true},
		{Statement: "There is no lace.", Question: "Is there lace?"},
	}
	const (
		step1 = `"step1": [["Modification", "Make it blue."], ["Removal", "No lace."]]`
		step2 = `"step2": ["A blue dress."]`
		step3 = `"step3": [["The dress is blue.", "Is the dress blue?", "True"], ["There is no lace.", "Is there lace?", "False"]]`
		all   = "{" + step1 + ", " + step2 + ", " + step3 + "}"
	)
	good := imagescope.Intent{Edits: edits, Descriptions: []string{"A blue dress."}, Propositions: props}
	withProps := func(ps ...imagescope.Proposition) imagescope.Intent {
		return imagescope.Intent{Descriptions: []string{"A blue dress."}, Propositions: ps}
	}
	asked := imagescope.Proposition{Question: "Is it blue?", Want: true}
	tests := []struct {
		name, reply string
		want        imagescope.Intent
		says        []string // what the error names; no error where empty
	}{
		{name: "fenced", reply: "The colour changes.\n```json\n" + all + "\n```\nThat is all.", want: good},
		{name: "bare", reply: "Here: " + all + " as asked.", want: good},
		{name: "another fence", reply: "```\n" + all + "\n```", want: good},
		{name: "nested, behind braces", reply: `{thinking} {"result": ` + all + `}`, want: good},
		{name: "trailing commas", reply: "```json\n" + strings.ReplaceAll(all, "]", ",]") + "\n```", want: good},
		{
			name: "pairs, and other words for yes", reply: `{` + step2 + `, "step3": [["Is it blue?", true], ["Is it blue?", "Yes."], ["Is it red?", "no"]]}`,
			want: withProps(asked, asked, imagescope.Proposition{Question: "Is it red?"}),
		},
		{
			name:  "what is no proposition is left out",
			reply: `{` + step2 + `, "step3": [7, null, "Is it?", [], ["Is it?"], ["", "Is it?", "perhaps"], [1, 2, "True"], ["s", " ", "True"], ["a", "b", "c", "True"], {"q": "True"}, [["s"], "Is it blue?", "True"]]}`,
			want:  withProps(asked),
		},
		{
			name: "cut off in the propositions", reply: "```json\n" + strings.TrimSuffix(all, `, ["There is no lace.", "Is there lace?", "False"]]}`),
			want: imagescope.Intent{Edits: edits, Descriptions: []string{"A blue dress."}, Propositions: props[:1]},
		},
		{name: "no propositions", reply: "{" + step1 + ", " + step2 + "}", want: imagescope.Intent{Edits: edits, Descriptions: []string{"A blue dress."}}, says: []string{`"step3"`}},
		{name: "propositions of another shape", reply: "{" + step2 + `, "step3": {"a": ["Is it?", "True"]}}`, want: withProps(), says: []string{`"step3"`}},
		{name: "propositions are a text", reply: "{" + step2 + `, "step3": "Is it blue?"}`, want: withProps(), says: []string{`"step3"`}},
		{
			name: "no descriptions", reply: "{" + step1 + ", " + step3 + "}",
			want: imagescope.Intent{Edits: edits, Descriptions: []string{" a red dress "}, Propositions: props, Fallback: true}, says: []string{`"step2"`},
		},
		{
			name: "propositions alone", reply: "{" + step3 + "}",
			want: imagescope.Intent{Descriptions: []string{" a red dress "}, Propositions: props, Fallback: true}, says: []string{`"step2"`},
		},
		{
			name: "edits alone", reply: "```json\n{" + step1 + "}\n```",
			want: imagescope.Intent{Edits: edits, Descriptions: []string{" a red dress "}, Fallback: true}, says: []string{`"step2"`, `"step3"`},
		},
		{name: "prose", reply: "I cannot help.", want: imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}, Fallback: true}, says: []string{"no JSON"}},
		{name: "nothing", reply: "", want: imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}, Fallback: true}, says: []string{"empty"}},
	}
	for _, tt := range tests {
		got, err := intent.New(says(tt.reply), &intent.Options{OneCall: true}).Interpret(t.Context(), dress)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: Interpret: want is -, got is +\n%s", tt.name, d)
		}
		var re *imagescope.ReplyError
		if (err != nil) != (len(tt.says) > 0) || err != nil && !errors.As(err, &re) {
			t.Errorf("%s: Interpret: error %v, want one that says %q", tt.name, err, tt.says)
		}
		for _, say := range tt.says {
			if err != nil && !strings.Contains(err.Error(), say) {
				t.Errorf("%s: Interpret: error %v does not say %s", tt.name, err, say)
			}
		}
	}
}

func TestOneCallBoundsTheReply(t *testing.T) {
	long := strings.Repeat("a", 2<<10)
	reply := `{"step2": ["d"], "step3": [["s", "` + long + `", "True"]` + strings.Repeat(`, ["`+long+`", "Is it?", "True"]`, 100) + `]}`
	got, err := intent.New(says(reply), &intent.Options{OneCall: true}).Interpret(t.Context(), dress)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Propositions); n != 32 {
		t.Errorf("%d of 101 propositions are taken, want 32", n)
	}
	for _, p := range got.Propositions {
		if p.Question != "Is it?" || len(p.Statement) > 1<<10 {
			t.Fatalf("taken: a statement of %d bytes, a question of %d", len(p.Statement), len(p.Question))
		}
	}
}

// TestShowReference tells when the model is shown the reference, and when it
// is told its caption.
func TestShowReference(t *testing.T) {
	picture := imagescope.Pixels("7", image.NewGray(image.Rect(0, 0, 4, 4)))
	captioned := picture
	captioned.Caption = "a red dress"
	broken := imagescope.Bytes("7", []byte("no picture"))
	broken.Caption = "a red dress"
	tests := []struct {
		name  string
		query imagescope.Query
		hide  bool
		shows []int    // how many images each request has
		tells []string // what each says of the reference
	}{
		{name: "picture", query: imagescope.Change(picture, "bluer"), shows: []int{1}, tells: []string{intent.Shown}},
		{name: "picture with caption", query: imagescope.Change(captioned, "bluer"), shows: []int{1}, tells: []string{intent.Shown}},
		{name: "not asked for", query: imagescope.Change(captioned, "bluer"), hide: true, shows: []int{0}, tells: []string{"a red dress"}},
		{name: "no bytes", query: dress, shows: []int{0}, tells: []string{"a red dress"}},
		{name: "unreadable", query: imagescope.Change(broken, "bluer"), shows: []int{1, 0}, tells: []string{intent.Shown, "a red dress"}},
		{name: "no reference", query: bedroom, shows: []int{0}, tells: []string{intent.Blank}},
	}
	for _, tt := range tests {
		var shows []int
		var tells []string
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			shows = append(shows, len(req.Images))
			_, told, _ := strings.Cut(req.Prompt[strings.LastIndex(req.Prompt, "Reference image:"):], ": ")
			told, _, _ = strings.Cut(told, "\n")
			tells = append(tells, told)
			for _, img := range req.Images {
				if _, err := img.JPEG(req.MaxSide); err != nil {
					return imagescope.Response{}, err
				}
			}
			return imagescope.Response{Text: `{"step2": ["d"]}`}, nil
		})
		_, err := intent.New(model, &intent.Options{ShowReference: !tt.hide}).Interpret(t.Context(), tt.query)
		if err != nil {
			t.Errorf("%s: Interpret: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.shows, shows) + cmp.Diff(tt.tells, tells); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestOneCallFinds searches a world of drawn pictures with a model that answers
// by what is true of them: with one call the same pictures come first, nobody
// is asked for propositions, and every stage does its work.
func TestOneCallFinds(t *testing.T) {
	world := modeltest.NewWorld(2, 24)
	var orders [2][]string
	for k, opts := range []intent.Options{{}, {OneCall: true, ShowReference: true}} {
		model := modeltest.New(world, nil)
		p, err := imagescope.New(imagescope.Config{
			Images: world.FS(), Embedder: embed.Words{}, Index: new(index.Flat), Strict: true,
			Intent: intent.New(model, &opts), Verify: verify.New(model, nil),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), world.Images()...); err != nil {
			t.Fatal(err)
		}
		first := 0
		for _, q := range world.Queries() {
			r, err := p.Search(t.Context(), q.Query)
			if err != nil {
				t.Fatal(err)
			}
			orders[k] = append(orders[k], r.IDs()[0])
			if r.IDs()[0] == q.Target {
				first++
			}
		}
		asked := model.Stats().Requests
		t.Logf("OneCall %v: %d of %d first; calls %v", opts.OneCall, first, len(world.Queries()), asked)
		if n := asked[imagescope.TaskPropose]; (n == 0) != opts.OneCall {
			t.Errorf("OneCall %v: propositions were asked for %d times", opts.OneCall, n)
		}
	}
	if d := cmp.Diff(orders[0], orders[1]); d != "" {
		t.Errorf("first of each search: without OneCall is -, with it +\n%s", d)
	}
}
