package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// row is one line of what is reported of runs, which stands for itself.
type row struct {
	Run      string           `json:"run"`
	Stage    imagescope.Stage `json:"stage"` // after which it was measured
	Table    score.Table      `json:"table"`
	Asked    int              `json:"asked"`  // queries that have ended
	Faulty   int              `json:"faulty"` // of these, with an error or a fault
	Usage    imagescope.Usage `json:"usage"`  // of all queries and stages
	Settings run.Settings     `json:"settings"`
}

// printRun prints the measures after each stage.
func printRun(out io.Writer, r *run.Run, asJSON bool) error {
	rows, err := rowsOf(r)
	if errors.Is(err, score.ErrNoAnswers) {
		fmt.Fprintf(out, "%s\n%d of %d queries have ended. The answers of the split are secret: benchmark submit -run %s writes what their server takes\n", r.Settings, len(r.Traces), r.Settings.Queries, r.Dir)
		return nil
	}
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(out, rows)
	}
	fmt.Fprintln(out, r.Settings)
	fmt.Fprintln(out, ended(r, rows[0]))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintf(w, "\t%s", row.Stage)
	}
	fmt.Fprintln(w, "\t")
	for i, m := range rows[0].Table.Measures {
		fmt.Fprint(w, m.Name)
		for _, row := range rows {
			fmt.Fprintf(w, "\t%.2f", 100*row.Table.Measures[i].Value)
		}
		fmt.Fprintln(w, "\t")
	}
	return w.Flush()
}

// rowsOf returns a row for each stage of a run.
func rowsOf(r *run.Run) ([]row, error) {
	stages := r.Stages()
	if len(stages) == 0 {
		stages = []imagescope.Stage{imagescope.StageRetrieve}
	}
	var rows []row
	for _, st := range stages {
		table, err := r.Table(st)
		if err != nil {
			return nil, err
		}
		one := row{Run: r.Dir, Stage: st, Table: table, Asked: len(r.Traces), Settings: r.Settings}
		for _, t := range r.Traces {
			one.Usage = one.Usage.Add(t.Total())
			if t.Faulty() {
				one.Faulty++
			}
		}
		rows = append(rows, one)
	}
	return rows, nil
}

// ended tells what it took and how much of it went wrong.
func ended(r *run.Run, one row) string {
	text := fmt.Sprintf("%d of %d queries, %d images", one.Asked, r.Settings.Queries, r.Settings.Images)
	if r.Settings.Missing > 0 {
		text += fmt.Sprintf(" (%d are missing)", r.Settings.Missing)
	}
	n := float64(one.Asked)
	text += fmt.Sprintf("; a query: %.1f calls, %.1f from the cache, %.0f tokens", float64(one.Usage.Calls)/n, float64(one.Usage.CacheHits)/n, float64(one.Usage.PromptTokens+one.Usage.CompletionTokens)/n)
	if one.Faulty > 0 {
		text += fmt.Sprintf("; %d with an error or a fault: -again asks them once more", one.Faulty)
	}
	return text
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
