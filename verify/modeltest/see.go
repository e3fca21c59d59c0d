package modeltest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"sync"

	"golang.org/x/image/draw"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
	"github.com/imagescope/imagescope/internal/scene"
)

// What a panel shows that is none of the world's pictures.
const (
	unknown = -1 // some picture
	blank   = -2 // black: no picture
)

// sight is a picture as the model sees it: one of the world's, or several in
// one.
type sight struct {
	panels    []int // numbers of pictures, unknown or blank
	composite bool
	labelled  bool        // the first panel of several in a sheet is labelled as the reference
	size      image.Point // of the image, in pixels
	tokens    int
}

// look is a picture scaled to a size at which JPEG and scaling leave it much
// the same, and the smallest thing that is drawn can be told.
type look [3 * lookWidth * lookHeight]uint8

const lookWidth, lookHeight = 32, 24

// limit is how far, as a mean square of the differences, a look may be from
// the picture's own. Scaling to 64 pixels and JPEG of quality 75 leave it below
// 110, and to 100 pixels below 40. The nearest picture within the limit is
// taken: two of a world can be as near to each other as 11, but what scaling does
// to one it does to the other.
const limit = 150

// lookAt looks at a part of a picture, whatever its shape.
func lookAt(img image.Image, r image.Rectangle) *look {
	small := image.NewRGBA(image.Rect(0, 0, lookWidth, lookHeight))
	draw.CatmullRom.Scale(small, small.Rect, img, r, draw.Src, nil)
	var l look
	for i := range lookWidth * lookHeight {
		copy(l[3*i:3*i+3], small.Pix[4*i:])
	}
	return &l
}

// distance is the mean square of the differences; beyond most, it is somewhere
// between most and that.
func (l *look) distance(o *look, most int) int {
	sum := 0
	for row := range lookHeight {
		const width = len(l) / lookHeight
		a, b := l[row*width:][:width], o[row*width:][:width]
		for i, v := range a {
			d := int(v) - int(b[i])
			sum += d * d
		}
		if sum > (most+1)*len(l) {
			break
		}
	}
	return sum / len(l)
}

// plainLimit is how far a look may be from that of one colour.
const plainLimit = 25

// isBlack reports whether there is nothing but black.
func (l *look) isBlack() bool { return l.distance(new(look), plainLimit) < plainLimit }

// lookAtAll looks at all pictures of the world, by all processors.
func (w *World) lookAtAll() []look {
	looks := make([]look, len(w.pictures))
	var group sync.WaitGroup
	share := len(looks)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < len(looks); from += share {
		group.Go(func() {
			for i := from; i < min(from+share, len(looks)); i++ {
				img := w.pictures[i].Scene.Draw()
				looks[i] = *lookAt(img, img.Bounds())
			}
		})
	}
	group.Wait()
	return looks
}

// recognise returns which picture a part of an image shows.
func (w *World) recognise(img image.Image, r image.Rectangle) int {
	seen := lookAt(img, r)
	if seen.isBlack() {
		return blank
	}
	best, nearest := unknown, limit
	looks := w.looks()
	for i := range looks {
		if d := seen.distance(&looks[i], nearest); d < nearest {
			best, nearest = i, d
		}
	}
	return best
}

// see finds out what an image shows: a picture of the world, two of them side
// by side, or a sheet of several. Side by side they may have been put by this
// module's packages or by anybody, in equal halves.
func (w *World) see(img image.Image) sight {
	b := img.Bounds()
	if cells, ok := picture.Cells(b); ok {
		if s, ok := w.sheet(img, cells); ok {
			return s
		}
	}
	if i := w.recognise(img, b); i >= 0 {
		return sight{panels: []int{i}}
	}
	if left, right, ok := picture.Halves(b); ok {
		if s, ok := w.pair(img, left.Picture, right.Picture); ok {
			return s
		}
	}
	middle := (b.Min.X + b.Max.X) / 2
	if s, ok := w.pair(img, image.Rect(b.Min.X, b.Min.Y, middle, b.Max.Y), image.Rect(middle, b.Min.Y, b.Max.X, b.Max.Y)); ok {
		return s
	}
	return sight{panels: []int{w.recognise(img, b)}}
}

// pair sees two pictures. The left one may be any, the right one is known.
func (w *World) pair(img image.Image, left, right image.Rectangle) (sight, bool) {
	if left.Empty() || right.Empty() {
		return sight{}, false
	}
	r := w.recognise(img, right)
	if r < 0 {
		return sight{}, false
	}
	return sight{panels: []int{w.recognise(img, left), r}, composite: true}, true
}

// sheet sees the pictures of a sheet, which fill the width of their squares.
func (w *World) sheet(img image.Image, cells []picture.Cell) (sight, bool) {
	s := sight{composite: true}
	known := 0
	for i, c := range cells {
		square := c.Picture
		if isPlain(img, square) {
			break // an empty cell at the end
		}
		height := square.Dx() * 3 / 4
		at := square.Min.Y + (square.Dy()-height)/2
		n := w.recognise(img, image.Rect(square.Min.X, at, square.Max.X, at+height))
		if n >= 0 {
			known++
		}
		if i == 0 {
			s.labelled = isWord(img, c.Label)
		}
		s.panels = append(s.panels, n)
	}
	return s, known > 0 && known >= len(s.panels)-1 // the reference may be a stranger
}

// isPlain reports whether a part of an image is white.
func isPlain(img image.Image, r image.Rectangle) bool {
	white := new(look)
	for i := range white {
		white[i] = 255
	}
	return lookAt(img, r).distance(white, plainLimit) < plainLimit
}

// isWord reports whether a label is longer than a number: as wide as five
// letters, which are half as wide as high.
func isWord(img image.Image, label image.Rectangle) bool {
	first, last := label.Max.X, label.Min.X
	for y := label.Min.Y; y < label.Max.Y; y++ {
		for x := label.Min.X; x < label.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x6000 {
				first, last = min(first, x), max(last, x)
			}
		}
	}
	return last-first > label.Dy()*3/2
}

// maxRemembered is how many files the models of a world remember having seen.
const maxRemembered = 4096

// eyes remember what files show. They are looked at once.
type eyes struct {
	world *World

	mu   sync.Mutex
	seen map[[sha256.Size]byte]sight
}

// file sees an image file.
func (e *eyes) file(data []byte) (sight, error) {
	key := sha256.Sum256(data)
	e.mu.Lock()
	s, ok := e.seen[key]
	e.mu.Unlock()
	if ok {
		return s, nil
	}
	img, err := picture.Decode(bytes.NewReader(data), picture.Limits{})
	if err != nil {
		return sight{}, err
	}
	s = e.world.see(img)
	s.size = img.Bounds().Size()
	s.tokens = imageTokens(s.size.X, s.size.Y)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seen == nil || len(e.seen) >= maxRemembered {
		e.seen = map[[sha256.Size]byte]sight{}
	}
	e.seen[key] = s
	return s, nil
}

// maxFile bounds an image file in bytes, as imagescope.ImageLimits does.
const maxFile = 64 << 20

func (e *eyes) read(r io.Reader) (sight, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return sight{}, err
	case len(data) > maxFile:
		return sight{}, picture.ErrTooLarge
	}
	return e.file(data)
}

// image sees an image of a request that goes over no wire, where it would be
// scaled down first.
func (e *eyes) image(img imagescope.Image, maxSide int) (sight, error) {
	s, err := e.unscaled(img)
	w, h := fitted(s.size.X, s.size.Y, maxSide)
	s.tokens = imageTokens(w, h)
	return s, err
}

// unscaled sees an image. One of the world's own files is known without a
// look, and what has a name is taken for a file, which is looked at once.
func (e *eyes) unscaled(img imagescope.Image) (sight, error) {
	if img.ID == "" {
		pixels, err := img.Decode()
		if err != nil {
			return sight{}, err
		}
		s := e.world.see(pixels)
		s.size = pixels.Bounds().Size()
		return s, nil
	}
	rc, err := img.Open()
	if err != nil {
		return sight{}, err
	}
	defer rc.Close()
	if r, ok := rc.(*reading); ok && r.number < len(e.world.files) && &e.world.files[r.number] == r.file {
		return sight{panels: []int{r.number}, size: image.Pt(scene.Width, scene.Height)}, nil
	}
	return e.read(rc)
}

// fitted returns a size scaled down to a longest side.
func fitted(w, h, maxSide int) (int, int) {
	if maxSide <= 0 {
		maxSide = imagescope.DefaultMaxSide
	}
	if longest := max(w, h); longest > maxSide {
		return max(1, w*maxSide/longest), max(1, h*maxSide/longest)
	}
	return w, h
}

// imageTokens is what an image costs: a token for each 28 x 28 pixels, as with
// Qwen2-VL (arXiv 2409.12191). Other models differ by a small factor.
func imageTokens(w, h int) int { return (w + 27) / 28 * ((h + 27) / 28) }

// textTokens is what a text costs: about a token for 4 bytes of English.
func textTokens(text string) int { return (len(text) + 3) / 4 }

var errStranger = errors.New("it is none of the world's pictures, of which the model knows nothing else")

// one returns the picture that a sight is of.
func (s sight) one(nth int) (int, error) {
	if len(s.panels) != 1 || s.panels[0] < 0 {
		return 0, fmt.Errorf("image %d: %w", nth+1, errStranger)
	}
	return s.panels[0], nil
}
