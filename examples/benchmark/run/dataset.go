package run

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

// open reads the dataset again, with the queries that the run asks.
func (s Settings) open() (dataset.Dataset, error) {
	d, err := dataset.Read(s.Dataset, s.Places.Data, s.Split)
	if err != nil {
		return dataset.Dataset{}, err
	}
	if d.Queries, err = chosen(d.Queries, s.Category, s.Queries); err != nil {
		return dataset.Dataset{}, err
	}
	if sum := checksum(d.Queries); sum != s.Checksum {
		return dataset.Dataset{}, fmt.Errorf("the queries in %s are not those that it was begun with (checksum %.12s, not %.12s)", s.Places.Data, sum, s.Checksum)
	}
	return d, nil
}

// chosen returns the queries of a category ("" for all), the first limit of
// them (0 for all).
func chosen(queries []dataset.Query, category string, limit int) ([]dataset.Query, error) {
	if category != "" {
		queries = slices.DeleteFunc(slices.Clone(queries), func(q dataset.Query) bool { return q.Group != category })
	}
	if len(queries) == 0 {
		return nil, fmt.Errorf("no query is of category %q", category)
	}
	if limit > 0 && limit < len(queries) {
		queries = queries[:limit]
	}
	return queries, nil
}

// checksum returns a sum of all that queries say.
func checksum(queries []dataset.Query) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q", queries)))
}
