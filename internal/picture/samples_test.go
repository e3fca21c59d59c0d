package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/imagescope/imagescope/internal/exiftest"
)

// The picture of all samples: four quarters in four colours.
//
//	red   green
//	blue  yellow
var (
	red    = color.RGBA{255, 0, 0, 255}
	green  = color.RGBA{0, 255, 0, 255}
	blue   = color.RGBA{0, 0, 255, 255}
	yellow = color.RGBA{255, 255, 0, 255}
	white  = color.RGBA{255, 255, 255, 255}
	black  = color.RGBA{0, 0, 0, 255}
)

func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			left, top := x < w/2, y < h/2
			switch {
			case left && top:
				img.SetRGBA(x, y, red)
			case top:
				img.SetRGBA(x, y, green)
			case left:
				img.SetRGBA(x, y, blue)
			default:
				img.SetRGBA(x, y, yellow)
			}
		}
	}
	return img
}

// corners names the colours that the corner pixels come nearest to: top left,
// top right, bottom left, bottom right.
func corners(img image.Image) [4]string {
	b := img.Bounds()
	return [4]string{
		nearest(img.At(b.Min.X, b.Min.Y)), nearest(img.At(b.Max.X-1, b.Min.Y)),
		nearest(img.At(b.Min.X, b.Max.Y-1)), nearest(img.At(b.Max.X-1, b.Max.Y-1)),
	}
}

func nearest(c color.Color) string {
	palette := color.Palette{red, green, blue, yellow, white, black}
	return []string{"red", "green", "blue", "yellow", "white", "black"}[palette.Index(c)]
}

// samples are quarters(16, 8) in every format and variant.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	img := quarters(16, 8)
	paletted := image.NewPaletted(img.Bounds(), color.Palette{red, green, blue, yellow})
	for i := range paletted.Pix {
		paletted.Set(i%16, i/16, img.At(i%16, i/16))
	}
	m := map[string][]byte{
		"jpeg":             encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) }),
		"jpeg progressive": unbase64(t, progressiveJPEG),
		"jpeg cmyk":        unbase64(t, cmykJPEG),
		"png":              encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) }),
		"png paletted":     encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, paletted) }),
		"gif":              encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) }),
		"gif animated":     encoded(t, func(b *bytes.Buffer) error { return encodeAnimation(b, paletted) }),
		"webp lossy":       unbase64(t, lossyWebP),
		"webp lossless":    unbase64(t, losslessWebP),
		"webp animated":    unbase64(t, animatedWebP),
		"bmp":              encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) }),
		"bmp paletted":     encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, paletted) }),
		"tiff":             encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) }),
		"tiff deflate": encoded(t, func(b *bytes.Buffer) error {
			return tiff.Encode(b, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		}),
	}
	return m
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatalf("encode a sample: %v", err)
	}
	return b.Bytes()
}

func encodeAnimation(b *bytes.Buffer, first *image.Paletted) error {
	second := image.NewPaletted(first.Rect, first.Palette)
	return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{10, 10}})
}

func unbase64(t testing.TB, s string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("sample: %v", err)
	}
	return data
}

// Made with Pillow 13 from the same picture, since Go has no encoder for them.
// The one chunk of the lossless file has an odd length, and so a padding byte.
const (
	lossyWebP    = "UklGRlYAAABXRUJQVlA4IEoAAAAwAgCdASoQAAgAAsBMJagCdGuAt/8Dwvbv7gD+4vbvyXlv37MHD+dn+LL3/BD//17Ulf//1of9e3/4Jx8M7+5v/AF3gv9jfcUQAA=="
	losslessWebP = "UklGRjYAAABXRUJQVlA4TCkAAAAvD8ABAB8gEEjaH3qN+RcQFPk/2vwHXySAMNtokpOc5P2OIaL/semH+gA="
	animatedWebP = "UklGRhABAABXRUJQVlA4WAoAAAACAAAADwAABwAAQU5JTQYAAAAAAAAAAABBTk1GbgAAAAAAAAAAAA8AAAcAAGQAAAJWUDggVgAAANABAJ0BKhAACAABQCYlqAADXzQck4lwAP72idzH3vHX8HlR//8zm//TPWP/WS//8j9d10Wzf/+lwf+mzf//pQ7/5w8i/6cP/zUf/MCVv/Kh/VoRAAAAQU5NRm4AAAAAAAAAAAAPAAAHAABkAAAAVlA4IFYAAADUAQCdASoQAAgAAAAmJagAAzsvbuCKAAD+/b1H/AenXfovP//kfrzqiqj/0Of/pMLH/sQf/958+XH//5st/+Warf+bL//xQ7/510i/6E///lP3/SkAAA=="

	progressiveJPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wgARCAAIABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAUG/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAP/2gAMAwEAAhADEAAAAZmiJv/EABYQAQEBAAAAAAAAAAAAAAAAAAASE//aAAgBAQABBQK2T//EABkRAAEFAAAAAAAAAAAAAAAAAAACESEjM//aAAgBAwEBPwFV+ksf/8QAGREAAgMBAAAAAAAAAAAAAAAAAxIAAgVh/9oACAECAQE/AdQdQqnZ/8QAFRABAQAAAAAAAAAAAAAAAAAAADH/2gAIAQEABj8Civ/EABYQAAMAAAAAAAAAAAAAAAAAAAAR8P/aAAgBAQABPyGmWj//2gAMAwEAAgADAAAAEAf/xAAaEQACAgMAAAAAAAAAAAAAAAABMQARQVFx/9oACAEDAQE/EDNeTDarU//EABkRAAIDAQAAAAAAAAAAAAAAABEhADFBUf/aAAgBAgEBPxBdgttDs//EABYQAQEBAAAAAAAAAAAAAAAAAADw8f/aAAgBAQABPxAL2//Z"
	cmykJPEG        = "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwA/4Wb/ANQj/wAmf/sK8/o/4Vl/1F//ACW/+zr0Cj/hWX/UX/8AJb/7OvoCvP6K/9k="
)

// tag is an entry of a directory of a TIFF file.
type tag = exiftest.Tag

// exif returns an EXIF block with only an orientation.
func exif(orientation int) []byte {
	return exiftest.TIFF(binary.BigEndian, nil, []tag{exiftest.Shorts(exiftest.Orientation, uint32(orientation))})
}

// pngWith puts an EXIF block behind the header of a PNG file.
func pngWith(file, exif []byte) []byte {
	const header = 33
	return bytes.Join([][]byte{file[:header], pngChunk("eXIf", exif), file[header:]}, nil)
}

func pngChunk(name string, data []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, name...), data...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// webpWith makes a WebP file of 16 x 8 pixels from the only chunk of another
// one and an EXIF block.
func webpWith(file, exif []byte) []byte {
	const hasEXIF = 1 << 3
	extended := webpChunk("VP8X", []byte{hasEXIF, 0, 0, 0, 15, 0, 0, 7, 0, 0})
	body := bytes.Join([][]byte{extended, file[12:], webpChunk("EXIF", exif)}, nil)
	return webpChunk("RIFF", append([]byte("WEBP"), body...))
}

func webpChunk(name string, data []byte) []byte {
	chunk := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	chunk = append(chunk, data...)
	return append(chunk, make([]byte, len(data)%2)...)
}
