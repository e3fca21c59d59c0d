package intent_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

// says returns a model that always gives the same reply.
func says(text string) imagescope.Reasoner {
	return imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: text}, nil
	})
}

// dress is a composed query, and two that start from less.
var (
	dress   = imagescope.Change(imagescope.Image{ID: "7", Caption: " a red dress "}, "make it blue")
	bedroom = imagescope.Text("a bedroom")
	posters = imagescope.Query{Text: "with posters", Carried: "a bedroom"}
)

func TestInterpretReads(t *testing.T) {
	blue := imagescope.Intent{
		Edits:        []imagescope.Edit{{Kind: imagescope.Modification, Text: "Make it blue."}},
		Descriptions: []string{"A blue dress.", "A blue dress with lace."},
	}
	const object = `{"step1": [["Modification", "Make it blue."]], "step2": ["A blue dress.", "A blue dress with lace."]}`
	tests := []struct {
		name, reply string
		lenient     bool
		want        imagescope.Intent
	}{
		{name: "fence among prose", reply: "The colour changes.\n```json\n" + object + "\n```\nThat is all.", want: blue},
		{name: "bare object", reply: "Here it is: " + object + " as asked.", want: blue},
		{name: "fence not closed, object whole", reply: "```json\n" + object, want: blue},
		{name: "Windows line ends", reply: "```json\r\n" + strings.ReplaceAll(object, ", ", ",\r\n") + "\r\n```", want: blue},
		{name: "trailing commas", reply: "```json\n" + strings.NewReplacer(`]]`, `],]`, `lace."]`, `lace.",],`).Replace(object) + "\n```", want: blue},
		{name: "missing comma", reply: "```json\n" + strings.Replace(object, `.", "`, `." "`, 1) + "\n```", want: blue},
		{name: "single quotes", reply: "```json\n" + strings.ReplaceAll(object, `"`, `'`) + "\n```", want: blue},
		{name: "cut off in a fence", reply: "```json\n" + strings.TrimSuffix(object, `"]}`) + "\n```", want: blue},
		{name: "cut off without a fence", lenient: true, reply: strings.TrimSuffix(object, `"]}`), want: blue},
		{name: "fence with another tag", lenient: true, reply: "```JSON5\n" + object + "\n```", want: blue},
		{name: "object nested in another", lenient: true, reply: `{"result": ` + object + `}`, want: blue},
		{name: "braces before the object", lenient: true, reply: `I fill in {step1} and {step2}: ` + object, want: blue},
		{
			name: "last of two members", reply: "```json\n" + `{"step2": ["old"], "step2": ["new"]}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"new"}},
		},
		{
			name: "what is no pair of strings is no edit", reply: "```json\n" +
				`{"step1": ["ab", ["Addition"], ["Addition", "x", "y"], {"a": 1, "b": 2}, ["Addition", 5], null, ["Odd kind", "x"]], "step2": ["d"]}` + "\n```",
			want: imagescope.Intent{Edits: []imagescope.Edit{{Kind: "Odd kind", Text: "x"}}, Descriptions: []string{"d"}},
		},
		{
			name: "edits of another shape", reply: "```json\n" + `{"step1": {"a": "b"}, "step2": ["d"]}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"d"}},
		},
		{
			name: "what is no string is no description", reply: "```json\n" + `{"step2": ["d", 1, null, ["e"], ""]}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"d", ""}},
		},
		{
			name: "descriptions as a string", reply: "```json\n" + `{"step2": "a blue dress"}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"a blue dress"}},
		},
		{
			name: "descriptions as an object", reply: "```json\n" + `{"step2": {"full": "b", "core": "a"}}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"b", "a"}},
		},
		{
			name: "not ASCII", reply: "```json\n" + `{"step2": ["ein kühles \u6e05\u9152 🍶"]}` + "\n```",
			want: imagescope.Intent{Descriptions: []string{"ein kühles 清酒 🍶"}},
		},
	}
	for _, tt := range tests {
		got, err := intent.New(says(tt.reply), &intent.Options{Lenient: tt.lenient}).Interpret(t.Context(), dress)
		if err != nil {
			t.Errorf("%s: Interpret: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: Interpret: want is -, got is +\n%s", tt.name, d)
		}
	}
}

func TestInterpretFallsBack(t *testing.T) {
	whole := []imagescope.Edit{{Kind: imagescope.Modification, Text: "make it blue"}}
	fence := func(s string) string { return "```json\n" + s + "\n```" }
	nothing := "I am sorry, I cannot help with that."
	uncaptioned := imagescope.Change(imagescope.Image{ID: "7"}, "make it blue")
	tests := []struct {
		name  string
		query imagescope.Query
		reply string
		want  imagescope.Intent
		says  string
	}{
		{"prose", dress, nothing, imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}}, "no JSON"},
		{"prose, reference without caption", uncaptioned, nothing, imagescope.Intent{Edits: whole, Descriptions: []string{"make it blue"}}, "no JSON"},
		{
			"prose, no reference", bedroom, nothing,
			imagescope.Intent{Edits: []imagescope.Edit{{Kind: imagescope.Modification, Text: "a bedroom"}}, Descriptions: []string{"a bedroom"}}, "no JSON",
		},
		{
			"prose in a conversation", posters, nothing,
			imagescope.Intent{Edits: []imagescope.Edit{{Kind: imagescope.Modification, Text: "with posters"}}, Descriptions: []string{"a bedroom", "with posters"}}, "no JSON",
		},
		{"array", dress, fence(`["step2"]`), imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}}, "not an object"},
		{"half a bare object", dress, `{"step1": [["Mod`, imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}}, "no JSON"},
		{"empty reply", dress, "", imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}}, "reply is empty"},
		{"blank reply", dress, " \n\t", imagescope.Intent{Edits: whole, Descriptions: []string{" a red dress "}}, "reply is empty"},
		{
			"no descriptions", dress, fence(`{"step1": [["Addition", "x"]]}`),
			imagescope.Intent{Edits: []imagescope.Edit{{Kind: imagescope.Addition, Text: "x"}}, Descriptions: []string{" a red dress "}}, "no descriptions",
		},
		{"empty descriptions", dress, fence(`{"step2": []}`), imagescope.Intent{Descriptions: []string{" a red dress "}}, "no descriptions"},
		{"descriptions are an empty text", dress, fence(`{"step2": ""}`), imagescope.Intent{Descriptions: []string{" a red dress "}}, "no descriptions"},
		{"descriptions are a number", dress, fence(`{"step2": 7}`), imagescope.Intent{Descriptions: []string{" a red dress "}}, "no descriptions"},
		{"descriptions are numbers", dress, fence(`{"step2": [7]}`), imagescope.Intent{Descriptions: []string{" a red dress "}}, "no descriptions"},
	}
	for _, tt := range tests {
		tt.want.Fallback = true
		for _, lenient := range []bool{false, true} {
			got, err := intent.New(says(tt.reply), &intent.Options{Lenient: lenient}).Interpret(t.Context(), tt.query)
			var re *imagescope.ReplyError
			if !errors.As(err, &re) || re.Task != imagescope.TaskInterpret || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: Interpret: error %v, want a ReplyError that says %q", tt.name, err, tt.says)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("%s: Interpret: want is -, got is +\n%s", tt.name, d)
			}
		}
	}
}

func TestInterpretBoundsTheReply(t *testing.T) {
	var b strings.Builder
	b.WriteString("```json\n{\"step1\": [")
	for range 1000 {
		b.WriteString(`["Addition", "a"],`)
	}
	b.WriteString(`["Addition", "a"]], "step2": [`)
	for range 1000 {
		b.WriteString(`"b",`)
	}
	b.WriteString(`"` + strings.Repeat("é", 8<<10) + "\"]}\n```")
	got, err := intent.New(says(b.String()), nil).Interpret(t.Context(), dress)
	if err != nil {
		t.Fatal(err)
	}
	if e, d := len(got.Edits), len(got.Descriptions); e > 100 || d > 100 {
		t.Errorf("Interpret took %d edits and %d descriptions from a reply", e, d)
	}
	long := "```json\n{\"step2\": [\"" + strings.Repeat("é", 8<<10) + "\"]}\n```"
	if got, err = intent.New(says(long), nil).Interpret(t.Context(), dress); err != nil {
		t.Fatal(err)
	}
	if n := len(got.Descriptions[0]); n > 8<<10 || !strings.HasSuffix(got.Descriptions[0], "é") {
		t.Errorf("Interpret took a description of %d bytes", n)
	}
}

func TestInterpretTellsOfTruncation(t *testing.T) {
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: "Let me think about", Truncated: true}, nil
	})
	_, err := intent.New(model, nil).Interpret(t.Context(), dress)
	if err == nil || !strings.Contains(err.Error(), "token limit") {
		t.Errorf("Interpret of a reply that was cut off: error %v", err)
	}
}

func TestInterpretFailedCall(t *testing.T) {
	down := errors.New("connection refused")
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		return imagescope.Response{Text: `{"step2":["x"]}`}, down
	})
	got, err := intent.New(model, nil).Interpret(t.Context(), dress)
	if !errors.Is(err, down) || len(got.Descriptions) > 0 {
		t.Errorf("Interpret with a failing model = %v, %v; want no intent and %v", got, err, down)
	}
	if _, err := intent.New(nil, nil).Interpret(t.Context(), dress); err == nil || !strings.Contains(err.Error(), "Reasoner is nil") {
		t.Errorf("Interpret without a model: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := intent.New(says("{}"), nil).Interpret(ctx, dress); !errors.Is(err, context.Canceled) {
		t.Errorf("Interpret with a cancelled context: error %v", err)
	}
}

func TestInterpretAsks(t *testing.T) {
	custom := template.Must(template.New("mine").Parse("{{.Reference}}|{{.Instruction}}"))
	tests := []struct {
		name  string
		query imagescope.Query
		opts  intent.Options
		want  imagescope.Request
	}{
		{
			"custom prompt", dress, intent.Options{Prompt: custom, MaxTokens: 99},
			imagescope.Request{Task: imagescope.TaskInterpret, Prompt: "a red dress|make it blue", MaxTokens: 99},
		},
		{
			"blank reference", bedroom, intent.Options{Prompt: custom},
			imagescope.Request{Task: imagescope.TaskInterpret, Prompt: intent.Blank + "|a bedroom", MaxTokens: imagescope.DefaultMaxTokens},
		},
		{
			"a turn of a conversation", posters, intent.Options{Dialogue: custom},
			imagescope.Request{Task: imagescope.TaskInterpret, Prompt: "a bedroom|with posters", MaxTokens: imagescope.DefaultMaxTokens},
		},
		{
			"a reference goes before what is carried",
			imagescope.Query{Text: "blue", Carried: "a bedroom", Reference: &imagescope.Image{Caption: "a dress"}},
			intent.Options{Prompt: custom},
			imagescope.Request{Task: imagescope.TaskInterpret, Prompt: "a dress|blue", MaxTokens: imagescope.DefaultMaxTokens},
		},
	}
	for _, tt := range tests {
		var got []imagescope.Request
		model := imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
			got = append(got, req)
			return imagescope.Response{Text: `{"step2":["x"]}`}, nil
		})
		if _, err := intent.New(model, &tt.opts).Interpret(t.Context(), tt.query); err != nil {
			t.Errorf("%s: Interpret: %v", tt.name, err)
		}
		if d := cmp.Diff([]imagescope.Request{tt.want}, got); d != "" {
			t.Errorf("%s: requests: want is -, got is +\n%s", tt.name, d)
		}
	}
}

func TestInterpretPromptFails(t *testing.T) {
	broken := template.Must(template.New("broken").Parse("{{.Caption}}"))
	asked := false
	model := imagescope.ReasonerFunc(func(context.Context, imagescope.Request) (imagescope.Response, error) {
		asked = true
		return imagescope.Response{Text: "{}"}, nil
	})
	got, err := intent.New(model, &intent.Options{Prompt: broken}).Interpret(t.Context(), dress)
	if err == nil || !strings.Contains(err.Error(), "broken") || !strings.Contains(err.Error(), "Caption") {
		t.Errorf("Interpret: error %v, want one that names the prompt and the field", err)
	}
	if asked || len(got.Descriptions) > 0 {
		t.Errorf("Interpret asked the model: %v, and returned %v", asked, got)
	}
}
