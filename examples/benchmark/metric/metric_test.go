package metric_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/examples/benchmark/metric"
)

func TestAveragePrecision(t *testing.T) {
	ranking := []string{"a", "b", "c", "d", "e"}
	tests := []struct {
		name    string
		ranking []string
		truths  []string
		k       int
		want    float64
	}{
		{"first", ranking, []string{"a"}, 5, 1},
		{"second", ranking, []string{"b"}, 5, 1. / 2},
		{"behind the cut", ranking, []string{"c"}, 2, 0},
		{"two of two", ranking, []string{"a", "c"}, 5, (1 + 2./3) / 2},
		{"more truths than places", ranking, []string{"a", "b", "x", "y"}, 2, 1},
		{"fewer found than there are", ranking, []string{"b", "x", "y"}, 5, (1. / 2) / 3},
		{"short ranking", ranking[:1], []string{"a", "b"}, 50, 1. / 2},
		{"no truth", ranking, nil, 5, 0},
		{"no place", ranking, []string{"a"}, 0, 0},
		{"no ranking", nil, []string{"a"}, 5, 0},
	}
	for _, tt := range tests {
		if got := metric.AveragePrecision(tt.ranking, tt.truths, tt.k); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	ranking := []string{"a", "b", "c"}
	type places struct {
		place      int
		at1, at2   float64
		beyondTheK float64
	}
	for id, want := range map[string]places{"a": {1, 1, 1, 1}, "b": {2, 0, 1, 1}, "x": {4, 0, 0, 0}} {
		got := places{metric.Place(ranking, id), metric.Hit(ranking, id, 1), metric.Hit(ranking, id, 2), metric.Hit(ranking, id, 99)}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(places{})); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", id, d)
		}
	}
	if d := cmp.Diff([]string{"a", "c"}, metric.Without(ranking, "b")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"b", "c"}, metric.Among(ranking, []string{"c", "b", "x"})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a", "b", "c"}, ranking); d != "" {
		t.Errorf("the ranking was changed: %s", d)
	}
}

// TestBootstrap has systems of which one is surely better, and two that differ
// by chance only.
func TestBootstrap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(share float64) []float64 {
		values := make([]float64, 300)
		for i := range values {
			if random.Float64() < share {
				values[i] = 1
			}
		}
		return values
	}
	covered, sure := 0, 0
	const trials = 100
	for range trials {
		same, err := metric.Bootstrap(draw(0.5), draw(0.5), 0.95, 200, 7)
		if err != nil {
			t.Fatal(err)
		}
		if !same.Sure() {
			covered++
		}
		better, err := metric.Bootstrap(draw(0.4), draw(0.6), 0.95, 200, 7)
		if err != nil {
			t.Fatal(err)
		}
		if better.Low > 0 {
			sure++
		}
	}
	// 95% of 100 are 95; four standard deviations below are 86.
	if covered < 86 {
		t.Errorf("the interval of equal systems holds 0 in %d of %d trials, want about 95", covered, trials)
	}
	if sure < 97 {
		t.Errorf("a difference of 0.2 is seen in %d of %d trials", sure, trials)
	}
}

func TestBootstrapRepeats(t *testing.T) {
	a, b := []float64{0, 1, 0, 1}, []float64{1, 1, 0, 1}
	first, err := metric.Bootstrap(a, b, 0.9, 100, 3)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := metric.Bootstrap(a, b, 0.9, 100, 3)
	if first != second || first.Difference != 0.25 || first.Low > first.Difference || first.High < first.Difference {
		t.Errorf("%+v, then %+v", first, second)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	one := []float64{1}
	for name, err := range map[string]error{
		"lengths":    second(metric.Bootstrap(one, nil, 0.9, 9, 1)),
		"nothing":    second(metric.Bootstrap(nil, nil, 0.9, 9, 1)),
		"confidence": second(metric.Bootstrap(one, one, math.NaN(), 9, 1)),
		"resamples":  second(metric.Bootstrap(one, one, 0.9, 0, 1)),
	} {
		if err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
}

func second(_ metric.Interval, err error) error { return err }

func ExampleAveragePrecision() {
	ranking := []string{"wrong", "right", "also right"}
	truths := []string{"right", "also right"}
	fmt.Printf("%.3f\n", metric.AveragePrecision(ranking, truths, 5))
	// Output: 0.583
}
