// Package dataset reads the official annotation files of the six benchmarks of
// the paper, CIRCO, CIRR, FashionIQ, Flickr30K, MSCOCO and VisDial, and queries
// to a collection of one's own.
//
// Each reader turns the files of one benchmark into the same [Dataset]: a
// gallery and queries, with the rules of the authors' code for what the text of
// a query is. A file that is malformed, cut off or mislabelled is refused with
// an error that names the file, the entry (from 0) and the field; pictures are
// not opened.
package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Dataset is a gallery and the queries to find images of it with.
type Dataset struct {
	Name    string // such as "circo"
	Split   string // such as "val"
	Gallery []Image
	Queries []Query
}

// Image is one image of a gallery.
type Image struct {
	ID   string // what queries, targets and predictions call it
	Path string // slash path below the folder of the dataset
	// Group is the part of the gallery that it belongs to, where only queries
	// of the same Group are asked of it (FashionIQ); else "".
	Group string
}

// Query is one request and its answer.
type Query struct {
	ID    string
	Group string // what metrics are averaged over first: FashionIQ's category, else ""

	// Texts holds one text, or the rounds of a dialogue: the opening and what
	// each round added.
	Texts []string
	// Reference is the ID of the image to be changed; "" where there is none.
	Reference string

	// Targets are the IDs of all images that answer the query, the one that
	// it was written for first; none in a split whose answers are secret.
	Targets []string
	// Subset is the small gallery of CIRR's second protocol, the reference
	// left out; nil elsewhere.
	Subset []string
	// Aspects are the kinds of request that CIRCO tells apart; nil elsewhere.
	Aspects []string
}

// Target returns the image that the query was written for; "" where it is
// secret.
func (q Query) Target() string {
	if len(q.Targets) == 0 {
		return ""
	}
	return q.Targets[0]
}

// readers are the benchmarks by name, with the splits they have.
var readers = map[string]struct {
	splits []string // the first is the default
	read   func(dir, split string) (Dataset, error)
}{
	"circo":     {[]string{"val", "test"}, readCIRCO},
	"cirr":      {[]string{"val", "test1"}, readCIRR},
	"fashioniq": {[]string{"val"}, readFashionIQ},
	"flickr30k": {[]string{"test", "val", "train"}, readCaptions},
	"mscoco":    {[]string{"test", "val", "train"}, readCaptions},
	"visdial":   {[]string{"val"}, readVisDial},
}

// Names returns the names that [Read] knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(readers)) }

// DefaultSplit returns the split that [Read] takes where none is said.
func DefaultSplit(name string) (string, error) {
	r, ok := readers[name]
	if !ok {
		return "", fmt.Errorf("dataset %q is not known, only %s", name, strings.Join(Names(), ", "))
	}
	return r.splits[0], nil
}

// Read reads the benchmark of a name (one of [Names]) from its folder, laid out
// as its authors publish it. An empty split means the one that the paper's
// tables are of, or where its answers are secret the one that can be scored.
func Read(name, dir, split string) (Dataset, error) {
	usual, err := DefaultSplit(name)
	if err != nil {
		return Dataset{}, err
	}
	r := readers[name]
	if split == "" {
		split = usual
	}
	if !slices.Contains(r.splits, split) {
		return Dataset{}, fmt.Errorf("dataset %s has no split %q, only %s", name, split, strings.Join(r.splits, ", "))
	}
	d, err := r.read(dir, split)
	if err != nil {
		return Dataset{}, fmt.Errorf("dataset %s: %w", name, err)
	}
	d.Name, d.Split = name, split
	if err := d.check(); err != nil {
		return Dataset{}, fmt.Errorf("dataset %s: %w", name, err)
	}
	return d, nil
}

// check reports what no single entry shows: an ID given twice.
func (d Dataset) check() error {
	if len(d.Queries) == 0 {
		return fmt.Errorf("split %s has no queries", d.Split)
	}
	queries := make(map[string]bool, len(d.Queries))
	for i, q := range d.Queries {
		if queries[q.ID] {
			return fmt.Errorf("query %d: the ID %q was given to another one before", i, q.ID)
		}
		queries[q.ID] = true
	}
	images := make(map[string]bool, len(d.Gallery))
	for i, img := range d.Gallery {
		if images[img.ID] {
			return fmt.Errorf("image %d of the gallery: the ID %q was given to another one before", i, img.ID)
		}
		images[img.ID] = true
	}
	return nil
}
