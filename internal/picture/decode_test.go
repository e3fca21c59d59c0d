package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/internal/exiftest"
	"github.com/imagescope/imagescope/internal/picture"
)

func decode(data []byte) (image.Image, error) {
	return picture.Decode(bytes.NewReader(data), picture.Limits{})
}

func ExampleDecode() {
	var file bytes.Buffer
	png.Encode(&file, image.NewGray(image.Rect(0, 0, 400, 300)))

	_, err := picture.Decode(bytes.NewReader(file.Bytes()), picture.Limits{MaxPixels: 100_000})
	fmt.Println(err)

	img, err := picture.Decode(&file, picture.Limits{})
	fmt.Println(img.Bounds(), err)
	// Output:
	// the image is too large: the header declares 400 x 300 pixels, more than 100000; raise MaxPixels to accept it (PNG)
	// (0,0)-(400,300) <nil>
}

func TestDecodeFormats(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			img, err := decode(data)
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			if got, want := img.Bounds(), image.Rect(0, 0, 16, 8); got != want {
				t.Errorf("bounds: got %v, want %v", got, want)
			}
			want := [4]string{"red", "green", "blue", "yellow"}
			if d := cmp.Diff(want, corners(img)); d != "" {
				t.Errorf("corners: want is -, got is +\n%s", d)
			}
		})
	}
}

// A file cut off anywhere is reported as cut off, or else gives the very
// picture that the whole file gives: never one with a part missing.
func TestDecodeCutAtEveryByte(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			whole, err := decode(data)
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			for n := range data {
				img, err := decode(data[:n])
				if err == nil && !samePixels(img, whole) {
					t.Errorf("Decode of %d of %d bytes: no error, but another picture", n, len(data))
				}
				if err != nil && !errors.Is(err, picture.ErrTruncated) {
					t.Errorf("Decode of %d of %d bytes: got %v, want ErrTruncated", n, len(data), err)
				}
			}
		})
	}
}

func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if color.RGBA64Model.Convert(a.At(x, y)) != color.RGBA64Model.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

func TestDecodeJunk(t *testing.T) {
	pixels := samples(t)
	badCRC := bytes.Clone(pixels["png"])
	badCRC[29] ^= 1
	tests := []struct {
		name string
		data string
		want error
	}{
		{"empty", "", picture.ErrTruncated},
		{"text", "Not everything that ends in .jpg is a picture.", picture.ErrFormat},
		{"text like a bitmap", "BMW makes cars, and this line is about them.", picture.ErrFormat},
		{"page", "<!DOCTYPE html><title>404</title>", picture.ErrFormat},
		{"archive", "PK\x03\x04" + strings.Repeat("\x00", 100), picture.ErrFormat},
		{"HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", picture.ErrFormat},
		{"sound", "RIFF\x24\x00\x00\x00WAVEfmt ", picture.ErrFormat},
		{"zeros", strings.Repeat("\x00", 100), picture.ErrFormat},
		{"PNG without header", "\x89PNG\r\n\x1a\n" + string(pngChunk("IDAT", []byte("junk"))), picture.ErrFormat},
		{"PNG with a wrong checksum", string(badCRC), picture.ErrFormat},
		{"GIF of junk", "GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\xff", 2000), picture.ErrFormat},
		{"TIFF of another kind", "II*\x00\x08\x00\x00\x00" + strings.Repeat("\xff", 1<<20), picture.ErrFormat},
		{"JPEG with arithmetic coding", strings.Replace(string(pixels["jpeg"]), "\xff\xc0", "\xff\xc9", 1), picture.ErrFormat},
		{"GIF without pixels", string(emptyGIF()), picture.ErrFormat},
		{"PNG of zero width", string(pngHeader(0, 5)), picture.ErrFormat},
		{"BMP of zero size", string(bmpHeader(0, 0)), picture.ErrFormat},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := decode([]byte(tt.data)); !errors.Is(err, tt.want) {
				t.Errorf("Decode: got %v, want %v", err, tt.want)
			}
		})
	}
}

// emptyGIF has a screen of 3 x 3 pixels and a frame of 0 x 0.
func emptyGIF() []byte {
	return []byte("GIF89a\x03\x00\x03\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" +
		"\x2c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x01\x2c\x00\x3b")
}

func TestDecodeMovesFrameToOrigin(t *testing.T) {
	frame := image.NewPaletted(image.Rect(3, 2, 7, 5), color.Palette{black, red})
	frame.SetColorIndex(3, 2, 1)
	file := encoded(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{frame}, Delay: []int{0},
			Config: image.Config{Width: 10, Height: 10},
		})
	})
	img, err := decode(file)
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	if got, want := img.Bounds(), image.Rect(0, 0, 4, 3); got != want {
		t.Errorf("bounds: got %v, want %v", got, want)
	}
	if got := nearest(img.At(0, 0)); got != "red" {
		t.Errorf("first pixel: got %s, want red", got)
	}
}

func TestDecodeTransparentWebP(t *testing.T) {
	const file = "UklGRnoAAABXRUJQVlA4WAoAAAAQAAAADwAABwAAQUxQSAoAAAABB1DAiAhERP8DVlA4IEoAAAAwAgCdASoQAAgAAsBMJagCdGuAt/8Dwvbv7gD+4vbvyXlv37MHD+dn+LL3/BD//17Ulf//1of9e3/4Jx8M7+5v/AF3gv9jfcUQAA=="
	still := unbase64(t, file)
	frame := append([]byte{0, 0, 0, 0, 0, 0, 15, 0, 0, 7, 0, 0, 100, 0, 0, 0}, still[30:]...)
	const animated = 1 << 1
	extended := webpChunk("VP8X", []byte{animated, 0, 0, 0, 15, 0, 0, 7, 0, 0})
	body := bytes.Join([][]byte{[]byte("WEBP"), extended, webpChunk("ANMF", frame)}, nil)

	for name, data := range map[string][]byte{"still": still, "animated": webpChunk("RIFF", body)} {
		img, err := decode(data)
		if err != nil {
			t.Errorf("Decode of the %s one: %v", name, err)
			continue
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a>>8 != 128 {
			t.Errorf("Decode of the %s one: got opacity %d of 255, want 128", name, a>>8)
		}
	}
}

// huge are headers that declare more pixels than the limit, with no pixels
// behind them.
func huge() map[string][]byte {
	canvas := []byte{0, 0, 0, 0, 0x5f, 0xea, 0, 0x5f, 0xea, 0}
	directory := func(w, h uint32) []byte {
		return exiftest.TIFF(binary.LittleEndian, nil, []tag{
			exiftest.Longs(0x100, w), exiftest.Longs(0x101, h), exiftest.Shorts(0x102, 8),
			exiftest.Shorts(0x106, 1), exiftest.Longs(0x111, 8), exiftest.Longs(0x117, 8),
		})
	}
	return map[string][]byte{
		"jpeg":            sof(60000, 60000),
		"png":             pngHeader(60000, 60000),
		"png, overflow":   pngHeader(1<<31-1, 1<<31-1),
		"gif":             []byte("GIF89a\x60\xea\x60\xea\x00\x00\x00"),
		"webp":            webpChunk("RIFF", append([]byte("WEBP"), webpChunk("VP8X", canvas)...)),
		"bmp":             bmpHeader(60000, 60000),
		"tiff":            directory(60000, 60000),
		"tiff, overflow":  directory(1<<32-1, 1<<32-1),
		"tiff, many rows": directory(1, 70_000),
	}
}

func pngHeader(w, h uint32) []byte {
	data := binary.BigEndian.AppendUint32(nil, w)
	data = binary.BigEndian.AppendUint32(data, h)
	data = append(data, 8, 2, 0, 0, 0)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", data)...)
}

func bmpHeader(w, h uint32) []byte {
	b := []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00")
	b = binary.LittleEndian.AppendUint32(b, w)
	b = binary.LittleEndian.AppendUint32(b, h)
	b = append(b, 1, 0, 24, 0)
	return append(b, make([]byte, 24)...)
}

func TestDecodeRefusesHugeHeadersCheaply(t *testing.T) {
	for name, data := range huge() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decode(data)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, picture.ErrTooLarge) {
				t.Errorf("Decode: got %v, want ErrTooLarge", err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 64<<10 {
				t.Errorf("Decode took %d bytes to refuse a header", got)
			}
		})
	}
}

func TestDecodeLimits(t *testing.T) {
	data := samples(t)["png"]
	size := int64(len(data))
	tests := []struct {
		name string
		lim  picture.Limits
		want error
	}{
		{"defaults", picture.Limits{}, nil},
		{"negative means default", picture.Limits{MaxBytes: -1, MaxPixels: -1}, nil},
		{"exactly the size", picture.Limits{MaxBytes: size, MaxPixels: 16 * 8}, nil},
		{"one byte less", picture.Limits{MaxBytes: size - 1}, picture.ErrTooLarge},
		{"one pixel less", picture.Limits{MaxPixels: 16*8 - 1}, picture.ErrTooLarge},
		{"no limit", picture.Limits{MaxBytes: 1<<63 - 1, MaxPixels: 1<<63 - 1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := picture.Decode(bytes.NewReader(data), tt.lim); !errors.Is(err, tt.want) {
				t.Errorf("Decode(%+v): got %v, want %v", tt.lim, err, tt.want)
			}
		})
	}
}

func TestDecodeReadsNoMoreThanMaxBytes(t *testing.T) {
	r := &counter{r: endless{}}
	_, err := picture.Decode(r, picture.Limits{MaxBytes: 1000})
	if !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("Decode of an endless file: got %v, want ErrTooLarge", err)
	}
	if r.n > 1001 {
		t.Errorf("Decode read %d bytes, want at most 1001", r.n)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "\xff\xd8"), nil }

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestDecodeReaderFails(t *testing.T) {
	data := samples(t)["jpeg"]
	broken := errors.New("disk on fire")
	tests := []struct {
		name string
		r    io.Reader
		want error
	}{
		{"at once", iotest.ErrReader(broken), broken},
		{"midway", io.MultiReader(bytes.NewReader(data[:100]), iotest.ErrReader(broken)), broken},
		{"behind the last byte allowed", io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), broken},
		{"download cut off", io.MultiReader(bytes.NewReader(data[:100]), iotest.ErrReader(io.ErrUnexpectedEOF)), picture.ErrTruncated},
		{"byte by byte", iotest.OneByteReader(bytes.NewReader(data)), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lim := picture.Limits{MaxBytes: int64(len(data))}
			if _, err := picture.Decode(tt.r, lim); !errors.Is(err, tt.want) {
				t.Errorf("Decode: got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDecodeManyScans(t *testing.T) {
	file := samples(t)["jpeg progressive"]
	last := file[bytes.LastIndex(file, []byte("\xff\xda")) : len(file)-2]
	bomb := slices.Concat(file[:len(file)-2], bytes.Repeat(last, 100), []byte("\xff\xd9"))
	if _, err := decode(bomb); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("Decode of 100 scans more: got %v, want ErrTooLarge", err)
	}

	comment := strings.Repeat("\xff\xda\x00\x02", 1000)
	innocent := slices.Concat([]byte("\xff\xd8\xff\xfe"), binary.BigEndian.AppendUint16(nil, uint16(2+len(comment))),
		[]byte(comment), file[2:])
	if _, err := decode(innocent); err != nil {
		t.Errorf("Decode with a comment that looks like 1000 scans: %v", err)
	}
	trailer := append(bytes.Clone(file), comment...)
	if _, err := decode(trailer); err != nil {
		t.Errorf("Decode with 1000 scans behind the end: %v", err)
	}
}

// Every photo of the shared collection can be read, scaled and encoded.
func TestDecodePhotos(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(shared(), "photos", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("no photos: set IMAGESCOPE_SHARED to the directory that holds photos/")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := decode(data)
		if err != nil {
			t.Errorf("Decode(%s): %v", filepath.Base(name), err)
			continue
		}
		if _, err := picture.JPEG(picture.Fit(img, 64)); err != nil {
			t.Errorf("JPEG(%s): %v", filepath.Base(name), err)
		}
	}
	t.Logf("%d photos", len(names))
}

// shared returns the directory beside the repository that holds test material.
func shared() string {
	if dir := os.Getenv("IMAGESCOPE_SHARED"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared")
}

func TestExtensions(t *testing.T) {
	formats := map[string]bool{}
	for name := range samples(t) {
		formats[strings.Fields(name)[0]] = true
	}
	want := append(slices.Collect(maps.Keys(formats)), "jpg", "tif")
	got := slices.Clone(picture.Extensions)
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], ".")
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Extensions, against the formats that are tested: want is -, got is +\n%s", d)
	}
}

// FuzzDecode checks the promises of Decode on whatever bytes.
func FuzzDecode(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	for _, data := range huge() {
		f.Add(data)
	}
	s := samples(f)
	f.Add(exiftest.InJPEG(s["jpeg"], exif(6)))
	f.Add(pngWith(s["png"], exif(3)))
	f.Add(webpWith(s["webp lossless"], exif(8)))
	f.Add(emptyGIF())
	lim := picture.Limits{MaxBytes: 64 << 10, MaxPixels: 64 << 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := picture.Decode(bytes.NewReader(data), lim)
		if err != nil {
			for _, class := range []error{picture.ErrFormat, picture.ErrTruncated, picture.ErrTooLarge} {
				if errors.Is(err, class) {
					return
				}
			}
			t.Fatalf("Decode: error of no class: %v", err)
		}
		size := img.Bounds().Size()
		if img.Bounds().Min != (image.Point{}) || size.X < 1 || size.Y < 1 || int64(size.X*size.Y) > lim.MaxPixels {
			t.Fatalf("Decode: got bounds %v under %+v", img.Bounds(), lim)
		}
		if _, err := picture.JPEG(picture.Fit(img, 16)); err != nil {
			t.Fatalf("JPEG of what was decoded: %v", err)
		}
	})
}
