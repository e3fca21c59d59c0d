package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/imagescope/imagescope"
)

// movement shows from which place to which each stage moved the targets.
func (s *runSet) movement() (*sectionView, error) {
	v := &sectionView{
		ID:    "movement",
		Title: "Where each stage helped and hurt",
		Intro: "The target's place before a stage and after it; a circle is as large as the number of searches that it stands for. Below the dashed line the stage has moved the target forward. Every round of a dialogue is a search.",
	}
	counts := tableView{
		Caption: "Searches by what the stage did to the place of the target",
		Head:    []string{"helped", "hurt", "same place", "came in", "fell out", "not found", "mean places won"},
	}
	for _, r := range s.runs {
		if r.secret {
			continue
		}
		for i := 1; i < len(r.stages); i++ {
			m := r.moved(r.stages[i-1], r.stages[i])
			if m.searches == 0 {
				continue
			}
			counts.Rows = append(counts.Rows, r.row(r.stages[i],
				m.share(m.helped), m.share(m.hurt), m.share(m.same), m.share(m.came), m.share(m.fell), m.share(m.lost), m.meanWon()))
			c := chartView{
				Title: fmt.Sprintf("%s: %s after %s", r.label(), r.stages[i], r.stages[i-1]),
				About: fmt.Sprintf("%s helped, %s hurt, %s same", thousands(int64(m.helped)), thousands(int64(m.hurt)), thousands(int64(m.same))),
				Keys: []keyView{
					{"helped", sample(mark{ink: inkGood, shape: circleShape}, false)},
					{"hurt", sample(mark{ink: inkBad, shape: triangleShape}, false)},
					{"same place", sample(mark{ink: inkSoft, shape: ringShape}, false)},
				},
				Table: m.table(r, r.stages[i]),
			}
			var err error
			title := fmt.Sprintf("Place of the target before and after stage %s of %s: helped %d, hurt %d, same %d", r.stages[i], r.label(), m.helped, m.hurt, m.same)
			if c.SVG, err = moves(title, m.points(), float64(m.last)); err != nil {
				return nil, err
			}
			v.Charts = append(v.Charts, c)
		}
	}
	if len(counts.Rows) == 0 {
		return nil, nil
	}
	v.Tables = append(v.Tables, counts)
	return v, nil
}

// moved counts how a stage moved targets.
type moved struct {
	searches           int
	helped, hurt, same int
	came, fell, lost   int // not found before, after, at all
	won                int // places, of those found before and after
	last               int // the last place of any
	byPlaces           [][2]int
	counts             map[[2]int]int
	byBand             [][]int
}

// moved compares the places of targets after two stages.
func (r *oneRun) moved(before, after imagescope.Stage) moved {
	m := moved{counts: map[[2]int]int{}, byBand: make([][]int, len(bands)+1)}
	for i := range m.byBand {
		m.byBand[i] = make([]int, len(bands)+1)
	}
	for _, t := range r.Traces {
		for _, round := range t.Rounds {
			m.add(r.place(t, round.Ranking(before)), r.place(t, round.Ranking(after)))
		}
	}
	return m
}

func (m *moved) add(x, y int) {
	m.searches++
	m.byBand[band(x)][band(y)]++
	switch {
	case x == 0 && y == 0:
		m.lost++
		return
	case x == 0:
		m.came++
		return
	case y == 0:
		m.fell++
		return
	case y < x:
		m.helped++
	case y > x:
		m.hurt++
	default:
		m.same++
	}
	m.won += x - y
	m.last = max(m.last, x, y)
	at := [2]int{rounded(x), rounded(y)}
	if m.counts[at]++; m.counts[at] == 1 {
		m.byPlaces = append(m.byPlaces, at)
	}
}

// rounded returns a place to two digits, so that a chart of many searches has a
// bounded number of circles.
func rounded(place int) int {
	unit := 1
	for place/unit >= 30 {
		unit *= 10
	}
	return (place + unit/2) / unit * unit
}

// points returns the circles of the chart, those of many searches first, so that
// they hide none.
func (m moved) points() []move {
	var all []move
	for _, at := range m.byPlaces {
		all = append(all, move{float64(at[0]), float64(at[1]), m.counts[at]})
	}
	slices.SortFunc(all, func(a, b move) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.before, b.before), cmp.Compare(a.after, b.after))
	})
	return all
}

func (m moved) share(n int) string {
	return fmt.Sprintf("%s (%.1f%%)", thousands(int64(n)), 100*float64(n)/float64(m.searches))
}

func (m moved) meanWon() string {
	found := m.helped + m.hurt + m.same
	if found == 0 {
		return ""
	}
	return fmt.Sprintf("%+.2f", float64(m.won)/float64(found))
}

// bands are the last places of ranges of places; behind them is what was not
// found or is behind the last.
var bands = []struct {
	last int
	name string
}{{1, "1"}, {3, "2–3"}, {5, "4–5"}, {10, "6–10"}, {20, "11–20"}, {50, "21–50"}, {math.MaxInt, "over 50"}}

func band(place int) int {
	if place == 0 {
		return len(bands)
	}
	for i, b := range bands {
		if place <= b.last {
			return i
		}
	}
	return len(bands)
}

// table is the chart in figures, by ranges of places.
func (m moved) table(r *oneRun, after imagescope.Stage) tableView {
	v := tableView{Caption: fmt.Sprintf("%s · %s: searches by place before (rows) and after (columns)", r.label(), after)}
	for _, b := range bands {
		v.Head = append(v.Head, b.name)
	}
	v.Head = append(v.Head, "not found")
	for i, counts := range m.byBand {
		row := rowView{Name: "before: " + v.Head[i]}
		for _, n := range counts {
			cell := ""
			if n > 0 {
				cell = thousands(int64(n))
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
