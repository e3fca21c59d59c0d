package main

import (
	"fmt"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far the program is: as a bar in a terminal, and as a line
// now and then elsewhere.
type progress struct {
	con         *console
	done, total int
	bar         *progressbar.ProgressBar // nil outside of a terminal
}

// progressLine is after how many photos a line is written where there is no bar.
const progressLine = 100

func newProgress(con *console, total int) *progress {
	p := &progress{con: con, total: total}
	if con.bar != nil {
		p.bar = progressbar.NewOptions(total,
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

// step tells that one more photo is done with.
func (p *progress) step() {
	p.done++
	switch {
	case p.bar != nil:
		p.bar.Add(1) // an error of the terminal is of no interest
	case p.done%progressLine == 0:
		fmt.Fprintf(p.con.err, "%d of %d photos\n", p.done, p.total)
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
