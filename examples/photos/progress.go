package main

import (
	"fmt"

	"github.com/schollz/progressbar/v3"

	"github.com/imagescope/imagescope"
)

// progress shows how far the program is: as a bar in a terminal, and as a line
// now and then elsewhere.
type progress struct {
	con *console
	bar *progressbar.ProgressBar // nil outside of a terminal
}

// progressLine is after how many photos a line is written where there is no bar.
var progressLine = 100

func newProgress(con *console) *progress {
	p := &progress{con: con}
	if con.bar != nil {
		p.bar = progressbar.NewOptions(-1, // until it is known how many there are
			progressbar.OptionSetWriter(con.bar),
			progressbar.OptionSetDescription("photos"),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionSetRenderBlankState(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// show tells that one more photo is done with. Errors of the terminal are of no
// interest.
func (p *progress) show(now imagescope.Progress) {
	switch {
	case p.bar != nil:
		p.bar.ChangeMax(now.Total)
		p.bar.Set(now.Done)
	case now.Done%progressLine == 0:
		fmt.Fprintf(p.con.err, "%d of %d photos, %v left\n", now.Done, now.Total, now.Left.Round(1e9))
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
