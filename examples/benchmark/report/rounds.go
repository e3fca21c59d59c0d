package report

import (
	"slices"
	"strings"
)

// rounds shows how the hits of a dialogue grow from round to round.
func (s *runSet) rounds() (*sectionView, error) {
	v := &sectionView{ID: "rounds", Title: "Round by round", Intro: "Dialogues that have hit by a round stay hits, as the paper counts them; after the last stage."}
	for _, f := range families(s.names()) {
		if !slices.Contains([]string{"Hits@1 until round", "Hits@10 until round"}, f.name) || len(f.names) < 2 {
			continue
		}
		c := chartView{Title: strings.TrimSuffix(f.name, " until round") + " by round", About: "per cent of dialogues", Keys: s.keys()}
		c.Table = tableView{Caption: c.Title + ", per cent", Head: f.columns}
		var lines []curve
		for _, r := range s.runs {
			t, ok := r.after(r.last())
			if !ok {
				continue
			}
			line := curve{style: r.mark()}
			var cells []string
			for i, n := range f.names {
				value, _ := t.Get(n)
				line.points = append(line.points, point(float64(i+1), 100*value))
				line.marked = append(line.marked, i)
				cells = append(cells, percent(100*value))
			}
			lines = append(lines, line)
			c.Table.Rows = append(c.Table.Rows, r.row(r.last(), cells...))
		}
		var at []float64
		for i := range f.names {
			at = append(at, float64(i+1))
		}
		var err error
		if c.SVG, err = curves(c.Title, axis{text: "round", min: 1, max: float64(len(f.names)), ticks: at}, axis{text: "dialogues hit (%)", max: 100}, lines); err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, c)
	}
	if len(v.Charts) == 0 {
		return nil, nil
	}
	return v, nil
}
