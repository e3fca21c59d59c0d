// Package report writes runs of a benchmark as a web page that stands by itself:
// the measures after each stage beside what papers report, what each stage
// moved, what it cost, how far runs differ, and single queries with their
// pictures. Style, script, charts and pictures are inside the page; it loads
// nothing, and its own policy forbids it to.
//
// Everything that a dataset or a model says is untrusted: html/template escapes
// it, texts are cut to a length that can be read and lists to a number that can
// be looked at. Equal runs give equal bytes.
package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"

	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// Options says what a page shows of single queries. The zero value is useful.
type Options struct {
	// Queries is how many queries are shown with pictures, answers and
	// verdicts; 0 means 40, and it is at most 200. A quarter of them are those
	// that the stages helped most, a quarter those that they hurt most, a
	// quarter those whose target was missed, and the rest is drawn by chance.
	Queries int

	// PictureBytes is how large all pictures together may be, before they are
	// written as text, which takes a third more; 0 means 6 MiB. Those behind it
	// are left out, and the page says so.
	PictureBytes int

	// Images holds the pictures by the path that the dataset knows them by; nil
	// means the folder of the dataset of each run.
	Images fs.FS
}

// Bounds on what a page shows.
const (
	maxCards   = 200  // queries with pictures
	maxListed  = 5000 // queries by text and places
	maxTiles   = 12   // pictures of a query
	maxTop     = 4    // of these, leading ones of each run
	maxTargets = 3
	maxLines   = 8   // edits, descriptions, propositions, faults of a query
	maxRounds  = 12  // rounds of a dialogue
	maxColumns = 16  // of a table of measures
	maxText    = 240 // bytes of a text
	maxName    = 60  // bytes of a name
	thumbSide  = 160 // longest side of a picture, in pixels
)

var (
	//go:embed page.tmpl
	source string
	//go:embed style.css
	style string
	//go:embed page.js
	script string

	page = template.Must(template.New("page").Parse(source))
)

// Write writes a page about runs of one dataset and split, 6 at most, the first
// of which the others are compared with. Runs that are not whole are shown as
// far as they have come. Runs of different datasets are an error, as is one whose
// rankings are none of its dataset; the others are those of w.
//
// A page of one run holds about 0.2 MB of charts and tables, 0.3 kB for each
// query up to the 5000th, and what Options allows for pictures.
func Write(w io.Writer, runs []*run.Run, o Options) error {
	all, err := gather(runs)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	v, err := all.page(o)
	if err != nil {
		return err
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("report: write the page: %w", err)
	}
	return nil
}

// policy allows the page its own style, script and pictures, and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(script))
	return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// gather makes runs ready for a page.
func gather(runs []*run.Run) (*runSet, error) {
	switch {
	case len(runs) == 0:
		return nil, errors.New("there is no run to report on")
	case len(runs) > maxRuns:
		return nil, fmt.Errorf("%d runs are more than one page can tell apart, %d: make more pages", len(runs), maxRuns)
	}
	first := runs[0].Settings
	all := &runSet{dataset: first.Dataset, split: first.Split}
	for i, r := range runs {
		if s := r.Settings; s.Dataset != first.Dataset || s.Split != first.Split {
			return nil, fmt.Errorf("%s is a run of %s %s and %s one of %s %s: make a page for each dataset",
				runs[0].Dir, first.Dataset, first.Split, r.Dir, s.Dataset, s.Split)
		}
		member, err := newRun(r, i, len(runs))
		if err != nil {
			return nil, err
		}
		all.runs = append(all.runs, member)
	}
	return all, nil
}
