package phrase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// brief writes a phrase on one line: "in 2 large boat [sailing]".
func brief(p phrase.Phrase) string {
	var b strings.Builder
	if p.Link != "" {
		b.WriteString(p.Link + " ")
	}
	if p.Denied {
		b.WriteString("NO ")
	}
	if p.Count > 0 {
		fmt.Fprintf(&b, "%d ", p.Count)
	} else if p.Many {
		b.WriteString("many ")
	}
	b.WriteString(strings.Join(append(p.Mods, p.Head), " "))
	if len(p.Actions) > 0 {
		b.WriteString(" [" + strings.Join(p.Actions, " ") + "]")
	}
	return b.String()
}

func TestRead(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"A red car on a city street by day.", []string{"red car", "on city street", "by day"}},
		{"A brown dog, a black dog and a red ball in the snow by day.", []string{"brown dog", "black dog", "red ball", "in snow", "by day"}},
		{"Two red boats on the sea at a beach at sunset.", []string{"2 red boat", "on sea", "at beach", "at sunset"}},
		{"A bedroom by day with a white bed, three blue posters on the wall and a guitar", []string{"bedroom", "by day", "with white bed", "3 blue poster", "on wall", "guitar"}},
		{"a person in an orange coat", []string{"person", "in orange coat"}},
		{"A man riding horses and wearing a black and white hat", []string{"man [riding wearing]", "riding many horse", "wearing black white hat"}},
		{"two dogs playing in snow", []string{"2 dog [playing]", "in snow"}},
		{"A room without people or cars, but with a lamp", []string{"room", "without NO many person", "NO many car", "with lamp"}},
		{"No dogs. A cat.", []string{"NO many dog", "cat"}},
		{"the car is blue and shiny", []string{"blue shiny car"}},
		{"make the car blue", []string{"make blue car"}},
		{"There is snow. It is night", []string{"snow", "night"}},
		{"the sky is not blue", []string{"sky"}},
		{"a group of people standing next to a parked bus", []string{"many person [standing]", "to parked bus"}},
		{"several dogs run in a city park", []string{"many dog [run]", "in city park"}},
		{"a traffic light and an orange", []string{"traffic light", "orange"}},
		{"is longer and darker", []string{"longer darker "}},
		{"a living room", []string{"living room"}},
		{"a bear with two of them", []string{"bear", "with 2 "}},
		{"", nil},
		{"¿Dónde está?", []string{"dónde está"}},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range phrase.Read(tt.text).Phrases {
			got = append(got, brief(p))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("Read(%q): want is -, got is +\n%s", tt.text, d)
		}
	}
}

func TestAffirmed(t *testing.T) {
	for text, want := range map[string]string{
		"a bedroom without people or posters":           "a bedroom",
		"a street with no cars and a dog":               "a street and a dog",
		"no dogs, a cat":                                "a cat",
		"a road that has no cars":                       "a road",
		"a dog near a no parking sign":                  "a dog near a no parking sign",
		"two dogs":                                      "two dogs",
		"without anything":                              "without anything",
		"a room with a lamp but without a bed at night": "a room with a lamp at night",
	} {
		if got := words.Join(phrase.Read(text).Affirmed()); got != want {
			t.Errorf("Affirmed(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzRead reads any text: phrases come in order and lie within the text.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"A red car and two dogs, without a cat", "no no not no", "of lots of of two two", "is are the the", "🚗 \xff",
		"the car is" + strings.Repeat(" red dog", 20) + strings.Repeat(" red", 20), "dog" + strings.Repeat(" runs", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := phrase.Read(text)
		end := 0
		for _, p := range got.Phrases {
			if len(p.Mods) > 16 || len(p.Actions) > 16 {
				t.Errorf("Read: phrase with %d qualities and %d verbs", len(p.Mods), len(p.Actions))
			}
			if p.Start < end || p.From > p.Start || p.End <= p.Start || p.End > len(got.Tokens) || p.After > len(p.Mods) {
				t.Errorf("Read: phrase %+v of %d tokens, after one that ends at %d", p, len(got.Tokens), end)
			}
			end = p.End
		}
		got.Affirmed()
	})
}
