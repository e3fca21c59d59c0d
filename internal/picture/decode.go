package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"golang.org/x/image/tiff"
)

// Decode reads one image and returns it upright: an EXIF orientation is
// applied. Of an animation it returns the first frame. The bounds of the
// result begin at (0, 0); its type depends on the format.
//
// At most lim.MaxBytes+1 bytes are read from r, all of them before anything
// is decoded. The size that the header declares is checked against
// lim.MaxPixels, and against 65,535 pixels a side, before any memory for
// pixels is taken. From there on memory is in proportion to that size: mostly 3
// or 4 bytes per pixel, up to about 30 for a progressive JPEG in four colours
// or a compressed TIFF. Who decodes uploads of strangers does well to lower
// MaxPixels.
//
// The error wraps [ErrFormat], [ErrTruncated] or [ErrTooLarge], or is that of
// r. An image cut off at any byte is ErrTruncated, even within the first few
// bytes that tell the format, so an empty file is too; only where all that is
// missing says nothing about the pixels (the trailer of a GIF, the frames
// after the first) is the whole picture returned. Metadata that cannot be
// read is ignored.
func Decode(r io.Reader, lim Limits) (image.Image, error) {
	lim = lim.orDefault()
	data, err := readAll(r, lim.MaxBytes)
	if err != nil {
		return nil, err
	}
	f, err := sniff(data)
	if err != nil {
		return nil, err
	}
	img, err := f.pixels(data, lim.MaxPixels)
	if err != nil {
		return nil, err
	}
	return turn(img, f.orientation(data)), nil
}

// readAll reads r to its end, which must come within limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	// N is not limit+1 since that may overflow.
	data, err := io.ReadAll(io.LimitReader(r, limit))
	if err == nil && int64(len(data)) == limit {
		err = atEnd(r, limit)
	}
	if err != nil {
		return nil, readError(err, len(data))
	}
	return data, nil
}

// readError returns an error of a reader that has had so many bytes to give.
func readError(err error, read int) error {
	if errors.Is(err, io.ErrUnexpectedEOF) { // a broken download or archive
		return fmt.Errorf("%w: after %d bytes: %w", ErrTruncated, read, err)
	}
	return fmt.Errorf("read image: %w", err)
}

// atEnd returns an error unless r holds nothing more.
func atEnd(r io.Reader, limit int64) error {
	n, err := io.ReadFull(r, make([]byte, 1))
	if n > 0 {
		return fmt.Errorf("%w: more than %d bytes; raise MaxBytes to accept it", ErrTooLarge, limit)
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// pixels decodes data, which is in the format f.
func (f *format) pixels(data []byte, maxPixels int64) (image.Image, error) {
	if f.prepare != nil {
		var err error
		if data, err = f.prepare(data); err != nil {
			return nil, err
		}
	}
	config, err := run(f, f.config, data)
	if err != nil {
		return nil, err
	}
	if err := checkSize(config.Width, config.Height, maxPixels); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, f.name)
	}
	return run(f, f.decode, data)
}

// run calls a decoder and sorts its error. What the decoders of the standard
// library call an unexpected end may just as well be a bad stream, and what
// they call a bad stream may be an end, so their errors do not tell; whether
// they asked for more than there is does. A panic in a decoder is a fault of
// the decoder that hostile data found, and is treated as bad data.
func run[T any](f *format, decode func(io.Reader) (T, error), data []byte) (result T, err error) {
	src := &source{data: bytes.NewReader(data)}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panicked: %v", p)
		}
		if err != nil {
			// The decoder's error is not wrapped: who tests for io.EOF must
			// not mistake a bad image for the end of a stream of images.
			err = fmt.Errorf("%w: %s of %d bytes: %v", class(err, src.short), f.name, len(data), err)
		}
	}()
	return decode(src)
}

func class(err error, short bool) error {
	switch {
	case overflows(err):
		return ErrTooLarge
	case short:
		return ErrTruncated
	default:
		return ErrFormat
	}
}

// overflows reports whether a decoder refused a header because the number of
// pixels in it does not fit an int.
func overflows(err error) bool {
	return errors.Is(err, png.UnsupportedError("dimension overflow")) ||
		errors.Is(err, tiff.FormatError("image too large"))
}

// checkSize checks what a header declares. It cannot overflow: both sides are
// below 1<<16 where they are multiplied.
func checkSize(width, height int, maxPixels int64) error {
	switch {
	case width <= 0 || height <= 0:
		return fmt.Errorf("%w: the header declares %d x %d pixels", ErrFormat, width, height)
	case width > maxSide || height > maxSide:
		return fmt.Errorf("%w: the header declares %d x %d pixels; a side may have %d",
			ErrTooLarge, width, height, maxSide)
	case int64(width)*int64(height) > maxPixels:
		return fmt.Errorf("%w: the header declares %d x %d pixels, more than %d; raise MaxPixels to accept it",
			ErrTooLarge, width, height, maxPixels)
	}
	return nil
}

// source hands data to a decoder and notes whether the decoder asked for more
// than there is. It offers ReadByte and ReadAt so that no decoder puts a
// buffer of its own in between.
type source struct {
	data  *bytes.Reader
	short bool
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.data.Read(p)
	s.note(err)
	return n, err
}

func (s *source) ReadByte() (byte, error) {
	b, err := s.data.ReadByte()
	s.note(err)
	return b, err
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.data.ReadAt(p, off)
	s.note(err)
	return n, err
}

func (s *source) note(err error) {
	if err == io.EOF {
		s.short = true
	}
}
