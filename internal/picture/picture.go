// Package picture decodes, turns, scales, combines and encodes images that
// come from untrusted sources.
//
// Every function is safe for concurrent use, keeps no state between calls and
// leaves the images that it is given unchanged.
package picture

import "errors"

// Errors that [Decode] ends in. They come wrapped with what was found and,
// where something can be done about it, with what to do.
var (
	// ErrFormat means that the bytes are not one of the formats, or are one
	// in a variant that is not supported, or are damaged.
	ErrFormat = errors.New("not a readable JPEG, PNG, GIF, WebP, BMP or TIFF image")
	// ErrTruncated means that the data ends before the image does. Damage in
	// the middle that makes a decoder look for more than there is looks the
	// same.
	ErrTruncated = errors.New("the image is cut off")
	// ErrTooLarge means that the file, the picture, or the work to decode it
	// exceeds a limit.
	ErrTooLarge = errors.New("the image is too large")
)

// Extensions are the endings, in lower case, of the names of files that
// [Decode] may be able to read. It must not be changed.
var Extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// Limits bounds what [Decode] takes in. A value of 0 or less means the default.
type Limits struct {
	MaxBytes  int64 // size of the file; by default 64 MiB
	MaxPixels int64 // width times height; by default 100 million
}

func (l Limits) orDefault() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 64 << 20
	}
	if l.MaxPixels <= 0 {
		l.MaxPixels = 100_000_000
	}
	return l
}

// maxSide is the most pixels that one side may have: what JPEG and GIF can
// express, so that whatever was decoded can also be encoded. It also bounds
// what a decoder keeps for each row: without it a TIFF file one pixel wide
// could ask for 100 million strips.
const maxSide = 1<<16 - 1
