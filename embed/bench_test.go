package embed_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

// BenchmarkWords searches the captions of COCO through a Pipeline without
// models: the time is that of a query, the metrics are in percent of all.
func BenchmarkWords(b *testing.B) {
	for _, task := range recallTasks(b)[:2] {
		for name, w := range task.embedders() {
			b.Run(task.name+"/"+name, func(b *testing.B) {
				p := task.pipeline(b, w)
				i := 0
				for b.Loop() {
					if _, err := p.Search(b.Context(), imagescope.Text(task.queries[i%len(task.queries)])); err != nil {
						b.Fatal(err)
					}
					i++
				}
				b.StopTimer()
				found := task.places(b, p)
				for n, k := range []int{1, 5, 10} {
					b.ReportMetric(100*float64(found[n].Load())/float64(len(task.queries)), fmt.Sprintf("R@%d", k))
				}
			})
		}
	}
}

func (task recallTask) pipeline(b *testing.B, w embed.Words) *imagescope.Pipeline {
	p, err := imagescope.New(imagescope.Config{Embedder: w, Index: new(index.Flat)})
	if err != nil {
		b.Fatal(err)
	}
	images := make([]imagescope.Image, len(task.gallery))
	for i, text := range task.gallery {
		images[i] = imagescope.Image{ID: fmt.Sprintf("%05d", i), Caption: text}
	}
	if err := p.Add(b.Context(), images...); err != nil {
		b.Fatal(err)
	}
	return p
}

// places counts the queries whose image is among the first 1, 5 and 10.
func (task recallTask) places(b *testing.B, p *imagescope.Pipeline) *[3]atomic.Int64 {
	var found [3]atomic.Int64
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(2)
	for i, text := range task.queries {
		g.Go(func() error {
			result, err := p.Search(ctx, imagescope.Text(text))
			if err != nil {
				return err
			}
			for place, c := range result.Candidates {
				if c.Image.ID != fmt.Sprintf("%05d", i) {
					continue
				}
				for n, k := range []int{1, 5, 10} {
					if place < k {
						found[n].Add(1)
					}
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	return &found
}

// BenchmarkWordsEmbed embeds a caption on either side.
func BenchmarkWordsEmbed(b *testing.B) {
	const caption = "A man in a red shirt rides a bicycle along a busy city street."
	images := []imagescope.Image{{ID: "00042.jpg", Caption: caption}}
	b.Run("image", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := (embed.Words{}).EmbedImages(b.Context(), images); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := (embed.Words{}).EmbedTexts(b.Context(), []string{caption}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkColours measures pictures: decoded ones, and files, where decoding
// takes its time.
func BenchmarkColours(b *testing.B) {
	for _, side := range []int{640, 4000} {
		img := image.NewRGBA(image.Rect(0, 0, side, side*3/4))
		for i := range img.Pix {
			img.Pix[i] = uint8(i>>10) | 3
		}
		var file bytes.Buffer
		if err := jpeg.Encode(&file, img, nil); err != nil {
			b.Fatal(err)
		}
		for name, picture := range map[string]imagescope.Image{
			"pixels": imagescope.Pixels("a.png", img),
			"file":   imagescope.Bytes("a.jpg", file.Bytes()),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, side), func(b *testing.B) {
				for b.Loop() {
					if _, err := (embed.Colours{}).Caption(b.Context(), picture); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
