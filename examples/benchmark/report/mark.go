package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mark is how the points and lines of one thing look.
type mark struct {
	ink   ink
	shape int // of shapes
	dash  int // of dashes
}

// shape is the outline of a point, as wide as 2; hollow ones are only stroked.
// Shapes tell apart what colour alone would.
type shape struct {
	corners [][2]float64 // none for a circle
	hollow  bool
}

var (
	square   = [][2]float64{{-0.88, -0.88}, {0.88, -0.88}, {0.88, 0.88}, {-0.88, 0.88}}
	triangle = [][2]float64{{-1, -0.8}, {1, -0.8}, {0, 1.1}}
	rhombus  = [][2]float64{{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}}

	shapes = []shape{{}, {square, false}, {triangle, false}, {nil, true}, {square, true}, {triangle, true}, {rhombus, false}}
	dashes = [][]vg.Length{nil, {6, 3}, {2, 3}, {9, 3, 2, 3}, {1, 5}}
)

// The shapes that have a meaning of their own. Those before them are of runs.
const (
	circleShape   = 0
	triangleShape = 2
	ringShape     = 3
	rhombusShape  = maxRuns
)

const outline = 1.5 // width of a hollow shape's line

// DrawGlyph makes a shape a glyph of gonum's.
func (s shape) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	var p vg.Path
	if s.corners == nil {
		p.Move(vg.Point{X: at.X + style.Radius, Y: at.Y})
		p.Arc(at, style.Radius, 0, 2*math.Pi)
	}
	for i, corner := range s.corners {
		to := vg.Point{X: at.X + style.Radius*vg.Length(corner[0]), Y: at.Y + style.Radius*vg.Length(corner[1])}
		if i == 0 {
			p.Move(to)
		} else {
			p.Line(to)
		}
	}
	p.Close()
	if s.hollow {
		c.SetLineStyle(draw.LineStyle{Color: style.Color, Width: outline})
		c.Stroke(p)
		return
	}
	c.Fill(p)
}

func (m mark) glyph(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: m.ink, Radius: radius, Shape: shapes[m.shape%len(shapes)]}
}

func (m mark) line(width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: m.ink, Width: width, Dashes: dashes[m.dash%len(dashes)]}
}

// thin is the style of lines that help the eye.
func thin(k ink, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: k, Width: 1, Dashes: dashes}
}

// sample draws how a mark looks, for the key of a chart: with its line, or the
// point alone.
func sample(m mark, line bool) template.HTML {
	var b strings.Builder
	colour := "var(" + m.ink.property() + ")"
	half := 6
	if line {
		half = 16
	}
	fmt.Fprintf(&b, `<svg class="key" width="%d" height="12" viewBox="%d -6 %d 12" aria-hidden="true">`, 2*half, -half, 2*half)
	if line {
		var dashes []string
		for _, d := range m.line(2).Dashes {
			dashes = append(dashes, fmt.Sprintf("%g", d.Points()))
		}
		fmt.Fprintf(&b, `<path d="M%d,0H%d" style="fill:none;stroke:%s;stroke-width:2;stroke-dasharray:%s"/>`, -half, half, colour, strings.Join(dashes, ","))
	}
	const size = 4
	s := shapes[m.shape%len(shapes)]
	path := fmt.Sprintf("M%d,0A%[1]d,%[1]d 0 1 1 -%[1]d,0A%[1]d,%[1]d 0 1 1 %[1]d,0Z", size)
	for i, corner := range s.corners {
		if i == 0 {
			path = "M"
		} else {
			path += "L"
		}
		path += fmt.Sprintf("%.2f,%.2f", size*corner[0], 0-size*corner[1])
	}
	paint := "fill:" + colour
	if s.hollow {
		paint = fmt.Sprintf("fill:none;stroke-width:%g;stroke:%s", outline, colour)
	}
	fmt.Fprintf(&b, `<path d="%sZ" style="%s"/></svg>`, strings.TrimSuffix(path, "Z"), paint)
	return template.HTML(b.String())
}
