package picture

import (
	"image"
	"image/color"
	"image/draw"
)

// Tile is one picture of a [Sheet] and what is written above it.
type Tile struct {
	Image image.Image
	Label string
}

// The layout of a sheet, in pixels.
const (
	rule    = 3 // width of the lines around the cells
	padding = 4 // between a line and the picture

	perMagnification = 128 // labels grow by their own size with each such step of the side
)

// Sheet returns one picture that shows all tiles, for models that take a
// single image. They stand in rows from the top left, in as many columns as
// make the grid square or one row short of it, each in a cell of its own:
// grey lines around it, the label in black on white above the picture, so that
// nothing of the picture is hidden and the label is legible whatever it shows.
//
// A picture is scaled down, its shape kept, to fit into a square of side
// pixels, whose middle it takes; what it leaves of the square is light grey. A
// picture that is nil or has no pixels is a black square, and transparent
// parts of others are white. Letters are 16 pixels high, and once more for
// each 128 pixels of side. Labels are cut off, and lack characters, as in
// [SideBySide].
//
// A side below 1 is taken for 1. Where the sheet would be wider or higher than
// 4,096 pixels side is lowered, to 1 at the least. No tiles make a sheet of
// one empty cell.
func Sheet(tiles []Tile, side int) image.Image {
	g := newGrid(len(tiles), side)
	dst := image.NewRGBA(image.Rectangle{Max: g.size()})
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.Gray{0x80}), image.Point{}, draw.Src)
	for i := range g.columns * g.rows {
		cell := g.cell(i)
		draw.Draw(dst, cell, image.White, image.Point{}, draw.Src)
		if i < len(tiles) {
			g.draw(dst.SubImage(cell).(*image.RGBA), tiles[i])
		}
	}
	return dst
}

// grid is where the cells of a sheet are.
type grid struct{ columns, rows, side int }

func newGrid(n, side int) grid {
	g := grid{columns: 1, side: min(max(side, 1), maxComposite)}
	for g.columns*g.columns < n {
		g.columns++
	}
	g.rows = max(1, (n+g.columns-1)/g.columns)
	for size := g.size(); g.side > 1 && max(size.X, size.Y) > maxComposite; size = g.size() {
		g.side--
	}
	return g
}

// magnification is how many times the size of its face a label has.
func (g grid) magnification() int { return max(1, g.side/perMagnification) }

// pitch is the way from one cell to the next.
func (g grid) pitch() image.Point {
	return image.Pt(rule+g.side+2*padding, rule+g.magnification()*strip+g.side+padding)
}

func (g grid) size() image.Point {
	p := g.pitch()
	return image.Pt(g.columns*p.X+rule, g.rows*p.Y+rule)
}

// cell is what is within the lines around tile i.
func (g grid) cell(i int) image.Rectangle {
	p := g.pitch()
	at := image.Pt(i%g.columns*p.X+rule, i/g.columns*p.Y+rule)
	return image.Rectangle{at, at.Add(p).Sub(image.Pt(rule, rule))}
}

// parts returns where in a cell the label is, and the square for the picture.
func (g grid) parts(cell image.Rectangle) (label, square image.Rectangle) {
	label = image.Rect(cell.Min.X, cell.Min.Y, cell.Max.X, cell.Min.Y+g.magnification()*strip)
	return label, image.Rect(cell.Min.X+padding, label.Max.Y, cell.Max.X-padding, cell.Max.Y-padding)
}

// draw draws a tile into its cell.
func (g grid) draw(cell *image.RGBA, t Tile) {
	label, square := g.parts(cell.Bounds())
	write(cell, label, t.Label, g.magnification())
	if isEmpty(t.Image) {
		draw.Draw(cell, square, image.Black, image.Point{}, draw.Src)
		return
	}
	draw.Draw(cell, square, image.NewUniform(color.Gray{0xd0}), image.Point{}, draw.Src)
	img := Fit(t.Image, g.side)
	size := img.Bounds().Size()
	at := square.Min.Add(square.Size().Sub(size).Div(2))
	area := image.Rectangle{at, at.Add(size)}
	draw.Draw(cell, area, image.White, image.Point{}, draw.Src)
	draw.Draw(cell, area, img, img.Bounds().Min, draw.Over)
}
