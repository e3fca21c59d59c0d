// Benchmark runs ImageScope on the six benchmarks of its paper, CIRCO, CIRR,
// FashionIQ, Flickr30K, MSCOCO and VisDial, and on collections of one's own, and
// scores rankings as the official scorers do.
//
//	benchmark run     -dataset circo -data DIR -out RUN -model ollama:qwen2.5vl
//	benchmark run     -dataset mine -queries labels.jsonl -data DIR -out RUN -fail-below Recall@10=80
//	benchmark compare RUN RUN…
//	benchmark rehearse -out DIR -errors 0,0.1,0.3
//	benchmark report  RUN… -out report.html
//	benchmark score   -dataset circo -data DIR -predictions FILE
//	benchmark submit  -dataset cirr -data DIR -split test1 -predictions FILE -out NAME
//	benchmark submit  -run RUN -out NAME
//
// README.md tells about each.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

func main() {
	// Most of what is in memory are vectors, in which there is nothing to look
	// for: to collect often costs little, and saves as much again.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
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

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// commands are what the program does. Each gets the words behind its own, and
// where to write its results and what else there is to say.
var commands = map[string]func(ctx context.Context, args []string, out, errs io.Writer) error{
	"compare":  runCompare,
	"rehearse": runRehearse,
	"report":   runReport,
	"run":      runRun,
	"score":    runScore,
	"submit":   runSubmit,
}

func execute(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(ctx, args[1:], out, errs)
		}
	}
	return usageErrorf("the first word has to be a command: %s (-h after it lists its flags)", strings.Join(slices.Sorted(maps.Keys(commands)), ", "))
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
		return dataset.Dataset{}, usageErrorf("-dataset and -data are needed")
	}
	return dataset.Read(s.dataset, s.data, s.split)
}

// parse reads flags and refuses what is no flag.
func parse(flags *flag.FlagSet, args []string) error {
	rest, err := parseSome(flags, args)
	if err == nil && len(rest) > 0 {
		err = usageErrorf("%q is no flag", rest[0])
	}
	return err
}

// parseSome reads flags and returns what is none, wherever it stands.
func parseSome(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err}
		}
		if args = flags.Args(); len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}
