package imagescope

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/imagescope/imagescope/internal/picture"
)

// Errors that reading an image can end in. They come wrapped in an
// [ImageError] that names the image.
var (
	// ErrImageFormat means that the bytes are not an image in a format that
	// this package reads (JPEG, PNG, GIF, WebP, BMP, TIFF).
	ErrImageFormat = picture.ErrFormat
	// ErrImageTruncated means that the image ends before its data does.
	ErrImageTruncated = picture.ErrTruncated
	// ErrImageTooLarge means that the file or its pixels exceed [ImageLimits].
	ErrImageTooLarge = picture.ErrTooLarge
	// ErrNoImage means that only an image's ID is known and not its bytes.
	ErrNoImage = errors.New("no bytes to read: set Config.Images, or make the image with File, Bytes or Pixels")
)

// ImageError says which image an operation failed on.
type ImageError struct {
	ID  string // the image's ID; empty for a reference that has none
	Op  string // what was tried: "open", "decode", "caption", "embed", "add"
	Err error
}

func (e *ImageError) Error() string {
	id := e.ID
	if id == "" {
		id = "(without ID)"
	}
	return fmt.Sprintf("%s image %s: %v", e.Op, id, e.Err)
}

// Unwrap returns the cause.
func (e *ImageError) Unwrap() error { return e.Err }

// ImageLimits bounds what is read of an image. Both are checked before any
// pixel is decoded, the second against the size that the header declares.
type ImageLimits struct {
	MaxBytes  int64 // size of the file; 0 means 64 MiB
	MaxPixels int64 // width times height; 0 means 100 million
}

// Image is one picture and what is known about it. Its bytes are opened only
// when somebody looks at them; an Image made as a literal has none, and a
// [Pipeline] then reads them from Config.Images by ID.
//
// An Image is a value: copies share the bytes and what was decoded from them.
// It is safe for concurrent use as long as nobody assigns to its fields.
type Image struct {
	ID      string            `json:"id"`                // name in the gallery: a slash-separated path below Config.Images
	Caption string            `json:"caption,omitempty"` // what the picture shows, in words
	Meta    map[string]string `json:"meta,omitempty"`    // anything else worth filtering by

	source *imageSource
}

// File returns the image stored in fsys under name, which becomes its ID.
// The file is not opened yet.
func File(fsys fs.FS, name string) Image {
	return Image{ID: name, source: &imageSource{
		open: func() (io.ReadCloser, error) { return fsys.Open(name) },
	}}
}

// Bytes returns an image held in memory as an encoded file. An image from
// outside of the gallery, such as an upload used as a reference, needs no id.
// The data is not copied and must not change.
func Bytes(id string, data []byte) Image {
	return Image{ID: id, source: &imageSource{
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}}
}

// Pixels returns an image that is decoded already. It must not change. A nil
// img makes an image without bytes.
func Pixels(id string, img image.Image) Image {
	if img == nil {
		return Image{ID: id}
	}
	return Image{ID: id, source: &imageSource{pixels: img}}
}

// Files lists the image files below the root of fsys, by their ending (.jpg,
// .jpeg, .png, .gif, .webp, .bmp, .tif, .tiff, in any case), in lexical order.
// Names that begin with a dot are passed over, and so are pipes and devices; a
// link is listed wherever it leads. A folder that cannot be read is an error,
// returned with the images found until then.
func Files(fsys fs.FS) ([]Image, error) {
	var images []Image
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case isImageFile(name, d):
			images = append(images, File(fsys, name))
		}
		return nil
	})
	if err != nil {
		return images, fmt.Errorf("imagescope: list images: %w", err)
	}
	return images, nil
}

// isImageFile reports whether a file is one that [Files] lists.
func isImageFile(name string, d fs.DirEntry) bool {
	return (d.Type().IsRegular() || d.Type() == fs.ModeSymlink) && slices.Contains(picture.Extensions, strings.ToLower(path.Ext(name)))
}

// Open opens the encoded image. The caller closes it. An image made by
// [Pixels] is encoded as PNG. The error is an [*ImageError]; it wraps
// [ErrNoImage] where the image has no bytes.
func (m Image) Open() (io.ReadCloser, error) {
	if m.source == nil {
		return nil, &ImageError{m.ID, "open", ErrNoImage}
	}
	rc, err := m.source.reader()
	if err != nil {
		return nil, &ImageError{m.ID, "open", err}
	}
	return rc, nil
}

// Decode returns the picture upright: an EXIF orientation is applied. The
// size is checked first, against the limits of the [Pipeline] that the image
// came from or else the defaults of [ImageLimits]. The error is an
// [*ImageError]; it wraps [ErrImageFormat], [ErrImageTruncated],
// [ErrImageTooLarge] or [ErrNoImage] where one of them is the reason.
func (m Image) Decode() (image.Image, error) {
	if m.source == nil {
		return nil, &ImageError{m.ID, "decode", ErrNoImage}
	}
	img, err := m.source.decode()
	if err != nil {
		return nil, &ImageError{m.ID, "decode", err}
	}
	return img, nil
}

// DefaultMaxSide is the longest side, in pixels, of the pictures that models
// are shown where nothing else is said.
const DefaultMaxSide = 768

// JPEG returns the picture as a JPEG file, upright, scaled down so that its
// longest side is at most maxSide pixels (0 means [DefaultMaxSide]), with
// transparent parts white. It is encoded once for each size and kept as long
// as the Image is. The caller must not change the bytes. Errors are those of
// [Image.Decode].
func (m Image) JPEG(maxSide int) ([]byte, error) {
	if m.source == nil {
		return nil, &ImageError{m.ID, "decode", ErrNoImage}
	}
	if maxSide <= 0 {
		maxSide = DefaultMaxSide
	}
	data, err := m.source.jpeg(maxSide)
	if err != nil {
		return nil, &ImageError{m.ID, "decode", err}
	}
	return data, nil
}

// HasBytes reports whether the image can be opened, as far as can be told
// without opening it.
func (m Image) HasBytes() bool { return m.source != nil }

// Equal reports whether both have the same ID, caption and metadata, and read
// the same bytes.
func (m Image) Equal(o Image) bool {
	return m.ID == o.ID && m.Caption == o.Caption && maps.Equal(m.Meta, o.Meta) && m.source == o.source
}

// UnmarshalJSON reads what Image marshals to: ID, caption and metadata. Bytes
// are not part of an image's JSON.
func (m *Image) UnmarshalJSON(data []byte) error {
	type fields Image // without the method
	var f fields
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	*m = Image(f)
	return nil
}

// within returns the image with its bytes below fsys where it has none yet,
// read under the given limits.
func (m Image) within(fsys fs.FS, limits ImageLimits) Image {
	switch {
	case m.source == nil && fsys != nil && m.ID != "":
		m.source = File(fsys, m.ID).source
		m.source.limits = limits
	case m.source != nil && limits != m.source.limits && limits != (ImageLimits{}):
		m = m.apart()
		m.source.limits = limits
	}
	return m
}

// apart returns the image with its source to itself: what is encoded of it is
// not kept by the image that it was made of. The pictures of a whole gallery
// would not fit into memory.
func (m Image) apart() Image {
	if s := m.source; s != nil {
		s.summing.Lock()
		defer s.summing.Unlock()
		m.source = &imageSource{open: s.open, pixels: s.pixels, limits: s.limits, summed: s.summed}
	}
	return m
}

// imageSum tells contents apart: equal sums mean equal pictures.
type imageSum struct {
	hash [sha256.Size]byte
	size int64 // bytes that were hashed
}

// String returns the hash in hexadecimal digits.
func (s imageSum) String() string { return hex.EncodeToString(s.hash[:]) }

// sum returns the sum of the image as it was given, before any scaling, so
// that nothing need be decoded to know an image again: of the file's bytes, or
// of the pixels. It is worked out once for each Image and its copies. The error is
// an [*ImageError].
func (m Image) sum() (imageSum, error) {
	if m.source == nil {
		return imageSum{}, &ImageError{m.ID, "open", ErrNoImage}
	}
	sum, err := m.source.sum()
	if err != nil {
		return imageSum{}, &ImageError{m.ID, "open", err}
	}
	return sum, nil
}

// imageSource is where an image's pixels come from. Exactly one of open and
// pixels is set.
type imageSource struct {
	open   func() (io.ReadCloser, error)
	pixels image.Image
	limits ImageLimits

	mu      sync.Mutex
	encoded map[int][]byte // JPEG files by longest side

	summing sync.Mutex
	summed  *imageSum
}

func (s *imageSource) reader() (io.ReadCloser, error) {
	if s.open != nil {
		return s.open()
	}
	data, err := picture.PNG(s.pixels)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (s *imageSource) decode() (image.Image, error) {
	if s.open == nil {
		return s.pixels, nil
	}
	rc, err := s.open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return picture.Decode(rc, picture.Limits(s.limits))
}

func (s *imageSource) jpeg(maxSide int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.encoded[maxSide]; ok {
		return data, nil
	}
	img, err := s.decode()
	if err != nil {
		return nil, err
	}
	data, err := picture.JPEG(picture.Fit(img, maxSide))
	if err != nil {
		return nil, err
	}
	if s.encoded == nil {
		s.encoded = make(map[int][]byte)
	}
	s.encoded[maxSide] = data
	return data, nil
}

// maxSummed bounds what is read of an image to know it again: the default of
// ImageLimits.MaxBytes.
const maxSummed = 64 << 20

func (s *imageSource) sum() (imageSum, error) {
	s.summing.Lock()
	defer s.summing.Unlock()
	if s.summed != nil {
		return *s.summed, nil
	}
	h := sha256.New()
	size, err := s.writeTo(h)
	if err != nil {
		return imageSum{}, err
	}
	s.summed = &imageSum{size: size}
	h.Sum(s.summed.hash[:0])
	return *s.summed, nil
}

// writeTo writes what identifies the image and returns how many bytes that
// were: its file, or its pixels behind their form. The composites that stages
// show to a model are RGBA, and are not encoded for this.
func (s *imageSource) writeTo(w io.Writer) (int64, error) {
	switch img := s.pixels.(type) {
	case *image.RGBA:
		return writePixels(w, "RGBA", img.Rect, img.Stride, img.Pix)
	case *image.NRGBA:
		return writePixels(w, "NRGBA", img.Rect, img.Stride, img.Pix)
	}
	rc, err := s.reader()
	if err != nil {
		return 0, err
	}
	defer rc.Close()
	most := cmp.Or(s.limits.MaxBytes, maxSummed)
	n, err := io.Copy(w, io.LimitReader(rc, most))
	if err == nil && n == most {
		if more, _ := io.ReadFull(rc, make([]byte, 1)); more > 0 {
			err = fmt.Errorf("it has more than %d bytes: %w", most, ErrImageTooLarge)
		}
	}
	return n, err
}

// writePixels writes an image of four bytes a pixel.
func writePixels(w io.Writer, form string, r image.Rectangle, stride int, pix []byte) (int64, error) {
	total := 0
	n, err := fmt.Fprintf(w, "%s %d %d\n", form, r.Dx(), r.Dy())
	for y := 0; y < r.Dy() && err == nil; y++ {
		total += n
		n, err = w.Write(pix[y*stride:][:4*r.Dx()])
	}
	return int64(total + n), err
}
