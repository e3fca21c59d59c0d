package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/exiftest"
	"github.com/imagescope/imagescope/internal/picture"
)

// berlin is a place, 52° 30' 36" north and 13° 24' east.
func berlin() []tag {
	return []tag{
		exiftest.Text(exiftest.LatitudeRef, "N\x00"), exiftest.Ratios(exiftest.Latitude, 52, 1, 30, 1, 3600, 100),
		exiftest.Text(exiftest.LongitudeRef, "E\x00"), exiftest.Ratios(exiftest.Longitude, 13, 1, 24, 1, 0, 1),
	}
}

func TestReadEXIF(t *testing.T) {
	s := samples(t)
	want := picture.EXIF{
		Taken: time.Date(2026, 11, 24, 10, 20, 30, 0, time.UTC), Zoned: true, Offset: -(3*time.Hour + 30*time.Minute),
		Make: "NIKON CORPORATION", Model: "Z 6", Placed: true, Latitude: 52.51, Longitude: 13.4, Orientation: 6,
	}
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		block := exiftest.Camera(order,
			[]tag{exiftest.Text(exiftest.Make, "NIKON CORPORATION\x00"), exiftest.Text(exiftest.Model, "Z 6\x00"), exiftest.Shorts(exiftest.Orientation, 6)},
			[]tag{exiftest.Text(exiftest.Taken, "2026:11:24 10:20:30\x00"), exiftest.Text(exiftest.Digitised, "2027:01:01 00:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "-03:30\x00")},
			berlin())
		for name, file := range map[string][]byte{
			"jpeg": exiftest.InJPEG(s["jpeg"], block), "png": pngWith(s["png"], block), "webp": webpWith(s["webp lossless"], block), "tiff": block,
		} {
			got, err := picture.ReadEXIF(bytes.NewReader(file), picture.Limits{})
			if err != nil {
				t.Errorf("%s, %v: %v", name, order, err)
			}
			got.Latitude, got.Longitude = math.Round(got.Latitude*1e9)/1e9, math.Round(got.Longitude*1e9)/1e9
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, %v: want is -, got is +\n%s", name, order, d)
			}
		}
	}
	for _, name := range []string{"jpeg", "png", "webp lossless", "gif", "bmp", "tiff"} {
		if got, err := picture.ReadEXIF(bytes.NewReader(s[name]), picture.Limits{}); err != nil || got.Placed || !got.Taken.IsZero() || got.Make != "" {
			t.Errorf("%s without EXIF: %+v, %v", name, got, err)
		}
	}
}

func TestReadEXIFOddValues(t *testing.T) {
	place := func(change func([]tag) []tag) []tag { return change(berlin()) }
	set := func(i int, to tag) func([]tag) []tag {
		return func(tags []tag) []tag { tags[i] = to; return tags }
	}
	without := func(i int) func([]tag) []tag {
		return func(tags []tag) []tag { return append(tags[:i:i], tags[i+1:]...) }
	}
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name                string
		main, camera, place []tag
		want                picture.EXIF
	}{
		{name: "nothing"},
		{name: "south and west", place: place(func(tags []tag) []tag {
			return set(0, exiftest.Text(exiftest.LatitudeRef, "S\x00"))(set(2, exiftest.Text(exiftest.LongitudeRef, "W\x00"))(tags))
		}),
			want: picture.EXIF{Placed: true, Latitude: -52.51, Longitude: -13.4}},
		{name: "on the equator", place: place(set(1, exiftest.Ratios(exiftest.Latitude, 0, 1, 0, 1, 0, 1))), want: picture.EXIF{Placed: true, Longitude: 13.4}},
		{name: "just south of it", place: place(func(tags []tag) []tag {
			return set(0, exiftest.Text(exiftest.LatitudeRef, "S\x00"))(set(1, exiftest.Ratios(exiftest.Latitude, 0, 1, 0, 1, 0, 1))(tags))
		}), want: picture.EXIF{Placed: true, Longitude: 13.4}},
		{name: "no fix", place: place(func(tags []tag) []tag {
			return set(1, exiftest.Ratios(exiftest.Latitude, 0, 1, 0, 1, 0, 1))(set(3, exiftest.Ratios(exiftest.Longitude, 0, 1, 0, 1, 0, 1))(tags))
		})},
		{name: "void", place: append(berlin(), exiftest.Text(exiftest.PlaceStatus, "V\x00"))},
		{name: "active", place: append(berlin(), exiftest.Text(exiftest.PlaceStatus, "A\x00")), want: picture.EXIF{Placed: true, Latitude: 52.51, Longitude: 13.4}},
		{name: "no latitude", place: place(without(1))},
		{name: "no hemisphere", place: place(without(2))},
		{name: "wrong hemisphere", place: place(set(0, exiftest.Text(exiftest.LatitudeRef, "E\x00")))},
		{name: "degrees and minutes only", place: place(set(1, exiftest.Ratios(exiftest.Latitude, 52, 1, 30, 1)))},
		{name: "zero denominators", place: place(func(tags []tag) []tag {
			return set(1, exiftest.Ratios(exiftest.Latitude, 0, 0, 0, 0, 0, 0))(set(3, exiftest.Ratios(exiftest.Longitude, 9, 0, 9, 0, 9, 0))(tags))
		})},
		{name: "no seconds", place: place(set(3, exiftest.Ratios(exiftest.Longitude, 13, 1, 24, 1, 0, 0))), want: picture.EXIF{Placed: true, Latitude: 52.51, Longitude: 13.4}},
		{name: "too far north", place: place(set(1, exiftest.Ratios(exiftest.Latitude, 91, 1, 0, 1, 0, 1)))},
		{name: "at the pole", place: place(set(1, exiftest.Ratios(exiftest.Latitude, 90, 1, 0, 1, 0, 1))), want: picture.EXIF{Placed: true, Latitude: 90, Longitude: 13.4}},
		{name: "too far east", place: place(set(3, exiftest.Ratios(exiftest.Longitude, 180, 1, 0, 1, 1, 1)))},
		{name: "a place in words", place: place(set(1, exiftest.Text(exiftest.Latitude, "52.51\x00")))},
		{name: "taken", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00")}, want: picture.EXIF{Taken: noon}},
		{name: "only digitised", camera: []tag{exiftest.Text(exiftest.Digitised, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.DigitisedOffset, "+01:00\x00"), exiftest.Text(exiftest.TakenOffset, "+02:00\x00")},
			want: picture.EXIF{Taken: noon, Zoned: true, Offset: time.Hour}},
		{name: "in Greenwich", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "+00:00\x00")}, want: picture.EXIF{Taken: noon, Zoned: true}},
		{name: "Z for Greenwich", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "Z\x00")}, want: picture.EXIF{Taken: noon, Zoned: true}},
		{name: "on Kiritimati", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "+14:00\x00")}, want: picture.EXIF{Taken: noon, Zoned: true, Offset: 14 * time.Hour}},
		{name: "nowhere", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "-24:60\x00")}, want: picture.EXIF{Taken: noon}},
		{name: "blank zone", camera: []tag{exiftest.Text(exiftest.Taken, "2026:01:02 12:00:00\x00"), exiftest.Text(exiftest.TakenOffset, "   :  \x00")}, want: picture.EXIF{Taken: noon}},
		{name: "no date", camera: []tag{exiftest.Text(exiftest.Taken, "0000:00:00 00:00:00\x00")}},
		{name: "blank date", camera: []tag{exiftest.Text(exiftest.Taken, "    :  :     :  :  \x00")}},
		{name: "month 13", camera: []tag{exiftest.Text(exiftest.Taken, "2026:13:02 12:00:00\x00")}},
		{name: "a date as a number", camera: []tag{exiftest.Longs(exiftest.Taken, 20260102)}},
		{name: "a camera in two lines", main: []tag{exiftest.Text(exiftest.Make, "  Canon   Inc.\r\n\x00\x00junk")}, want: picture.EXIF{Make: "Canon Inc.junk"}},
		{name: "a long name", main: []tag{exiftest.Text(exiftest.Model, strings.Repeat("é", 400))}, want: picture.EXIF{Model: strings.Repeat("é", 100)}},
		{name: "too long a name", main: []tag{exiftest.Text(exiftest.Model, strings.Repeat("x", 5000)), exiftest.Text(exiftest.Make, "Canon")}, want: picture.EXIF{Make: "Canon"}},
		{name: "no UTF-8", main: []tag{exiftest.Text(exiftest.Make, "Le\xe9ca\xff")}, want: picture.EXIF{Make: "Leca"}},
		{name: "orientation 0", main: []tag{exiftest.Shorts(exiftest.Orientation, 0)}},
		{name: "orientation 9", main: []tag{exiftest.Shorts(exiftest.Orientation, 9)}},
		{name: "the first of two", main: []tag{exiftest.Text(exiftest.Make, "Canon"), exiftest.Text(exiftest.Make, "Nikon")}, want: picture.EXIF{Make: "Canon"}},
	}
	stored := samples(t)["jpeg"]
	for _, tt := range tests {
		block := exiftest.Camera(binary.LittleEndian, tt.main, tt.camera, tt.place)
		got, err := picture.ReadEXIF(bytes.NewReader(exiftest.InJPEG(stored, block)), picture.Limits{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		got.Latitude, got.Longitude = math.Round(got.Latitude*1e9)/1e9, math.Round(got.Longitude*1e9)/1e9
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", tt.name, d)
		}
		if math.Signbit(got.Latitude) && got.Latitude == 0 {
			t.Errorf("%s: the latitude is -0", tt.name)
		}
	}
}

// TestReadEXIFInJPEG has other segments and padding before the EXIF block.
func TestReadEXIFInJPEG(t *testing.T) {
	file := samples(t)["jpeg"]
	block := exiftest.Camera(binary.BigEndian, []tag{exiftest.Text(exiftest.Make, "Canon\x00")}, nil, nil)
	other := exiftest.Camera(binary.BigEndian, []tag{exiftest.Text(exiftest.Make, "Nikon\x00")}, nil, nil)
	segment := func(marker byte, data string) string {
		return string(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(data)))) + data
	}
	exif := segment(0xe1, "Exif\x00\x00"+string(block))
	tests := []struct {
		name, before string
		want         string
	}{
		{"at the front", exif, "Canon"},
		{"behind JFIF", segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00") + exif, "Canon"},
		{"behind XMP", segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x/>") + exif, "Canon"},
		{"behind large segments", strings.Repeat(segment(0xe2, strings.Repeat("\xff", 65533)), 3) + exif, "Canon"},
		{"behind an empty segment", segment(0xfe, "") + exif, "Canon"},
		{"behind a segment without its length", "\xff\xfe\x00\x00" + exif, "Canon"},
		{"behind padding", "\xff\xff\xff" + exif, "Canon"},
		{"behind junk", "\x00\x12" + exif, "Canon"},
		{"of two", exif + segment(0xe1, "Exif\x00\x00"+string(other)), "Canon"},
		{"in another segment", segment(0xe2, "Exif\x00\x00"+string(block)), ""},
		{"without its block", segment(0xe1, "Exif"), ""},
		{"of no bytes", segment(0xe1, "Exif\x00\x00"), ""},
		{"behind the beginning of the pixels", segment(0xda, "") + exif, ""},
		{"behind the end", "\xff\xd9" + exif, ""},
	}
	for _, tt := range tests {
		got, err := picture.ReadEXIF(strings.NewReader("\xff\xd8"+tt.before+string(file[2:])), picture.Limits{})
		if d := cmp.Diff(picture.EXIF{Make: tt.want}, got); err != nil || d != "" {
			t.Errorf("%s: %v; want is -, got is +\n%s", tt.name, err, d)
		}
	}
}

// TestReadEXIFReadsNoMore has a JPEG file whose pixels cannot be read.
func TestReadEXIFReadsNoMore(t *testing.T) {
	block := exiftest.Camera(binary.BigEndian, []tag{exiftest.Text(exiftest.Make, "Canon\x00")}, nil, nil)
	for name, file := range map[string][]byte{"with EXIF": exiftest.InJPEG([]byte("\xff\xd8\xff\xda"), block), "without": []byte("\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00")} {
		if _, err := picture.ReadEXIF(io.MultiReader(bytes.NewReader(file), failing{}), picture.Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReadEXIFEndsEarly has a block with many directories of many tags before
// those that count: it is left where it takes too long to read.
func TestReadEXIFEndsEarly(t *testing.T) {
	const subIFD = 0x014a
	for _, tt := range []struct {
		directories, tags int
		want              string
	}{{2, 300, "Canon"}, {250, 300, ""}} {
		var tags []tag
		for range tt.tags {
			tags = append(tags, exiftest.Text(0xfdea, strings.Repeat("x", 1100)))
		}
		offsets := make([]uint32, tt.directories)
		for i := range offsets {
			offsets[i] = 8
		}
		inner := exiftest.TIFF(binary.BigEndian, nil, tags)[8:]
		block := exiftest.TIFF(binary.BigEndian, inner, []tag{exiftest.Longs(subIFD, offsets...), exiftest.Text(exiftest.Make, "Canon\x00")})
		got, err := picture.ReadEXIF(bytes.NewReader(pngWith(samples(t)["png"], block)), picture.Limits{})
		if err != nil || got.Make != tt.want {
			t.Errorf("%d directories of %d tags: ReadEXIF = %+v, %v; want the maker %q", tt.directories, tt.tags, got, err, tt.want)
		}
	}
}

func TestReadEXIFErrors(t *testing.T) {
	s := samples(t)
	photo := exiftest.InJPEG(s["jpeg"], exif(6))
	tests := []struct {
		name string
		r    io.Reader
		lim  picture.Limits
		want error
	}{
		{"text", strings.NewReader("no image at all"), picture.Limits{}, picture.ErrFormat},
		{"empty", strings.NewReader(""), picture.Limits{}, picture.ErrTruncated},
		{"first byte", strings.NewReader("\xff"), picture.Limits{}, picture.ErrTruncated},
		{"fails at once", failing{}, picture.Limits{}, errRead},
		{"large png", bytes.NewReader(s["png"]), picture.Limits{MaxBytes: int64(len(s["png"])) - 1}, picture.ErrTooLarge},
		{"png that fails", io.MultiReader(bytes.NewReader(s["png"]), failing{}), picture.Limits{}, errRead},
		{"large front of jpeg", bytes.NewReader(photo), picture.Limits{MaxBytes: 30}, picture.ErrTooLarge},
		{"jpeg cut off before", bytes.NewReader(photo[:3]), picture.Limits{}, picture.ErrTruncated},
		{"jpeg cut off within", bytes.NewReader(photo[:30]), picture.Limits{}, picture.ErrTruncated},
		{"jpeg cut off at the limit", bytes.NewReader(photo[:30]), picture.Limits{MaxBytes: 30}, picture.ErrTruncated},
		{"jpeg that fails", io.MultiReader(bytes.NewReader(photo[:30]), failing{}), picture.Limits{}, errRead},
		{"jpeg that fails at the limit", io.MultiReader(bytes.NewReader(photo[:30]), failing{}), picture.Limits{MaxBytes: 30}, errRead},
	}
	for _, tt := range tests {
		if got, err := picture.ReadEXIF(tt.r, tt.lim); !errors.Is(err, tt.want) {
			t.Errorf("%s: ReadEXIF = %+v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
	for name, file := range map[string][]byte{"png": s["png"], "jpeg": s["jpeg"]} {
		if _, err := picture.ReadEXIF(bytes.NewReader(file), picture.Limits{MaxBytes: int64(len(file))}); err != nil {
			t.Errorf("a %s file of just the size: %v", name, err)
		}
	}
}

var errRead = errors.New("the disk is gone")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errRead }

func FuzzReadEXIF(f *testing.F) {
	s := samples(f)
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		block := exiftest.Camera(order, []tag{exiftest.Text(exiftest.Make, "Canon\x00"), exiftest.Shorts(exiftest.Orientation, 6)},
			[]tag{exiftest.Text(exiftest.Taken, "2026:11:24 10:20:30\x00"), exiftest.Text(exiftest.TakenOffset, "-03:30\x00")}, berlin())
		f.Add(block)
		f.Add(exiftest.InJPEG(s["jpeg"], block))
		f.Add(pngWith(s["png"], block))
		f.Add(webpWith(s["webp lossless"], block))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := picture.ReadEXIF(bytes.NewReader(data), picture.Limits{MaxBytes: 64 << 10})
		if err != nil {
			if e != (picture.EXIF{}) {
				t.Errorf("with %v it returns %+v", err, e)
			}
			return
		}
		for _, s := range []string{e.Make, e.Model} {
			if !utf8.ValidString(s) || len(s) > 200 || s != strings.TrimSpace(s) || strings.ContainsAny(s, "\n\x00") {
				t.Errorf("a text is %q", s)
			}
		}
		if !(math.Abs(e.Latitude) <= 90) || !(math.Abs(e.Longitude) <= 180) || e.Orientation < 0 || e.Orientation > 8 {
			t.Errorf("out of range: %+v", e)
		}
	})
}

// BenchmarkReadEXIF tells how much of a file is read.
func BenchmarkReadEXIF(b *testing.B) {
	img := photo(4000, 3000)
	block := exiftest.Camera(binary.BigEndian, []tag{exiftest.Text(exiftest.Make, "Canon\x00")}, []tag{exiftest.Text(exiftest.Taken, "2026:11:24 10:20:30\x00")}, berlin())
	jpegFile := encoded(b, func(buf *bytes.Buffer) error { return jpeg.Encode(buf, img, nil) })
	for _, bb := range []struct {
		name string
		file []byte
	}{
		{"jpeg", exiftest.InJPEG(jpegFile, block)},
		{"jpeg without EXIF", jpegFile},
		{"png", pngWith(encoded(b, func(buf *bytes.Buffer) error { return png.Encode(buf, img) }), block)},
	} {
		b.Run("12Mpx/"+bb.name, func(b *testing.B) {
			b.ReportAllocs()
			left := 0
			for b.Loop() {
				r := bytes.NewReader(bb.file)
				if _, err := picture.ReadEXIF(r, picture.Limits{}); err != nil {
					b.Fatal(err)
				}
				left = r.Len()
			}
			b.ReportMetric(float64(len(bb.file)), "filebytes")
			b.ReportMetric(float64(len(bb.file)-left), "readbytes")
		})
	}
}
