package picture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/exiftest"
	"github.com/imagescope/imagescope/internal/picture"
)

func TestDecodeAppliesOrientation(t *testing.T) {
	const w, h = 64, 32
	stored := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, quarters(w, h), nil) })
	tests := []struct {
		orientation int
		corners     [4]string // top left, top right, bottom left, bottom right
		turned      bool      // on its side
	}{
		{1, [4]string{"red", "green", "blue", "yellow"}, false},
		{2, [4]string{"green", "red", "yellow", "blue"}, false},
		{3, [4]string{"yellow", "blue", "green", "red"}, false},
		{4, [4]string{"blue", "yellow", "red", "green"}, false},
		{5, [4]string{"red", "blue", "green", "yellow"}, true},
		{6, [4]string{"blue", "red", "yellow", "green"}, true},
		{7, [4]string{"yellow", "green", "blue", "red"}, true},
		{8, [4]string{"green", "yellow", "red", "blue"}, true},
		{0, [4]string{"red", "green", "blue", "yellow"}, false}, // not in the standard
		{9, [4]string{"red", "green", "blue", "yellow"}, false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.orientation), func(t *testing.T) {
			img, err := decode(exiftest.InJPEG(stored, exif(tt.orientation)))
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			want := image.Rect(0, 0, w, h)
			if tt.turned {
				want = image.Rect(0, 0, h, w)
			}
			if img.Bounds() != want {
				t.Errorf("bounds: got %v, want %v", img.Bounds(), want)
			}
			if d := cmp.Diff(tt.corners, corners(img)); d != "" {
				t.Errorf("corners: want is -, got is +\n%s", d)
			}
		})
	}
}

// Every pixel ends up where the standard says, at sizes that fill no band.
func TestOrientationMovesEveryPixel(t *testing.T) {
	const w, h = 37, 21
	stored := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			stored.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 7, 255})
		}
	}
	file := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, stored) })
	// Where the stored pixel (x, y) is shown.
	shown := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - 1 - y, x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return y, w - 1 - x },
	}
	for orientation, at := range shown {
		img, err := decode(pngWith(file, exif(orientation)))
		if err != nil {
			t.Fatalf("Decode with orientation %d: %v", orientation, err)
		}
		for y := range h {
			for x := range w {
				sx, sy := at(x, y)
				want := color.RGBA{uint8(x), uint8(y), 7, 255}
				if got := img.At(sx, sy); got != want {
					t.Fatalf("orientation %d: pixel (%d, %d) should show %v, shows %v", orientation, sx, sy, want, got)
				}
			}
		}
	}
}

func TestOrientationContainers(t *testing.T) {
	s := samples(t)
	rgb := quarters(16, 8)
	var pixels []byte
	for i := 0; i < len(rgb.Pix); i += 4 {
		pixels = append(pixels, rgb.Pix[i:i+3]...)
	}
	tiffWith := func(order binary.AppendByteOrder) []byte {
		return exiftest.TIFF(order, pixels, []tag{
			exiftest.Shorts(0x100, 16), exiftest.Shorts(0x101, 8), exiftest.Shorts(0x102, 8, 8, 8),
			exiftest.Shorts(0x103, 1), exiftest.Shorts(0x106, 2), exiftest.Longs(0x111, 8),
			exiftest.Shorts(exiftest.Orientation, 3), exiftest.Shorts(0x115, 3), exiftest.Shorts(0x116, 8),
			exiftest.Longs(0x117, uint32(len(pixels))),
		})
	}
	prefixed := append([]byte("Exif\x00\x00"), exif(3)...)
	for name, data := range map[string][]byte{
		"png":                           pngWith(s["png"], exif(3)),
		"webp, even":                    webpWith(s["webp lossy"], exif(3)),
		"webp, odd":                     webpWith(s["webp lossless"], exif(3)),
		"webp, prefixed as within JPEG": webpWith(s["webp lossy"], prefixed),
		"tiff, big endian":              tiffWith(binary.BigEndian),
		"tiff, little endian":           tiffWith(binary.LittleEndian),
	} {
		img, err := decode(data)
		if err != nil {
			t.Errorf("Decode(%s): %v", name, err)
			continue
		}
		if d := cmp.Diff([4]string{"yellow", "blue", "green", "red"}, corners(img)); d != "" {
			t.Errorf("corners of %s: want is -, got is +\n%s", name, d)
		}
	}
}

func TestOrientationOddBlocks(t *testing.T) {
	stored := samples(t)["jpeg"]
	as := func(kind uint16) []byte {
		return exiftest.TIFF(binary.LittleEndian, nil, []tag{{ID: exiftest.Orientation, Kind: kind, Values: []uint32{3}}})
	}
	thumbnail := exiftest.TIFF(binary.BigEndian, nil,
		[]tag{exiftest.Shorts(0x10f, 1)}, []tag{exiftest.Shorts(exiftest.Orientation, 3)})
	loop := exif(3)
	copy(loop[4:], "\x00\x00\x00\x00") // the directory is the header
	const asStored, upsideDown = "red", "yellow"
	tests := []struct {
		name string
		exif []byte
		want string // the first pixel
	}{
		{"as a byte", as(1), upsideDown},
		{"as 32 bits", as(4), upsideDown},
		{"as an unknown type", as(99), asStored},
		{"of the thumbnail", thumbnail, asStored},
		{"empty", nil, asStored},
		{"junk", bytes.Repeat([]byte("junk"), 50), asStored},
		{"directory outside", []byte("II*\x00\xff\xff\xff\x7f"), asStored},
		{"directory in the header", loop, asStored},
		{"without end", bytes.Repeat([]byte("II*\x00\x08\x00\x00\x00\xff\xff"), 100), asStored},
	}
	for cut := range exif(3)[:18] { // the value is in bytes 18 and 19
		tests = append(tests, struct {
			name string
			exif []byte
			want string
		}{fmt.Sprintf("cut after %d bytes", cut), exif(3)[:cut], asStored})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, err := decode(exiftest.InJPEG(stored, tt.exif))
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			if got := nearest(img.At(0, 0)); got != tt.want {
				t.Errorf("first pixel: got %s, want %s", got, tt.want)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	file := encoded(b, func(buf *bytes.Buffer) error { return jpeg.Encode(buf, photo(4000, 3000), nil) })
	for name, data := range map[string][]byte{"upright": file, "turned": exiftest.InJPEG(file, exif(6))} {
		b.Run("12Mpx/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := picture.Decode(bytes.NewReader(data), picture.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
