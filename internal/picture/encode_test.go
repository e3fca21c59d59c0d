package picture_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/picture"
)

func TestJPEGFlattensOnWhite(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(3, 4, 35, 20)) // does not begin at (0, 0)
	draw.Draw(clear, image.Rect(19, 4, 35, 20), image.NewUniform(red), image.Point{}, draw.Src)
	paletted := image.NewPaletted(image.Rect(0, 0, 32, 16), color.Palette{color.Transparent, red})
	draw.Draw(paletted, image.Rect(16, 0, 32, 16), image.NewUniform(red), image.Point{}, draw.Src)
	premultiplied := image.NewRGBA(image.Rect(0, 0, 32, 16))
	draw.Draw(premultiplied, image.Rect(16, 0, 32, 16), image.NewUniform(red), image.Point{}, draw.Src)

	for _, img := range []image.Image{clear, paletted, premultiplied} {
		data, err := picture.JPEG(img)
		if err != nil {
			t.Fatalf("JPEG(%T): %v", img, err)
		}
		got, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("JPEG(%T): does not decode: %v", img, err)
		}
		if d := cmp.Diff([4]string{"white", "red", "white", "red"}, corners(got)); d != "" {
			t.Errorf("JPEG(%T): corners: want is -, got is +\n%s", img, d)
		}
		if got.Bounds() != image.Rect(0, 0, 32, 16) {
			t.Errorf("JPEG(%T): got bounds %v", img, got.Bounds())
		}
	}
}

func TestJPEGIsInColour(t *testing.T) {
	for _, img := range []image.Image{image.NewGray(image.Rect(0, 0, 9, 9)), photo(9, 9), quarters(9, 9)} {
		data, err := picture.JPEG(img)
		if err != nil {
			t.Fatalf("JPEG(%T): %v", img, err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.ColorModel != color.YCbCrModel || config.Width != 9 {
			t.Errorf("JPEG(%T): got %+v, %v", img, config, err)
		}
	}
}

// Quality 90 has a quantization table that begins with 3, 2, 2 (the standard's
// 16, 11, 10 times 0.2, rounded).
func TestJPEGQuality(t *testing.T) {
	data, err := picture.JPEG(quarters(16, 16))
	if err != nil {
		t.Fatal(err)
	}
	table := bytes.Index(data, []byte("\xff\xdb")) + 5
	if d := cmp.Diff([]byte{3, 2, 2}, data[table:table+3]); d != "" {
		t.Errorf("quantization: want is -, got is +\n%s", d)
	}
}

func TestPNGKeepsEveryPixel(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	data, err := picture.PNG(img)
	if err != nil {
		t.Fatalf("PNG: %v", err)
	}
	got, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("PNG: does not decode: %v", err)
	}
	if !samePixels(got, img) {
		t.Errorf("PNG: other pixels came back")
	}
}

func TestEncodeImpossible(t *testing.T) {
	empty := image.NewRGBA(image.Rectangle{})
	wide := image.NewGray(image.Rect(0, 0, 65536, 1))
	tests := []struct {
		name   string
		encode func(image.Image) ([]byte, error)
		img    image.Image
		want   error
	}{
		{"JPEG of nil", picture.JPEG, nil, picture.ErrFormat},
		{"JPEG of nothing", picture.JPEG, empty, picture.ErrFormat},
		{"JPEG too wide", picture.JPEG, wide, picture.ErrTooLarge},
		{"PNG of nil", picture.PNG, nil, picture.ErrFormat},
		{"PNG of nothing", picture.PNG, empty, picture.ErrFormat},
		{"PNG has no such limit", picture.PNG, wide, nil},
	}
	for _, tt := range tests {
		if _, err := tt.encode(tt.img); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}
