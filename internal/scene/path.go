package scene

import "math"

// point is a place in an object's own units: x to the right, y down, (0, 0) in
// the middle of its foot, so that most of it has a negative y.
type point struct{ x, y float32 }

// path is an outline: one or more closed curves. Where two of them overlap in
// the same sense of rotation the overlap is filled; in opposite senses it is
// a hole.
type path []segment

// segment draws from the point before it to the last of its points: none
// after a jump, along a line, a quadratic or a cubic Bézier curve.
type segment struct {
	kind   segmentKind
	points [3]point
}

type segmentKind uint8

const (
	jump segmentKind = iota
	line
	bow
	curve
)

// used returns the points that the segment's kind has.
func (s segment) used() []point {
	n := 1
	switch s.kind {
	case bow:
		n = 2
	case curve:
		n = 3
	}
	return s.points[:n]
}

// from starts an outline.
func from(x, y float32) path { return path{{jump, [3]point{{x, y}}}} }

// to goes on in straight lines to each x, y.
func (p path) to(xy ...float32) path {
	for i := 0; i+1 < len(xy); i += 2 {
		p = append(p, segment{line, [3]point{{xy[i], xy[i+1]}}})
	}
	return p
}

// bow goes on to x, y in a curve that is drawn towards cx, cy.
func (p path) bow(cx, cy, x, y float32) path {
	return append(p, segment{bow, [3]point{{cx, cy}, {x, y}}})
}

// curve goes on to x, y, leaving towards ax, ay and arriving from bx, by.
func (p path) curve(ax, ay, bx, by, x, y float32) path {
	return append(p, segment{curve, [3]point{{ax, ay}, {bx, by}, {x, y}}})
}

// polygon is the outline through the points.
func polygon(xy ...float32) path { return from(xy[0], xy[1]).to(xy[2:]...) }

// box is a rectangle with its top left corner at x, y.
func box(x, y, w, h float32) path { return polygon(x, y, x+w, y, x+w, y+h, x, y+h) }

// roundBox is a box with corners of radius r.
func roundBox(x, y, w, h, r float32) path {
	r = min(r, w/2, h/2)
	return from(x+r, y).
		to(x+w-r, y).bow(x+w, y, x+w, y+r).
		to(x+w, y+h-r).bow(x+w, y+h, x+w-r, y+h).
		to(x+r, y+h).bow(x, y+h, x, y+h-r).
		to(x, y+r).bow(x, y, x+r, y)
}

// oval is an ellipse around cx, cy.
func oval(cx, cy, rx, ry float32) path {
	const k = 0.5523 // makes four cubic curves a circle to within 0.03% of its radius
	return from(cx+rx, cy).
		curve(cx+rx, cy+k*ry, cx+k*rx, cy+ry, cx, cy+ry).
		curve(cx-k*rx, cy+ry, cx-rx, cy+k*ry, cx-rx, cy).
		curve(cx-rx, cy-k*ry, cx-k*rx, cy-ry, cx, cy-ry).
		curve(cx+k*rx, cy-ry, cx+rx, cy-k*ry, cx+rx, cy)
}

// disc is a circle around cx, cy.
func disc(cx, cy, r float32) path { return oval(cx, cy, r, r) }

// dome is the upper half of an ellipse, standing on cy.
func dome(cx, cy, rx, ry float32) path {
	const k = 0.5523
	return from(cx-rx, cy).
		curve(cx-rx, cy-k*ry, cx-k*rx, cy-ry, cx, cy-ry).
		curve(cx+k*rx, cy-ry, cx+rx, cy-k*ry, cx+rx, cy)
}

// ring is a circle of radius r drawn with a pen of the given width.
func ring(cx, cy, r, width float32) path {
	// The radius in x negated turns the inner circle round: a hole.
	return append(disc(cx, cy, r+width/2), oval(cx, cy, -(r-width/2), r-width/2)...)
}

// stroke is the line through the points, of the given width and with round
// joins and ends.
func stroke(width float32, xy ...float32) path {
	r := width / 2
	var p path
	for i := 0; i+1 < len(xy); i += 2 {
		p = append(p, disc(xy[i], xy[i+1], r)...)
		if i+3 >= len(xy) {
			break
		}
		dx, dy := xy[i+2]-xy[i], xy[i+3]-xy[i+1]
		n := float32(math.Hypot(float64(dx), float64(dy)))
		if n == 0 {
			continue
		}
		dx, dy = dx/n*r, dy/n*r
		p = append(p, polygon(
			xy[i]+dy, xy[i+1]-dx, xy[i+2]+dy, xy[i+3]-dx,
			xy[i+2]-dy, xy[i+3]+dx, xy[i]-dy, xy[i+1]+dx)...)
	}
	return p
}

// arc is a stroke from x0, y0 to x1, y1 that is drawn towards cx, cy.
func arc(width, x0, y0, cx, cy, x1, y1 float32) path {
	const steps = 14
	xy := make([]float32, 0, 2*(steps+1))
	for i := range steps + 1 {
		t := float32(i) / steps
		a, b, c := (1-t)*(1-t), 2*t*(1-t), t*t
		xy = append(xy, a*x0+b*cx+c*x1, a*y0+b*cy+c*y1)
	}
	return stroke(width, xy...)
}
