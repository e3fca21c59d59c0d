package embed_test

import (
	"image"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
)

// FuzzCaptioner has a model say anything: a caption is one line, bounded, and
// made of what the model said.
func FuzzCaptioner(f *testing.F) {
	for _, reply := range []string{
		"A dog.", "Caption: \"a dog\"", "Here:\n\nA dog.", "The image shows a dog.", "</think>", "**", "caption:caption:", "\xff. é",
		"The image shows a \u0345", strings.Repeat("é ", 600),
	} {
		f.Add(reply)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		model, _ := saying(reply)
		got, err := embed.NewCaptioner(model, nil).Caption(t.Context(), dot)
		if (err == nil) != (got != "") {
			t.Fatalf("Caption of reply %q = %q, %v", reply, got, err)
		}
		if len(got) > 1<<10+utf8.UTFMax || !utf8.ValidString(got) || strings.Join(strings.Fields(got), " ") != got {
			t.Errorf("Caption of reply %q = %q", reply, got)
		}
	})
}

// FuzzColours has anything known of an image: captioning it a second time
// changes nothing.
func FuzzColours(f *testing.F) {
	f.Add("a_dog-2.jpg", "A dog", "grass, dog")
	f.Add("IMG_1.jpg", "Colours: 100% red; wide format.", "")
	f.Add("İ/ß.x.png", "Colours: Colours: 1% a; b format.", "'s")
	pixels := image.NewGray(image.Rect(0, 0, 4, 3))
	f.Fuzz(func(t *testing.T, id, caption, tags string) {
		for _, img := range []imagescope.Image{{ID: id}, imagescope.Pixels(id, pixels)} {
			img.Caption, img.Meta = caption, map[string]string{"tags": tags}
			once, err := embed.Colours{}.Caption(t.Context(), img)
			if err != nil {
				t.Fatal(err)
			}
			img.Caption = once
			if twice, err := (embed.Colours{}).Caption(t.Context(), img); err != nil || twice != once {
				t.Errorf("Caption(%q, %q, %q) = %q, and then %q, %v", id, caption, tags, once, twice, err)
			}
			rows, err := embed.Words{Dim: 64}.EmbedImages(t.Context(), []imagescope.Image{img})
			if err != nil || len(rows) != 1 || len(rows[0]) != 64 {
				t.Errorf("EmbedImages of %q: %d rows, %v", once, len(rows), err)
			}
		}
	})
}

// FuzzWeights reads anything as weights: what it accepts can be written, read
// and used.
func FuzzWeights(f *testing.F) {
	f.Add([]byte(`{"captions":2,"words":{"dog":1}}`))
	f.Add([]byte(`{"captions":9223372036854775807,"words":{"":9223372036854775807}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var w embed.Weights
		if w.UnmarshalJSON(data) != nil {
			return
		}
		again, err := w.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var v embed.Weights
		if err := v.UnmarshalJSON(again); err != nil {
			t.Fatalf("Weights do not read the %s that they wrote: %v", again, err)
		}
		a, _ := embed.Words{Dim: 64, Weights: &w}.EmbedTexts(t.Context(), []string{"a dog with a red ball"})
		b, _ := embed.Words{Dim: 64, Weights: &v}.EmbedTexts(t.Context(), []string{"a dog with a red ball"})
		if !slices.Equal(a[0], b[0]) {
			t.Errorf("Weights %s embed otherwise once they are read again", again)
		}
	})
}
