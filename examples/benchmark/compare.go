package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

func runCompare(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("benchmark compare", flag.ContinueOnError)
	stage := flags.String("stage", "", "the `stage` after which to compare: instant, retrieve, verify, refine, rank (default the last of each run)")
	confidence := flags.Float64("confidence", 95, "`per cent` of the intervals")
	resamples := flags.Int("resamples", 5000, "how often queries are drawn anew")
	asJSON := flags.Bool("json", false, "print JSON, shares from 0 to 1")
	dirs, err := parseSome(flags, args)
	switch {
	case err != nil:
		return err
	case len(dirs) < 2:
		return usageErrorf("compare needs two runs or more, the first of which the others are compared with")
	case *stage != "" && !slices.Contains(run.Stages, imagescope.Stage(*stage)):
		return usageErrorf("-stage %s: it is one of %v", *stage, run.Stages)
	}
	runs := make([]*run.Run, len(dirs))
	for i, dir := range dirs {
		if runs[i], err = run.Read(dir); err != nil {
			return err
		}
	}
	comparisons, err := run.Compare(runs, run.CompareOptions{
		After: imagescope.Stage(*stage), Confidence: *confidence / 100, Resamples: *resamples,
	})
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(out, comparisons)
	}
	return printComparisons(out, runs[0], comparisons, *confidence)
}

// printComparisons prints differences in points of per cent. A star marks those
// whose interval is on one side of 0.
func printComparisons(out io.Writer, base *run.Run, comparisons []run.Comparison, confidence float64) error {
	fmt.Fprintf(out, "%s\n  %v\n", base.Dir, base.Settings)
	for _, c := range comparisons {
		fmt.Fprintf(out, "\n%s after %s, less %s after %s, on %d queries\n  %v\n", c.Run, c.After, c.Base, c.BaseAfter, c.Queries, c.Settings)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "\t%s\t%s\tdifference\t%g%% interval\t\n", "base", "run", confidence)
		for _, m := range c.Measures {
			star := ""
			if m.Interval.Sure() {
				star = " *"
			}
			fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%+.2f%s\t%+.2f to %+.2f\t\n", m.Name, 100*m.Base, 100*m.Value, 100*m.Interval.Difference, star, 100*m.Interval.Low, 100*m.Interval.High)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}
