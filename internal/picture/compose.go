package picture

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"
)

// The layout of a composite, in pixels, is that of the authors' code: at a
// size of 800 the whole is 1645 x 826.
const (
	strip   = 26 // height of the labels, above the pictures
	gap     = 45 // between the pictures
	divider = 3  // width of the line in the middle of the gap

	maxComposite = 4096 // largest size: 128 MiB
)

// SideBySide returns one picture that shows left and right next to each other,
// for models that take a single image. Each is scaled to size x size pixels,
// its shape not kept, under a label in a white strip, with a dividing line in
// between. A picture that is nil or has no pixels is black, and transparent
// parts of others are white. A size outside of 1 to 4,096 is moved into that
// range. Labels are cut off at the width of their picture, and characters that
// the face lacks, mostly those outside of Latin-1, are left out.
func SideBySide(left, right image.Image, size int, leftLabel, rightLabel string) image.Image {
	size = min(max(size, 1), maxComposite)
	dst := image.NewRGBA(image.Rect(0, 0, 2*size+gap, strip+size))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	middle := image.Rect(size+(gap-divider)/2, 0, size+(gap+divider)/2, strip+size)
	draw.Draw(dst, middle, image.NewUniform(color.Gray{0x80}), image.Point{}, draw.Src)

	column := image.Rect(0, 0, size, strip+size)
	place(dst.SubImage(column).(*image.RGBA), left, leftLabel)
	place(dst.SubImage(column.Add(image.Pt(size+gap, 0))).(*image.RGBA), right, rightLabel)
	return dst
}

// place draws one picture and its label into its column, which clips them.
func place(column *image.RGBA, img image.Image, label string) {
	b := column.Bounds()
	area := image.Rect(b.Min.X, b.Min.Y+strip, b.Max.X, b.Max.Y)
	if isEmpty(img) {
		draw.Draw(column, area, image.Black, image.Point{}, draw.Src)
	} else {
		draw.Draw(column, area, resize(img, area.Dx(), area.Dy()), image.Point{}, draw.Over)
	}
	write(column, image.Rect(b.Min.X, b.Min.Y, b.Max.X, b.Min.Y+strip), label, 1)
}

// write writes a label in black into the middle of a white area, times as
// large as its face is, and cut off where it is wider than the area.
func write(dst *image.RGBA, area image.Rectangle, label string, times int) {
	face := inconsolata.Bold8x16
	line := image.NewRGBA(image.Rect(0, 0, (area.Dx()+times-1)/times, strip))
	draw.Draw(line, line.Bounds(), image.White, image.Point{}, draw.Src)
	text := font.Drawer{Dst: line, Src: image.Black, Face: face}
	blank := max(0, line.Bounds().Dx()-text.MeasureString(label).Round())
	text.Dot = fixed.P(blank/2, (strip-face.Height)/2+face.Ascent)
	text.DrawString(label)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			dst.SetRGBA(x, y, line.RGBAAt((x-area.Min.X)/times, (y-area.Min.Y)/times))
		}
	}
}
