package embedtest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"maps"
	"slices"
	"sync"

	"github.com/imagescope/imagescope"
)

// pictures returns an image for each caption, which has pixels of its own
// colour and metadata.
func pictures(captions []string) []imagescope.Image {
	if captions == nil {
		return nil
	}
	images := make([]imagescope.Image, len(captions))
	for i, caption := range captions {
		images[i] = imagescope.Pixels(fmt.Sprintf("picture-%d.png", i), drawn(caption))
		images[i].Caption = caption
		images[i].Meta = map[string]string{"album": "test"}
	}
	return images
}

// pairs returns an image and a text for each text.
func pairs(texts []string) []imagescope.Composed {
	if texts == nil {
		return nil
	}
	inputs := make([]imagescope.Composed, len(texts))
	for i, img := range pictures(texts) {
		inputs[i] = imagescope.Composed{Image: img, Text: texts[i]}
	}
	return inputs
}

// drawn returns a picture of 32 × 24 pixels, the same for the same text.
func drawn(text string) image.Image {
	sum := [3]uint8{}
	for i := range len(text) {
		sum[i%3] = sum[i%3]*31 + text[i]
	}
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for i := range 32 * 24 {
		shade := uint8(i / 8)
		img.SetRGBA(i%32, i/32, color.RGBA{sum[0], sum[1] ^ shade, sum[2], 255})
	}
	return img
}

func arguments(ctx context.Context, e imagescope.Embedder) error {
	texts := []string{"a line\nand another", "  spaces  ", "UPPER case", "", "\xff"}
	given := slices.Clone(texts)
	for _, embed := range ofTexts(e) {
		if _, err := embed.of(ctx, given); err != nil {
			return fmt.Errorf("%s: %w", embed.name, err)
		}
		if !slices.Equal(given, texts) {
			return fmt.Errorf("%s changed its argument from %q to %q", embed.name, texts, given)
		}
	}
	images := pictures([]string{"a line\nand another", "  spaces  ", "UPPER case", "\xff"})
	before := slices.Clone(images)
	for i := range before {
		before[i].Meta = maps.Clone(before[i].Meta)
	}
	if _, err := e.EmbedImages(ctx, images); err != nil {
		return fmt.Errorf("EmbedImages: %w", err)
	}
	if !slices.EqualFunc(images, before, imagescope.Image.Equal) {
		return errors.New("EmbedImages changed its argument")
	}
	if len(ofPairs(ctx, e)) == 0 {
		return nil
	}
	inputs := make([]imagescope.Composed, len(images))
	for i, img := range images {
		inputs[i] = imagescope.Composed{Image: img, Text: texts[i]}
	}
	if _, err := e.(imagescope.ComposedEmbedder).EmbedComposed(ctx, inputs); err != nil {
		return fmt.Errorf("EmbedComposed: %w", err)
	}
	for i, in := range inputs {
		if in.Text != texts[i] || !in.Image.Equal(before[i]) {
			return errors.New("EmbedComposed changed its argument")
		}
	}
	return nil
}

// retained changes the slices of a call behind its back and repeats it.
func retained(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		first, err := embed.rows(ctx, some)
		if err != nil {
			return err
		}
		kept := clone(first)
		reused := slices.Clone(some)
		if _, err := embed.rows(ctx, reused); err != nil {
			return err
		}
		for i := range reused {
			reused[i] = some[len(some)-1-i] + " indeed"
		}
		changed, err := embed.rows(ctx, reused)
		if err != nil {
			return err
		}
		fresh, err := embed.rows(ctx, slices.Clone(reused))
		if err != nil {
			return err
		}
		if i, c := differs(fresh, changed); i >= 0 {
			return fmt.Errorf("%s of a slice that was used before: row %d has cosine %.4f with that of another slice of the same texts", embed.name, i, c)
		}
		for i := range some {
			if !slices.Equal(first[i], kept[i]) {
				return fmt.Errorf("%s: row %d of a call was changed by a later call", embed.name, i)
			}
		}
		again, err := embed.rows(ctx, some)
		if err != nil {
			return err
		}
		if i, c := differs(kept, again); i >= 0 {
			return fmt.Errorf("%s: row %d has cosine %.4f with that of an earlier call", embed.name, i, c)
		}
	}
	return nil
}

func clone(rows [][]float32) [][]float32 {
	out := make([][]float32, len(rows))
	for i, row := range rows {
		out[i] = slices.Clone(row)
	}
	return out
}

func deterministic(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		first, err := embed.rows(ctx, some)
		if err != nil {
			return err
		}
		for range 3 {
			again, err := embed.rows(ctx, some)
			if err != nil {
				return err
			}
			if i, c := differs(first, again); i >= 0 {
				return fmt.Errorf("%s of the same inputs: row %d has cosine %.4f with the one before", embed.name, i, c)
			}
		}
	}
	return nil
}

// differs returns the first row that is not the same in both, or -1.
func differs(a, b [][]float32) (row int, c float64) {
	for i := range a {
		if c := cosine(a[i], b[i]); c < near {
			return i, c
		}
	}
	return -1, 1
}

// concurrent has calls overlap and compares with one call alone. The race
// detector sees what this does not.
func concurrent(ctx context.Context, e imagescope.Embedder) error {
	for _, embed := range methods(ctx, e) {
		texts := many(24)
		want, err := embed.rows(ctx, texts)
		if err != nil {
			return err
		}
		const calls = 8
		errs := make([]error, calls)
		var wg sync.WaitGroup
		for n := range calls {
			wg.Go(func() {
				part := texts[n*3 : n*3+3]
				got, err := embed.rows(ctx, part)
				if err != nil {
					errs[n] = err
				} else if i, c := differs(want[n*3:n*3+3], got); i >= 0 {
					errs[n] = fmt.Errorf("%s: in calls that overlap, row %d has cosine %.4f with that of one call", embed.name, i, c)
				}
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

func doneContext(ctx context.Context, e imagescope.Embedder) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	for _, embed := range methods(ctx, e) {
		if _, err := embed.of(ctx, some); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s with a cancelled context returned the error %w, not context.Canceled", embed.name, orNone(err))
		}
	}
	return nil
}
