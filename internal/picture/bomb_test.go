package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"runtime"
	"slices"
	"testing"

	"github.com/imagescope/imagescope/internal/exiftest"
	"github.com/imagescope/imagescope/internal/picture"
)

// bomb is a small file that asks for much memory or time.
type bomb struct {
	name string
	data []byte
	want error
}

func bombs(t *testing.T) []bomb {
	s := samples(t)
	jpegEnd := slices.Concat(s["jpeg"][:len(s["jpeg"])-2], []byte("\xff\xc0\x00\x0b\x08\xea\x60\xea\x60\x01\x01\x11\x00\xff\xd9"))
	second := pngChunk("IHDR", pngHeader(60000, 60000)[16:29])
	return []bomb{
		{"jpeg, a second size behind the pixels", jpegEnd, picture.ErrFormat},
		{"jpeg, a second size before the pixels", slices.Concat(sof(16, 8), sof(60000, 60000)[2:]), picture.ErrFormat},
		{"png, a second header", slices.Insert(bytes.Clone(s["png"]), 33, second...), picture.ErrFormat},
		{"gif, a frame larger than the screen", gifFrame(16, 8, 60000, 60000), picture.ErrFormat},
		{"webp, VP8L larger than the canvas", lyingWebP("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0}), picture.ErrFormat},
		{"webp, VP8 larger than the canvas", lyingWebP("VP8 ", []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f}), picture.ErrFormat},
		{"tiff, a strip of 4 GB", tiffOf(exiftest.Longs(0x111, 8), exiftest.Longs(0x117, 1<<32-1)), picture.ErrFormat},
		{"tiff, a strip far behind the end", tiffOf(exiftest.Longs(0x111, 1<<32-1), exiftest.Longs(0x117, 128)), picture.ErrTruncated},
		{"tiff, a tile larger than the picture", tiffOf(exiftest.Longs(0x142, 1<<31), exiftest.Longs(0x143, 16),
			exiftest.Longs(0x144, 8), exiftest.Longs(0x145, 128)), picture.ErrFormat},
		{"tiff, a million tiles", tiledTIFF(8000, 8000), picture.ErrTooLarge},
	}
}

func TestDecodeBombs(t *testing.T) {
	for _, b := range bombs(t) {
		t.Run(b.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decode(b.data)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, b.want) {
				t.Errorf("Decode: got %v, want %v", err, b.want)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > uint64(64<<10+8*len(b.data)) {
				t.Errorf("Decode took %d bytes for a file of %d", got, len(b.data))
			}
		})
	}
}

func TestDecodeManyTiles(t *testing.T) {
	img, err := decode(tiledTIFF(2048, 2048)) // 65,536 tiles
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	if got, want := img.Bounds(), image.Rect(0, 0, 2048, 2048); got != want {
		t.Errorf("Decode: got %v, want %v", got, want)
	}
}

// TestDecodeManyFrames has the first of 2,000 frames decoded, and no other.
func TestDecodeManyFrames(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 100, 100), color.Palette{red, green})
	movie := &gif.GIF{}
	for range 2000 {
		movie.Image, movie.Delay = append(movie.Image, frame), append(movie.Delay, 1)
	}
	data := encoded(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, movie) })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := decode(data); err != nil {
		t.Fatalf("Decode: %v", err)
	}
	runtime.ReadMemStats(&after)
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(8*len(data)); got > most {
		t.Errorf("Decode took %d bytes for the first of 2000 frames, want at most %d", got, most)
	}
}

// sof returns the beginning of a JPEG file up to its size.
func sof(w, h uint16) []byte {
	b := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x0b\x08")
	b = binary.BigEndian.AppendUint16(b, h)
	b = binary.BigEndian.AppendUint16(b, w)
	return append(b, 1, 1, 0x11, 0)
}

// gifFrame returns a GIF file of which the first frame has another size than
// the screen.
func gifFrame(screenW, screenH, w, h uint16) []byte {
	b := []byte("GIF89a")
	for _, n := range []uint16{screenW, screenH} {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	b = append(b, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0) // two colours, a frame at 0, 0
	for _, n := range []uint16{w, h} {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	return append(b, 0, 2, 2, 0x4c, 0x01, 0, 0x3b)
}

// lyingWebP returns a WebP file of 16 x 8 pixels by its first chunk, with
// another one behind it.
func lyingWebP(name string, data []byte) []byte {
	canvas := webpChunk("VP8X", []byte{0, 0, 0, 0, 15, 0, 0, 7, 0, 0})
	return webpChunk("RIFF", slices.Concat([]byte("WEBP"), canvas, webpChunk(name, data)))
}

// tiffOf returns a grey TIFF file of 16 x 8 pixels, without compression, whose
// directory ends in more tags.
func tiffOf(more ...tag) []byte {
	return exiftest.TIFF(binary.LittleEndian, make([]byte, 128), append([]tag{
		exiftest.Longs(0x100, 16), exiftest.Longs(0x101, 8), exiftest.Shorts(0x102, 8),
		exiftest.Shorts(0x103, 1), exiftest.Shorts(0x106, 1),
	}, more...))
}

// tiledTIFF returns a grey TIFF file in tiles of 8 x 8 pixels, all of them the
// same 64 bytes.
func tiledTIFF(w, h uint32) []byte {
	where := slices.Repeat([]uint32{8}, int(w/8*h/8))
	size := slices.Repeat([]uint32{64}, len(where))
	return exiftest.TIFF(binary.LittleEndian, make([]byte, 64), []tag{
		exiftest.Longs(0x100, w), exiftest.Longs(0x101, h), exiftest.Shorts(0x102, 8),
		exiftest.Shorts(0x103, 1), exiftest.Shorts(0x106, 1),
		exiftest.Shorts(0x142, 8), exiftest.Shorts(0x143, 8), exiftest.Bytes(0x144, where...), exiftest.Bytes(0x145, size...),
	})
}
