package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/imagescope/imagescope/examples/benchmark/score"
)

func runScore(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("benchmark score", flag.ContinueOnError)
	var from source
	from.register(flags)
	predictions := flags.String("predictions", "", "`file` of rankings")
	asJSON := flags.Bool("json", false, "print JSON, shares from 0 to 1, instead of a table in per cent")
	if err := parse(flags, args); err != nil {
		return err
	}
	d, err := from.read()
	if err != nil {
		return err
	}
	p, err := readPredictions(*predictions)
	if err != nil {
		return err
	}
	table, err := score.Of(d, p)
	if err != nil {
		if errors.Is(err, score.ErrNoAnswers) && len(score.Submissions(d.Name)) > 0 {
			err = fmt.Errorf("%w: benchmark submit writes the file for their server", err)
		}
		return err
	}
	if *asJSON {
		return printJSON(out, table)
	}
	return printTable(out, table)
}

// printTable prints measures in per cent, as papers do.
func printTable(out io.Writer, t score.Table) error {
	fmt.Fprintf(out, "%s %s, %d queries\n", t.Dataset, t.Split, t.Queries)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, m := range t.Measures {
		fmt.Fprintf(w, "%s\t%.2f\t\n", m.Name, 100*m.Value)
	}
	return w.Flush()
}

func readPredictions(file string) (score.Predictions, error) {
	if file == "" {
		return nil, usageErrorf("-predictions is needed")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := score.ReadPredictions(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}
