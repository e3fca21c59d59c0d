package picture_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/imagescope/imagescope/internal/picture"
)

// TestHalves finds the pictures of composites of many sizes, as they were made
// and scaled down.
func TestHalves(t *testing.T) {
	red, blue := image.NewUniform(color.RGBA{0xff, 0, 0, 0xff}), image.NewUniform(color.RGBA{0, 0, 0xff, 0xff})
	one := func(u *image.Uniform) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, 4, 3))
		for i := range 12 {
			img.Set(i%4, i/4, u.C)
		}
		return img
	}
	for _, size := range []int{1, 20, 240, 800} {
		for _, side := range []int{0, 300} {
			both := picture.Fit(picture.SideBySide(one(red), one(blue), size, "Reference", "Candidate"), side)
			left, right, ok := picture.Halves(both.Bounds())
			if !ok {
				t.Fatalf("size %d, scaled to %d: Halves(%v) are not found", size, side, both.Bounds())
			}
			for _, half := range []struct {
				cell picture.Cell
				want string
			}{{left, "red"}, {right, "blue"}} {
				p := half.cell.Picture
				inner := p.Inset(min(2, (p.Dx()-1)/2)) // scaling mixes what is at the edge
				for _, at := range []image.Point{inner.Min, inner.Max.Sub(image.Pt(1, 1))} {
					if got := nearest(both.At(at.X, at.Y)); got != half.want {
						t.Errorf("size %d, scaled to %d: at %v is %s, want %s", size, side, at, got, half.want)
					}
				}
			}
		}
	}
	for _, b := range []image.Rectangle{{}, image.Rect(0, 0, 480, 360), image.Rect(0, 0, 960, 360), image.Rect(0, 0, 800, 400)} {
		if _, _, ok := picture.Halves(b); ok {
			t.Errorf("Halves(%v) are found", b)
		}
	}
}

// TestCells finds the tiles of sheets of any number.
func TestCells(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5, 10, 29} {
		for _, side := range []int{1, 64, 256} {
			var tiles []picture.Tile
			for range n {
				tiles = append(tiles, picture.Tile{Image: quarters(side, side)})
			}
			sheet := picture.Sheet(tiles, side)
			cells, ok := picture.Cells(sheet.Bounds())
			if !ok || len(cells) < n || len(cells) > max(2*n, 1) {
				t.Fatalf("%d tiles of %d: Cells(%v) = %d, %v", n, side, sheet.Bounds(), len(cells), ok)
			}
			for i, c := range cells {
				p := c.Picture
				if i >= n || side == 1 {
					continue
				}
				if got := nearest(sheet.At(p.Min.X, p.Min.Y)) + " " + nearest(sheet.At(p.Max.X-1, p.Max.Y-1)); got != "red yellow" || p.Dx() != side || p.Dy() != side {
					t.Errorf("%d tiles of %d: cell %d at %v begins and ends %s", n, side, i, p, got)
				}
			}
		}
	}
	if _, ok := picture.Cells(image.Rect(0, 0, 480, 360)); ok {
		t.Error("Cells are found in no sheet")
	}
}
