package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// Markers of JPEG that have no length, or after which nothing is looked for.
const (
	stuffed, tem, rst0, soi, eoi, sos = 0x00, 0x01, 0xd0, 0xd8, 0xd9, 0xda
)

// alone reports whether a marker has no length and no data.
func alone(marker byte) bool {
	return marker == stuffed || marker == tem || rst0 <= marker && marker <= soi
}

// maxScans is how often a JPEG file may pass over its pixels. Encoders write
// some 10 to 20 scans; a progressive file may hold a hundred thousand, each of
// them a hundred bytes long and 20 ms of work at 100 million pixels.
const maxScans = 100

// checkScans counts the scans of a JPEG file from its markers, which are never
// part of the compressed data.
func checkScans(data []byte) ([]byte, error) {
	scans := 0
	for i := 2; ; {
		next := bytes.IndexByte(data[min(i, len(data)):], 0xff)
		if next < 0 || i+next+4 > len(data) {
			return data, nil
		}
		i += next
		switch marker := data[i+1]; {
		case marker == 0xff: // padding
			i++
			continue
		case alone(marker):
			i += 2
			continue
		case marker == eoi:
			return data, nil
		case marker == sos:
			scans++
		}
		if scans > maxScans {
			return nil, fmt.Errorf("%w: JPEG with more than %d scans", ErrTooLarge, maxScans)
		}
		i += 2 + int(data[i+2])<<8 + int(data[i+3])
	}
}

// exifOfJPEG returns the EXIF block of a JPEG file.
func exifOfJPEG(data []byte) []byte {
	block, _ := exifBlock(bufio.NewReader(bytes.NewReader(data)))
	return block
}

// exifBlock reads a JPEG file as far as the end of its EXIF block, or else as
// far as its pixels.
func exifBlock(r *bufio.Reader) ([]byte, error) {
	const app1 = 0xe1 // EXIF or XMP
	for {
		marker, err := nextMarker(r)
		switch {
		case err != nil:
			return nil, err
		case alone(marker):
			continue
		case marker == eoi || marker == sos:
			return nil, nil
		}
		var length [2]byte // of itself and the data
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return nil, err
		}
		size := max(int(binary.BigEndian.Uint16(length[:]))-len(length), 0)
		if head, _ := r.Peek(6); marker == app1 && size >= 6 && bytes.HasPrefix(head, []byte("Exif")) {
			segment := make([]byte, size)
			_, err := io.ReadFull(r, segment)
			return segment[6:], err
		}
		if _, err := r.Discard(size); err != nil {
			return nil, err
		}
	}
}

// nextMarker reads up to a marker and returns its second byte. What lies before
// it does not belong there, and is passed over as decoders do.
func nextMarker(r *bufio.Reader) (byte, error) {
	for marked := false; ; {
		b, err := r.ReadByte()
		if err != nil || marked && b != 0xff {
			return b, err
		}
		marked = b == 0xff
	}
}
