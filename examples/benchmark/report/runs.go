package report

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// runSet is the runs of a page.
type runSet struct {
	dataset, split string
	runs           []*oneRun
}

// oneRun is a run with its measures.
type oneRun struct {
	*run.Run
	letter string // "" where it is the only one
	name   string
	ink    ink
	shape  int

	stages []imagescope.Stage
	tables []score.Table // after each of stages
	secret bool          // the answers are not public: there are no tables
}

func newRun(r *run.Run, i, of int) (*oneRun, error) {
	member := &oneRun{
		Run:    r,
		name:   cut(filepath.Base(r.Dir), maxName),
		ink:    inkRuns + ink(i),
		shape:  i,
		stages: r.Stages(),
	}
	if of > 1 {
		member.letter = string(rune('A' + i))
	}
	if len(r.Traces) == 0 {
		return member, nil
	}
	for _, st := range member.stages {
		t, err := r.Table(st)
		if errors.Is(err, score.ErrNoAnswers) {
			member.secret = true
			return member, nil
		}
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", r.Dir, err)
		}
		member.tables = append(member.tables, t)
	}
	return member, nil
}

// label names the run where there is little room.
func (r *oneRun) label() string {
	if r.letter == "" {
		return cut(r.name, 24)
	}
	return r.letter + " " + cut(r.name, 18)
}

// mark is how the run is drawn.
func (r *oneRun) mark() mark { return mark{ink: r.ink, shape: r.shape} }

// last returns the last stage that has an order; "" where none has.
func (r *oneRun) last() imagescope.Stage {
	if len(r.stages) == 0 {
		return ""
	}
	return r.stages[len(r.stages)-1]
}

// after returns the measures after a stage.
func (r *oneRun) after(st imagescope.Stage) (score.Table, bool) {
	for i := range r.tables {
		if r.stages[i] == st {
			return r.tables[i], true
		}
	}
	return score.Table{}, false
}

// place returns where the target of a query is in a ranking, as its dataset
// counts: CIRR leaves the reference out, and in a collection of one's own any
// right image will do. It is 0 where the target is not there.
func (r *oneRun) place(t run.Trace, ranking []string) int {
	targets := t.Targets
	if r.Settings.Dataset != dataset.Own {
		targets = first(targets, 1)
	}
	place := 0
	for _, id := range ranking {
		if r.Settings.Dataset == "cirr" && id == t.Reference {
			continue
		}
		place++
		if slices.Contains(targets, id) {
			return place
		}
	}
	return 0
}

// made tells what made the order after a stage: the parts that had a hand in it
// with their models and checkpoints, and the numbers that they worked with.
func made(s run.Settings, after imagescope.Stage) string {
	part := func(p run.Part) string { return cut(cmp.Or(p.String(), "none"), 3*maxName) }
	text := []string{"embedder " + part(s.Embedder), "captioner " + part(s.Captioner)}
	num := []string{fmt.Sprintf("τ %g", s.Search.Tau), "fusion " + s.Search.Fusion}
	add := func(p run.Part, stage, letter string, n int) {
		text = append(text, stage+" "+part(p))
		if n > 0 {
			num = append(num, fmt.Sprintf("%s %d", letter, n))
		}
	}
	reached := func(st imagescope.Stage) bool { return stageIndex(st) <= stageIndex(after) }
	if reached(imagescope.StageIntent) {
		add(s.Intent, "intent", "", 0)
	}
	if reached(imagescope.StageVerify) {
		add(s.Verify, "verify", "K", s.Search.TopK)
		for _, v := range []string{s.Search.Confidence, s.Search.Order} {
			if v != "" {
				num = append(num, v)
			}
		}
	}
	if reached(imagescope.StageRefine) && s.Search.RefineBelow > 0 {
		num = append(num, fmt.Sprintf("refined below %g", s.Search.RefineBelow))
	}
	if reached(imagescope.StageRank) {
		add(s.Rank, "rank", "α", s.Search.Alpha)
	}
	return cut(strings.Join(append(text, num...), " · "), 4*maxText)
}

// stageIndex returns where a stage comes among all; behind them for another.
func stageIndex(st imagescope.Stage) int {
	if i := slices.Index(costStages, st); i >= 0 {
		return i
	}
	return len(costStages)
}

// interval returns the mean of values of single queries in per cent, with its
// range.
func interval(values []float64) (dot, error) {
	none := make([]float64, len(values))
	return difference(none, values)
}

// The range that intervals give, and how it is found.
const (
	confidence = 0.95
	resamples  = 1000
	seed       = 1
)

// difference returns the mean of b less that of a in per cent, with its range.
func difference(a, b []float64) (dot, error) {
	i, err := metric.Bootstrap(a, b, confidence, resamples, seed)
	if err != nil {
		return dot{}, fmt.Errorf("report: %w", err)
	}
	return dot{value: 100 * i.Difference, low: 100 * i.Low, high: 100 * i.High}, nil
}
