package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Key is what a value is found by.
type Key [32]byte

const (
	formatLine = "imagescope answers 1\n"
	marker     = "IsRc"

	sumAt    = len(marker)
	lengthAt = sumAt + 4
	keyAt    = lengthAt + 4
	overhead = keyAt + len(Key{})

	// MaxValue is the longest value.
	MaxValue = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the record of a value.
func encode(key Key, value []byte) []byte {
	b := make([]byte, overhead, overhead+len(value))
	copy(b, marker)
	binary.LittleEndian.PutUint32(b[lengthAt:], uint32(len(value)))
	copy(b[keyAt:], key[:])
	b = append(b, value...)
	binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[lengthAt:], castagnoli))
	return b
}

// decode returns what a whole record holds; ok is false if it is damaged.
func decode(b []byte) (key Key, value []byte, ok bool) {
	if len(b) < overhead || string(b[:sumAt]) != marker || size(b) != len(b) ||
		binary.LittleEndian.Uint32(b[sumAt:]) != crc32.Checksum(b[lengthAt:], castagnoli) {
		return Key{}, nil, false
	}
	return Key(b[keyAt:overhead]), b[overhead:], true
}

// size returns the length of the record that begins with b, as it says, or 0
// if no record is that long.
func size(b []byte) int {
	n := binary.LittleEndian.Uint32(b[lengthAt:])
	if n > MaxValue {
		return 0
	}
	return overhead + int(n)
}

// place is where in the file a record is.
type place struct {
	at   int64
	size int
}

// scan calls each for every record that is whole, in order. It returns where
// the last one ends, and how many bytes before that belong to none.
//
// Behind damage it looks for the next record. So that a file made to look full
// of beginnings of records cannot keep it busy, it gives up when it has
// checked four times as many bytes in vain as the file has.
func scan(r io.Reader, length int64, each func(Key, place)) (end, damaged int64, err error) {
	in := bufio.NewReaderSize(r, overhead+MaxValue)
	if line, err := in.Peek(len(formatLine)); err != nil || string(line) != formatLine {
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, 0, err
		}
		return 0, length, nil
	}
	at := int64(len(formatLine))
	_, _ = in.Discard(len(formatLine)) // it was peeked at
	end = at
	for vain := int64(0); vain <= 4*length; {
		b, err := in.Peek(overhead)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil // less than a record is left
			}
			return end, damaged, err
		}
		skip := 1
		if string(b[:sumAt]) == marker && size(b) > 0 {
			n := size(b)
			b, err = in.Peek(n)
			if err != nil && !errors.Is(err, io.EOF) {
				return end, damaged, err
			}
			if key, _, ok := decode(b); ok {
				each(key, place{at, n})
				damaged += at - end
				end = at + int64(n)
				skip = n
			} else {
				vain += int64(len(b))
			}
		}
		_, _ = in.Discard(skip) // it was peeked at
		at += int64(skip)
	}
	return end, length - end + damaged, nil
}
