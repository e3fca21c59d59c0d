package picture

import "encoding/binary"

// exifOfPNG returns the EXIF block of a PNG file. Behind its signature of eight
// bytes a file is chunks: the size of the data in four bytes, a name of four,
// the data, and a checksum of four.
func exifOfPNG(data []byte) []byte {
	const signature, before, after = 8, 8, 4
	for data = data[signature:]; len(data) >= before; {
		size, name := int64(binary.BigEndian.Uint32(data)), string(data[4:before])
		data = data[before:]
		if name == "eXIf" {
			return data[:min(size, int64(len(data)))]
		}
		data = data[min(size+after, int64(len(data))):]
	}
	return nil
}
