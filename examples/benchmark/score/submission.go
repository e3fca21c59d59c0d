package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/metric"
)

// maxSubmission bounds the file of a submission in bytes.
const maxSubmission = 256 << 20

// Kinds of submission that a server takes of a dataset.
var submissions = map[string][]string{
	"circo": {""},
	"cirr":  {"recall", "recall_subset"},
}

// What the servers take.
const (
	submissionTop    = 50 // images for a query
	submissionSubset = 3  // images for a query of recall_subset
)

// Submissions returns the kinds of file that a dataset's server takes: "recall"
// and "recall_subset" of CIRR, "" of CIRCO; none of a dataset without a server.
func Submissions(name string) []string { return slices.Clone(submissions[name]) }

// WriteSubmission writes predictions as the server of CIRR or CIRCO takes
// them. kind is one of [Submissions].
func WriteSubmission(w io.Writer, d dataset.Dataset, p Predictions, kind string) error {
	if !slices.Contains(submissions[d.Name], kind) {
		return fmt.Errorf("submission: %s takes no kind %q, only %q", d.Name, kind, submissions[d.Name])
	}
	if err := p.check(d); err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	out := map[string]any{}
	for _, q := range d.Queries {
		list, err := p.submitted(d.Name, kind, q)
		if err != nil {
			return fmt.Errorf("submission: query %s: %w", q.ID, err)
		}
		out[q.ID] = list
	}
	if d.Name == "cirr" {
		out["version"], out["metric"] = "rc2", kind
	}
	return json.NewEncoder(w).Encode(out)
}

func (p Predictions) submitted(name, kind string, q dataset.Query) (any, error) {
	switch {
	case kind == "recall_subset":
		list := p.subset(q)
		if len(list) < submissionSubset {
			return nil, fmt.Errorf("%d images of the subset have a place, and %d are needed", len(list), submissionSubset)
		}
		return list[:submissionSubset], nil
	case name == "cirr":
		return top(metric.Without(p.first(q), q.Reference))
	}
	list, err := top(p.first(q))
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, len(list))
	for i, id := range list {
		if numbers[i], err = strconv.ParseInt(id, 10, 64); err != nil {
			return nil, fmt.Errorf("image %q: CIRCO's images have whole numbers for IDs", id)
		}
	}
	return numbers, nil
}

func top(ranking []string) ([]string, error) {
	if len(ranking) < submissionTop {
		return nil, fmt.Errorf("the ranking holds %d images, and %d are needed", len(ranking), submissionTop)
	}
	return ranking[:submissionTop], nil
}

// takeSubmission reads what a server takes.
func (p Predictions) takeSubmission(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("it is neither lines with a query and its ranking nor a submission: %w", err)
	}
	kind := ""
	if raw, ok := members["metric"]; ok {
		if err := json.Unmarshal(raw, &kind); err != nil || !slices.Contains(submissions["cirr"], kind) {
			return fmt.Errorf("metric is %.40s, not one of %q", raw, submissions["cirr"])
		}
	}
	delete(members, "metric")
	delete(members, "version")
	for _, q := range slices.Sorted(maps.Keys(members)) {
		var ranking []id
		if err := json.Unmarshal(members[q], &ranking); err != nil {
			return fmt.Errorf("query %s: %w", q, err)
		}
		if ranking == nil {
			return fmt.Errorf("query %s: %w", q, errors.New("there is no ranking"))
		}
		if kind == "recall_subset" {
			p[q] = Prediction{Subset: texts(ranking)}
		} else {
			p[q] = Prediction{Rounds: [][]string{texts(ranking)}}
		}
	}
	return nil
}
