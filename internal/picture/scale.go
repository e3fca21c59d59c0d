package picture

import (
	"image"

	"golang.org/x/image/draw"
)

// Fit returns img scaled down, its shape kept, so that its longest side is
// maxSide pixels; no side becomes less than 1. An image that fits already is
// returned as it is, as is any where maxSide is less than 1. What is scaled
// becomes an [image.RGBA] that begins at (0, 0).
//
// The result is antialiased. BenchmarkFit measures the cost.
func Fit(img image.Image, maxSide int) image.Image {
	if isEmpty(img) || maxSide < 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	longest := max(w, h)
	if longest <= maxSide {
		return img
	}
	return resize(img, scaled(w, maxSide, longest), scaled(h, maxSide, longest))
}

// scaled returns side * to / from, rounded, and at least 1.
func scaled(side, to, from int) int {
	return max(1, int((int64(side)*int64(to)+int64(from)/2)/int64(from)))
}

// isEmpty reports whether img has no pixels to work on.
func isEmpty(img image.Image) bool { return img == nil || img.Bounds().Empty() }

// resize returns img at exactly w x h pixels, larger or smaller. Where it
// shrinks to a quarter or less, blocks of pixels are averaged down to twice
// the size first, which halves the time and memory of the Catmull-Rom filter
// (BenchmarkFit) for a difference that the eye does not see
// (TestFitAgreesWithFilterAlone).
func resize(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	img = average(img, between(b.Dx(), w), between(b.Dy(), h))
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), img, img.Bounds(), draw.Src, nil)
	return dst
}

// between returns the size at which averaging ends and filtering begins.
func between(from, to int) int {
	if from/4 < to {
		return from // averaging would take one pixel here and two there
	}
	return 2 * to
}

// average returns img at w x h pixels, neither more than it has, each the mean
// of a block. It returns img itself where nothing changes.
func average(img image.Image, w, h int) image.Image {
	b := img.Bounds()
	if b.Dx() == w && b.Dy() == h {
		return img
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	// One row at a time is converted, by image/draw's fast paths, and added up.
	row := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	sums := make([]uint64, 4*w)
	for y := range h {
		clear(sums)
		top, bottom := y*b.Dy()/h, (y+1)*b.Dy()/h
		for sy := top; sy < bottom; sy++ {
			draw.Draw(row, row.Bounds(), img, b.Min.Add(image.Pt(0, sy)), draw.Src)
			addUp(sums, row.Pix)
		}
		divide(dst.Pix[y*dst.Stride:], sums, b.Dx(), bottom-top)
	}
	return dst
}

// addUp adds the pixels of a row to the sums of the blocks that they fall in.
func addUp(sums []uint64, row []byte) {
	w, from := len(sums)/4, len(row)/4
	for x := range w {
		var r, g, b, a uint64
		for pix := row[4*(x*from/w) : 4*((x+1)*from/w)]; len(pix) >= 4; pix = pix[4:] {
			r += uint64(pix[0])
			g += uint64(pix[1])
			b += uint64(pix[2])
			a += uint64(pix[3])
		}
		s := sums[4*x : 4*x+4]
		s[0] += r
		s[1] += g
		s[2] += b
		s[3] += a
	}
}

// divide makes a row of pixels of the sums of blocks of the given number of
// rows, of an image that is from pixels wide.
func divide(dst []byte, sums []uint64, from, rows int) {
	w := len(sums) / 4
	for x := range w {
		share := 1 / float64(((x+1)*from/w-x*from/w)*rows)
		for c := range 4 {
			dst[4*x+c] = uint8(float64(sums[4*x+c])*share + 0.5)
		}
	}
}
