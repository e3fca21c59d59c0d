package run

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// ErrQueries means that runs cannot be compared, since they are of different
// queries.
var ErrQueries = errors.New("the runs are of different queries")

// CompareOptions says how runs are compared.
type CompareOptions struct {
	After      imagescope.Stage // the stage; "" means the last of each run
	Confidence float64          // of the intervals, between 0 and 1
	Resamples  int              // of the bootstrap
}

// Comparison is how far a run differs from another one, the base.
type Comparison struct {
	Base      string           `json:"base"`
	BaseAfter imagescope.Stage `json:"base_after"`
	Run       string           `json:"run"`
	After     imagescope.Stage `json:"after"`
	Queries   int              `json:"queries"`
	Measures  []Difference     `json:"measures"` // those that both have
	Settings  Settings         `json:"settings"` // of the run
}

// Difference is that of one measure, in shares.
type Difference struct {
	Name  string  `json:"name"`
	Base  float64 `json:"base"`
	Value float64 `json:"value"`
	metric.Interval
}

// seed makes the intervals the same each time.
const seed = 1

// Compare compares the first run with each of the others, query by query: with
// the intervals of [metric.Bootstrap]. The error is [ErrQueries] unless all are
// of the same queries of the same dataset.
func Compare(runs []*Run, opts CompareOptions) ([]Comparison, error) {
	if len(runs) < 2 {
		return nil, errors.New("compare: two runs are needed, or more")
	}
	base := runs[0]
	baseTable, baseAfter, err := base.tableAfter(opts.After)
	if err != nil {
		return nil, err
	}
	var all []Comparison
	for _, r := range runs[1:] {
		if err := sameQueries(base, r); err != nil {
			return nil, err
		}
		table, after, err := r.tableAfter(opts.After)
		if err != nil {
			return nil, err
		}
		c := Comparison{Base: base.Dir, BaseAfter: baseAfter, Run: r.Dir, After: after, Queries: len(r.Traces), Settings: r.Settings}
		for _, m := range table.Measures {
			i := slices.IndexFunc(baseTable.Measures, func(b score.Measure) bool { return b.Name == m.Name })
			if i < 0 {
				continue
			}
			b := baseTable.Measures[i]
			interval, err := metric.Bootstrap(b.Values, m.Values, opts.Confidence, opts.Resamples, seed)
			if err != nil {
				return nil, fmt.Errorf("compare %s and %s: %s: %w", base.Dir, r.Dir, m.Name, err)
			}
			c.Measures = append(c.Measures, Difference{m.Name, b.Value, m.Value, interval})
		}
		all = append(all, c)
	}
	return all, nil
}

func (r *Run) tableAfter(st imagescope.Stage) (score.Table, imagescope.Stage, error) {
	if st == "" {
		st = r.Last()
	}
	table, err := r.Table(st)
	return table, st, err
}

// sameQueries returns an error that tells in what the queries of two runs differ.
func sameQueries(a, b *Run) error {
	differ := func(format string, args ...any) error {
		return fmt.Errorf("%s and %s: %w: %s", a.Dir, b.Dir, ErrQueries, fmt.Sprintf(format, args...))
	}
	x, y := a.Settings, b.Settings
	switch {
	case x.Dataset != y.Dataset || x.Split != y.Split:
		return differ("%s %s and %s %s", x.Dataset, x.Split, y.Dataset, y.Split)
	case x.Category != y.Category:
		return differ("category %q and category %q", x.Category, y.Category)
	case x.Queries != y.Queries:
		return differ("%d and %d of them; -limit makes runs of the same", x.Queries, y.Queries)
	case x.Checksum != y.Checksum:
		return differ("texts or targets are others (checksum %.12s and %.12s)", x.Checksum, y.Checksum)
	}
	for _, pair := range [][2]*Run{{a, b}, {b, a}} {
		for i, t := range pair[0].Traces {
			if i >= len(pair[1].Traces) || pair[1].Traces[i].Query != t.Query {
				return differ("query %s has ended in %s alone, of %d in one and %d in the other; run them to their ends", t.Query, pair[0].Dir, len(a.Traces), len(b.Traces))
			}
		}
	}
	return nil
}
