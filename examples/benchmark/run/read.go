package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// The files of a run's folder.
const (
	settingsFile = "settings.json"
	tracesFile   = "traces.jsonl"
)

const version = 1 // of the form of both

// Bounds on what is read.
const (
	maxSettings = 1 << 20
	maxTrace    = 64 << 20 // bytes of a line
)

// Run is a run on disk, whole or as far as it has come.
type Run struct {
	Dir      string
	Settings Settings
	Traces   []Trace // of the queries that have ended, in the order of the dataset

	// Dataset has the queries of Traces, in their order, and the gallery.
	Dataset dataset.Dataset
}

// Read reads a run's folder, and the annotation files of its dataset, which must
// be where they were and as they were. A last line of traces.jsonl that is cut
// off, as the end of a process leaves it, is passed over.
func Read(dir string) (*Run, error) {
	s, err := readSettings(dir)
	if err != nil {
		return nil, err
	}
	d, err := s.again()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	traces, _, err := readTraces(filepath.Join(dir, tracesFile))
	if err != nil {
		return nil, err
	}
	return runOf(dir, s, d, traces)
}

// runOf puts the traces into the order of the dataset.
func runOf(dir string, s Settings, d dataset.Dataset, traces map[string]Trace) (*Run, error) {
	r := &Run{Dir: dir, Settings: s, Dataset: d}
	r.Dataset.Queries = nil
	for _, q := range d.Queries {
		if t, ok := traces[q.ID]; ok {
			r.Dataset.Queries = append(r.Dataset.Queries, q)
			r.Traces = append(r.Traces, t)
		}
	}
	if len(r.Traces) < len(traces) {
		return nil, fmt.Errorf("run %s: it has traces of %d queries that it does not ask", dir, len(traces)-len(r.Traces))
	}
	return r, nil
}

// Whole reports whether all queries have ended.
func (r *Run) Whole() bool { return len(r.Traces) == r.Settings.Queries }

// Stages returns the stages after which some query has an order of its own.
func (r *Run) Stages() []imagescope.Stage {
	return slices.DeleteFunc(slices.Clone(Stages), func(st imagescope.Stage) bool {
		return !slices.ContainsFunc(r.Traces, func(t Trace) bool {
			return slices.ContainsFunc(t.Searches(), func(round Round) bool {
				return slices.ContainsFunc(round.Stages, func(s Stage) bool { return s.Stage == st })
			})
		})
	})
}

// Last returns the last of Stages, and [imagescope.StageRetrieve] where there is
// none.
func (r *Run) Last() imagescope.Stage {
	if stages := r.Stages(); len(stages) > 0 {
		return stages[len(stages)-1]
	}
	return imagescope.StageRetrieve
}

// Predictions returns the rankings after a stage. What a query did not get to
// is an empty ranking.
func (r *Run) Predictions(after imagescope.Stage) score.Predictions {
	p := make(score.Predictions, len(r.Traces))
	for _, t := range r.Traces {
		var prediction score.Prediction
		for _, round := range t.Rounds {
			prediction.Rounds = append(prediction.Rounds, orEmpty(round.Ranking(after)))
		}
		if len(t.Rounds) == 0 {
			prediction.Rounds = [][]string{{}}
		}
		switch {
		case t.Subset != nil:
			prediction.Subset = orEmpty(t.Subset.Ranking(after))
		case r.Settings.Search.Subset:
			prediction.Subset = []string{}
		}
		p[t.Query] = prediction
	}
	return p
}

// orEmpty returns a ranking that is there, be it of nothing.
func orEmpty(ranking []string) []string {
	if ranking == nil {
		return []string{}
	}
	return ranking
}

// Table scores the rankings after a stage, those of queries that have ended.
func (r *Run) Table(after imagescope.Stage) (score.Table, error) {
	if len(r.Traces) == 0 {
		return score.Table{}, fmt.Errorf("run %s: no query has ended yet", r.Dir)
	}
	return score.Of(r.Dataset, r.Predictions(after))
}

func readSettings(dir string) (Settings, error) {
	path := filepath.Join(dir, settingsFile)
	var s Settings
	if err := readJSON(path, &s); err != nil {
		return Settings{}, err
	}
	if s.Version != version {
		return Settings{}, fmt.Errorf("%s: it is of version %d, and this program reads %d", path, s.Version, version)
	}
	return s, nil
}

// readTraces reads traces by their query, and returns how many bytes of the file
// are whole lines. Where there is no file there are no traces.
func readTraces(path string) (traces map[string]Trace, whole int64, err error) {
	traces = map[string]Trace{}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return traces, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return traces, whole, nil // what may follow is a line that was cut off
		}
		var t Trace
		if err == nil {
			err = json.Unmarshal(line, &t)
		}
		if err == nil && t.Query == "" {
			err = errors.New("it names no query")
		}
		if _, twice := traces[t.Query]; err == nil && twice {
			err = fmt.Errorf("query %s has a trace before", t.Query)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		traces[t.Query] = t
		whole += int64(len(line))
	}
}

// readLine returns a line with its end. The error is io.EOF where the rest has
// none.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line bytes.Buffer
	for {
		part, err := r.ReadSlice('\n')
		if line.Len()+len(part) > maxTrace {
			return nil, fmt.Errorf("it has more than %d bytes", maxTrace)
		}
		line.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line.Bytes(), err
		}
	}
}
