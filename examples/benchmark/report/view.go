package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// The view types hold what the template shows, in its order. All strings in
// them are cut.
type (
	pageView struct {
		Title, Intro string
		Policy       string
		Style        template.CSS
		Script       template.JS
		Runs         []runView
		Notes        []string
		Sections     []sectionView
		Browser      *browserView
	}
	runView struct {
		Key      keyView
		Name     string
		Made     string
		Asked    string
		Trouble  []string
		Settings string
	}
	// sectionView is charts and then tables.
	sectionView struct {
		ID, Title, Intro string
		Charts           []chartView
		Tables           []tableView
	}
	chartView struct {
		Title, About string
		SVG          template.HTML
		Keys         []keyView
		Table        tableView
	}
	// keyView tells how something is drawn.
	keyView struct {
		Name   string
		Sample template.HTML
	}
	tableView struct {
		Caption string
		Head    []string // after the column of what made a row
		Rows    []rowView
	}
	rowView struct {
		Name, Made string
		Published  bool
		Cells      []string
	}
)

// page makes the view of all that the page shows.
func (s *runSet) page(o Options) (*pageView, error) {
	v := &pageView{
		Title:  strings.TrimSpace("Benchmark: " + cut(s.dataset, maxName) + " " + cut(s.split, maxName)),
		Policy: policy(),
		Style:  template.CSS(style),
		Script: template.JS(script),
	}
	v.Intro = "One run. Measures are in per cent, and better where higher."
	if len(s.runs) > 1 {
		v.Intro = fmt.Sprintf("%d runs side by side, told apart by letter, colour and shape. Measures are in per cent, and better where higher.", len(s.runs))
	}
	for _, r := range s.runs {
		view, err := r.view()
		if err != nil {
			return nil, err
		}
		v.Runs = append(v.Runs, view)
	}
	for _, section := range []func() (*sectionView, error){s.measures, s.gains, s.differences, s.recall, s.rounds, s.movement, s.cost} {
		view, err := section()
		if err != nil {
			return nil, err
		}
		if view != nil {
			v.Sections = append(v.Sections, *view)
		}
	}
	v.Browser = s.browser(o)
	return v, nil
}

func (r *oneRun) view() (runView, error) {
	// Where things lie on this machine is nobody's business.
	settings, err := json.MarshalIndent(struct {
		run.Settings
		Places struct{} `json:"places,omitzero"`
	}{Settings: r.Settings}, "", "  ")
	if err != nil {
		return runView{}, fmt.Errorf("report: run %s: %w", r.Dir, err)
	}
	v := runView{
		Key:      r.key(),
		Name:     r.label(),
		Made:     made(r.Settings, imagescope.StageRank),
		Asked:    fmt.Sprintf("%s among %s", count(len(r.Traces), "query", "queries"), count(r.Settings.Images, "image", "images")),
		Settings: string(settings[:min(len(settings), maxSettings)]),
	}
	if r.letter != "" {
		v.Name = r.letter + " " + r.name
	}
	if !r.Whole() {
		v.Trouble = append(v.Trouble, fmt.Sprintf("It is not whole: %d of %d queries have ended.", len(r.Traces), r.Settings.Queries))
	}
	if r.secret {
		v.Trouble = append(v.Trouble, "The answers of this split are not public, so there are no measures: benchmark submit writes the file for the server that has them.")
	}
	if n := r.Settings.Missing; n > 0 {
		v.Trouble = append(v.Trouble, count(n, "image of the dataset has no file.", "images of the dataset have no file."))
	}
	var faults, failed int
	for _, t := range r.Traces {
		if t.Error != "" {
			failed++
		}
		if t.Faulty() {
			faults++
		}
	}
	if failed > 0 {
		v.Trouble = append(v.Trouble, count(failed, "query was", "queries were")+" not answered to the end, and counts as having found nothing.")
	}
	if faults > 0 {
		v.Trouble = append(v.Trouble, "A stage failed or made do in "+count(faults, "query", "queries")+".")
	}
	return v, nil
}

const maxSettings = 8 << 10 // bytes of settings that are shown

// key tells how the run is drawn.
func (r *oneRun) key() keyView { return keyView{Name: r.label(), Sample: sample(r.mark(), false)} }

// row is a row of a table about the run, as far as a stage.
func (r *oneRun) row(after imagescope.Stage, cells ...string) rowView {
	name := r.label()
	if after != "" {
		name += " · " + string(after)
	}
	return rowView{Name: name, Made: made(r.Settings, after), Cells: cells}
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
