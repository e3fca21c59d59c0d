package embed

import (
	"context"
	"fmt"
	"strings"

	"github.com/imagescope/imagescope"
)

// Colours captions images without a model: it measures what pixels can tell
// and says it in words, behind what is known already.
//
//	A dog on the beach. Colours: 48% blue, 31% brown, 12% white; light, colourful, wide format.
//
// In this order a caption holds
//   - the caption that the image has;
//   - the words of the file's name and of the metadata "title", "tags" and
//     "keywords", unless the caption has all of them: "Bernese_mountain_dog.jpg"
//     says something, "IMG_2034.jpg" nothing;
//   - the basic colours that take 5% of the picture or more, at most five, with
//     their shares: black, white, grey, red, orange, yellow, green, blue,
//     purple, pink and brown;
//   - "dark" or "light", and "colourful", "muted" or "colourless", where it is
//     one of these clearly;
//   - "wide", "upright" or "square format".
//
// It sees no things: a caption that says nothing of a dog does so afterwards
// too. The zero value is ready to use. Calls may overlap.
//
// The same image gives the same caption. A caption made by Colours is not made
// longer by it: the measured part is replaced.
type Colours struct{}

var (
	_ imagescope.Captioner = Colours{}
	_ imagescope.Coster    = Colours{}
)

// MaxCost returns no cost.
func (Colours) MaxCost(imagescope.Query, int) imagescope.Cost { return imagescope.Cost{} }

// Caption measures img. An image without bytes gets a caption of what is
// known, which may be empty. An image whose bytes cannot be read is an
// [*imagescope.ImageError]; the only other error is that of a done context.
//
// The time is nearly that of decoding and scaling the image (BenchmarkColours).
func (Colours) Caption(ctx context.Context, img imagescope.Image) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("caption image %s: %w", img.ID, err)
	}
	if !img.HasBytes() {
		said, measured := splitMeasured(img.Caption)
		return join(known(said, img), measured), nil
	}
	pixels, err := img.Decode()
	if err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("caption image %s: %w", img.ID, err)
	}
	said, _ := splitMeasured(img.Caption)
	return join(known(said, img), measure(pixels).sentence()), nil
}

// join joins two texts, either of which may be empty.
func join(a, b string) string { return strings.TrimSpace(a + " " + b) }
