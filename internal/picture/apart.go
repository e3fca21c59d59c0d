package picture

import (
	"image"
	"math"
)

// Cell is where a picture and its label are in a composite.
type Cell struct{ Picture, Label image.Rectangle }

// Halves returns where the two pictures are in what [SideBySide] made and
// somebody may have scaled down since. ok is false where the shape is that of
// no such composite.
func Halves(b image.Rectangle) (left, right Cell, ok bool) {
	w, h := float64(b.Dx()), float64(b.Dy())
	size := h - strip
	if w != 2*size+gap {
		// The shape tells the size, since labels and gap do not grow with it.
		size = math.Round((strip*w - gap*h) / (2*h - w))
	}
	if !(size >= 1 && size <= maxComposite) {
		return Cell{}, Cell{}, false
	}
	at := func(x0, y0, x1, y1 float64) image.Rectangle {
		x := func(v float64) int { return int(math.Round(v * w / (2*size + gap))) }
		y := func(v float64) int { return int(math.Round(v * h / (size + strip))) }
		return image.Rect(x(x0), y(y0), x(x1), y(y1)).Add(b.Min)
	}
	half := func(x float64) Cell {
		return Cell{Picture: at(x, strip, x+size, strip+size), Label: at(x, 0, x+size, strip)}
	}
	return half(0), half(size + gap), true
}

// Cells returns the cells of a [Sheet] of the given bounds, in order, the
// empty ones at the end included. The Picture of a cell is the whole square
// that a picture is fitted into. ok is false where the bounds are those of no
// sheet.
func Cells(b image.Rectangle) (cells []Cell, ok bool) {
	for columns := 1; columns*(1+2*padding+rule)+rule <= b.Dx(); columns++ {
		for rows := max(1, columns-1); rows <= columns; rows++ {
			g := grid{columns: columns, rows: rows, side: (b.Dx()-rule)/columns - rule - 2*padding}
			if g.size() != b.Size() {
				continue
			}
			for i := range columns * rows {
				label, square := g.parts(g.cell(i).Add(b.Min))
				cells = append(cells, Cell{Picture: square, Label: label})
			}
			return cells, true
		}
	}
	return nil, false
}
