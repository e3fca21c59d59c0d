package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/rehearsal"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// runRehearse writes datasets of drawn scenes and, if asked, runs the benchmark
// on them with a model that errs.
func runRehearse(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("benchmark rehearse", flag.ContinueOnError)
	var s rehearsal.Sweep
	var names, wrong, plot string
	var quiet bool
	flags.StringVar(&s.Dir, "out", "", "`folder` of the datasets, each in a folder of its name, and of the runs")
	flags.StringVar(&names, "dataset", "", "the datasets, with commas between them (default all of "+strings.Join(dataset.Names(), ",")+")")
	flags.Uint64Var(&s.Seed, "seed", 1, "chooses the scenes, and which judgements are wrong")
	flags.IntVar(&s.Families, "size", rehearsal.DefaultFamilies, "families of eight pictures")
	flags.IntVar(&s.Width, "width", 0, "of the pictures, in pixels (default 480)")
	flags.StringVar(&wrong, "errors", "", "`shares` of wrong judgements, such as 0,0.1,0.3: run the benchmark with each")
	flags.IntVar(&s.Queries, "limit", 0, "ask only the first `N` queries of a dataset; 0 for all")
	flags.IntVar(&s.Concurrency, "concurrency", run.DefaultConcurrency, "queries asked at once")
	flags.StringVar(&plot, "plot", "", "`file` to write the outcome to as well, lines of comma-separated values for a plot")
	flags.BoolVar(&quiet, "quiet", false, "do not tell which run is being made")
	if err := parse(flags, args); err != nil {
		return err
	}
	if s.Dir == "" {
		return usageErrorf("-out is needed")
	}
	var err error
	if s.Dir, err = filepath.Abs(s.Dir); err != nil {
		return err
	}
	s.Datasets = dataset.Names()
	if names != "" {
		s.Datasets = strings.Split(names, ",")
	}
	if wrong == "" {
		if plot != "" {
			return usageErrorf("-plot goes with -errors")
		}
		if err := rehearsal.Write(ctx, s.Dir, &s.Options, s.Datasets...); err != nil {
			return err
		}
		for _, name := range s.Datasets {
			fmt.Fprintln(out, "written:", filepath.Join(s.Dir, name))
		}
		return nil
	}
	for _, text := range strings.Split(wrong, ",") {
		share, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(share >= 0 && share <= 1) {
			return usageErrorf("-errors: %q is no share from 0 to 1", text)
		}
		s.Wrong = append(s.Wrong, share)
	}
	if !quiet {
		last := ""
		s.Progress = func(trial string, _ run.Progress) {
			if trial != last {
				fmt.Fprintln(errs, "run", trial)
				last = trial
			}
		}
	}
	outcomes, err := s.Do(ctx)
	if err != nil {
		return err
	}
	if plot != "" {
		if err := writePlot(plot, outcomes); err != nil {
			return err
		}
	}
	if err := rehearsal.Print(out, outcomes); err != nil {
		return err
	}
	fmt.Fprintln(out, "the runs are in", filepath.Join(s.Dir, "runs"))
	return nil
}

func writePlot(file string, outcomes []rehearsal.Outcome) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	return rehearsal.Plot(f, outcomes)
}
