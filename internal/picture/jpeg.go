package picture

import (
	"bytes"
	"fmt"
)

// maxScans is how often a JPEG file may pass over its pixels. Encoders write
// some 10 to 20 scans; a progressive file may hold a hundred thousand, each of
// them a hundred bytes long and 20 ms of work at 100 million pixels.
const maxScans = 100

// checkScans counts the scans of a JPEG file from its markers, which are never
// part of the compressed data.
func checkScans(data []byte) ([]byte, error) {
	const (
		stuffed, tem, rst0, soi, eoi, sos = 0x00, 0x01, 0xd0, 0xd8, 0xd9, 0xda
	)
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
		case marker == stuffed || marker == tem || rst0 <= marker && marker <= soi: // without a length
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
