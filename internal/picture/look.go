package picture

import (
	"encoding/binary"
	"encoding/hex"
	"image"
	"math/bits"
)

// Look is how the brightness of a picture changes from left to right and from
// top to bottom: 64 differences each way, of a grid of 9 x 9 fields, one bit
// each. Pictures that differ by their file format, quality, size or exposure
// have nearly the same. It is the difference hash of Neal Krawetz ("Kind of Like
// That", hackerfactor.com, 2013), both ways.
type Look [16]byte

// LookOf returns the look of a picture. ok is false where it has none: what is
// nearly of one brightness would look like all that is.
func LookOf(img image.Image) (look Look, ok bool) {
	const fields, contrast = 9, 8
	if isEmpty(img) {
		return Look{}, false
	}
	small := resize(img, fields, fields)
	var light [fields][fields]int
	darkest, lightest := 255*1000, 0
	for y := range fields {
		for x := range fields {
			p := small.Pix[y*small.Stride+4*x:]
			l := 299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])
			light[y][x] = l
			darkest, lightest = min(darkest, l), max(lightest, l)
		}
	}
	for y := range fields - 1 {
		for x := range fields - 1 {
			if light[y][x] < light[y][x+1] {
				look[y] |= 1 << x
			}
			if light[y][x] < light[y+1][x] {
				look[8+y] |= 1 << x
			}
		}
	}
	return look, lightest-darkest >= contrast*1000
}

// Distance returns how many differences two looks do not share, from 0 to 128.
func (l Look) Distance(o Look) int {
	half := func(i int) int {
		return bits.OnesCount64(binary.LittleEndian.Uint64(l[i:]) ^ binary.LittleEndian.Uint64(o[i:]))
	}
	return half(0) + half(8)
}

// String returns the look in 32 hexadecimal digits.
func (l Look) String() string { return hex.EncodeToString(l[:]) }

// ParseLook reads what String returns, in lower case; ok is false for anything
// else.
func ParseLook(s string) (look Look, ok bool) {
	if len(s) != hex.EncodedLen(len(look)) {
		return Look{}, false
	}
	var read Look
	if _, err := hex.Decode(read[:], []byte(s)); err != nil || read.String() != s {
		return Look{}, false
	}
	return read, true
}
