package rehearsal

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// Trial is a run of a dataset that [Write] wrote: its pictures are embedded by
// [Glance], captioned by a model that is never wrong in that, and all stages
// asked of one that is wrong in a share of its judgements.
type Trial struct {
	Dataset string
	Data    string // folder of the dataset
	Dir     string // of the run; one that was begun is taken up
	Index   string // folder of the index, which trials of a dataset may share; "" is one in Dir

	// World is the truth about the dataset: pass what [Open] returned to
	// several trials, and its pictures are drawn once. Nil reads it.
	World *modeltest.World
	// Wrong is the share of judgements that are wrong, from 0 to 1, and Seed
	// chooses which. With Wrong below 0 no stage is asked: what retrieval finds
	// by the text of the query.
	Wrong float64
	Seed  uint64

	Queries     int // how many are asked, the first ones; 0 means all
	Concurrency int // queries at once; 0 means run.DefaultConcurrency
	Progress    func(run.Progress)
}

// Do makes the run. The same trial finds the same, whatever the concurrency.
func (t Trial) Do(ctx context.Context) (*run.Run, error) {
	if t.Wrong > 1 || math.IsNaN(t.Wrong) {
		return nil, fmt.Errorf("rehearsal: Trial.Wrong is %v: it is a share, from 0 to 1, or below 0 for no stage", t.Wrong)
	}
	w := t.World
	if w == nil {
		var err error
		if w, err = Open(t.Data); err != nil {
			return nil, err
		}
	}
	part := func(name string, wrong float64) run.Part {
		return run.Part{Name: name, Model: "double", Checkpoint: fmt.Sprintf("%v%% wrong, seed %d", math.Round(1000*wrong)/10, t.Seed)}
	}
	model := modeltest.New(w, &modeltest.Options{ErrorRate: t.Wrong, Seed: t.Seed})
	s := run.Settings{
		Dataset: t.Dataset, Queries: t.Queries,
		Embedder: run.Part{Name: "glance"}, Captioner: part("model", 0),
		Intent: run.Part{Name: "none"}, Verify: run.Part{Name: "none"}, Rank: run.Part{Name: "none"},
		Search: run.Search{KeepReference: true, Subset: t.Dataset == "cirr"},
		Places: run.Places{Data: t.Data, Index: t.Index},
	}
	if t.Wrong >= 0 {
		s.Intent, s.Verify, s.Rank = part("model", t.Wrong), part("together", t.Wrong), part("pairwise", t.Wrong)
	}
	return run.Do(ctx, s, run.Options{
		Dir: t.Dir, Concurrency: t.Concurrency, Progress: t.Progress,
		Models: run.Models{Embedder: Glance{}, Caption: modeltest.New(w, nil), Text: model, Verify: model, Rank: model},
	})
}

// Leading names the measure of a dataset that its tables begin with.
func Leading(name string) string {
	switch name {
	case "circo":
		return "mAP@5"
	case "fashioniq":
		return "Recall@10 mean"
	case "visdial":
		return fmt.Sprintf("Hits@1 until round %d", rounds)
	}
	return "Recall@1"
}

// First returns the share of a run's queries that have a right image first
// after a stage, the reference left out; of dialogues after their last round.
func First(r *run.Run, after imagescope.Stage) float64 {
	if len(r.Traces) == 0 {
		return 0
	}
	n := 0
	for _, t := range r.Traces {
		if len(t.Rounds) == 0 {
			continue // it had an error
		}
		ranking := metric.Without(t.Rounds[len(t.Rounds)-1].Ranking(after), t.Reference)
		if len(ranking) > 0 && slices.Contains(t.Targets, ranking[0]) {
			n++
		}
	}
	return float64(n) / float64(len(r.Traces))
}
