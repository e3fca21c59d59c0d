package report

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// ink is a colour that the style sheet of the page decides on, so that a chart
// is right in light and in dark. What is drawn has a colour that only stands
// for it, until svg puts the name in its place.
type ink uint8

const (
	inkText ink = iota
	inkSoft
	inkGrid
	inkGood
	inkBad
	inkPaper // what papers report
	inkRuns  // of the first run; those of the others follow
)

// maxRuns is how many runs a page can tell apart by colour and by shape.
const maxRuns = 6

// property is the name that the style sheet knows the ink by.
func (k ink) property() string {
	if k >= inkRuns {
		return fmt.Sprintf("--run%d", k-inkRuns+1)
	}
	return [...]string{"--ink", "--soft", "--grid", "--good", "--bad", "--paper-mark"}[k]
}

// RGBA makes an ink a [color.Color], one that is not black, which vgsvg would
// leave out.
func (k ink) RGBA() (r, g, b, a uint32) {
	// The half keeps rounding down from losing 1.
	at := func(v uint32) uint32 { return v*0x101 + 0x80 }
	return at(1), at(0x5C), at(uint32(k)), 0xFFFF
}

// properties puts the names of inks in the place of their colours. It also takes
// out what the style sheet says once for all text.
var properties = func() *strings.Replacer {
	pairs := []string{"font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal;", ""}
	for k := inkText; k < inkRuns+maxRuns; k++ {
		pairs = append(pairs, fmt.Sprintf("#015C%02X", uint8(k)), "var("+k.property()+")")
	}
	return strings.NewReplacer(pairs...)
}()

const (
	chartWidth = 400 // in pixels where the page has the room
	fontSize   = 12
)

// sans is a font whose widths the page's own fonts have.
var sans = font.Font{Typeface: "Liberation", Variant: "Sans", Size: fontSize}

// newPlot returns an empty chart in the style of the page.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []struct {
		axis *plot.Axis
		text string
	}{{&p.X, x}, {&p.Y, y}} {
		a.axis.Label.Text = a.text
		a.axis.Label.Padding = 5
		a.axis.Label.TextStyle.Font = sans
		a.axis.Label.TextStyle.Color = inkSoft
		a.axis.Tick.Label.Font = sans
		a.axis.Tick.Label.Color = inkSoft
		a.axis.Tick.Length = 4
		a.axis.Tick.Marker = linearTicks{}
		a.axis.Tick.LineStyle = draw.LineStyle{Color: inkGrid, Width: 1}
		a.axis.LineStyle = draw.LineStyle{Color: inkGrid, Width: 1}
		a.axis.Padding = 4
	}
	return p
}

// textStyle is one of texts within a chart.
func textStyle(k ink, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{Color: k, Font: sans, XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}

// svg draws a chart for a page of HTML. The label says what it shows to those
// who do not see it.
func svg(p *plot.Plot, height float64, label string) (template.HTML, error) {
	canvas := vgsvg.New(chartWidth, vg.Points(height))
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", fmt.Errorf("report: draw the chart %q: %w", label, err)
	}
	// The head is that of a file, with names of things that a page knows and a
	// size in points.
	_, drawn, ok := strings.Cut(b.String(), `xmlns:xlink="http://www.w3.org/1999/xlink">`)
	if !ok {
		return "", fmt.Errorf("report: draw the chart %q: its head is not the one that is known", label)
	}
	open := fmt.Sprintf(`<svg class="chart" role="img" aria-label="%s" viewBox="0 0 %d %g">`, template.HTMLEscapeString(label), chartWidth, height)
	return template.HTML(open + properties.Replace(drawn)), nil
}
