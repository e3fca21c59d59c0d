// Package exiftest writes files with what a camera would note in them, for
// tests.
package exiftest

import "encoding/binary"

// Tag is an entry of a TIFF directory. Kind is 1 (bytes), 2 (text), 3 (short
// numbers), 4 (long ones) or 5 (ratios, of two values each).
type Tag struct {
	ID, Kind uint16
	Values   []uint32
}

// Tags of the main directory, of that of the camera and of that of the place.
const (
	Make        = 0x010f
	Model       = 0x0110
	Orientation = 0x0112

	Taken           = 0x9003
	Digitised       = 0x9004
	TakenOffset     = 0x9011
	DigitisedOffset = 0x9012

	LatitudeRef  = 1
	Latitude     = 2
	LongitudeRef = 3
	Longitude    = 4
	PlaceStatus  = 9

	camera = 0x8769
	place  = 0x8825
)

// Text returns a tag with a text, to which it adds no zero byte.
func Text(id uint16, s string) Tag {
	t := Tag{ID: id, Kind: 2}
	for i := range len(s) {
		t.Values = append(t.Values, uint32(s[i]))
	}
	return t
}

// Bytes returns a tag with bytes.
func Bytes(id uint16, values ...uint32) Tag { return Tag{id, 1, values} }

// Shorts returns a tag with short numbers.
func Shorts(id uint16, values ...uint32) Tag { return Tag{id, 3, values} }

// Longs returns a tag with long numbers.
func Longs(id uint16, values ...uint32) Tag { return Tag{id, 4, values} }

// Ratios returns a tag with ratios, of numerators and denominators in turn.
func Ratios(id uint16, values ...uint32) Tag { return Tag{id, 5, values} }

// Camera returns a TIFF file, or an EXIF block, with the three directories that
// a camera writes.
func Camera(order binary.AppendByteOrder, main, ofCamera, ofPlace []Tag) []byte {
	at := len(TIFF(order, nil))
	inner := directory(order, at, ofCamera, false)
	outer := directory(order, at+len(inner), ofPlace, false)
	main = append(main[:len(main):len(main)], Longs(camera, uint32(at)), Longs(place, uint32(at+len(inner))))
	return TIFF(order, append(inner, outer...), main)
}

// TIFF lays out a TIFF file: the header, data from byte 8 on, and the
// directories one after the other.
func TIFF(order binary.AppendByteOrder, data []byte, directories ...[]Tag) []byte {
	file := []byte("MM")
	if order.String() == binary.LittleEndian.String() {
		file = []byte("II")
	}
	file = order.AppendUint16(file, 42)
	file = order.AppendUint32(file, uint32(8+len(data)))
	file = append(file, data...)
	for i, tags := range directories {
		file = append(file, directory(order, len(file), tags, i+1 < len(directories))...)
	}
	return file
}

// InJPEG puts an EXIF block at the beginning of a JPEG file.
func InJPEG(file, block []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), block...)
	head := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(2+len(segment)))
	return append(append(head, segment...), file[2:]...)
}

// directory lays out a directory that begins at a byte of a file. Another one
// may follow.
func directory(order binary.AppendByteOrder, at int, tags []Tag, more bool) []byte {
	dir := order.AppendUint16(nil, uint16(len(tags)))
	end := at + len(dir) + 12*len(tags) + 4
	var outside []byte // values of more than four bytes
	for _, tag := range tags {
		dir = order.AppendUint16(dir, tag.ID)
		dir = order.AppendUint16(dir, tag.Kind)
		dir = order.AppendUint32(dir, tag.count())
		value := tag.bytes(order)
		if len(value) > 4 {
			value, outside = order.AppendUint32(nil, uint32(end+len(outside))), append(outside, value...)
		}
		dir = append(dir, append(value, 0, 0, 0, 0)[:4]...)
	}
	next := 0
	if more {
		next = end + len(outside)
	}
	return append(order.AppendUint32(dir, uint32(next)), outside...)
}

func (t Tag) count() uint32 {
	if t.Kind == 5 {
		return uint32(len(t.Values) / 2)
	}
	return uint32(len(t.Values))
}

func (t Tag) bytes(order binary.AppendByteOrder) (b []byte) {
	for _, v := range t.Values {
		switch t.Kind {
		case 1, 2:
			b = append(b, byte(v))
		case 3:
			b = order.AppendUint16(b, uint16(v))
		default:
			b = order.AppendUint32(b, v)
		}
	}
	return b
}
