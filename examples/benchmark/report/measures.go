package report

import (
	"math"
	"regexp"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// charted returns the measures that have charts: those of the dataset, or the
// first two of a collection that nobody has published about.
func (s *runSet) charted() []string {
	if names, ok := charted[s.dataset]; ok {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !s.has(n) })
	}
	return first(s.names(), 2)
}

func (s *runSet) has(name string) bool { return slices.Contains(s.names(), name) }

// names returns the measures of all runs, in their order.
func (s *runSet) names() []string {
	var names []string
	for _, r := range s.runs {
		for _, t := range r.tables {
			for _, m := range t.Measures {
				if !slices.Contains(names, m.Name) {
					names = append(names, m.Name)
				}
			}
		}
	}
	return names
}

// measures shows the measures after each stage, beside what papers report.
func (s *runSet) measures() (*sectionView, error) {
	names := s.names()
	if len(names) == 0 {
		return nil, nil
	}
	papers, err := publishedOf(s.dataset)
	if err != nil {
		return nil, err
	}
	v := &sectionView{
		ID:    "measures",
		Title: "After each stage",
		Intro: "A bar is the range in which the true value lies with a confidence of 95%, by bootstrap over queries.",
	}
	if len(papers) > 0 {
		v.Intro += " Rows of papers are as published, of the split that the table names where it is known; those of another split than the runs' are only a guide."
	}
	for _, name := range s.charted() {
		c, err := s.measureChart(name, papers)
		if err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, c)
	}
	for _, f := range families(names) {
		v.Tables = append(v.Tables, s.measureTable(f, papers))
	}
	return v, nil
}

func (s *runSet) measureChart(name string, papers []published) (chartView, error) {
	v := chartView{Title: name, About: "per cent, after each stage"}
	v.Table = tableView{Caption: name + ", per cent", Head: []string{"value", "95% range"}}
	var rows []dot
	for _, p := range papers {
		value, ok := p.Values[name]
		if !ok {
			continue
		}
		d := dot{label: p.short() + "  " + percent(value), value: value, low: math.NaN(), high: math.NaN(), style: mark{ink: inkPaper, shape: rhombusShape}}
		rows = append(rows, d)
		v.Table.Rows = append(v.Table.Rows, p.row(percent(value), ""))
	}
	if len(rows) > 0 {
		v.Keys = append(v.Keys, keyView{"as published", sample(mark{ink: inkPaper, shape: rhombusShape}, false)})
	}
	for _, r := range s.runs {
		any := false
		for i, t := range r.tables {
			m, ok := measure(t, name)
			if !ok {
				continue
			}
			d, err := interval(m.Values)
			if err != nil {
				return chartView{}, err
			}
			d.label = r.staged(r.stages[i]) + "  " + percent(d.value)
			d.style = r.mark()
			rows = append(rows, d)
			v.Table.Rows = append(v.Table.Rows, r.row(r.stages[i], percent(d.value), d.between(percent)))
			any = true
		}
		if any {
			v.Keys = append(v.Keys, r.key())
		}
	}
	var err error
	v.SVG, err = dots(name+" after each stage, in per cent", name+" (%)", rows, false)
	return v, err
}

// staged names the run after a stage in a chart.
func (r *oneRun) staged(st imagescope.Stage) string {
	if r.letter == "" {
		return string(st)
	}
	return r.letter + " " + string(st)
}

func (p published) row(cells ...string) rowView {
	split := ""
	if p.Split != "" {
		split = " · split " + p.Split
	}
	return rowView{Name: p.name(), Made: p.Source + split, Published: true, Cells: cells}
}

func measure(t score.Table, name string) (score.Measure, bool) {
	i := slices.IndexFunc(t.Measures, func(m score.Measure) bool { return m.Name == name })
	if i < 0 {
		return score.Measure{}, false
	}
	return t.Measures[i], true
}

// family is measures that differ in one thing only, such as k.
type family struct {
	name    string
	names   []string
	columns []string
}

// What measures of a family differ in: the round, the category or aspect, or k.
var familyForms = []*regexp.Regexp{
	regexp.MustCompile(`^(?P<family>.+ round) (?P<column>\d+)$`),
	regexp.MustCompile(`^(?P<family>[^@]+@\d+) (?P<column>.+)$`),
	regexp.MustCompile(`^(?P<family>[^@]+)@(?P<column>\d+)$`),
}

// families puts measures together, in the order in which their first members
// come. One that is too wide for a page is taken apart.
func families(names []string) []family {
	var all []family
	for _, n := range names {
		name, column := n, n
		for i, form := range familyForms {
			if m := form.FindStringSubmatch(n); m != nil {
				name, column = m[1], m[2]
				if i == 2 {
					column = "@" + column
				}
				break
			}
		}
		i := slices.IndexFunc(all, func(f family) bool { return f.name == name && len(f.names) < maxColumns })
		if i < 0 {
			all = append(all, family{name: name})
			i = len(all) - 1
		}
		all[i].names = append(all[i].names, n)
		all[i].columns = append(all[i].columns, cut(column, maxName))
	}
	return all
}

func (s *runSet) measureTable(f family, papers []published) tableView {
	v := tableView{Caption: cut(f.name, maxName) + ", per cent", Head: f.columns}
	for _, p := range papers {
		cells := make([]string, len(f.names))
		any := false
		for i, n := range f.names {
			if value, ok := p.Values[n]; ok {
				cells[i], any = percent(value), true
			}
		}
		if any {
			v.Rows = append(v.Rows, p.row(cells...))
		}
	}
	for _, r := range s.runs {
		for i, t := range r.tables {
			cells := make([]string, len(f.names))
			for k, n := range f.names {
				if value, ok := t.Get(n); ok {
					cells[k] = percent(100 * value)
				}
			}
			v.Rows = append(v.Rows, r.row(r.stages[i], cells...))
		}
	}
	return v
}
