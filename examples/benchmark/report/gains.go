package report

// gains shows what each stage adds to the one before it.
func (s *runSet) gains() (*sectionView, error) {
	v := &sectionView{
		ID:    "gains",
		Title: "What each stage adds",
		Intro: "The difference that a stage makes to the order before it, and all of them to the first order, on the same queries. A bar that does not touch 0 is more than chance at 95%.",
	}
	for _, name := range first(s.charted(), 2) {
		c := chartView{Title: "Gain in " + name, About: "percentage points"}
		c.Table = tableView{Caption: "Gain in " + name + ", percentage points", Head: []string{"gain", "95% range", "more than chance"}}
		var rows []dot
		for _, r := range s.runs {
			for i := 1; i < len(r.tables); i++ {
				d, ok, err := r.gain(name, i-1, i)
				if err != nil {
					return nil, err
				}
				if !ok {
					continue
				}
				d.label = r.staged(r.stages[i]) + "  " + signed(d.value)
				rows = append(rows, d)
				c.Table.Rows = append(c.Table.Rows, r.row(r.stages[i], gainCells(d)...))
			}
			if len(r.tables) < 3 {
				continue
			}
			d, ok, err := r.gain(name, 0, len(r.tables)-1)
			if err != nil {
				return nil, err
			}
			if ok {
				d.label = r.staged("all") + "  " + signed(d.value)
				rows = append(rows, d)
				row := r.row(r.last(), gainCells(d)...)
				row.Name = r.label() + " · all together"
				c.Table.Rows = append(c.Table.Rows, row)
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

// gain returns the difference between the measures after two stages.
func (r *oneRun) gain(name string, from, to int) (d dot, ok bool, err error) {
	before, ok := measure(r.tables[from], name)
	after, too := measure(r.tables[to], name)
	if !ok || !too {
		return dot{}, false, nil
	}
	d, err = difference(before.Values, after.Values)
	d.style = r.mark()
	return d, true, err
}

func gainCells(d dot) []string { return []string{signed(d.value), d.between(signed), yesNo(d.sure())} }
