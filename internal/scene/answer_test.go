package scene_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/internal/scene"
)

func TestAnswer(t *testing.T) {
	harbour := scene.Scene{Place: scene.Harbour, Time: scene.Night, Items: []scene.Item{
		{Kind: scene.Boat, Color: scene.Red, Count: 2}, {Kind: scene.Boat, Color: scene.Blue},
		{Kind: scene.Dog, Side: scene.Left}, {Kind: scene.Person, Color: scene.Green},
		{Kind: scene.PalmTree}, {Kind: scene.Bird, Count: 2, Side: scene.Right},
	}}
	tests := []struct {
		question string
		want     string // yes, no or unknown
	}{
		{"Is there a dog?", "yes"},
		{"is there any cat", "no"},
		{"Is there a cat in the picture?", "no"},
		{"Are there two boats?", "no"},
		{"Are there three boats?", "yes"},
		{"Are there 2 red boats in the image?", "yes"},
		{"Are there at least two boats?", "yes"},
		{"Are there at least four boats?", "no"},
		{"Is there exactly one blue boat on the sea?", "yes"},
		{"Are the boats red?", "no"},
		{"Is the dog brown?", "yes"},
		{"Is the dog black?", "no"},
		{"Is the cat black?", "no"},
		{"Is the bird on the right side of the picture?", "yes"},
		{"Is the dog on the right?", "no"},
		{"Is there a person in a green coat?", "yes"},
		{"Is the person wearing a red coat?", "no"},
		{"Is there a tree?", "yes"},
		{"Are there any animals?", "yes"},
		{"Are there vehicles?", "no"},
		{"Is it night?", "yes"},
		{"Is it daytime?", "no"},
		{"Is it raining?", "no"},
		{"Is the moon visible?", "yes"},
		{"Is it a beach?", "no"},
		{"Are there two red boats in a harbour at night?", "yes"},
		{"Are there two red boats in a harbour by day?", "no"},
		{"Is there a dog and a blue boat?", "yes"},
		{"Is there a dog and a blue car?", "no"},

		{"Is the boat on the left?", "unknown"},
		{"What colour is the dog?", "unknown"},
		{"Is there no dog?", "unknown"},
		{"Is there a dog or a cat?", "unknown"},
		{"Is the dog on the boat?", "unknown"},
		{"Is the dog on the left of the person?", "unknown"},
		{"Is there a red and a blue boat?", "unknown"},
		{"Is the coat green?", "unknown"},
		{"Is the dog in a red coat?", "unknown"},
		{"Is it red?", "unknown"},
		{"Is it on the left?", "unknown"},
		{"Are there two?", "unknown"},
		{"Is there a dragon?", "unknown"},
		{"Is there?", "unknown"},
		{"", "unknown"},
		{strings.Repeat("a ", 300) + "dog", "unknown"},
	}
	for _, tt := range tests {
		if got := told(harbour.Answer(tt.question)); got != tt.want {
			t.Errorf("Answer(%q) = %s, want %s", tt.question, got, tt.want)
		}
	}
}

func told(yes, known bool) string {
	switch {
	case !known:
		return "unknown"
	case yes:
		return "yes"
	}
	return "no"
}

// TestAnswerAgreesWithCaption asks every scene for its own caption, which is
// true, and for that of the same scene at another time, which is not.
func TestAnswerAgreesWithCaption(t *testing.T) {
	scenes := scene.Random(5, 2000)
	for _, n := range scene.Gallery() {
		scenes = append(scenes, n.Scene)
	}
	for _, s := range scenes {
		question := "Is there " + s.Caption()
		if got := told(s.Answer(question)); got != "yes" {
			t.Errorf("Answer(%q) = %s, want yes", question, got)
		}
		other := s
		other.Time = map[scene.Time]scene.Time{scene.Day: scene.Night, scene.Night: scene.Sunset, scene.Sunset: scene.Day}[s.Time]
		question = "Is there " + other.Caption()
		if got := told(s.Answer(question)); got != "no" {
			t.Errorf("%q: Answer(%q) = %s, want no", s.Caption(), question, got)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{"Is there a dog?", "Are there at least two red boats on the sea?", "is left red coat and", "ſun\xff 5 5 5", "in on of the living room"} {
		f.Add(seed)
	}
	s := scene.Gallery()[0].Scene
	f.Fuzz(func(t *testing.T, question string) {
		yes, known := s.Answer(question)
		if yes && !known {
			t.Errorf("Answer(%q) = yes, but not known", question)
		}
		if again, _ := s.Answer(question); again != yes {
			t.Errorf("Answer(%q) changes", question)
		}
	})
}

func ExampleScene_Answer() {
	s := scene.Scene{
		Place: scene.Beach,
		Time:  scene.Sunset,
		Items: []scene.Item{{Kind: scene.Boat, Color: scene.Red, Count: 2}},
	}
	fmt.Println(s.Caption())
	fmt.Println(s.Answer("Are there two boats?"))
	fmt.Println(s.Answer("Is it night?"))
	fmt.Println(s.Answer("Are the boats beautiful?"))
	// Output:
	// Two red boats on the sea at a beach at sunset.
	// true true
	// false true
	// false false
}
