package picture_test

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/picture"
)

// The layout that the authors' evaluator is shown: 1645 x 826 pixels.
func TestSideBySideLayout(t *testing.T) {
	const size = 800
	got := picture.SideBySide(quarters(300, 100), nil, size, "", "")
	if want := image.Rect(0, 0, 1645, 826); got.Bounds() != want {
		t.Fatalf("bounds: got %v, want %v", got.Bounds(), want)
	}
	at := func(x, y int) string { return nearest(got.At(x, y)) }
	colours := map[string]string{
		"strip above the left":   at(5, 25),
		"left, top left":         at(0, 26),
		"left, top right":        at(799, 26),
		"left, bottom left":      at(0, 825),
		"left, bottom right":     at(799, 825),
		"left, right of centre":  at(410, 30),
		"beside the left":        at(800, 400),
		"beside the right":       at(844, 400),
		"right, first pixel":     at(845, 26),
		"right, last pixel":      at(1644, 825),
		"strip above the right":  at(1644, 25),
		"gap, beside the line":   at(818, 400),
		"gap, beyond the middle": at(826, 400),
	}
	want := map[string]string{
		"strip above the left":   "white",
		"left, top left":         "red",
		"left, top right":        "green",
		"left, bottom left":      "blue",
		"left, bottom right":     "yellow",
		"left, right of centre":  "green",
		"beside the left":        "white",
		"beside the right":       "white",
		"right, first pixel":     "black",
		"right, last pixel":      "black",
		"strip above the right":  "white",
		"gap, beside the line":   "white",
		"gap, beyond the middle": "white",
	}
	if d := cmp.Diff(want, colours); d != "" {
		t.Errorf("SideBySide: want is -, got is +\n%s", d)
	}
	for _, y := range []int{0, 400, 825} {
		if c := got.At(822, y); c != (color.RGBA{0x80, 0x80, 0x80, 255}) {
			t.Errorf("dividing line at row %d: got %v, want grey", y, c)
		}
	}
}

func TestSideBySideLabels(t *testing.T) {
	white := image.NewUniform(color.White)
	blank := image.NewRGBA(image.Rect(0, 0, 10, 10))
	draw.Draw(blank, blank.Rect, white, image.Point{}, draw.Src)
	ink := func(left, right string) (columns [2]image.Rectangle) {
		img := picture.SideBySide(blank, blank, 200, left, right)
		for i, x0 := range []int{0, 245} {
			columns[i] = darkPixels(img, image.Rect(x0, 0, x0+200, 226)).Sub(image.Pt(x0, 0))
		}
		if gap := darkPixels(img, image.Rect(200, 0, 221, 226)); !gap.Empty() {
			t.Errorf("labels %.10q and %.10q: ink in the gap at %v", left, right, gap)
		}
		return columns
	}

	got := ink("Reference", "Candidate")
	for i, box := range got {
		middle := (box.Min.X + box.Max.X) / 2
		if box.Dx() < 60 || middle < 97 || middle > 103 || box.Min.Y < 2 || box.Max.Y > 24 {
			t.Errorf("label %d covers %v, want it in the middle of the strip of 200 x 26", i, box)
		}
	}
	if got := ink("", ""); !got[0].Empty() || !got[1].Empty() {
		t.Errorf("empty labels: ink at %v", got)
	}
	if got := ink(strings.Repeat("W", 500), "Ünïcode"); got[0].Max.Y > 26 || got[1].Empty() {
		t.Errorf("label too long and label with accents: ink at %v", got)
	}
	if got, want := ink("a\x00語b", ""), ink("ab", ""); got != want {
		t.Errorf("label with characters that the face lacks: ink at %v, want %v", got, want)
	}
}

// darkPixels returns the smallest rectangle that holds all dark pixels within
// area.
func darkPixels(img image.Image, area image.Rectangle) (box image.Rectangle) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 100 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func TestSideBySideOddInput(t *testing.T) {
	transparent := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	empty := image.NewRGBA(image.Rectangle{})
	tests := []struct {
		name        string
		left, right image.Image
		size        int
		want        image.Point
		colours     [2]string // in the middle of both
	}{
		{"transparent is white", transparent, quarters(2, 2), 10, image.Pt(65, 36), [2]string{"white", "yellow"}},
		{"no pixels", empty, nil, 10, image.Pt(65, 36), [2]string{"black", "black"}},
		{"size 0", nil, transparent, 0, image.Pt(47, 27), [2]string{"black", "white"}},
		{"size below 0", nil, nil, -800, image.Pt(47, 27), [2]string{"black", "black"}},
		{"size too large", nil, nil, 1 << 30, image.Pt(8237, 4122), [2]string{"black", "black"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := picture.SideBySide(tt.left, tt.right, tt.size, "a", "b")
			if size := got.Bounds().Size(); size != tt.want {
				t.Errorf("size: got %v, want %v", size, tt.want)
			}
			size := (tt.want.X - 45) / 2
			row := 26 + size/2
			colours := [2]string{nearest(got.At(size/2, row)), nearest(got.At(size+45+size/2, row))}
			if colours != tt.colours {
				t.Errorf("middle pixels: got %v, want %v", colours, tt.colours)
			}
		})
	}
}
