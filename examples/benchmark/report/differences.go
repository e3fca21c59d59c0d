package report

import (
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// gains shows what each stage adds to the one before it.
func (s *runSet) gains() (*sectionView, error) {
	v := &sectionView{
		ID:    "gains",
		Title: "What each stage adds",
		Intro: "The difference that a stage makes to the order before it, on the same queries. A bar that does not touch 0 is more than chance at 95%.",
	}
	for _, name := range first(s.charted(), 2) {
		c := chartView{Title: "Gain in " + name, About: "percentage points"}
		c.Table = tableView{Caption: "Gain in " + name + ", percentage points", Head: []string{"gain", "95% range", "more than chance"}}
		var rows []dot
		for _, r := range s.runs {
			for i := 1; i < len(r.tables); i++ {
				before, ok := measure(r.tables[i-1], name)
				after, too := measure(r.tables[i], name)
				if !ok || !too {
					continue
				}
				d, err := difference(before.Values, after.Values)
				if err != nil {
					return nil, err
				}
				d.label = r.staged(r.stages[i]) + "  " + signed(d.value)
				d.style = r.mark()
				rows = append(rows, d)
				c.Table.Rows = append(c.Table.Rows, r.row(r.stages[i], signed(d.value), d.between(signed), yesNo(d.sure())))
			}
		}
		if len(rows) == 0 {
			continue
		}
		c.Keys = s.keys()
		var err error
		if c.SVG, err = dots(c.Title+" by stage, in percentage points", "gain (percentage points)", rows, true); err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, c)
	}
	if len(v.Charts) == 0 {
		return nil, nil
	}
	return v, nil
}

// keys tells how the runs are drawn.
func (s *runSet) keys() []keyView {
	if len(s.runs) == 1 {
		return nil
	}
	var keys []keyView
	for _, r := range s.runs {
		keys = append(keys, r.key())
	}
	return keys
}

// differences shows how far the other runs are from the first, after their last
// stages and on the queries that both have.
func (s *runSet) differences() (*sectionView, error) {
	if len(s.runs) < 2 || s.runs[0].secret {
		return nil, nil
	}
	a := s.runs[0]
	v := &sectionView{
		ID:    "differences",
		Title: "Against " + a.label(),
		Intro: "How far each run is from the first one after its last stage, by paired bootstrap over the queries that both have answered.",
	}
	names := s.charted()
	rows := make([][]dot, len(names))
	tables := make([]tableView, len(names))
	for _, b := range s.runs[1:] {
		before, after, err := paired(a, b)
		if err != nil {
			return nil, err
		}
		if before == nil {
			v.Intro += fmt.Sprintf(" %s has no query in common with it.", b.label())
			continue
		}
		for i, name := range names {
			x, ok := measure(*before, name)
			y, too := measure(*after, name)
			if !ok || !too {
				continue
			}
			d, err := difference(x.Values, y.Values)
			if err != nil {
				return nil, err
			}
			d.label, d.style = b.label()+"  "+signed(d.value), b.mark()
			rows[i] = append(rows[i], d)
			tables[i].Rows = append(tables[i].Rows, b.row(b.last(),
				thousands(int64(after.Queries)), percent(100*x.Value), percent(100*y.Value), signed(d.value), d.between(signed), yesNo(d.sure())))
		}
	}
	for i, name := range names {
		if len(rows[i]) == 0 {
			continue
		}
		title := name + " against " + a.label()
		drawn, err := dots(title+", in percentage points", "difference (percentage points)", rows[i], true)
		if err != nil {
			return nil, err
		}
		tables[i].Caption = title
		tables[i].Head = []string{"queries", "first run", "this run", "difference", "95% range", "more than chance"}
		v.Charts = append(v.Charts, chartView{Title: title, About: "percentage points", SVG: drawn, Table: tables[i]})
	}
	return v, nil
}

// paired returns the measures of both runs after their last stages, of the
// queries that both have, and not only others of the same IDs; nil where there
// are none.
func paired(a, b *oneRun) (before, after *score.Table, err error) {
	of := func(r, other *oneRun) (*score.Table, error) {
		has := map[string]run.Trace{}
		for _, t := range other.Traces {
			has[t.Query] = t
		}
		part := *r.Run
		part.Traces, part.Dataset.Queries = nil, nil
		for i, t := range r.Traces {
			o, ok := has[t.Query]
			if ok && slices.Equal(o.Texts, t.Texts) && slices.Equal(o.Targets, t.Targets) {
				part.Traces = append(part.Traces, t)
				part.Dataset.Queries = append(part.Dataset.Queries, r.Dataset.Queries[i])
			}
		}
		if len(part.Traces) == 0 {
			return nil, nil
		}
		table, err := part.Table(r.last())
		return &table, err
	}
	if before, err = of(a, b); err != nil || before == nil {
		return nil, nil, err
	}
	after, err = of(b, a)
	return before, after, err
}
