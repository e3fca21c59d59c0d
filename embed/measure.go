package embed

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/picture"
)

// measurement is what the pixels of a picture tell. A picture without a
// pixel that can be seen has no shares.
type measurement struct {
	width, height     int
	shares            []share // largest first
	lightness, chroma float64 // means, in OKLab
}

// share is how much of a picture, from 0 to 1, has a colour.
type share struct {
	name string
	part float64
}

// measureSide is the longest side, in pixels, at which colours are counted.
const measureSide = 64

func measure(img image.Image) measurement {
	m := measurement{width: img.Bounds().Dx(), height: img.Bounds().Dy()}
	small := picture.Fit(img, measureSide)
	parts := make(map[string]float64)
	var total float64
	for y := small.Bounds().Min.Y; y < small.Bounds().Max.Y; y++ {
		for x := small.Bounds().Min.X; x < small.Bounds().Max.X; x++ {
			c := color.NRGBAModel.Convert(small.At(x, y)).(color.NRGBA)
			weight := float64(c.A) / 255
			if weight == 0 {
				continue
			}
			shade := shadeOf(c.R, c.G, c.B)
			parts[shade.name()] += weight
			m.lightness += weight * shade.l
			m.chroma += weight * math.Hypot(shade.a, shade.b)
			total += weight
		}
	}
	if total == 0 {
		return m
	}
	m.lightness /= total
	m.chroma /= total
	for name, part := range parts {
		m.shares = append(m.shares, share{name, part / total})
	}
	slices.SortFunc(m.shares, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.part, a.part), strings.Compare(a.name, b.name))
	})
	return m
}

// What is told of the shares.
const (
	maxColours = 5
	minShare   = 0.05
)

// sentence tells the measurement. splitMeasured finds it again.
func (m measurement) sentence() string {
	var colours []string
	for _, s := range m.shares[:min(len(m.shares), maxColours)] {
		if s.part >= minShare {
			colours = append(colours, fmt.Sprintf("%.0f%% %s", 100*s.part, s.name))
		}
	}
	if len(colours) == 0 { // then nothing can be seen
		colours = []string{"0% opaque"}
	}
	return opening + strings.Join(colours, ", ") + "; " + strings.Join(append(m.impression(), m.format()+" format."), ", ")
}

// opening begins the sentence, and measured matches all of it.
const opening = "Colours: "

var measured = regexp.MustCompile(`^Colours: \d{1,3}% [a-z]+(?:, \d{1,3}% [a-z]+)*;(?: [a-z]+,)* [a-z]+ format\.$`)

// splitMeasured cuts a caption into what was said and the sentence that tells
// a measurement, if it ends in one.
func splitMeasured(caption string) (said, sentence string) {
	caption = strings.TrimSpace(caption)
	i := strings.LastIndex(caption, opening)
	if i < 0 || !measured.MatchString(caption[i:]) {
		return caption, ""
	}
	return strings.TrimSpace(caption[:i]), caption[i:]
}

// impression tells what is clearly light, dark, colourful or not. The bounds
// are means in OKLab, set by looking at photographs: a third or so of them is
// neither light nor dark.
func (m measurement) impression() (words []string) {
	if len(m.shares) == 0 {
		return nil
	}
	switch {
	case m.lightness < 0.42:
		words = append(words, "dark")
	case m.lightness > 0.72:
		words = append(words, "light")
	}
	switch {
	case m.chroma < 0.012:
		words = append(words, "colourless")
	case m.chroma < 0.035:
		words = append(words, "muted")
	case m.chroma > 0.09:
		words = append(words, "colourful")
	}
	return words
}

// format tells the picture's shape; up to a twentieth off still counts as
// square.
func (m measurement) format() string {
	switch ratio := float64(m.width) / float64(m.height); {
	case ratio > 1.05:
		return "wide"
	case ratio < 1/1.05:
		return "upright"
	default:
		return "square"
	}
}
