package verify_test

import (
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify"
)

// BenchmarkCaptions measures 3 questions about 20 captions, the size of a
// usual search, the same about captions of 8 KiB, and 32 questions made to be
// slow about one such caption.
func BenchmarkCaptions(b *testing.B) {
	questions := []imagescope.Proposition{
		{Question: "Is it night?", Want: true}, {Question: "Is the car blue?", Want: true}, {Question: "Are there two dogs?", Want: false},
	}
	slow := make([]imagescope.Proposition, 32)
	for i := range slow {
		slow[i].Question = strings.Repeat("street sleeveless there more white sits ", 25)
	}
	for _, size := range []string{"usual", "long", "slow"} {
		cs := make([]imagescope.Candidate, 20)
		for i, n := range scene.Gallery()[:len(cs)] {
			caption := n.Scene.Caption()
			if size == "long" {
				caption = strings.Repeat(caption+" ", 8<<10/len(caption))
			}
			cs[i].Image = imagescope.Image{ID: n.ID, Caption: caption}
		}
		props := questions
		if size == "slow" {
			props, cs = slow, cs[:1]
			cs[0].Image.Caption = strings.Repeat(slow[0].Question, 8)
		}
		b.Run(size, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (verify.Captions{}).Verify(b.Context(), props, cs, len(cs)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
