// Package score measures rankings against the answers of a dataset, by the
// protocol of the dataset's official scorer.
package score

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
)

// ErrNoAnswers means that the answers of a split are secret: its rankings are
// scored by the server of its authors (see [WriteSubmission]).
var ErrNoAnswers = errors.New("the split's answers are not public")

// Table holds the measures of one set of rankings.
type Table struct {
	Dataset  string    `json:"dataset"`
	Split    string    `json:"split"`
	Queries  int       `json:"queries"` // how many were scored
	Measures []Measure `json:"measures"`
}

// Measure is one figure of a table.
type Measure struct {
	Name  string  `json:"name"`  // such as "mAP@5"
	Value float64 `json:"value"` // a share, from 0 to 1
	// Values are the figures of the single queries, of which Value is the
	// mean, in the order of the dataset: what two runs are compared by.
	Values []float64 `json:"-"`
}

// Of scores predictions. Every query of the dataset must have them; use
// [dataset.Dataset] with fewer queries to score a part. Queries and, where the
// gallery is known, images that the dataset does not have are errors, as are
// images named twice in a ranking.
func Of(d dataset.Dataset, p Predictions) (Table, error) {
	if err := p.check(d); err != nil {
		return Table{}, fmt.Errorf("score: %w", err)
	}
	for _, q := range d.Queries {
		if len(q.Targets) == 0 {
			return Table{}, fmt.Errorf("score: %s %s: %w", d.Name, d.Split, ErrNoAnswers)
		}
	}
	protocol, ok := protocols[d.Name]
	if !ok {
		return Table{}, fmt.Errorf("score: dataset %q has no protocol, only %v do", d.Name, slices.Sorted(maps.Keys(protocols)))
	}
	return Table{Dataset: d.Name, Split: d.Split, Queries: len(d.Queries), Measures: protocol(d, p)}, nil
}

// Get returns the value of a measure; ok is false where the table has none of
// the name.
func (t Table) Get(name string) (value float64, ok bool) {
	i := slices.IndexFunc(t.Measures, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return 0, false
	}
	return t.Measures[i].Value, true
}

var protocols = map[string]func(dataset.Dataset, Predictions) []Measure{
	"circo":     circo,
	"cirr":      cirr,
	"fashioniq": fashionIQ,
	"flickr30k": captions,
	"mscoco":    captions,
	"visdial":   visDial,

	dataset.Own: own,
}

// each makes a measure of a figure of each query.
func each(name string, queries []dataset.Query, figure func(q dataset.Query) float64) Measure {
	values := make([]float64, len(queries))
	for i, q := range queries {
		values[i] = figure(q)
	}
	return Measure{Name: name, Value: metric.Mean(values), Values: values}
}

// circo: mAP over all right images, recall of the one that the query was
// written for, and mAP@10 by kind of request.
func circo(d dataset.Dataset, p Predictions) (ms []Measure) {
	cuts := []int{5, 10, 25, 50}
	precision := func(k int) func(dataset.Query) float64 {
		return func(q dataset.Query) float64 { return metric.AveragePrecision(p.first(q), q.Targets, k) }
	}
	for _, k := range cuts {
		ms = append(ms, each(fmt.Sprintf("mAP@%d", k), d.Queries, precision(k)))
	}
	for _, k := range cuts {
		ms = append(ms, each(fmt.Sprintf("Recall@%d", k), d.Queries, func(q dataset.Query) float64 {
			return metric.Hit(p.first(q), q.Target(), k)
		}))
	}
	aspects := map[string][]dataset.Query{}
	for _, q := range d.Queries {
		for _, a := range q.Aspects {
			aspects[a] = append(aspects[a], q)
		}
	}
	for _, a := range slices.Sorted(maps.Keys(aspects)) {
		ms = append(ms, each("mAP@10 "+a, aspects[a], precision(10)))
	}
	return ms
}

// cirr: recall without the reference, and recall within the subset where the
// predictions tell its order.
func cirr(d dataset.Dataset, p Predictions) (ms []Measure) {
	for _, k := range []int{1, 5, 10, 50} {
		if !p.ranked(d) {
			break
		}
		ms = append(ms, each(fmt.Sprintf("Recall@%d", k), d.Queries, func(q dataset.Query) float64 {
			return metric.Hit(metric.Without(p.first(q), q.Reference), q.Target(), k)
		}))
	}
	for _, k := range []int{1, 2, 3} {
		if !p.ordersSubsets(d) {
			break
		}
		ms = append(ms, each(fmt.Sprintf("Recall_subset@%d", k), d.Queries, func(q dataset.Query) float64 {
			return metric.Hit(p.subset(q), q.Target(), k)
		}))
	}
	return ms
}

// fashionIQ: recall for each category, and the mean of these.
func fashionIQ(d dataset.Dataset, p Predictions) (ms []Measure) {
	size := map[string]int{}
	for _, q := range d.Queries {
		size[q.Group]++
	}
	groups := slices.Sorted(maps.Keys(size))
	for _, k := range []int{10, 50} {
		hit := func(q dataset.Query) float64 { return metric.Hit(p.first(q), q.Target(), k) }
		for _, g := range groups {
			of := slices.DeleteFunc(slices.Clone(d.Queries), func(q dataset.Query) bool { return q.Group != g })
			ms = append(ms, each(fmt.Sprintf("Recall@%d %s", k, g), of, hit))
		}
		// Weighted so that the mean over queries is that over categories.
		ms = append(ms, each(fmt.Sprintf("Recall@%d mean", k), d.Queries, func(q dataset.Query) float64 {
			return hit(q) * float64(len(d.Queries)) / float64(len(groups)*size[q.Group])
		}))
	}
	return ms
}

func captions(d dataset.Dataset, p Predictions) (ms []Measure) {
	for _, k := range []int{1, 5, 10} {
		ms = append(ms, each(fmt.Sprintf("Recall@%d", k), d.Queries, func(q dataset.Query) float64 {
			return metric.Hit(p.first(q), q.Target(), k)
		}))
	}
	return ms
}

// visDial: hits after each round, once as the paper counts them, where a
// dialogue that has hit stays one (rule 28), and once for each round alone.
func visDial(d dataset.Dataset, p Predictions) (ms []Measure) {
	rounds := 0
	for _, q := range d.Queries {
		rounds = max(rounds, len(p[q.ID].Rounds))
	}
	for _, k := range []int{1, 5, 10} {
		for r := range rounds {
			ms = append(ms, each(fmt.Sprintf("Hits@%d until round %d", k, r+1), d.Queries, func(q dataset.Query) float64 {
				return slices.Max(hits(p[q.ID].Rounds[:min(r+1, len(p[q.ID].Rounds))], q.Target(), k))
			}))
		}
		for r := range rounds {
			ms = append(ms, each(fmt.Sprintf("Hits@%d in round %d", k, r+1), d.Queries, func(q dataset.Query) float64 {
				if r >= len(p[q.ID].Rounds) {
					return 0
				}
				return metric.Hit(p[q.ID].Rounds[r], q.Target(), k)
			}))
		}
	}
	return ms
}

// own: as for CIRCO, but any right image is a hit, and dialogues as for VisDial.
func own(d dataset.Dataset, p Predictions) (ms []Measure) {
	if slices.ContainsFunc(d.Queries, func(q dataset.Query) bool { return len(q.Texts) > 1 }) {
		return visDial(d, p)
	}
	for _, k := range []int{1, 5, 10, 50} {
		ms = append(ms, each(fmt.Sprintf("Recall@%d", k), d.Queries, func(q dataset.Query) float64 {
			best := 0.0
			for _, id := range q.Targets {
				best = max(best, metric.Hit(p.first(q), id, k))
			}
			return best
		}))
	}
	if !slices.ContainsFunc(d.Queries, func(q dataset.Query) bool { return len(q.Targets) > 1 }) {
		return ms
	}
	for _, k := range []int{5, 10, 25, 50} {
		ms = append(ms, each(fmt.Sprintf("mAP@%d", k), d.Queries, func(q dataset.Query) float64 {
			return metric.AveragePrecision(p.first(q), q.Targets, k)
		}))
	}
	return ms
}

func hits(rounds [][]string, target string, k int) []float64 {
	found := make([]float64, len(rounds))
	for i, ranking := range rounds {
		found[i] = metric.Hit(ranking, target, k)
	}
	return found
}
