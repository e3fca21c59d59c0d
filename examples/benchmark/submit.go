package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

func runSubmit(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("benchmark submit", flag.ContinueOnError)
	var from source
	from.register(flags)
	predictions := flags.String("predictions", "", "`file` of rankings")
	name := flags.String("out", "submission", "the files' `name`, without the ending .json")
	if err := parse(flags, args); err != nil {
		return err
	}
	d, err := from.read()
	if err != nil {
		return err
	}
	kinds := score.Submissions(d.Name)
	if len(kinds) == 0 {
		return fmt.Errorf("%s has no server that takes submissions", d.Name)
	}
	p, err := readPredictions(*predictions)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		file := *name + ".json"
		if kind != "" {
			file = *name + "_" + kind + ".json"
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
