package report

import (
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

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
