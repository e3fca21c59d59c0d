package intent_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

// TestRules reads testdata/rules.txt, where every instruction stands above
// what is made of it. "find" is a description, "change" one to the reference
// above, "say" a turn of the conversation that begins after an empty line.
// With -update what is indented is written anew.
func TestRules(t *testing.T) {
	const file = "testdata/rules.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := interpreted(t, string(data))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(strings.Split(string(data), "\n"), strings.Split(got, "\n")); d != "" && !*update {
		t.Errorf("%s: want is -, got is +\n%s", file, d)
	}
}

// interpreted returns the file with the interpretations below the
// instructions.
func interpreted(t *testing.T, file string) string {
	var out strings.Builder
	var reference, carried string
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, " ") {
			continue
		}
		out.WriteString(line)
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var q imagescope.Query
		switch name {
		case "":
			reference, carried = "", ""
			continue
		case "reference":
			reference = value
			continue
		case "find":
			q = imagescope.Text(value)
		case "change":
			q = imagescope.Change(imagescope.Image{ID: "1", Caption: reference}, value)
		case "say":
			q = imagescope.Query{Text: value, Carried: carried}
		default:
			continue // a heading
		}
		in, err := intent.Rules{}.Interpret(t.Context(), q)
		if err != nil {
			t.Fatalf("Interpret(%q): %v", value, err)
		}
		carried = in.Descriptions[0]
		for _, e := range in.Edits {
			fmt.Fprintf(&out, "  %s: %s\n", e.Kind, e.Text)
		}
		for _, d := range in.Descriptions {
			fmt.Fprintf(&out, "  - %s\n", d)
		}
	}
	return out.String()
}

func TestRulesCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (intent.Rules{}).Interpret(ctx, imagescope.Text("a dog")); !errors.Is(err, context.Canceled) {
		t.Errorf("Interpret with a done context: error %v, want %v", err, context.Canceled)
	}
}

// FuzzRules has the rules read any text about any caption: there is always
// something to search for, and as much of it as came in, about.
func FuzzRules(f *testing.F) {
	for _, s := range []string{
		"make it night and the car blue", "remove the dog, the cat and", "is there a dog? no, just a cat", "what colour is it? red",
		"instead of instead of with and and, , no no", "2 more two dozen lots of of", "🚗🌙 \xff\xfe", "", "?", "a? b? c? no", "replace with", "the the the",
	} {
		f.Add(s, "A red car on a city street by day.")
		f.Add("make it blue and add two dogs", s)
	}
	f.Fuzz(func(t *testing.T, text, known string) {
		for _, q := range []imagescope.Query{
			imagescope.Text(text), imagescope.Change(imagescope.Image{ID: "1", Caption: known}, text), {Text: text, Carried: known},
		} {
			in, err := intent.Rules{}.Interpret(t.Context(), q)
			if err != nil || len(in.Descriptions) == 0 || len(in.Descriptions) > 3 || len(in.Edits) > 64 {
				t.Errorf("Interpret: %d descriptions, %d edits, error %v", len(in.Descriptions), len(in.Edits), err)
			}
		}
	})
}
