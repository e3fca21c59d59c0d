package picture

import (
	"bufio"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is one file format and what reads it.
type format struct {
	name   string
	magic  []string // how its files begin, in at most sniffed bytes; a question mark is any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)

	// prepare, unless nil, checks what the decoder does not, and returns the
	// data for it.
	prepare func(data []byte) ([]byte, error)
	// exif, unless nil, returns the EXIF block of a file, which is laid out as a
	// TIFF file is; nil where there is none.
	exif func(data []byte) []byte
	// front, unless nil, does the same and reads no more of the file than it has
	// to. A file that ends before is [io.EOF] or [io.ErrUnexpectedEOF].
	front func(file *bufio.Reader) ([]byte, error)
}

// formats are looked through by the bytes that a file begins with, and not by
// way of [image.Decode], whose registry the importing program may have
// extended.
var formats = []*format{
	{name: "JPEG", magic: []string{"\xff\xd8"}, config: jpeg.DecodeConfig, decode: jpeg.Decode,
		prepare: checkScans, exif: exifOfJPEG, front: exifBlock},
	{name: "PNG", magic: []string{"\x89PNG\r\n\x1a\n"}, config: png.DecodeConfig, decode: png.Decode,
		exif: exifOfPNG},
	{name: "GIF", magic: []string{"GIF87a", "GIF89a"}, config: gif.DecodeConfig, decode: decodeGIF},
	{name: "WebP", magic: []string{"RIFF????WEBP"}, config: webp.DecodeConfig, decode: webp.Decode,
		prepare: stillWebP, exif: exifOfWebP},
	{name: "BMP", magic: []string{"BM????\x00\x00\x00\x00"}, config: bmp.DecodeConfig, decode: bmp.Decode},
	{name: "TIFF", magic: []string{"II*\x00", "MM\x00*"}, config: tiff.DecodeConfig, decode: tiff.Decode,
		prepare: checkTiles, exif: func(data []byte) []byte { return data }},
}

// sniffed is how many bytes of a file tell its format.
const sniffed = 12

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
	return nil, fmt.Errorf("%w: it begins with %q", ErrFormat, data[:min(len(data), sniffed)])
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
