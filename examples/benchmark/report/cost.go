package report

import (
	"math"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// spent is one thing that a query costs.
type spent struct {
	name, unit string
	of         func(run.Trace) float64
	format     func(float64) string
	log        bool
}

var spendings = []spent{
	{"Model calls", "calls", func(t run.Trace) float64 { return float64(t.Total().Calls) }, amount, false},
	{"Tokens", "tokens", func(t run.Trace) float64 { return float64(tokens(t.Total())) }, amount, false},
	{"Time", "seconds", func(t run.Trace) float64 { return t.Time.Seconds() }, seconds, true},
}

func tokens(u imagescope.Usage) int { return u.PromptTokens + u.CompletionTokens }

// cost shows what queries cost: as a distribution, and by stage.
func (s *runSet) cost() (*sectionView, error) {
	v := &sectionView{
		ID:    "cost",
		Title: "What a query costs",
		Intro: "How many of the queries cost at most so much. Answers from a cache are no calls and have no tokens; tokens are as far as models report them.",
	}
	for _, sp := range spendings {
		c, err := s.costChart(sp)
		if err != nil {
			return nil, err
		}
		if c != nil {
			v.Charts = append(v.Charts, *c)
		}
	}
	if len(v.Charts) == 0 {
		return nil, nil
	}
	if v.Charts[0].Title != spendings[0].name {
		v.Intro += " No model was called."
	}
	v.Tables = append(v.Tables, s.costByStage())
	return v, nil
}

func (s *runSet) costChart(sp spent) (*chartView, error) {
	v := chartView{Title: sp.name, About: sp.unit + " of a query", Keys: s.keys()}
	v.Table = tableView{Caption: sp.name + " of a query", Head: []string{"mean", "median", "90% at most", "99% at most", "most", "all queries"}}
	var lines []curve
	low, high := math.Inf(1), 0.0
	for _, r := range s.runs {
		if len(r.Traces) == 0 {
			continue
		}
		values := make([]float64, len(r.Traces))
		sum := 0.0
		for i, t := range r.Traces {
			values[i] = max(sp.of(t), 0)
			sum += values[i]
		}
		slices.Sort(values)
		low, high = min(low, values[0]), max(high, values[len(values)-1])
		lines = append(lines, distribution(values, r.mark()))
		row := r.row(imagescope.StageRank, sp.format(sum/float64(len(values))), sp.format(quantile(values, 0.5)),
			sp.format(quantile(values, 0.9)), sp.format(quantile(values, 0.99)), sp.format(values[len(values)-1]), sp.format(sum))
		row.Name = r.label()
		v.Table.Rows = append(v.Table.Rows, row)
	}
	if high == 0 {
		return nil, nil // nothing was spent
	}
	x := axis{text: sp.unit + " of a query", max: max(high*1.02, 1)}
	if low > high/2 {
		x.min = max(low-(high-low)/4, 0)
	}
	if sp.log && low > 0 && high > low {
		x = axis{text: sp.unit + " of a query (logarithmic)", min: low * 0.9, max: high * 1.1, log: true}
	} else if sp.log {
		x.max = max(high*1.02, 1e-3)
	}
	var err error
	v.SVG, err = curves(sp.name+" of a query: share of queries that cost at most so much", x, axis{text: "queries (%)", max: 100}, lines)
	return &v, err
}

// distribution returns the share of sorted values up to each, in per cent, of
// 200 points at most.
func distribution(sorted []float64, style mark) curve {
	c := curve{style: style, step: true}
	const most = 200
	n := min(len(sorted), most)
	c.points = append(c.points, point(sorted[0], 0))
	for i := range n {
		at := (i+1)*len(sorted)/n - 1
		c.points = append(c.points, point(sorted[at], 100*float64(at+1)/float64(len(sorted))))
	}
	for _, q := range []float64{0.25, 0.5, 0.75, 1} {
		c.marked = append(c.marked, max(int(math.Ceil(q*float64(n))), 1))
	}
	return c
}

// quantile returns the smallest of sorted values that is not below a share q of
// them.
func quantile(sorted []float64, q float64) float64 {
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}

// costByStage says which stages the cost is of.
func (s *runSet) costByStage() tableView {
	v := tableView{Caption: "Cost by stage, the mean of a query", Head: []string{"calls", "from a cache", "tokens in", "tokens out", "time"}}
	for _, r := range s.runs {
		sums := map[imagescope.Stage]imagescope.Usage{}
		for _, t := range r.Traces {
			for _, search := range t.Searches() {
				for st, u := range search.Usage {
					sums[st] = sums[st].Add(u)
				}
			}
		}
		for _, st := range costStages {
			u, ok := sums[st]
			if !ok || u == (imagescope.Usage{}) {
				continue
			}
			n := float64(len(r.Traces))
			v.Rows = append(v.Rows, r.row(st, amount(float64(u.Calls)/n), amount(float64(u.CacheHits)/n),
				amount(float64(u.PromptTokens)/n), amount(float64(u.CompletionTokens)/n), seconds(u.Time.Seconds()/n)))
		}
	}
	return v
}

// costStages are all stages that can cost something.
var costStages = []imagescope.Stage{
	imagescope.StageInstant, imagescope.StageIntent, imagescope.StageRetrieve,
	imagescope.StageVerify, imagescope.StageRefine, imagescope.StageRank,
}
