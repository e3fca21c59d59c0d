package intent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

func TestRulesCompose(t *testing.T) {
	car := imagescope.Image{Caption: "A red car on a city street by day."}
	tests := []struct {
		query imagescope.Query
		want  imagescope.Composition
	}{
		{imagescope.Change(car, "make it night and the car blue"), imagescope.Composition{Wanted: []string{"a blue car", "night"}, Unwanted: []string{"a red car", "day"}}},
		{imagescope.Change(car, "remove the car"), imagescope.Composition{Unwanted: []string{"a red car"}}},
		{imagescope.Change(car, "no people"), imagescope.Composition{Unwanted: []string{"people"}}},
		{imagescope.Change(car, "add a black dog"), imagescope.Composition{Wanted: []string{"a black dog"}}},
		{imagescope.Change(car, "replace the car with a bus"), imagescope.Composition{Wanted: []string{"a bus"}, Unwanted: []string{"a red car"}}},
		{imagescope.Change(imagescope.Image{}, "make the car blue, without the dog"), imagescope.Composition{Wanted: []string{"a blue car"}, Unwanted: []string{"dog"}}},
		{imagescope.Change(car, "keep everything"), imagescope.Composition{}},
		{imagescope.Change(car, "das Auto soll blau sein"), imagescope.Composition{}},
		{imagescope.Text("a lighthouse by the sea without boats"), imagescope.Composition{Unwanted: []string{"boats"}}},
		{imagescope.Text("a lighthouse"), imagescope.Composition{}},
		{imagescope.Query{Text: "with posters on the wall", Carried: "a bedroom"}, imagescope.Composition{Wanted: []string{"posters", "the wall"}}},
		{imagescope.Query{Text: "any people? no", Carried: "a bedroom"}, imagescope.Composition{Unwanted: []string{"people"}}},
		{imagescope.Text(""), imagescope.Composition{}},
	}
	for _, tt := range tests {
		got := intent.Rules{}.Compose(tt.query)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("Compose(%q, known %q): want is -, got is +\n%s", tt.query.Text, tt.query.Described(), d)
		}
	}
}
