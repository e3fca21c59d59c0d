package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
)

// A WebP file is "RIFF", its size, "WEBP" and then chunks. A chunk is a name of
// four bytes, its size in four bytes, little endian, and its data, padded to an
// even number of bytes. The format is described at
// https://developers.google.com/speed/webp/docs/riff_container.
const (
	riffHeader  = 12
	chunkHeader = 8
	frameHeader = 16 // of the data of an ANMF chunk, before the chunks within
)

// chunk is one part of a WebP file. Its data is shorter than size where the
// file ends early.
type chunk struct {
	name string
	size uint32 // as declared
	data []byte
}

// chunks walks over the chunks in data.
func chunks(data []byte) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for len(data) >= chunkHeader {
			c := chunk{name: string(data[:4]), size: binary.LittleEndian.Uint32(data[4:])}
			data = data[chunkHeader:]
			c.data = data[:min(int64(c.size), int64(len(data)))]
			if !yield(c) {
				return
			}
			padded := int64(c.size) + int64(c.size&1)
			data = data[min(padded, int64(len(data))):]
		}
	}
}

// stillWebP returns the first frame of an animated WebP as a file of its own,
// since the decoder knows still images only; a still image it returns as it
// is. It refuses a size that the decoder would call a bad format.
func stillWebP(data []byte) ([]byte, error) {
	for c := range chunks(data[riffHeader:]) {
		switch {
		case c.name == "VP8X" && len(c.data) == 10:
			w, h := 1+uint24(c.data[4:]), 1+uint24(c.data[7:])
			if w*h > math.MaxInt32 {
				return nil, fmt.Errorf("%w: the header declares %d x %d pixels (WebP)", ErrTooLarge, w, h)
			}
		case c.name == "VP8 " || c.name == "VP8L":
			return data, nil
		case c.name == "ANMF" && len(c.data) >= frameHeader:
			return stillFrame(c), nil
		}
	}
	return data, nil
}

func uint24(b []byte) int64 {
	return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16
}

// stillFrame makes a file of one frame. It declares the size that the whole
// frame should have, so that the decoder notices when the frame is cut off.
func stillFrame(frame chunk) []byte {
	const (
		header   = riffHeader + chunkHeader + 10
		hasAlpha = 1 << 4
	)
	body := frame.data[frameHeader:]
	still := make([]byte, header, header+len(body))
	copy(still, "RIFF")
	binary.LittleEndian.PutUint32(still[4:], header-8+frame.size-frameHeader)
	copy(still[8:], "WEBPVP8X\x0a\x00\x00\x00")
	for c := range chunks(body) {
		if c.name == "ALPH" {
			still[20] = hasAlpha
		}
	}
	copy(still[24:], frame.data[6:12]) // width and height less one, three bytes each
	return append(still, body...)
}

// exifOfWebP returns the EXIF block of a WebP file.
func exifOfWebP(data []byte) []byte {
	for c := range chunks(data[riffHeader:]) {
		if c.name == "EXIF" {
			// Some programs put in the prefix that JPEG has.
			return bytes.TrimPrefix(c.data, []byte("Exif\x00\x00"))
		}
	}
	return nil
}
