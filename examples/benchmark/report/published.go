package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// published is what a paper reports.
type published struct {
	Dataset string             `json:"dataset"`
	Split   string             `json:"split"` // "" where the source does not say
	Method  string             `json:"method"`
	Model   string             `json:"model"`
	Source  string             `json:"source"`
	Values  map[string]float64 `json:"values"` // in per cent, by the name of the measure
}

//go:embed published.json
var publishedJSON []byte

// publishedOf returns the rows about a dataset.
func publishedOf(dataset string) ([]published, error) {
	var all []published
	if err := json.Unmarshal(publishedJSON, &all); err != nil {
		return nil, fmt.Errorf("report: published.json: %w", err)
	}
	return slices.DeleteFunc(all, func(p published) bool { return p.Dataset != dataset }), nil
}

// name is what a row of a table calls it.
func (p published) name() string { return p.Method + ", " + p.Model }

// short is what a row of a chart calls it.
func (p published) short() string {
	model := p.Model
	for _, size := range []string{"B/32", "L/14"} {
		if len(model) > len(size) && slices.Contains([]string{"CLIP ViT-" + size, "CLIP ViT-" + size + " LAION"}, model) {
			return p.Method + " " + size
		}
	}
	return p.Method
}

// charted are the measures of a dataset that have charts and intervals, the
// first two being those that papers lead with.
var charted = map[string][]string{
	"circo":     {"mAP@5", "mAP@10", "mAP@25", "mAP@50"},
	"cirr":      {"Recall@1", "Recall@5", "Recall@10", "Recall_subset@1"},
	"fashioniq": {"Recall@10 mean", "Recall@50 mean"},
	"flickr30k": {"Recall@1", "Recall@5"},
	"mscoco":    {"Recall@1", "Recall@5"},
	"visdial":   {"Hits@1 until round 1", "Hits@10 until round 1"},
}
