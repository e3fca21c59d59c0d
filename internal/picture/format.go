package picture

import (
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is one file format and what reads it.
type format struct {
	name   string
	magic  []string // how its files begin; a question mark is any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)

	// prepare, unless nil, checks what the decoder does not, and returns the
	// data for it.
	prepare func(data []byte) ([]byte, error)
	// exif, unless nil, returns the part of the data that holds EXIF
	// metadata, and how that is laid out.
	exif func(data []byte) ([]byte, imagemeta.ImageFormat)
}

// formats are looked through by the bytes that a file begins with, and not by
// way of [image.Decode], whose registry the importing program may have
// extended.
var formats = []*format{
	{name: "JPEG", magic: []string{"\xff\xd8"}, config: jpeg.DecodeConfig, decode: jpeg.Decode,
		prepare: checkScans, exif: wholeFile(imagemeta.JPEG)},
	{name: "PNG", magic: []string{"\x89PNG\r\n\x1a\n"}, config: png.DecodeConfig, decode: png.Decode,
		exif: wholeFile(imagemeta.PNG)},
	{name: "GIF", magic: []string{"GIF87a", "GIF89a"}, config: gif.DecodeConfig, decode: decodeGIF},
	{name: "WebP", magic: []string{"RIFF????WEBP"}, config: webp.DecodeConfig, decode: webp.Decode,
		prepare: stillWebP, exif: exifOfWebP},
	{name: "BMP", magic: []string{"BM????\x00\x00\x00\x00"}, config: bmp.DecodeConfig, decode: bmp.Decode},
	{name: "TIFF", magic: []string{"II*\x00", "MM\x00*"}, config: tiff.DecodeConfig, decode: tiff.Decode,
		prepare: checkTiles, exif: wholeFile(imagemeta.TIFF)},
}

// sniff returns the format that data is in.
func sniff(data []byte) (*format, error) {
	for _, f := range formats {
		for _, magic := range f.magic {
			switch {
			case !matches(magic, data):
			case len(data) < len(magic):
				return nil, fmt.Errorf("%w: all there is are %d bytes", ErrTruncated, len(data))
			default:
				return f, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: it begins with %q", ErrFormat, data[:min(len(data), 12)])
}

// matches reports whether data and magic agree as far as the shorter of them
// goes.
func matches(magic string, data []byte) bool {
	for i := range min(len(magic), len(data)) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

func wholeFile(layout imagemeta.ImageFormat) func([]byte) ([]byte, imagemeta.ImageFormat) {
	return func(data []byte) ([]byte, imagemeta.ImageFormat) { return data, layout }
}

// decodeGIF decodes the first frame, which need not begin at (0, 0) nor have
// any pixels.
func decodeGIF(r io.Reader) (image.Image, error) {
	img, err := gif.Decode(r)
	if err != nil {
		return nil, err
	}
	frame, ok := img.(*image.Paletted)
	if !ok || frame.Rect.Empty() {
		return nil, fmt.Errorf("first frame has no pixels: %v", img.Bounds())
	}
	frame.Rect = frame.Rect.Sub(frame.Rect.Min)
	return frame, nil
}
