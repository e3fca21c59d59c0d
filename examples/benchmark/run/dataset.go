package run

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

// read reads the dataset with the queries that the run asks, and of the gallery
// the part that they are asked of.
func (s Settings) read() (dataset.Dataset, error) {
	var d dataset.Dataset
	var err error
	if s.Dataset == dataset.Own {
		d, err = dataset.ReadOwn(s.Places.Queries, s.Places.Data)
	} else {
		d, err = dataset.Read(s.Dataset, s.Places.Data, s.Split)
	}
	if err != nil {
		return dataset.Dataset{}, err
	}
	if s.Category != "" {
		other := func(group string) bool { return group != "" && group != s.Category }
		d.Gallery = slices.DeleteFunc(d.Gallery, func(img dataset.Image) bool { return other(img.Group) })
		d.Queries = slices.DeleteFunc(d.Queries, func(q dataset.Query) bool { return q.Group != s.Category })
		if len(d.Queries) == 0 {
			return dataset.Dataset{}, fmt.Errorf("dataset %s: no query is of category %q", s.Dataset, s.Category)
		}
	}
	if s.Queries > 0 && s.Queries < len(d.Queries) {
		d.Queries = d.Queries[:s.Queries]
	}
	return d, nil
}

// again reads the dataset of a run that was made.
func (s Settings) again() (dataset.Dataset, error) {
	d, err := s.read()
	if err != nil {
		return dataset.Dataset{}, err
	}
	if sum := checksum(d.Queries); sum != s.Checksum {
		return dataset.Dataset{}, fmt.Errorf("the queries of %s in %s are not those that the run was begun with (checksum %.12s, not %.12s)", s.Dataset, s.Places.Data, sum, s.Checksum)
	}
	return d, nil
}

// checksum returns a sum of all that queries say.
func checksum(queries []dataset.Query) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q", queries)))
}

// Measures returns the names of what a run with these settings is scored by.
func (s Settings) Measures() ([]string, error) {
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	p := make(score.Predictions, len(d.Queries))
	for _, q := range d.Queries {
		var nothing score.Prediction
		for range rounds(s.Dataset, q) {
			nothing.Rounds = append(nothing.Rounds, []string{})
		}
		if s.Search.Subset {
			nothing.Subset = []string{}
		}
		p[q.ID] = nothing
	}
	table, err := score.Of(d, p)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(table.Measures))
	for i, m := range table.Measures {
		names[i] = m.Name
	}
	return names, nil
}

// rounds returns what is searched for, one after the other. A dialogue of
// VisDial opens with a description from which its first round goes on (rule 25
// of the authors' code).
func rounds(name string, q dataset.Query) []string {
	if name == "visdial" && len(q.Texts) > 1 {
		return q.Texts[1:]
	}
	return q.Texts
}
