package scene

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// pen fills outlines on a picture, with smooth edges. It sees everything in
// the scene's light and in the coordinates of its frame.
type pen struct {
	img   *image.RGBA
	frame frame
	light light
	tools *tools
}

// frame is where an object stands in the picture: its foot, in pixels, how
// many pixels one of its units has, and whether it looks the other way.
type frame struct {
	x, y, scale float32
	flip        bool
}

// tools are what all pens on one picture share.
type tools struct {
	raster vector.Rasterizer
	mask   []uint8
}

func newPen(l light) *pen {
	return &pen{
		img:   image.NewRGBA(image.Rect(0, 0, Width, Height)),
		frame: frame{scale: 1},
		light: l,
		tools: &tools{mask: make([]uint8, Width*Height)},
	}
}

// in returns a pen on the same picture with another frame.
func (p *pen) in(f frame) *pen {
	q := *p
	q.frame = f
	return &q
}

// under returns a pen on the same picture in another light.
func (p *pen) under(l light) *pen {
	q := *p
	q.light = l
	return &q
}

// lit returns a pen on the same picture that paints colours as they are: for
// what shines by itself.
func (p *pen) lit() *pen { return p.under(light{}) }

// fill fills the outlines, each by itself, with one colour.
func (p *pen) fill(c color.RGBA, outlines ...path) {
	c = p.light.on(c)
	for _, o := range outlines {
		p.paint(func(float32) tone { return tone{color: c} }, o)
	}
}

// fade fills an outline with a gradient that runs down from one colour at the
// height y0 to another at y1, in the units of the frame.
func (p *pen) fade(top color.RGBA, y0 float32, bottom color.RGBA, y1 float32, outline path) {
	top, bottom = p.light.on(top), p.light.on(bottom)
	a, b := p.frame.place(point{0, y0}).y, p.frame.place(point{0, y1}).y
	p.paint(func(y float32) tone {
		return tone{color: mix(top, bottom, (y-a)/(b-a))}
	}, outline)
}

// glow lays a light over the picture that is strongest at x, y and has faded
// away at the radius r.
func (p *pen) glow(c color.RGBA, x, y, r float32) {
	centre, reach := p.frame.place(point{x, y}), r*p.frame.scale
	strength := float32(c.A)
	p.paint(func(py float32) tone {
		dy := float64(py - centre.y)
		return tone{c, func(px float32) uint8 {
			d := float32(math.Hypot(float64(px-centre.x), dy)) / reach
			left := max(0, 1-d)
			return uint8(strength * left * left)
		}}
	}, disc(x, y, r))
}

// beam fills an outline with light that has the colour's strength at x and has
// faded away at the distance reach to either side.
func (p *pen) beam(c color.RGBA, x, reach float32, outline path) {
	source, strength := p.frame.place(point{x, 0}).x, float32(c.A)
	reach *= p.frame.scale
	t := tone{c, func(px float32) uint8 {
		far := (px - source) / reach
		return uint8(strength * max(0, 1-far*far))
	}}
	p.paint(func(float32) tone { return t }, outline)
}

// shadow darkens an ellipse on the ground.
func (p *pen) shadow(x, y, rx, ry float32) {
	p.lit().fill(color.RGBA{16, 20, 44, 46}, oval(x, y, rx, ry))
}

// tone is the colour of a row of pixels. Alpha is opacity; the other values
// are not multiplied with it. Where fade is set, it gives the opacity by x.
type tone struct {
	color color.RGBA
	fade  func(x float32) uint8
}

// paint fills the outline with the tone that each row of the picture is given
// by its y.
func (p *pen) paint(at func(y float32) tone, outline path) {
	area, mask := p.cover(outline)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := mask[(y-area.Min.Y)*area.Dx():][:area.Dx()]
		pix := p.img.Pix[p.img.PixOffset(area.Min.X, y):]
		t := at(float32(y))
		for x, m := range row {
			if m == 0 {
				continue
			}
			if t.fade != nil {
				t.color.A = t.fade(float32(area.Min.X + x))
			}
			blend(pix[4*x:4*x+4:4*x+4], t.color, uint32(m)*uint32(t.color.A))
		}
	}
}

// blend lays c over an opaque pixel; weight is of 255·255.
func blend(pix []uint8, c color.RGBA, weight uint32) {
	const whole = 255 * 255
	if weight == whole {
		pix[0], pix[1], pix[2], pix[3] = c.R, c.G, c.B, 255
		return
	}
	rest := whole - weight
	pix[0] = uint8((uint32(c.R)*weight + uint32(pix[0])*rest + whole/2) / whole)
	pix[1] = uint8((uint32(c.G)*weight + uint32(pix[1])*rest + whole/2) / whole)
	pix[2] = uint8((uint32(c.B)*weight + uint32(pix[2])*rest + whole/2) / whole)
	pix[3] = 255
}

// cover returns the part of the picture that the outline touches, and how
// much of each of its pixels is inside, row by row.
func (p *pen) cover(outline path) (image.Rectangle, []uint8) {
	area := p.bounds(outline)
	if area.Empty() {
		return area, nil
	}
	r := &p.tools.raster
	r.Reset(area.Dx(), area.Dy())
	r.DrawOp = draw.Src
	shift := point{float32(area.Min.X), float32(area.Min.Y)}
	for i, s := range outline {
		for j, q := range s.points {
			q = p.frame.place(q)
			s.points[j] = point{q.x - shift.x, q.y - shift.y}
		}
		a, b, c := s.points[0], s.points[1], s.points[2]
		switch s.kind {
		case jump:
			if i > 0 {
				r.ClosePath()
			}
			r.MoveTo(a.x, a.y)
		case line:
			r.LineTo(a.x, a.y)
		case bow:
			r.QuadTo(a.x, a.y, b.x, b.y)
		case curve:
			r.CubeTo(a.x, a.y, b.x, b.y, c.x, c.y)
		}
	}
	r.ClosePath()
	mask := &image.Alpha{Pix: p.tools.mask[:area.Dx()*area.Dy()], Stride: area.Dx(), Rect: image.Rect(0, 0,
		area.Dx(), area.Dy())}
	r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return area, mask.Pix
}

// bounds returns the pixels that an outline can touch. A Bézier curve stays
// within its points.
func (p *pen) bounds(outline path) image.Rectangle {
	lo := point{Width, Height}
	hi := point{0, 0}
	for _, s := range outline {
		for _, q := range s.used() {
			q = p.frame.place(q)
			lo = point{min(lo.x, q.x), min(lo.y, q.y)}
			hi = point{max(hi.x, q.x), max(hi.y, q.y)}
		}
	}
	lo = point{max(lo.x, 0), max(lo.y, 0)}
	hi = point{min(hi.x, Width), min(hi.y, Height)}
	if lo.x >= hi.x || lo.y >= hi.y {
		return image.Rectangle{}
	}
	return image.Rect(int(lo.x), int(lo.y), int(math.Ceil(float64(hi.x))), int(math.Ceil(float64(hi.y))))
}

// place returns where a point of the object is in the picture.
func (f frame) place(q point) point {
	if f.flip {
		q.x = -q.x
	}
	return point{f.x + q.x*f.scale, f.y + q.y*f.scale}
}
