package pixels

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
)

// Prepare writes the numbers of a picture to dst, which has [Settings.Values]
// of them: all red ones row by row, then the green and the blue ones.
// Transparent parts are seen on white. Only what the crop keeps is worked out,
// so that no shape of a picture needs much memory.
func (s *Settings) Prepare(dst []float32, img image.Image) error {
	b := img.Bounds()
	if b.Empty() {
		return errors.New("the picture has no pixels")
	}
	width, height := s.scaled(b.Dx(), b.Dy())
	// Where the result begins in the scaled picture; below 0 it has a border.
	left, top := floorHalf(width-s.width), floorHalf(height-s.height)
	x0, x1 := max(left, 0), min(left+s.width, width)
	y0, y1 := max(top, 0), min(top+s.height, height)
	for i := range dst {
		dst[i] = s.shift[i/(s.width*s.height)] // a border is black
	}
	columns := s.taps(b.Dx(), width, x0, x1)
	rows := s.taps(b.Dy(), height, y0, y1)
	narrow := newBand(img, columns, b.Dx() != width, rows)
	for i, row := range rows {
		for x := range columns {
			for c := range 3 {
				v := narrow.at(row, x, c, b.Dy() != height)
				at := c*s.width*s.height + (y0-top+i)*s.width + x0 - left + x
				dst[at] = float32(v)*s.scale[c] + s.shift[c]
			}
		}
	}
	return nil
}

// scaled returns the size that a picture is scaled to.
func (s *Settings) scaled(width, height int) (int, int) {
	switch {
	case !s.resize:
		return width, height
	case s.shortest == 0:
		return s.scaledWidth, s.scaledHeight
	case width < height:
		return s.shortest, int(int64(s.shortest) * int64(height) / int64(width))
	}
	return int(int64(s.shortest) * int64(width) / int64(height)), s.shortest
}

func (s *Settings) taps(from, to, begin, end int) []tap {
	if from != to {
		return taps(s.kernel, from, to, begin, end)
	}
	same := make([]tap, end-begin)
	for i := range same {
		same[i].first = begin + i
	}
	return same
}

// floorHalf halves, rounding down.
func floorHalf(n int) int { return n >> 1 }

// band holds the rows of a picture that are needed, scaled in width only.
type band struct {
	first, width int
	rgb          []uint8
}

func newBand(img image.Image, columns []tap, scale bool, rows []tap) *band {
	b := img.Bounds()
	first, last := b.Dy(), 0
	for _, r := range rows {
		first, last = min(first, r.first), max(last, r.first+max(len(r.weights), 1))
	}
	n := &band{first: first, width: len(columns), rgb: make([]uint8, 3*len(columns)*(last-first))}
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	white := image.NewUniform(color.White)
	out := n.rgb
	for y := first; y < last; y++ {
		draw.Draw(line, line.Bounds(), white, image.Point{}, draw.Src)
		draw.Draw(line, line.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		for x, t := range columns {
			if !scale {
				copy(out[3*x:3*x+3], line.Pix[4*t.first:])
				continue
			}
			r, g, bl := int64(half), int64(half), int64(half)
			for i, w := range t.weights {
				p := line.Pix[4*(t.first+i):]
				r += int64(p[0]) * int64(w)
				g += int64(p[1]) * int64(w)
				bl += int64(p[2]) * int64(w)
			}
			out[3*x], out[3*x+1], out[3*x+2] = eight(r), eight(g), eight(bl)
		}
		out = out[3*len(columns):]
	}
	return n
}

// at returns a channel of a pixel, scaled in height.
func (n *band) at(row tap, x, c int, scale bool) uint8 {
	at := 3*((row.first-n.first)*n.width+x) + c
	if !scale {
		return n.rgb[at]
	}
	sum := int64(half)
	for i, w := range row.weights {
		sum += int64(n.rgb[at+3*n.width*i]) * int64(w)
	}
	return eight(sum)
}
