package rehearsal

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// Sweep rehearses datasets with models that err more and more.
type Sweep struct {
	// Dir holds it all: the datasets as [Write] leaves them, those that are
	// there already as they are, and runs in runs/NAME-none and, with 10% of
	// judgements wrong, runs/NAME-10. What was begun is taken up.
	Dir      string
	Datasets []string  // of dataset.Names; nil means all
	Wrong    []float64 // shares of judgements that are wrong, from 0 to 1; nil means none are

	Options         // of the datasets; Seed chooses the judgements as well
	Queries     int // of a dataset that are asked, the first ones; 0 means all
	Concurrency int // queries at once; 0 means run.DefaultConcurrency
	Progress    func(trial string, p run.Progress)
}

// Outcome is what trials of a dataset came to, by one measure. Values are
// shares, from 0 to 1.
type Outcome struct {
	Dataset         string
	Measure         string // "R@1", of [First], or that of [Leading]
	Queries, Images int
	None            float64 // without any stage
	Rows            []Row   // in the order of Sweep.Wrong
}

// Row is the outcome with one share of judgements wrong, after each stage.
type Row struct {
	Wrong                  float64
	Retrieve, Verify, Rank float64
}

// Gain is what stages 2 and 3 add to stage 1.
func (r Row) Gain() float64 { return r.Rank - r.Retrieve }

// Do writes the datasets, makes the runs, and returns the outcomes of each
// dataset, by R@1 and by the measure of [Leading] where that is another one.
func (s Sweep) Do(ctx context.Context) ([]Outcome, error) {
	names, wrong := s.Datasets, s.Wrong
	if names == nil {
		names = dataset.Names()
	}
	if wrong == nil {
		wrong = []float64{0}
	}
	for _, w := range wrong {
		if !(w >= 0 && w <= 1) {
			return nil, fmt.Errorf("rehearsal: Sweep.Wrong holds %v: each is a share, from 0 to 1", w)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, err := os.Stat(filepath.Join(s.Dir, name, Truth))
		return err == nil
	})
	if len(missing) > 0 {
		if err := Write(ctx, s.Dir, &s.Options, missing...); err != nil {
			return nil, err
		}
	}
	var all []Outcome
	for _, name := range names {
		outcomes, err := s.dataset(ctx, name, wrong)
		if err != nil {
			return all, err
		}
		all = append(all, outcomes...)
	}
	return all, nil
}

func (s Sweep) dataset(ctx context.Context, name string, wrong []float64) ([]Outcome, error) {
	data := filepath.Join(s.Dir, name)
	w, err := Open(data)
	if err != nil {
		return nil, err
	}
	try := func(share float64) (*run.Run, error) {
		label := name + "-none"
		if share >= 0 {
			label = fmt.Sprintf("%s-%v", name, 100*share)
		}
		t := Trial{
			Dataset: name, Data: data, World: w, Wrong: share, Seed: s.Seed, Queries: s.Queries, Concurrency: s.Concurrency,
			Dir: filepath.Join(s.Dir, "runs", label), Index: filepath.Join(s.Dir, "runs", name+"-index"),
		}
		if s.Progress != nil {
			t.Progress = func(p run.Progress) { s.Progress(label, p) }
		}
		r, err := t.Do(ctx)
		if err != nil {
			return nil, fmt.Errorf("rehearsal: run %s: %w", label, err)
		}
		return r, nil
	}
	r, err := try(-1)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for _, m := range measures(name) {
		o := Outcome{Dataset: name, Measure: m, Queries: len(r.Traces), Images: r.Settings.Images}
		if o.None, err = measure(r, m, imagescope.StageRetrieve); err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	for _, share := range wrong {
		r, err := try(share)
		if err != nil {
			return nil, err
		}
		for i := range outcomes {
			o, row := &outcomes[i], Row{Wrong: share}
			for stage, into := range map[imagescope.Stage]*float64{
				imagescope.StageRetrieve: &row.Retrieve, imagescope.StageVerify: &row.Verify, imagescope.StageRank: &row.Rank,
			} {
				if *into, err = measure(r, o.Measure, stage); err != nil {
					return nil, err
				}
			}
			o.Rows = append(o.Rows, row)
		}
	}
	return outcomes, nil
}

// firstPlace is the measure of [First].
const firstPlace = "R@1"

// measures names what a dataset is measured by. Recall@1 is R@1.
func measures(name string) []string {
	if m := Leading(name); m != "Recall@1" {
		return []string{firstPlace, m}
	}
	return []string{firstPlace}
}

func measure(r *run.Run, name string, after imagescope.Stage) (float64, error) {
	if name == firstPlace {
		return First(r, after), nil
	}
	table, err := r.Table(after)
	if err != nil {
		return 0, err
	}
	value, ok := table.Get(name)
	if !ok {
		return 0, fmt.Errorf("run %s is not measured by %s", r.Dir, name)
	}
	return value, nil
}

// Print prints outcomes as a table in per cent.
func Print(w io.Writer, outcomes []Outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "dataset\tqueries\timages\tmeasure\twrong\tno stage\tstage 1\tstage 2\tstage 3\tgain\t")
	for _, o := range outcomes {
		for _, r := range o.Rows {
			fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%v%%\t%.1f\t%.1f\t%.1f\t%.1f\t%+.1f\t\n", o.Dataset, o.Queries, o.Images, o.Measure,
				100*r.Wrong, 100*o.None, 100*r.Retrieve, 100*r.Verify, 100*r.Rank, 100*r.Gain())
		}
	}
	return t.Flush()
}

// Plot writes outcomes as lines of comma-separated values for a plot: dataset,
// measure, wrong, stage, value, all shares from 0 to 1.
func Plot(w io.Writer, outcomes []Outcome) error {
	if _, err := fmt.Fprintln(w, "dataset,measure,wrong,stage,value"); err != nil {
		return err
	}
	for _, o := range outcomes {
		for _, r := range o.Rows {
			for i, v := range []float64{o.None, r.Retrieve, r.Verify, r.Rank} {
				stage := []string{"none", "retrieve", "verify", "rank"}[i]
				if _, err := fmt.Fprintf(w, "%s,%s,%v,%s,%.6f\n", o.Dataset, o.Measure, r.Wrong, stage, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
