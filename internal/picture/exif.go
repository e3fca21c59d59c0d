package picture

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bep/imagemeta"
)

// EXIF is what a camera notes in a file. What it does not is zero.
type EXIF struct {
	// Taken is when the picture was taken, by the clock of the camera as if that
	// were UTC.
	Taken time.Time
	// Zoned says that Offset is known: how far the clock is ahead of UTC.
	Zoned  bool
	Offset time.Duration

	Make, Model string // of the camera

	// Placed says that the place is known, in degrees, positive to the north and
	// to the east.
	Placed              bool
	Latitude, Longitude float64

	// Orientation is how the pixels are stored, from 1 to 8 by the standard.
	Orientation int
}

// ReadEXIF reads what a camera noted in an image: of a JPEG file what comes
// before the pixels, of others the whole file, at most lim.MaxBytes, and no pixel
// is decoded. What cannot be read, or cannot be, such as a date in month 13, is
// left out. The error wraps [ErrFormat], [ErrTruncated] or [ErrTooLarge], or is
// that of r.
func ReadEXIF(r io.Reader, lim Limits) (EXIF, error) {
	block, err := readBlock(r, lim.orDefault().MaxBytes)
	if err != nil {
		return EXIF{}, err
	}
	n := notes{}
	readTags(block, imagemeta.Options{
		LimitTagSize:    1 << 10,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return namespaces[tag.Tag] == tag.Namespace },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if _, twice := n[tag.Tag]; !twice {
				n[tag.Tag] = tag.Value
			}
			return nil
		},
		Warnf: func(format string, _ ...any) {
			tag, _, _ := strings.Cut(format, ":")
			n[tag] = nil // a value that cannot be converted comes as 0, which could be a place
		},
	})
	return n.exif(), nil
}

// readBlock returns the EXIF block of a file, nil where it has none.
func readBlock(r io.Reader, limit int64) ([]byte, error) {
	file := bufio.NewReader(r)
	head, err := file.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, readError(err, len(head))
	}
	f, err := sniff(head)
	switch {
	case err != nil:
		return nil, err
	case f.exif == nil:
		return nil, nil
	case f.front != nil:
		return f.blockInFront(file, limit)
	}
	data, err := readAll(file, limit)
	if err != nil {
		return nil, err
	}
	return f.exif(data), nil
}

// blockInFront returns the EXIF block of a file, of which it reads no more than
// it has to.
func (f *format) blockInFront(file io.Reader, limit int64) ([]byte, error) {
	rest := &io.LimitedReader{R: file, N: limit}
	block, err := f.front(bufio.NewReader(rest))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err == io.ErrUnexpectedEOF && rest.N == 0 {
		err = cmp.Or(atEnd(file, limit), err)
	}
	if err != nil {
		return nil, readError(err, int(limit-rest.N))
	}
	return block, nil
}

// readTags reads the tags of an EXIF block, as opts say. Errors are dropped:
// what was found before them counts.
func readTags(block []byte, opts imagemeta.Options) {
	defer func() { _ = recover() }() // imagemeta catches its own panics, but does not promise to
	opts.R, opts.ImageFormat = &capped{bytes.NewReader(block), maxSteps}, imagemeta.TIFF
	opts.Sources = imagemeta.EXIF
	imagemeta.Decode(opts)
}

// maxSteps is how often imagemeta may move in an EXIF block, or read up to 4 KiB
// of it. Of some hundred photographs of many cameras none takes more than 184;
// a block of 800 KB can have it go through the same 65,535 tags for each of 256
// directories, which took a second.
const maxSteps = 1 << 14

// capped is a reader that ends after so many calls.
type capped struct {
	block *bytes.Reader
	left  int
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left--; c.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return c.block.Read(p)
}

func (c *capped) Seek(offset int64, whence int) (int64, error) {
	if c.left--; c.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return c.block.Seek(offset, whence)
}

const (
	mainIFD   = "IFD0" // of the picture, and not of its thumbnail
	cameraIFD = mainIFD + "/ExifIFDP"
	placeIFD  = mainIFD + "/GPSInfoIFD"
)

// namespaces tells where the tags are that are read, as imagemeta names them.
var namespaces = map[string]string{
	"Orientation": mainIFD, "Make": mainIFD, "Model": mainIFD,
	"DateTimeOriginal": cameraIFD, "OffsetTimeOriginal": cameraIFD,
	"CreateDate": cameraIFD, "OffsetTimeDigitized": cameraIFD, // of the digital picture
	"GPSLatitude": placeIFD, "GPSLatitudeRef": placeIFD, "GPSLongitude": placeIFD, "GPSLongitudeRef": placeIFD, "GPSStatus": placeIFD,
}

// notes are the values of tags.
type notes map[string]any

func (n notes) exif() EXIF {
	e := EXIF{Make: n.text("Make"), Model: n.text("Model"), Orientation: orientationIn(n["Orientation"])}
	if !n.taken(&e, "DateTimeOriginal", "OffsetTimeOriginal") {
		n.taken(&e, "CreateDate", "OffsetTimeDigitized")
	}
	e.Latitude, e.Longitude, e.Placed = n.place()
	return e
}

// taken reads a date, of which the year has to be there, and the offset.
func (n notes) taken(e *EXIF, date, offset string) bool {
	t, err := time.Parse("2006:01:02 15:04:05", n.text(date))
	if err != nil || t.Year() < 1 {
		return false
	}
	e.Taken = t
	if zone, err := time.Parse("Z07:00", n.text(offset)); err == nil {
		_, seconds := zone.Zone()
		ahead := time.Duration(seconds) * time.Second
		if ahead.Abs() <= maxOffset {
			e.Zoned, e.Offset = true, ahead
		}
	}
	return true
}

// maxOffset is how far a clock can be ahead of UTC: that of Kiritimati is.
const maxOffset = 14 * time.Hour

// place reads latitude and longitude. Both must be there, with the hemispheres.
// What a receiver without a fix writes, its status or zeros, is no place.
func (n notes) place() (latitude, longitude float64, ok bool) {
	latitude, north := n.degrees("GPSLatitude", "N", "S", 90)
	longitude, east := n.degrees("GPSLongitude", "E", "W", 180)
	if !north || !east || latitude == 0 && longitude == 0 || n.text("GPSStatus") == "V" {
		return 0, 0, false
	}
	return latitude, longitude, true
}

func (n notes) degrees(tag, positive, negative string, most float64) (float64, bool) {
	value, ok := n[tag].(float64)
	if !ok || math.IsNaN(value) || value < 0 || value > most {
		return 0, false
	}
	switch n.text(tag + "Ref") {
	case positive:
		return value, true
	case negative:
		return -value + 0, true // not -0
	}
	return 0, false
}

// maxText is how many bytes of a text count.
const maxText = 200

// text returns a text in one line, without what is not UTF-8, which imagemeta
// has replaced.
func (n notes) text(tag string) string {
	s, _ := n[tag].(string)
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), string(utf8.RuneError), "")
	s = strings.Join(strings.Fields(s), " ")
	for len(s) > maxText {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
