package picture_test

import (
	"image"
	"image/color"
	"image/draw"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/picture"
)

// TestSheetLayout finds every tile where the documentation has it: with a side
// of 100 a cell is 108 wide and 130 high, with lines of 3 around it.
func TestSheetLayout(t *testing.T) {
	var tiles []picture.Tile
	for range 5 {
		tiles = append(tiles, picture.Tile{Image: quarters(200, 100), Label: "8"})
	}
	got := picture.Sheet(tiles, 100)
	if want := image.Rect(0, 0, 3*111+3, 2*133+3); got.Bounds() != want {
		t.Fatalf("bounds: got %v, want %v", got.Bounds(), want)
	}
	grey := color.RGBA{0x80, 0x80, 0x80, 255}
	for _, p := range []image.Point{{0, 0}, {2, 60}, {111, 60}, {113, 200}, {50, 133}, {335, 268}} {
		if c := got.At(p.X, p.Y); c != grey {
			t.Errorf("line at %v: got %v, want grey", p, c)
		}
	}
	for i := range 6 {
		at := image.Pt(i%3*111+3, i/3*133+3)
		if i == 5 {
			for y := range 130 {
				for x := range 108 {
					if c := nearest(got.At(at.X+x, at.Y+y)); c != "white" {
						t.Fatalf("empty cell, at %d, %d: got %v", x, y, c)
					}
				}
			}
			continue
		}
		// The picture is 100 x 50, in the middle of the square from (4, 26).
		var colours []string
		for _, p := range []image.Point{{4, 51}, {103, 51}, {4, 100}, {103, 100}, {53, 75}, {54, 76}} {
			colours = append(colours, nearest(got.At(at.X+p.X, at.Y+p.Y)))
		}
		if d := cmp.Diff([]string{"red", "green", "blue", "yellow", "red", "yellow"}, colours); d != "" {
			t.Errorf("tile %d: want is -, got is +\n%s", i, d)
		}
		for _, p := range []image.Point{{4, 26}, {103, 50}, {4, 101}, {103, 125}} {
			if c := got.At(at.X+p.X, at.Y+p.Y); c != (color.RGBA{0xd0, 0xd0, 0xd0, 255}) {
				t.Errorf("tile %d: beside the picture at %v: got %v, want light grey", i, p, c)
			}
		}
	}
}

// TestSheetLabels has the label legible on any picture: black on white, and
// not on the picture.
func TestSheetLabels(t *testing.T) {
	pictures := map[string]image.Image{
		"white": image.NewUniform(white), "black": image.NewUniform(color.Black), "none": nil,
	}
	for name, fill := range pictures {
		var img *image.RGBA
		if fill != nil {
			img = image.NewRGBA(image.Rect(0, 0, 300, 300))
			draw.Draw(img, img.Rect, fill, image.Point{}, draw.Src)
		}
		for _, side := range []int{40, 100, 256, 600} {
			times := max(1, side/128)
			tile := picture.Tile{Label: "10"}
			if img != nil {
				tile.Image = img
			}
			sheet := picture.Sheet([]picture.Tile{tile}, side)
			bar := image.Rect(3, 3, 3+side+8, 3+26*times)
			ink := darkPixels(sheet, bar).Sub(bar.Min)
			if middle := (ink.Min.X + ink.Max.X) / 2; sheet.At(bar.Min.X, bar.Min.Y) != white || ink.Dy() < 10*times || ink.Dx() < 12*times || ink.Dx() > 16*times || middle < bar.Dx()/2-2*times || middle > bar.Dx()/2+2*times {
				t.Errorf("%s, side %d: the label covers %v of %v", name, side, ink, bar)
			}
		}
	}
}

func TestSheetLabelsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, label := range []string{"", "Reference", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
		sheet := picture.Sheet([]picture.Tile{{Label: label}}, 100).(*image.RGBA)
		if same, ok := seen[string(sheet.Pix)]; ok {
			t.Errorf("labels %q and %q look the same", label, same)
		}
		seen[string(sheet.Pix)] = label
	}
	if long := picture.Sheet([]picture.Tile{{Label: strings.Repeat("W", 500)}, {Label: ""}}, 100); !darkPixels(long, image.Rect(114, 3, 222, 29)).Empty() {
		t.Error("a label too long reaches into the next cell")
	}
}

func TestSheetOddInput(t *testing.T) {
	tiles := func(n int, img image.Image) []picture.Tile {
		all := make([]picture.Tile, n)
		for i := range all {
			all[i] = picture.Tile{Image: img, Label: strconv.Itoa(i + 1)}
		}
		return all
	}
	tests := []struct {
		name  string
		tiles []picture.Tile
		side  int
		want  image.Point
		mid   string // colour in the middle of the first square
	}{
		{"no tile", nil, 10, image.Pt(24, 46), "white"},
		{"one", tiles(1, quarters(4, 4)), 10, image.Pt(24, 46), "yellow"},
		{"two in a row", tiles(2, nil), 10, image.Pt(45, 46), "black"},
		{"four in a square", tiles(4, nil), 10, image.Pt(45, 89), "black"},
		{"transparent is white", tiles(1, image.NewNRGBA(image.Rect(0, 0, 10, 10))), 10, image.Pt(24, 46), "white"},
		{"no pixels", tiles(1, image.NewRGBA(image.Rectangle{})), 10, image.Pt(24, 46), "black"},
		{"not at the origin", tiles(1, quarters(20, 20).SubImage(image.Rect(12, 12, 20, 20))), 10, image.Pt(24, 46), "yellow"},
		{"side 0", tiles(1, nil), 0, image.Pt(15, 37), "black"},
		{"side below 0", tiles(1, nil), -5, image.Pt(15, 37), "black"},
	}
	for _, tt := range tests {
		got := picture.Sheet(tt.tiles, tt.side)
		if size := got.Bounds().Size(); size != tt.want {
			t.Errorf("%s: size: got %v, want %v", tt.name, size, tt.want)
		}
		side := max(tt.side, 1)
		if c := nearest(got.At(7+side/2, 29+side/2)); c != tt.mid {
			t.Errorf("%s: the middle is %s, want %s", tt.name, c, tt.mid)
		}
	}
	for _, n := range []int{1, 2, 11, 100} {
		size := picture.Sheet(tiles(n, nil), 1<<30).Bounds().Size()
		if most := max(size.X, size.Y); most > 4096 || most < 4000 {
			t.Errorf("%d tiles of any size make a sheet of %v, want its longest side just below 4,096", n, size)
		}
	}
}
