// Benchmark scores rankings on the six benchmarks of the ImageScope paper:
// CIRCO, CIRR, FashionIQ, Flickr30K, MSCOCO and VisDial.
//
//	benchmark score  -dataset circo -data DIR -predictions FILE
//	benchmark submit -dataset cirr -data DIR -split test1 -predictions FILE -out NAME
//
// score prints the measures of the official scorer. submit writes the files
// that the servers of CIRR and CIRCO take, for the splits whose answers they
// keep. DIR holds the dataset as its authors publish it; pictures are not
// needed. FILE holds lines of JSON,
//
//	{"query": "17", "ranking": ["best", "second", …]}
//
// with "round" (from 0) for a dialogue and "subset" for the order of CIRR's
// subset, or a submission of CIRR or CIRCO.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(usageError)):
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

// usageError is a mistake in the command line.
type usageError struct{ error }

var commands = map[string]func(args []string, out io.Writer) error{
	"score":  runScore,
	"submit": runSubmit,
}

func run(args []string, out io.Writer) error {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(args[1:], out)
		}
	}
	return usageError{errors.New("the first word has to be a command: score or submit (-h after it lists its flags)")}
}

// source is the flags that name a dataset.
type source struct {
	dataset, data, split string
}

func (s *source) register(flags *flag.FlagSet) {
	flags.StringVar(&s.dataset, "dataset", "", "the dataset: "+strings.Join(dataset.Names(), ", "))
	flags.StringVar(&s.data, "data", "", "`folder` of the dataset as its authors publish it")
	flags.StringVar(&s.split, "split", "", "the split; by default the one whose answers are public")
}

func (s *source) read() (dataset.Dataset, error) {
	if s.dataset == "" || s.data == "" {
		return dataset.Dataset{}, usageError{errors.New("-dataset and -data are needed")}
	}
	return dataset.Read(s.dataset, s.data, s.split)
}

// parse reads flags and refuses what is no flag.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("%q is no flag", flags.Arg(0))}
	}
	return nil
}
