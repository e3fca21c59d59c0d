package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// runFlags are the flags of benchmark run.
type runFlags struct {
	source
	modelFlags
	settings run.Settings
	options  run.Options

	queries, cache               string
	captioner, intent            string
	verify, rank                 string
	dropReference, asJSON, quiet bool
	failBelow                    pairs
}

func (r *runFlags) register(flags *flag.FlagSet) {
	r.source.register(flags)
	flags.Lookup("dataset").Usage += ", or " + dataset.Own + " with -queries"
	s, x, o := &r.settings, &r.settings.Search, &r.options
	flags.StringVar(&r.queries, "queries", "", "`file` of queries to a collection of one's own, lines of JSON {\"query\", \"reference\", \"targets\"}; -data is then the folder of its images")
	flags.StringVar(&s.Category, "category", "", "ask only the queries of a category, such as dress of FashionIQ")
	flags.IntVar(&s.Queries, "limit", 0, "ask only the first `N` queries; 0 for all")
	flags.StringVar(&s.Places.Index, "index", "", "`folder` of the index, which other runs may use after this one (default a folder in -out)")
	flags.StringVar(&o.Dir, "out", "", "`folder` of the run; one that was begun is taken up")
	flags.StringVar(&r.cache, "cache", "", "`file` of the models' replies (default one in -out)")
	flags.BoolVar(&o.Missing, "missing", false, "go on without the images that are missing or cannot be read")
	flags.BoolVar(&o.KeepGoing, "keep-going", false, "count a model that is down or refuses as a fault of the query, instead of stopping until it is there")
	flags.BoolVar(&o.Again, "again", false, "ask once more the queries that had an error or a fault")
	flags.IntVar(&o.Concurrency, "concurrency", run.DefaultConcurrency, "queries asked at once, and images indexed at once")

	r.modelFlags.register(flags)
	flags.StringVar(&r.captioner, "caption", "", "what captions images: model, colours, none (default model, or colours without one)")
	flags.StringVar(&r.intent, "intent", "", "stage 1: model, rules, none (default model, or rules without one)")
	flags.StringVar(&r.verify, "verify", "", "stage 2: together, single, captions, none (default together, or captions without a model)")
	flags.StringVar(&r.rank, "rank", "", "stage 3: pairwise, listwise, tournament, captions, none (default pairwise, or captions without a model)")

	flags.IntVar(&x.Depth, "depth", run.DefaultDepth, "images of a ranking that are kept")
	flags.BoolVar(&r.dropReference, "drop-reference", false, "never find the reference image itself, unlike the authors' code")
	flags.BoolVar(&x.Subset, "subset", true, "CIRR: ask each query among its subset too")
	flags.Float64Var(&x.Tau, "tau", imagescope.DefaultTau, "weight of the caption against the image, from 0 to 1")
	flags.StringVar(&x.Fusion, "fusion", "mean", "how descriptions are searched for together: mean, reciprocal")
	flags.BoolVar(&x.Instant, "instant", false, "also measure the answer before any model is asked")
	flags.StringVar(&x.Prompts, "prompts", "", "general or fashion (default fashion for FashionIQ)")
	flags.BoolVar(&x.OneCall, "one-call", false, "stage 1: have intent and propositions written in one reply")
	flags.BoolVar(&x.ShowReference, "show-reference", false, "stage 1: show the model the reference image instead of its caption")
	flags.IntVar(&x.TopK, "top-k", 0, "stage 2: how many candidates are checked (default 20)")
	flags.StringVar(&x.Confidence, "confidence", "", "stage 2: where the confidence of answers comes from: bare, stated, probability (default bare)")
	flags.StringVar(&x.Order, "order", "", "stage 2: counted or scored (default counted)")
	flags.Float64Var(&x.Prior, "prior", 0, "stage 2: share of the retrieval score in the order scored (default 0.3)")
	flags.Float64Var(&x.MinConfidence, "min-confidence", 0, "stage 2: keep out what it is less sure of")
	flags.Float64Var(&x.RefineBelow, "refine-below", 0, "search once more where stage 2 is less sure than this of all")
	flags.IntVar(&x.Alpha, "alpha", 0, "stage 3: how many candidates are looked at (default 3, listwise 10)")
	flags.IntVar(&x.Speculate, "speculate", 0, "stage 3, pairwise: how many are asked about at once (default 1)")
	flags.BoolVar(&x.OnePicture, "one-picture", false, "stage 3: show all in one picture, for models that take one image")
	flags.Float64Var(&x.GateSimilarity, "gate-similarity", 0, "leave out stages 2 and 3 where the first is ahead by so much")
	flags.Float64Var(&x.GateConfidence, "gate-confidence", 0, "leave out stage 3 where the first is ahead by so much")
	flags.IntVar(&x.Calls, "budget-calls", 0, "most model calls of a query; 0 for any number")
	flags.IntVar(&x.Tokens, "budget-tokens", 0, "most tokens of a query; 0 for any number")
	flags.DurationVar(&x.Time, "budget-time", 0, "longest time that models are waited for in a query; 0 for any")
	flags.DurationVar(&x.Timeout, "timeout", 0, "longest time of a stage; 0 for any")
	flags.BoolVar(&x.Lenient, "lenient", false, "read replies that the authors' code cannot read")

	flags.Var(&r.failBelow, "fail-below", "`MEASURE=PERCENT`: end with an error if the measure is lower after the last stage, such as Recall@10=80; may be repeated")
	flags.BoolVar(&r.asJSON, "json", false, "print the tables as JSON, shares from 0 to 1")
	flags.BoolVar(&r.quiet, "quiet", false, "do not tell how far the run is")
}

func runRun(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("benchmark run", flag.ContinueOnError)
	var r runFlags
	r.register(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := r.complete(); err != nil {
		return err
	}
	limits, err := r.limits()
	if err != nil {
		return err
	}
	made, err := r.make(ctx, errs)
	if made == nil {
		return err
	}
	if err := errors.Join(err, printRun(out, made, r.asJSON)); err != nil {
		return err
	}
	return limits.check(made)
}

// complete makes settings of the flags.
func (r *runFlags) complete() error {
	s := &r.settings
	s.Dataset, s.Split = r.dataset, r.split
	switch {
	case r.dataset == "" || r.data == "" || r.options.Dir == "":
		return usageErrorf("-dataset, -data and -out are needed")
	case (r.queries != "") != (r.dataset == dataset.Own):
		return usageErrorf("-queries goes with -dataset %s", dataset.Own)
	case s.Queries < 0:
		return usageErrorf("-limit %d: use 0 for all queries", s.Queries)
	case s.Search.Tau < 0 || s.Search.Tau > 1:
		return usageErrorf("-tau %v: it is a share, from 0 to 1", s.Search.Tau)
	case s.Search.Depth < 1:
		return usageErrorf("-depth %d: it should be 1 or more", s.Search.Depth)
	}
	if s.Search.Tau == 0 {
		s.Search.Tau = -1
	}
	s.Search.KeepReference = !r.dropReference
	s.Search.Subset = s.Search.Subset && r.dataset == "cirr"
	var err error
	for path, name := range map[*string]string{&s.Places.Data: r.data, &s.Places.Queries: r.queries, &s.Places.Index: s.Places.Index} {
		if name != "" && err == nil {
			*path, err = filepath.Abs(name)
		}
	}
	return err
}

// make makes the run with the models that were asked for.
func (r *runFlags) make(ctx context.Context, errs io.Writer) (*run.Run, error) {
	if err := os.MkdirAll(r.options.Dir, 0o755); err != nil {
		return nil, err
	}
	cache, err := imagescope.OpenCacheFile(cmp.Or(r.cache, filepath.Join(r.options.Dir, "cache")), &imagescope.CacheFileOptions{
		MaxBytes: maxCacheBytes, MaxEntries: maxCacheEntries,
		OnError: func(err error) { fmt.Fprintln(errs, "benchmark:", err) },
	})
	if err != nil {
		return nil, err
	}
	defer cache.Close()
	models, err := r.connect(cache)
	if err != nil {
		return nil, err
	}
	defer models.Close()
	r.options.Models = models.Models
	r.name(models.parts)
	if !r.quiet {
		r.options.Progress = newProgress(errs).show
	}
	return run.Do(ctx, r.settings, r.options)
}

// Bounds of the file of replies. The largest dataset asks less than this, with
// every question in a call of its own.
const (
	maxCacheBytes   = 16 << 30
	maxCacheEntries = 4_000_000
)

// name writes into the settings who does what.
func (r *runFlags) name(parts map[string]run.Part) {
	s := &r.settings
	s.Embedder = parts["embed"]
	for _, p := range []struct {
		part            *run.Part
		job, said       string
		model, modelish string // the way to do it with a model and without
	}{
		{&s.Captioner, "caption", r.captioner, "model", "colours"},
		{&s.Intent, "text", r.intent, "model", "rules"},
		{&s.Verify, "verify", r.verify, "together", "captions"},
		{&s.Rank, "rank", r.rank, "pairwise", "captions"},
	} {
		part, ok := parts[p.job]
		way := p.modelish
		if ok {
			way = p.model
		}
		if way = cmp.Or(p.said, way); strings.Contains(" colours rules captions none ", " "+way+" ") {
			part = run.Part{}
		}
		part.Name = way
		*p.part = part
	}
}
