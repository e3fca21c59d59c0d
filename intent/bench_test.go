package intent_test

import (
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

// BenchmarkRules measures usual queries, and texts of 8 KiB made to be slow.
func BenchmarkRules(b *testing.B) {
	long := func(s string) string { return strings.Repeat(s, 8<<10/len(s)) }
	queries := []struct {
		name        string
		text, known string
	}{
		{"change", "make it night and the car blue", "A red car on a city street by day."},
		{"nouns", long("dog "), long("cat ")},
		{"list", "remove the dog", long("a dog and ")},
		{"changes", long("remove the dog and "), long("a dog and a cat, ")},
		{"pairs", long("instead of with to "), "a dog"},
		{"qualities", long("red and big "), long("red and big ")},
		{"answers", long("is it red? no. "), "a dog"},
		{"cuts", "remove the dog and the car, make it red", long("dog instead ")},
		{"marks", long("it one black no : . "), long("it one black no : . ")},
	}
	for _, q := range queries {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				query := imagescope.Query{Text: q.text, Carried: q.known}
				if _, err := (intent.Rules{}).Interpret(b.Context(), query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
