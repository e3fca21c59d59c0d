package rehearsal

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
)

// DefaultMissed is the share of words that a [Glance] misses where nothing else
// is said: it leaves something to be gained by every stage on all six datasets.
const DefaultMissed = 0.3

// Glance embeds pictures as somebody saw them who had a short look: by the
// words of their captions, of which a share is missed. It is an
// imagescope.Embedder whose zero value is ready to use. Texts, captions among
// them, are embedded as by embed.Words.
//
// Which words of a picture are missed depends on Seed and the picture's ID and
// on nothing else.
type Glance struct {
	Seed   uint64
	Missed float64 // from 0 to 1; 0 means [DefaultMissed], below 0 none
}

var _ imagescope.Embedder = Glance{}

// Name names what makes the vectors.
func (g Glance) Name() string {
	return fmt.Sprintf("glance that misses %v, seed %d, %d dimensions", g.missed(), g.Seed, embed.DefaultDim)
}

func (g Glance) missed() float64 {
	if g.Missed == 0 {
		return DefaultMissed
	}
	return max(g.Missed, 0)
}

// EmbedTexts returns a row for each text.
func (g Glance) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	return embed.Words{}.EmbedTexts(ctx, texts)
}

// EmbedImages returns a row for each image. One without a caption is an error.
func (g Glance) EmbedImages(ctx context.Context, images []imagescope.Image) ([][]float32, error) {
	texts := make([]string, len(images))
	for i, img := range images {
		if img.Caption == "" {
			return nil, &imagescope.ImageError{ID: img.ID, Op: "embed", Err: embed.ErrNoCaption}
		}
		h := fnv.New64a()
		h.Write([]byte(img.ID))
		rng := rand.New(rand.NewPCG(h.Sum64(), g.Seed))
		var seen []string
		for word := range strings.FieldsSeq(img.Caption) {
			if rng.Float64() >= g.missed() {
				seen = append(seen, word)
			}
		}
		texts[i] = strings.Join(seen, " ")
	}
	return g.EmbedTexts(ctx, texts)
}
