package embed_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
)

// painted returns a picture of vertical stripes, as wide as parts says.
func painted(w, h int, parts map[color.RGBA]int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	x := 0
	for c, part := range parts {
		draw.Draw(img, image.Rect(x, 0, x+part, h), image.NewUniform(c), image.Point{}, draw.Src)
		x += part
	}
	return img
}

var (
	red   = color.RGBA{220, 20, 20, 255}
	green = color.RGBA{20, 140, 30, 255}
	white = color.RGBA{250, 250, 250, 255}
	none  = color.RGBA{}
)

func TestColours(t *testing.T) {
	flag := painted(100, 60, map[color.RGBA]int{red: 70, white: 30})
	tests := []struct {
		name string
		img  imagescope.Image
		want string
	}{
		{"pixels only", imagescope.Pixels("", flag), "Colours: 70% red, 30% white; colourful, wide format."},
		{
			"file name", imagescope.Pixels("flags/old_redWhite-flag 2.png", flag),
			"Old red White flag. Colours: 70% red, 30% white; colourful, wide format.",
		},
		{"camera's name", imagescope.Pixels("IMG_2034.JPG", flag), "Colours: 70% red, 30% white; colourful, wide format."},
		{"upright", imagescope.Pixels("", painted(50, 100, map[color.RGBA]int{green: 50})), "Colours: 100% green; colourful, upright format."},
		{"square", imagescope.Pixels("", painted(50, 50, map[color.RGBA]int{white: 50})), "Colours: 100% white; light, colourless, square format."},
		{"little of a colour", imagescope.Pixels("", painted(100, 100, map[color.RGBA]int{green: 97, red: 3})), "Colours: 97% green; colourful, square format."},
		{"partly transparent", imagescope.Pixels("", painted(100, 100, map[color.RGBA]int{none: 50, red: 50})), "Colours: 100% red; colourful, square format."},
		{"nothing to see", imagescope.Pixels("", painted(10, 10, map[color.RGBA]int{none: 10})), "Colours: 0% opaque; square format."},
		{"one pixel", imagescope.Pixels("", painted(1, 1, map[color.RGBA]int{green: 1})), "Colours: 100% green; colourful, square format."},
		{"no bytes", imagescope.Image{ID: "red-barn.jpg"}, "Red barn."},
		{"nothing known", imagescope.Image{ID: "DSC00017.jpg"}, ""},
	}
	for _, tt := range tests {
		got, err := embed.Colours{}.Caption(t.Context(), tt.img)
		if err != nil || got != tt.want {
			t.Errorf("%s: Caption = %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestColoursJoinsWhatIsKnown(t *testing.T) {
	const measured = "Colours: 100% red; colourful, square format."
	img := imagescope.Pixels("barn_in_Sweden.jpg", painted(10, 10, map[color.RGBA]int{red: 10}))
	tests := []struct {
		caption string
		meta    map[string]string
		want    string
	}{
		{"A red wall", nil, "A red wall. Barn in Sweden. " + measured},
		{"Is this a Swedish barn in Sweden?", nil, "Is this a Swedish barn in Sweden? " + measured},
		{"The barns of Sweden.", map[string]string{"tags": "holiday, barn", "title": "Sweden!", "camera": "X100"}, "The barns of Sweden. Holiday, barn. " + measured},
		{"A wall. Colours: 100% blue; dark, muted, wide format.", nil, "A wall. Barn in Sweden. " + measured},
		{"Colours: red and green.", nil, "Colours: red and green. Barn in Sweden. " + measured},
		{"  ", nil, "Barn in Sweden. " + measured},
	}
	for _, tt := range tests {
		img := img
		img.Caption, img.Meta = tt.caption, tt.meta
		got, err := embed.Colours{}.Caption(t.Context(), img)
		if err != nil || got != tt.want {
			t.Errorf("Caption of %q = %q, %v; want %q", tt.caption, got, err, tt.want)
		}
		img.Caption = got
		if again, err := (embed.Colours{}).Caption(t.Context(), img); err != nil || again != got {
			t.Errorf("Caption of its own %q = %q, %v", got, again, err)
		}
	}
}

func TestColoursFails(t *testing.T) {
	_, err := embed.Colours{}.Caption(t.Context(), imagescope.Bytes("broken.jpg", []byte("no picture")))
	var ie *imagescope.ImageError
	if !errors.As(err, &ie) || ie.ID != "broken.jpg" || !errors.Is(err, imagescope.ErrImageFormat) {
		t.Errorf("Caption of no picture: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (embed.Colours{}).Caption(ctx, imagescope.Image{ID: "a.jpg"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Caption with a done context: %v", err)
	}
}

// TestColoursNames has shades that are none of the examples by which the names
// were set.
func TestColoursNames(t *testing.T) {
	for name, shades := range map[string][]uint32{
		"black":  {0x0a0a0c, 0x1e1c1b},
		"grey":   {0x5c5c5e, 0x888584, 0xabadb0},
		"white":  {0xfafaf7, 0xeeeef2},
		"red":    {0xe02020, 0x9c1010, 0x7c0c18},
		"orange": {0xf48c20, 0xff6a00},
		"yellow": {0xffe838, 0xf8d84c, 0xd8b418},
		"green":  {0x1e4018, 0x6b8e23, 0x98e088, 0x2e8b57, 0x0c5c14},
		"blue":   {0x101c60, 0x9cc4ea, 0x2060d0, 0x30a8d8, 0x40607c},
		"purple": {0x7c2090, 0x9c64c0, 0x54207c},
		"pink":   {0xffb0c4, 0xf878a8, 0xe02888},
		"brown":  {0x6c4420, 0x44280f, 0xb4845c, 0xd0ac80},
	} {
		for _, c := range shades {
			img := imagescope.Pixels("", uniform(uint8(c>>16), uint8(c>>8), uint8(c), 4, 4))
			got, err := embed.Colours{}.Caption(t.Context(), img)
			if err != nil || !strings.HasPrefix(got, "Colours: 100% "+name+";") {
				t.Errorf("%06x: Caption = %q, %v; want %s", c, got, err, name)
			}
		}
	}
}
