// Annbench measures indexes on vectors from files: how fast they are built and
// searched, and how many of the true nearest they find.
//
//	annbench -base x.f32 -queries q.f32 -dim 512 -k 20
//
// The files hold rows of little-endian float32. Each setting is printed as one
// line of JSON:
//
//	name              flat, hnsw, hnsw-8bit or coder/hnsw
//	n, threads, k     vectors, goroutines that search (and build), neighbours asked for
//	build_s           seconds that building took
//	ef                width of the search; 0 is the index's own choice; left out where there is none
//	recall            share of the true nearest that were found, by inner product
//	qps               queries a second, of all threads together
//	p50_us, p99_us    time of a query in microseconds
//	bytes_per_vector  heap in use per vector, the vectors included
//	allocs_per_query  allocations, the answer included
//
// Where an index finds that comparing all is faster than a search of the width
// that is asked for, it compares all.
//
// The truth is an exact scan by this program, not by an index. Every setting
// answers all queries once to warm up and then -rounds times; times are those
// of the fastest round.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "annbench:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	base, queries   string
	dim, k, threads int
	efs             []int
	m, construction int
	indexes         string
	rounds          int
}

func parse() (options, error) {
	var o options
	flag.StringVar(&o.base, "base", "", "`file` of the vectors to index")
	flag.StringVar(&o.queries, "queries", "", "`file` of the queries")
	flag.IntVar(&o.dim, "dim", 512, "components of a vector")
	flag.IntVar(&o.k, "k", 20, "neighbours to find")
	flag.IntVar(&o.threads, "threads", 1, "goroutines that build and search")
	flag.IntVar(&o.m, "m", 0, "links of an entry; 0 is the default")
	flag.IntVar(&o.construction, "efc", 0, "width of the search while building; 0 is the default")
	flag.StringVar(&o.indexes, "index", "flat,hnsw,hnsw-8bit,coder", "which `indexes`")
	flag.IntVar(&o.rounds, "rounds", 3, "how often the queries are answered")
	efs := flag.String("ef", "0,20,30,40,60,80,120,160,240,320,480", "widths of the search; 0 is the index's own choice")
	flag.Parse()
	for _, s := range strings.Split(*efs, ",") {
		ef, err := strconv.Atoi(s)
		if err != nil || ef < 0 {
			return o, fmt.Errorf("-ef: %q is no width", s)
		}
		o.efs = append(o.efs, ef)
	}
	switch {
	case o.base == "" || o.queries == "":
		return o, fmt.Errorf("-base and -queries are needed")
	case o.dim < 1 || o.k < 1 || o.threads < 1 || o.rounds < 1:
		return o, fmt.Errorf("-dim, -k, -threads and -rounds must be at least 1")
	}
	return o, nil
}

func run(ctx context.Context) error {
	o, err := parse()
	if err != nil {
		return err
	}
	base, err := readRows(o.base, o.dim)
	if err != nil {
		return err
	}
	queries, err := readRows(o.queries, o.dim)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(max(o.threads, 1))
	want := nearest(base, queries, o.k)
	for name := range strings.SplitSeq(o.indexes, ",") {
		build, ok := builders[name]
		if !ok {
			return fmt.Errorf("-index: %q is none of flat, hnsw, hnsw-8bit, coder", name)
		}
		if err := measure(ctx, o, build, base, queries, want); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// line is what is printed of a setting.
type line struct {
	Name    string  `json:"name"`
	N       int     `json:"n"`
	Threads int     `json:"threads"`
	K       int     `json:"k"`
	Build   float64 `json:"build_s"`
	Ef      *int    `json:"ef,omitempty"`
	Recall  float64 `json:"recall"`
	QPS     float64 `json:"qps"`
	P50     float64 `json:"p50_us"`
	P99     float64 `json:"p99_us"`
	Bytes   float64 `json:"bytes_per_vector"`
	Allocs  float64 `json:"allocs_per_query"`
}

func (l line) print() error { return json.NewEncoder(os.Stdout).Encode(l) }
