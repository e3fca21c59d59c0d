package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

func runSubmit(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("benchmark submit", flag.ContinueOnError)
	var from source
	from.register(flags)
	predictions := flags.String("predictions", "", "`file` of rankings")
	made := flags.String("run", "", "`folder` of a run, in place of the flags above: its rankings after each stage")
	name := flags.String("out", "submission", "the files' `name`, without the ending .json")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *made != "" {
		if *predictions != "" || from != (source{}) {
			return usageErrorf("-run %s tells the dataset and the rankings: use it alone", *made)
		}
		return submitRun(out, *made, *name)
	}
	d, err := from.read()
	if err != nil {
		return err
	}
	p, err := readPredictions(*predictions)
	if err != nil {
		return err
	}
	return submit(out, d, p, *name)
}

// submitRun writes the submissions of a run after each of its stages.
func submitRun(out io.Writer, dir, name string) error {
	r, err := run.Read(dir)
	if err != nil {
		return err
	}
	if !r.Whole() {
		return fmt.Errorf("%s: %d of %d queries have ended: a submission needs all", dir, len(r.Traces), r.Settings.Queries)
	}
	for _, stage := range r.Stages() {
		if err := submit(out, r.Dataset, r.Predictions(stage), name+"_"+string(stage)); err != nil {
			return err
		}
	}
	return nil
}

// submit writes a file of each kind that a dataset's server takes.
func submit(out io.Writer, d dataset.Dataset, p score.Predictions, name string) error {
	kinds := score.Submissions(d.Name)
	if len(kinds) == 0 {
		return fmt.Errorf("%s has no server that takes submissions", d.Name)
	}
	for _, kind := range kinds {
		file := name + ".json"
		if kind != "" {
			file = name + "_" + kind + ".json"
		}
		if err := writeSubmission(file, d, p, kind); err != nil {
			return err
		}
		fmt.Fprintln(out, "written:", file)
	}
	return nil
}

// writeSubmission leaves no file behind that is not whole.
func writeSubmission(file string, d dataset.Dataset, p score.Predictions, kind string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	err = errors.Join(score.WriteSubmission(f, d, p, kind), f.Close())
	if err != nil {
		os.Remove(file)
	}
	return err
}
