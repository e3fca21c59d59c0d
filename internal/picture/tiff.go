package picture

import (
	"encoding/binary"
	"fmt"
)

// maxTiles is how many tiles a TIFF file may have: 100 million pixels in tiles
// of 40 x 40. Each takes the decoder some 20 µs, however small it is, and the
// million tiles of 8 x 8 pixels that 64 million pixels have may all be the same
// few bytes of a file of 1 MB.
const maxTiles = 1 << 16

// checkTiles reads the number of tiles from the first directory of a TIFF
// file. What it cannot read it leaves to the decoder.
func checkTiles(data []byte) ([]byte, error) {
	const (
		entrySize = 12 // tag, type, count, value or its place
		offsets   = 0x144
		counts    = 0x145
	)
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	if len(data) < 8 {
		return data, nil
	}
	start := int64(order.Uint32(data[4:])) + 2
	if start > int64(len(data)) {
		return data, nil
	}
	entries := data[start:]
	for range order.Uint16(data[start-2:]) {
		if len(entries) < entrySize {
			break
		}
		tag, tiles := order.Uint16(entries), order.Uint32(entries[4:])
		if (tag == offsets || tag == counts) && tiles > maxTiles {
			return nil, fmt.Errorf("%w: TIFF with %d tiles, more than %d", ErrTooLarge, tiles, maxTiles)
		}
		entries = entries[entrySize:]
	}
	return data, nil
}
