package main

import (
	"fmt"
	"iter"
	"slices"

	"github.com/imagescope/imagescope"
)

// found is what a search found after each stage.
type found []imagescope.Result

func (f found) last() imagescope.Result { return f[len(f)-1] }

// doing says what a search does after a stage.
var doing = map[imagescope.Stage]string{
	"":                       "reading the request",
	imagescope.StageRetrieve: "checking the photos found",
	imagescope.StageVerify:   "looking closely at the first",
}

// collect takes the results of a search as they come, and tells how far it is
// where that takes time. Photos that have nothing in common with what is
// looked for are left out: an index always finds as many as it is asked for.
func (g *gallery) collect(con *console, stages iter.Seq2[imagescope.Result, error]) (found, error) {
	tell := func(imagescope.Stage) {}
	if con.bar != nil && g.model.spec != noModel {
		tell = func(after imagescope.Stage) { fmt.Fprintf(con.bar, "\r\x1b[K%s…", doing[after]) }
		defer fmt.Fprint(con.bar, "\r\x1b[K")
	}
	var all found
	tell("")
	for r, err := range stages {
		if err != nil {
			return nil, err
		}
		r.Candidates = slices.DeleteFunc(r.Candidates, func(c imagescope.Candidate) bool { return c.Similarity <= 0 })
		all = append(all, r)
		tell(r.Stage)
	}
	return all, nil
}
