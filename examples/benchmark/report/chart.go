package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dot is a value with the range in which the true one is likely to lie.
type dot struct {
	label            string
	value, low, high float64 // low and high are NaN where no range is known
	style            mark
}

// dots draws values one below the other, with their ranges. With zero there is
// a line at 0.
func dots(title, unit string, rows []dot, zero bool) (template.HTML, error) {
	p := newPlot(unit, "")
	var ticks plot.ConstantTicks
	low, high := math.Inf(1), math.Inf(-1)
	for i, r := range rows {
		y := float64(len(rows) - 1 - i)
		ticks = append(ticks, plot.Tick{Value: y, Label: r.label})
		for _, v := range []float64{r.value, r.low, r.high} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if zero {
		low, high = min(low, 0), max(high, 0)
	}
	if len(rows) == 0 {
		low, high = 0, 1
	}
	room := max((high-low)*0.06, 0.5)
	p.X.Min, p.X.Max = low-room, high+room
	if !zero {
		p.X.Min, p.X.Max = max(p.X.Min, 0), min(p.X.Max, 100)
	}
	p.Y.Min, p.Y.Max = -0.6, float64(len(rows))-0.4
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length = 0
	p.Y.Tick.Label.Color = inkText
	p.Y.LineStyle.Width = 0
	grid := plotter.NewGrid()
	grid.Horizontal, grid.Vertical = thin(inkGrid, 1, 3), thin(inkGrid)
	p.Add(grid)
	if zero {
		if err := addLine(p, thin(inkText), 0, p.Y.Min, 0, p.Y.Max); err != nil {
			return "", err
		}
	}
	for i, r := range rows {
		y := float64(len(rows) - 1 - i)
		if !math.IsNaN(r.low) && !math.IsNaN(r.high) {
			if err := addLine(p, draw.LineStyle{Color: r.style.ink, Width: 2}, r.low, y, r.high, y); err != nil {
				return "", err
			}
		}
		if err := addPoints(p, r.style.glyph(4.5), plotter.XY{X: r.value, Y: y}); err != nil {
			return "", err
		}
	}
	return svg(p, 46+22*float64(max(len(rows), 1)), title)
}

// curve is a line through points. A point in a thousand is drawn as well as all.
type curve struct {
	points plotter.XYs
	marked []int // points that have the shape
	style  mark
	step   bool // the value holds until the next point
}

// axis is how the numbers of a chart are laid out.
type axis struct {
	text     string
	min, max float64 // 0 and 0 for what the points need
	log      bool    // only of numbers above 0
	ticks    []float64
}

// curves draws lines over one another.
func curves(title string, x, y axis, lines []curve) (template.HTML, error) {
	p := newPlot(x.text, y.text)
	var all []plot.Plotter
	for _, c := range lines {
		if len(c.points) == 0 {
			continue
		}
		l, err := plotter.NewLine(c.points)
		if err != nil {
			return "", fmt.Errorf("report: chart %q: %w", title, err)
		}
		l.LineStyle = c.style.line(2)
		if c.step {
			l.StepStyle = plotter.PostStep
		}
		all = append(all, l)
		var at plotter.XYs
		for _, i := range c.marked {
			at = append(at, c.points[i])
		}
		if len(at) > 0 {
			s, err := plotter.NewScatter(at)
			if err != nil {
				return "", fmt.Errorf("report: chart %q: %w", title, err)
			}
			s.GlyphStyle = c.style.glyph(3.5)
			all = append(all, s)
		}
	}
	grid := plotter.NewGrid()
	grid.Horizontal, grid.Vertical = thin(inkGrid), thin(inkGrid)
	p.Add(grid)
	p.Add(all...)
	x.lay(&p.X)
	y.lay(&p.Y)
	return svg(p, 300, title)
}

// lay gives a chart's axis its range and ticks, after all points are known.
func (a axis) lay(to *plot.Axis) {
	if len(to.Label.Text) == 0 {
		to.Label.Text = a.text
	}
	if a.min != 0 || a.max != 0 {
		to.Min, to.Max = a.min, a.max
	}
	if a.log && to.Min > 0 && to.Max > to.Min {
		to.Scale = plot.LogScale{}
		to.Tick.Marker = logTicks{}
	}
	if a.ticks != nil {
		var ticks plot.ConstantTicks
		for _, v := range a.ticks {
			ticks = append(ticks, plot.Tick{Value: v, Label: number(v)})
		}
		to.Tick.Marker = ticks
	}
}

// logTicks are 1, 2 and 5 of each power of ten, and the powers alone where that
// would be many.
type logTicks struct{}

func (logTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	steps := []float64{1, 2, 5}
	if high/low > 1e4 {
		steps = steps[:1]
	}
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for _, s := range steps {
			if v := s * math.Pow(10, e); v >= low && v <= high {
				ticks = append(ticks, plot.Tick{Value: v, Label: number(v)})
			}
		}
	}
	return ticks
}

// linearTicks are six at most, at round numbers.
type linearTicks struct{}

func (linearTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	rough := (high - low) / 5
	if !(rough > 0) || math.IsInf(rough, 0) {
		return nil
	}
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * power
	for _, times := range []float64{5, 2, 1} {
		if times*power >= rough {
			step = times * power
		}
	}
	for i := math.Ceil(low / step); i*step <= high && len(ticks) < 6; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: number(i * step)})
	}
	return ticks
}

// number returns a number of an axis, without digits that say nothing.
func number(v float64) string {
	if math.Abs(v) >= 1e4 && math.Abs(v) < 1e15 {
		return thousands(int64(v))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// move is how many targets went from one place to another.
type move struct {
	before, after float64
	count         int
}

// moves draws them as circles, over the line on which places stay the same.
func moves(title string, all []move, last float64) (template.HTML, error) {
	p := newPlot("place of the target before", "place after")
	last = max(last, 10)
	across, up := axis{min: 0.8, max: last * 1.25, log: true}, axis{min: 0.8, max: last * 1.25, log: true}
	across.lay(&p.X)
	up.lay(&p.Y)
	grid := plotter.NewGrid()
	grid.Horizontal, grid.Vertical = thin(inkGrid), thin(inkGrid)
	p.Add(grid)
	if err := addLine(p, thin(inkSoft, 4, 3), 0.8, 0.8, last*1.25, last*1.25); err != nil {
		return "", err
	}
	most := 1
	for _, m := range all {
		most = max(most, m.count)
	}
	for _, m := range all {
		style := mark{ink: inkSoft, shape: ringShape}
		switch {
		case m.after < m.before:
			style = mark{ink: inkGood, shape: circleShape}
		case m.after > m.before:
			style = mark{ink: inkBad, shape: triangleShape}
		}
		radius := vg.Length(2 + 10*math.Sqrt(float64(m.count)/float64(most)))
		if err := addPoints(p, style.glyph(radius), plotter.XY{X: m.before, Y: m.after}); err != nil {
			return "", err
		}
	}
	words, err := plotter.NewLabels(plotter.XYLabels{
		XYs:    plotter.XYs{{X: 0.9, Y: last * 1.15}, {X: last * 1.15, Y: 0.9}},
		Labels: []string{"hurt", "helped"},
	})
	if err != nil {
		return "", fmt.Errorf("report: chart %q: %w", title, err)
	}
	words.TextStyle[0] = textStyle(inkBad, draw.XLeft, draw.YTop)
	words.TextStyle[1] = textStyle(inkGood, draw.XRight, draw.YBottom)
	p.Add(words)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = across.min, across.max, up.min, up.max
	return svg(p, 340, title)
}

func addLine(p *plot.Plot, style draw.LineStyle, x0, y0, x1, y1 float64) error {
	l, err := plotter.NewLine(plotter.XYs{{X: x0, Y: y0}, {X: x1, Y: y1}})
	if err != nil {
		return fmt.Errorf("report: draw a line: %w", err)
	}
	l.LineStyle = style
	p.Add(l)
	return nil
}

func addPoints(p *plot.Plot, style draw.GlyphStyle, at ...plotter.XY) error {
	s, err := plotter.NewScatter(plotter.XYs(at))
	if err != nil {
		return fmt.Errorf("report: draw points: %w", err)
	}
	s.GlyphStyle = style
	p.Add(s)
	return nil
}

func point(x, y float64) plotter.XY { return plotter.XY{X: x, Y: y} }
