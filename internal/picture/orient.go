package picture

import (
	"image"
	"image/draw"

	"github.com/bep/imagemeta"
)

// orientation returns the EXIF orientation of an image in the format f, 1 to
// 8, and 1 where it is not told or cannot be read.
func (f *format) orientation(data []byte) int {
	if f.exif == nil {
		return upright
	}
	orientation := 0
	readTags(f.exif(data), imagemeta.Options{
		LimitTagSize: 4, // it takes two bytes
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == "Orientation" && tag.Namespace == mainIFD
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			orientation = orientationIn(tag.Value)
			return imagemeta.ErrStopWalking
		},
	})
	return max(orientation, upright)
}

// orientationIn returns the orientation that a tag holds, by the standard a
// 16-bit number, by some programs another one; 0 for none.
func orientationIn(value any) int {
	var n uint32
	switch v := value.(type) {
	case uint16:
		n = uint32(v)
	case uint32:
		n = v
	case uint8:
		n = uint32(v)
	}
	if n > 8 {
		return 0
	}
	return int(n)
}

// upright is the orientation of a picture whose first row is its top and whose
// first column is its left.
const upright = 1

// turn returns img upright, given the EXIF orientation that it is stored in:
// by the standard (CIPA DC-008, Orientation) where its first row and column
// belong. An image that is turned becomes an [image.RGBA].
func turn(img image.Image, orientation int) image.Image {
	if orientation <= upright || orientation > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	area := image.Rect(0, 0, w, h)
	if orientation >= 5 { // on its side
		area = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(area)
	origin, dx, dy := steps(orientation, w, h, dst.Stride)

	// Sixteen rows at a time: as columns of dst they fill a line of the
	// processor's cache.
	band := image.NewRGBA(image.Rect(0, 0, w, min(h, 16)))
	for top := 0; top < h; top += 16 {
		rows := min(16, h-top)
		draw.Draw(band, image.Rect(0, 0, w, rows), img, img.Bounds().Min.Add(image.Pt(0, top)), draw.Src)
		for x := range w {
			to, from := origin+x*dx+top*dy, 4*x
			for range rows {
				*(*[4]byte)(dst.Pix[to:]) = [4]byte(band.Pix[from:])
				to += dy
				from += band.Stride
			}
		}
	}
	return dst
}

// steps returns where the first pixel of a stored image of w x h pixels goes
// in the bytes of the upright one, and how far from there the next pixel of
// its row and the next of its column go.
func steps(orientation, w, h, stride int) (origin, dx, dy int) {
	switch orientation {
	case 2: // mirrored left to right
		return 4 * (w - 1), -4, stride
	case 3: // upside down
		return (h-1)*stride + 4*(w-1), -4, -stride
	case 4: // mirrored top to bottom
		return (h - 1) * stride, 4, -stride
	case 5: // rows and columns swapped
		return 0, stride, 4
	case 6: // to be turned clockwise
		return 4 * (h - 1), stride, -4
	case 7: // rows and columns swapped, upside down
		return (w-1)*stride + 4*(h-1), -stride, -4
	case 8: // to be turned counterclockwise
		return (w - 1) * stride, -stride, 4
	default:
		return 0, 4, stride
	}
}
