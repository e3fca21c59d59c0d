package report

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// recall shows for how many queries the target is among the first k.
func (s *runSet) recall() (*sectionView, error) {
	if len(s.names()) == 0 {
		return nil, nil
	}
	v := &sectionView{
		ID:    "recall",
		Title: "Recall by depth",
		Intro: "How many queries have their target among the first K of the order: the image that the query was written for, or any right one in a collection of one's own. In a dialogue it is the order of the last round.",
	}
	ends := chartView{Title: "After the last stage", Keys: s.keys()}
	ends.About = "Recall@K, per cent"
	ends.Table = tableView{Caption: "Recall@K after the last stage, per cent", Head: recallHead()}
	var lines []curve
	for _, r := range s.runs {
		c := chartView{Title: r.label(), About: "Recall@K after each stage, per cent"}
		c.Table = tableView{Caption: "Recall@K of " + r.label() + ", per cent", Head: recallHead()}
		var own []curve
		for i := range r.tables {
			style := r.mark()
			style.dash = len(r.tables) - 1 - i
			at := r.recallAt(r.stages[i])
			line := recallCurve(at, style)
			own = append(own, line)
			c.Keys = append(c.Keys, keyView{string(r.stages[i]), sample(style, true)})
			c.Table.Rows = append(c.Table.Rows, r.row(r.stages[i], recallCells(at)...))
			if i == len(r.tables)-1 {
				lines = append(lines, line)
				ends.Table.Rows = append(ends.Table.Rows, r.row(r.stages[i], recallCells(at)...))
			}
		}
		if len(own) == 0 {
			continue
		}
		var err error
		if c.SVG, err = recallChart("Recall@K of "+r.label()+" after each stage", own); err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, c)
	}
	if len(lines) > 1 {
		var err error
		if ends.SVG, err = recallChart("Recall@K of all runs after the last stage", lines); err != nil {
			return nil, err
		}
		v.Charts = slices.Insert(v.Charts, 0, ends)
	}
	return v, nil
}

// deepest is the largest K of the curves, and tabled those of the tables.
const deepest = 50

var tabled = []int{1, 2, 3, 5, 10, 20, 50}

func recallHead() (head []string) {
	for _, k := range tabled {
		head = append(head, fmt.Sprintf("@%d", k))
	}
	return head
}

func recallCells(at []float64) (cells []string) {
	for _, k := range tabled {
		cells = append(cells, percent(at[k]))
	}
	return cells
}

// recallAt returns, for each K, the share of queries with their target among the
// first K, in per cent.
func (r *oneRun) recallAt(after imagescope.Stage) []float64 {
	at := make([]float64, deepest+1)
	for _, t := range r.Traces {
		if p := r.place(t, lastRound(t).Ranking(after)); p > 0 && p <= deepest {
			at[p]++
		}
	}
	for k := 1; k <= deepest; k++ {
		at[k] += at[k-1]
	}
	for k := range at {
		at[k] *= 100 / float64(len(r.Traces))
	}
	return at
}

// lastRound returns the last search of a query that was answered.
func lastRound(t run.Trace) run.Round {
	if len(t.Rounds) == 0 {
		return run.Round{}
	}
	return t.Rounds[len(t.Rounds)-1]
}

func recallCurve(at []float64, style mark) curve {
	c := curve{style: style}
	for k := 1; k <= deepest; k++ {
		c.points = append(c.points, point(float64(k), at[k]))
		if slices.Contains(tabled, k) {
			c.marked = append(c.marked, k-1)
		}
	}
	return c
}

func recallChart(title string, lines []curve) (drawn template.HTML, err error) {
	ks := []float64{1, 2, 5, 10, 20, 50}
	return curves(title, axis{text: "K (images, logarithmic)", min: 1, max: deepest, log: true, ticks: ks}, axis{text: "Recall@K (%)", max: 100}, lines)
}
