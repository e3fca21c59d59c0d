package score

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
)

// Predictions are rankings by the ID of their query.
type Predictions map[string]Prediction

// Prediction is what a system answered to one query.
type Prediction struct {
	// Rounds holds the ranking after each round of a dialogue, best first; one
	// ranking for a query that is no dialogue.
	Rounds [][]string
	// Subset is the order of CIRR's subset where the ranking does not hold all
	// of it.
	Subset []string
}

// Bounds on what is read of predictions.
const (
	maxLine   = 64 << 20 // bytes of one line; a ranking of 1,000,000 images fits
	maxRounds = 1000
)

// ReadPredictions reads rankings in one of three forms, which it tells apart:
//
//   - lines of JSON {"query": "17", "ranking": ["a", "b"]}, best first; with
//     "round", from 0, for a dialogue, and "subset" for an order of CIRR's
//     subset;
//   - what CIRCO's server takes: {"0": [557124, …], "1": […]};
//   - what CIRR's server takes: {"version": "rc2", "metric": "recall", "12063": ["dev-1", …]}.
//
// IDs may be texts or whole numbers.
func ReadPredictions(r io.Reader) (Predictions, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	p := Predictions{}
	var whole bytes.Buffer // an object over several lines
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if n == 1 || whole.Len() > 0 {
			var first map[string]json.RawMessage
			if whole.Len() > 0 || json.Unmarshal(line, &first) != nil || first["query"] == nil {
				if whole.Len()+len(line) > maxSubmission {
					return nil, fmt.Errorf("predictions: line %d: more than %d bytes in one object", n, maxSubmission)
				}
				whole.Write(line)
				whole.WriteByte('\n')
				continue
			}
		}
		if err := p.takeLine(line); err != nil {
			return nil, fmt.Errorf("predictions: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	if whole.Len() > 0 {
		if err := p.takeSubmission(whole.Bytes()); err != nil {
			return nil, fmt.Errorf("predictions: %w", err)
		}
	}
	if len(p) == 0 {
		return nil, errors.New("predictions: there are none")
	}
	return p, nil
}

func (p Predictions) takeLine(line []byte) error {
	var l struct {
		Query   *id
		Round   int
		Ranking []id
		Subset  []id
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	switch {
	case l.Query == nil || *l.Query == "":
		return errors.New("there is no query")
	case l.Ranking == nil && l.Subset == nil:
		return fmt.Errorf("query %s: there is no ranking", *l.Query)
	case l.Round < 0 || l.Round >= maxRounds:
		return fmt.Errorf("query %s: round %d is not from 0 to %d", *l.Query, l.Round, maxRounds-1)
	}
	q := string(*l.Query)
	have := p[q]
	for len(have.Rounds) <= l.Round {
		have.Rounds = append(have.Rounds, nil)
	}
	if have.Rounds[l.Round] != nil {
		return fmt.Errorf("query %s: round %d was given before", q, l.Round)
	}
	have.Rounds[l.Round] = slices.Clip(texts(l.Ranking))
	have.Subset = texts(l.Subset)
	p[q] = have
	return nil
}

// id is an ID that JSON gives as a text or a whole number.
type id string

// UnmarshalJSON reads either.
func (i *id) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(i))
	}
	n, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		return fmt.Errorf("%.40s is no ID: it should be a text or a whole number", data)
	}
	*i = id(strconv.FormatInt(n, 10))
	return nil
}

func texts(ids []id) []string {
	if ids == nil {
		return nil
	}
	list := make([]string, len(ids))
	for i, v := range ids {
		list[i] = string(v)
	}
	return list
}

// first returns the ranking of a query that is no dialogue.
func (p Predictions) first(q dataset.Query) []string {
	if rounds := p[q.ID].Rounds; len(rounds) > 0 {
		return rounds[0]
	}
	return nil
}

// subset returns the order of a query's subset.
func (p Predictions) subset(q dataset.Query) []string {
	if s := p[q.ID].Subset; s != nil {
		return metric.Without(s, q.Reference)
	}
	return metric.Among(p.first(q), q.Subset)
}

// ranked reports whether every query has a ranking.
func (p Predictions) ranked(d dataset.Dataset) bool {
	return !slices.ContainsFunc(d.Queries, func(q dataset.Query) bool { return p.first(q) == nil })
}

// ordersSubsets reports whether every query's subset has an order: one of its
// own, or all of it in the ranking.
func (p Predictions) ordersSubsets(d dataset.Dataset) bool {
	return !slices.ContainsFunc(d.Queries, func(q dataset.Query) bool {
		return p[q.ID].Subset == nil && len(metric.Among(p.first(q), q.Subset)) < len(q.Subset)
	})
}

// check compares the predictions with what the dataset has.
func (p Predictions) check(d dataset.Dataset) error {
	known := make(map[string]bool, len(d.Gallery))
	for _, img := range d.Gallery {
		known[img.ID] = true
	}
	missing := 0
	for _, q := range slices.Backward(d.Queries) {
		if _, ok := p[q.ID]; !ok {
			missing++
			if missing == len(d.Queries) {
				return fmt.Errorf("the predictions hold none of the %d queries, such as %q: are they of %s, split %s?", missing, q.ID, d.Name, d.Split)
			}
		}
	}
	queries := make(map[string]dataset.Query, len(d.Queries))
	for _, q := range d.Queries {
		queries[q.ID] = q
		if _, ok := p[q.ID]; !ok {
			return fmt.Errorf("query %s has no prediction, nor have %d others", q.ID, missing-1)
		}
		if err := p[q.ID].check(q, known); err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
	}
	for q := range p {
		if _, ok := queries[q]; !ok {
			return fmt.Errorf("query %s is none of %s, split %s", q, d.Name, d.Split)
		}
	}
	return nil
}

func (p Prediction) check(q dataset.Query, known map[string]bool) error {
	if len(p.Rounds) > len(q.Texts) {
		return fmt.Errorf("it has %d rounds and the dataset %d", len(p.Rounds), len(q.Texts))
	}
	for r, ranking := range p.Rounds {
		if ranking == nil && p.Subset == nil {
			return fmt.Errorf("round %d has no ranking", r)
		}
		if err := checkRanking(ranking, known); err != nil {
			return err
		}
	}
	if p.Subset != nil && q.Subset == nil {
		return errors.New("the order of a subset was given, and it has none")
	}
	if err := checkRanking(p.Subset, known); err != nil {
		return fmt.Errorf("subset: %w", err)
	}
	for _, id := range p.Subset {
		if id != q.Reference && !slices.Contains(q.Subset, id) {
			return fmt.Errorf("subset: image %q is none of its %d", id, len(q.Subset))
		}
	}
	return nil
}

func checkRanking(ranking []string, known map[string]bool) error {
	seen := make(map[string]bool, len(ranking))
	for i, id := range ranking {
		if seen[id] {
			return fmt.Errorf("place %d: image %q has a place before", i+1, id)
		}
		if len(known) > 0 && !known[id] {
			return fmt.Errorf("place %d: image %q is not of the gallery", i+1, id)
		}
		seen[id] = true
	}
	return nil
}
