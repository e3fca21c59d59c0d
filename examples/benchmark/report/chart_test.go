package report

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// corner finds where the paths of an ink begin.
func corners(t *testing.T, drawn, ink string) (at [][2]float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`<path d="M([-\d.]+),([-\d.]+)[^"]*" style="fill:var\(`+ink+`\)`).FindAllStringSubmatch(drawn, -1) {
		x, err := strconv.ParseFloat(m[1], 64)
		y, err2 := strconv.ParseFloat(m[2], 64)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		at = append(at, [2]float64{x, y})
	}
	return at
}

// inProportion reports whether pixels lie as far apart as the values that they
// stand for.
func inProportion(a, b, c, x, y, z float64) bool {
	return math.Abs((b-a)/(c-a)-(y-x)/(z-x)) < 0.01
}

func TestDotsLieWhereTheirValuesAre(t *testing.T) {
	style := mark{ink: inkRuns, shape: circleShape}
	none := math.NaN()
	rows := []dot{
		{"first", 25.26, 20, 30, style},
		{"second", 28.36, none, none, style},
		{"third", 32.23, 30, 35, style},
	}
	drawn, err := dots("values", "%", rows, false)
	if err != nil {
		t.Fatal(err)
	}
	at := corners(t, string(drawn), "--run1")
	if len(at) != 3 {
		t.Fatalf("%d points are drawn, want 3", len(at))
	}
	if !inProportion(at[0][0], at[1][0], at[2][0], 25.26, 28.36, 32.23) {
		t.Errorf("the points are at %v", at)
	}
	if !(at[0][1] > at[1][1] && at[1][1] > at[2][1]) { // upwards, as in gonum
		t.Errorf("the rows are not one below the other: %v", at)
	}
}

func TestMovesLieWhereTheirPlacesAre(t *testing.T) {
	drawn, err := moves("moves", []move{{8, 1, 4}, {4, 2, 4}, {2, 1, 4}, {1, 5, 1}}, 20)
	if err != nil {
		t.Fatal(err)
	}
	helped := corners(t, string(drawn), "--good")
	if len(helped) != 3 || len(corners(t, string(drawn), "--bad")) != 1 {
		t.Fatalf("%d points are drawn as helped, want 3 and 1 as hurt", len(helped))
	}
	// Powers of two lie evenly on a logarithmic axis.
	if !inProportion(helped[0][0], helped[1][0], helped[2][0], 3, 2, 1) || helped[0][1] != helped[2][1] || helped[1][1] <= helped[0][1] {
		t.Errorf("the points are at %v", helped)
	}
}

// TestChartsOfAnything draws what data can be at its worst.
func TestChartsOfAnything(t *testing.T) {
	style := mark{ink: inkRuns}
	flat := curve{points: plotter.XYs{{X: 0, Y: 0}, {X: 0, Y: 0}}, marked: []int{0, 1}, style: style, step: true}
	for name, draw := range map[string]func() error{
		"no dots": func() error { _, err := dots("", "", nil, true); return err },
		"one dot": func() error {
			_, err := dots("", "", []dot{{value: 0, low: 0, high: 0, style: style}}, false)
			return err
		},
		"no curves":    func() error { _, err := curves("", axis{}, axis{}, nil); return err },
		"a flat curve": func() error { _, err := curves("", axis{log: true}, axis{}, []curve{flat}); return err },
		"an empty line": func() error {
			_, err := curves("", axis{min: 1, max: 50, log: true}, axis{max: 100}, []curve{{}})
			return err
		},
		"no moves":  func() error { _, err := moves("", nil, 0); return err },
		"far moves": func() error { _, err := moves("", []move{{1e9, 1, 1}, {1, 1e9, 1}}, 1e9); return err },
	} {
		if err := draw(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
