package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// limits are the least values of measures, in per cent.
type limits map[string]float64

// limits reads -fail-below.
func (r *runFlags) limits() (limits, error) {
	least := limits{}
	for name, text := range r.failBelow {
		percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return nil, usageErrorf("-fail-below %s=%s: it should be a number of per cent, from 0 to 100", name, text)
		}
		least[name] = percent
	}
	if len(least) == 0 {
		return nil, nil
	}
	known, err := r.settings.Measures()
	if err != nil {
		return nil, err
	}
	for name := range least {
		if !slices.Contains(known, name) {
			return nil, usageErrorf("-fail-below %s=…: the measures of %s are %s", name, r.dataset, strings.Join(known, ", "))
		}
	}
	return least, nil
}

// check returns an error that tells which measures of a run are too low, after
// its last stage.
func (l limits) check(made *run.Run) error {
	if len(l) == 0 {
		return nil
	}
	if !made.Whole() {
		return fmt.Errorf("-fail-below: %d of %d queries have ended", len(made.Traces), made.Settings.Queries)
	}
	stage := made.Last()
	table, err := made.Table(stage)
	if err != nil {
		return err
	}
	var low []string
	for _, name := range slices.Sorted(maps.Keys(l)) {
		if value, _ := table.Get(name); 100*value < l[name] {
			low = append(low, fmt.Sprintf("%s is %.2f after %s, below %.2f", name, 100*value, stage, l[name]))
		}
	}
	if len(low) > 0 {
		return fmt.Errorf("-fail-below: %s", strings.Join(low, "; "))
	}
	return nil
}
