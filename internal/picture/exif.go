package picture

import (
	"bytes"
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

// ReadEXIF reads what a camera noted in an image. Of the file at most
// lim.MaxBytes are read, and no pixel is decoded. What cannot be read, or cannot
// be, such as a date in month 13, is left out. The error wraps [ErrFormat],
// [ErrTruncated] or [ErrTooLarge], or is that of r.
func ReadEXIF(r io.Reader, lim Limits) (EXIF, error) {
	data, err := readAll(r, lim.orDefault().MaxBytes)
	if err != nil {
		return EXIF{}, err
	}
	f, err := sniff(data)
	if err != nil {
		return EXIF{}, err
	}
	n := notes{}
	f.tags(data, imagemeta.Options{
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

// tags reads the EXIF tags of a file, as opts say. It takes time in proportion
// to the file, whose size is bounded, and at most 10 MiB of memory. Errors are
// dropped: what was found before them counts.
func (f *format) tags(data []byte, opts imagemeta.Options) {
	if f.exif == nil {
		return
	}
	defer func() { _ = recover() }() // imagemeta catches its own panics, but does not promise to
	data, opts.ImageFormat = f.exif(data)
	opts.R, opts.Sources = bytes.NewReader(data), imagemeta.EXIF
	imagemeta.Decode(opts)
}

const (
	mainIFD   = "IFD0" // IFD1 is the thumbnail
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
	if zone, err := time.Parse("-07:00", n.text(offset)); err == nil {
		_, seconds := zone.Zone()
		e.Zoned, e.Offset = true, time.Duration(seconds)*time.Second
	}
	return true
}

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
