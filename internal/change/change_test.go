package change_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/words"
)

// brief writes changes on a line each: kind, what it is about, and how.
func brief(changes []change.Change) []string {
	var out []string
	for _, c := range changes {
		line := string(c.Kind[:3]) + " "
		switch {
		case c.View:
			line += "view " + c.Quality
		case c.Was != "":
			line += c.Was + " → " + c.Thing
		case c.Quality != "":
			line += c.Thing + ": " + c.Quality
		default:
			line += c.Thing
		}
		out = append(out, line)
	}
	return out
}

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"make it night and the car blue", []string{"Mod : night", "Mod the car: blue"}},
		{"Remove the curtains and the lights.", []string{"Rem the curtains", "Rem the lights"}},
		{"no dogs or cats and a bird", []string{"Rem dogs", "Rem cats", "Add a bird"}},
		{"there are no people, only a dog", []string{"Rem people", "Add only a dog"}},
		{"has no sleeves and more lace", []string{"Rem sleeves", "Com more lace"}},
		{"the lady is missing", []string{"Rem the lady"}},
		{"take the table away", []string{"Rem the table"}},
		{"Nobody wears a helmet", []string{"Rem a helmet"}},
		{"the walls are not white", []string{"Rem the walls: white"}},
		{"keep the sofa as it is", []string{"Ret the sofa"}},
		{"is shot from the same angle", []string{"Ret angle"}},
		{"the same", []string{"Ret everything"}},
		{"replace the cat and the dog with a horse", []string{"Mod the cat and the dog → a horse"}},
		{"Two pelicans have turned into a fat bird.", []string{"Mod Two pelicans → a fat bird"}},
		{"has two horses instead of a motorbike", []string{"Mod a motorbike → two horses"}},
		{"are red instead of blue", []string{"Mod : red"}},
		{"Make the dog a cat", []string{"Mod the dog → a cat"}},
		{"make it a cat instead", []string{"Mod it → a cat"}},
		{"replace them with two cats", []string{"Mod it → two cats"}},
		{"is a cat instead", []string{"Mod it → a cat"}},
		{"is a cat", []string{"Mod a cat"}},
		{"the walls are white instead", []string{"Mod the walls: white"}},
		{"change the number of cups to two", []string{"Mod two cups"}},
		{"has two of them", []string{"Mod : two"}},
		{"Add another dog", []string{"Add another dog"}},
		{"Bigger dog and grassy background", []string{"Com Bigger dog", "Add grassy background"}},
		{"is longer and darker", []string{"Com : longer and darker"}},
		{"is pink with puffy sleeves", []string{"Mod : pink", "Add puffy sleeves"}},
		{"is a lighter color", []string{"Com : lighter"}},
		{"white in color", []string{"Mod : white"}},
		{"a black and white dog", []string{"Add a black and white dog"}},
		{"the sofa and the lamp are green", []string{"Add the sofa and the lamp are green"}},
		{"make the dog sit and look up", []string{"Mod the dog: sit", "Mod the dog: look up"}},
		{"put the bowl on a green towel", []string{"Mod the bowl: on a green towel"}},
		{"put a bowl on the table", []string{"Add a bowl on the table"}},
		{"zoom in on the dog, with a red collar", []string{"Mod view zoom in on the dog", "Add a red collar"}},
		{"a close-up of a cat", []string{"Mod view a close-up", "Add a cat"}},
		{"seen from behind", []string{"Mod view seen from behind"}},
		{"on a beach at sunset", []string{"Mod : on a beach", "Mod : at sunset"}},
		{"different background", []string{"Mod background: different"}},
		{"", nil},
		{"...", nil},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, brief(change.Parse(tt.text))); d != "" {
			t.Errorf("Parse(%q): want is -, got is +\n%s", tt.text, d)
		}
	}
}

// TestStringIsRead parses what String writes.
func TestStringIsRead(t *testing.T) {
	for _, c := range []change.Change{
		{Kind: change.Addition, Thing: "a guitar"},
		{Kind: change.Addition, Thing: "two dogs playing in snow", Told: true},
		{Kind: change.Removal, Thing: "the coke"},
		{Kind: change.Removal, Thing: "the walls", Quality: "white"},
		{Kind: change.Removal, Quality: "red"},
		{Kind: change.Retention, Thing: "the sofa"},
		{Kind: change.Modification, Thing: "a white cat", Was: "the dog"},
		{Kind: change.Modification, Thing: "the car", Quality: "blue"},
		{Kind: change.Modification, Quality: "blue"},
		{Kind: change.Modification, Quality: "night"},
		{Kind: change.Modification, Quality: "on a beach"},
		{Kind: change.Modification, Quality: "at night"},
		{Kind: change.Modification, Quality: "zoom in", View: true},
		{Kind: change.Comparison, Thing: "the dog", Quality: "bigger"},
		{Kind: change.Comparison, Thing: "more people", Told: true},
	} {
		got := change.Parse(c.String())
		if d := cmp.Diff([]change.Change{c}, got); d != "" {
			t.Errorf("Parse(%q): want is -, got is +\n%s", c.String(), d)
		}
	}
}

func TestTurn(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"is there a dog? no", []string{"Rem a dog"}},
		{"is there a dog? yes", []string{"Add a dog"}},
		{"is there a dog? no, just a cat", []string{"Rem a dog", "Add a cat"}},
		{"do you see people? no just a bird", []string{"Rem people", "Add a bird"}},
		{"any pets? no pets or people", []string{"Rem pets", "Rem people"}},
		{"are there other people? no", nil},
		{"is it daytime? i don't see windows", nil},
		{"can you see trees? can't tell", nil},
		{"is the car red? yes", []string{"Mod the car: red"}},
		{"is the car red? no, it's blue", []string{"Rem the car: red", "Mod the car: blue"}},
		{"is it sunny? it doesn't look sunny", []string{"Rem : sunny"}},
		{"what colour is the car? it is red", []string{"Mod the car: red"}},
		{"how many cars are there? two", []string{"Mod two cars"}},
		{"what kind of bird? a sparrow", []string{"Mod bird → a sparrow"}},
		{"what is he wearing? a hat", []string{"Mod : wearing a hat"}},
		{"where is the dog? on the sofa", []string{"Mod the dog: on the sofa"}},
		{"is the photo in color? yes", nil},
		{"is there a dog? no. what color is the car? red", []string{"Rem a dog", "Mod the car: red"}},
		{"is there a dog?", []string{"Add a dog"}},
		{"make it red", []string{"Mod : red"}},
	}
	for _, tt := range tests {
		got, _ := change.Turn(tt.text)
		if d := cmp.Diff(tt.want, brief(got)); d != "" {
			t.Errorf("Turn(%q): want is -, got is +\n%s", tt.text, d)
		}
	}
}

func TestWithoutSearch(t *testing.T) {
	for text, want := range map[string]string{
		"find me a photo of two dogs":                  "two dogs",
		"Can you show me pictures of a red bicycle":    "a red bicycle",
		"I'm looking for an image that shows a bridge": "a bridge",
		"a picture on the wall":                        "a picture on the wall",
		"a man looking for his dog":                    "a man looking for his dog",
		"show me":                                      "show me",
		"a black and white photo of a street":          "a black and white photo of a street",
		"please find photos where two children play":   "two children play",
	} {
		if got := words.Join(change.WithoutSearch(words.Tokens(text))); got != want {
			t.Errorf("WithoutSearch(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestParseIsBounded reads a text of many clauses.
func TestParseIsBounded(t *testing.T) {
	if n := len(change.Parse(strings.Repeat("add a dog. ", 1000))); n != 32 {
		t.Errorf("Parse of 1000 clauses: %d changes, want 32", n)
	}
}
