package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/imagescope/imagescope/examples/benchmark/run"
)

// progress writes how far a run is: in a terminal over and over into one line,
// elsewhere as a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	every    time.Duration

	doing        string // what is being told of
	begin, shown time.Time
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, every: 10 * time.Second}
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.terminal, p.every = true, 200*time.Millisecond
		}
	}
	return p
}

// show tells of the beginning and the end of what is done, and of what is
// between as often as is good to look at.
func (p *progress) show(now run.Progress) {
	at := time.Now()
	if p.doing != now.Doing {
		p.doing, p.begin, p.shown = now.Doing, at, time.Time{}
	}
	if now.Done < now.Total && at.Sub(p.shown) < p.every {
		return
	}
	p.shown = at
	end := "\n"
	if p.terminal && now.Done < now.Total {
		end = "\r"
	}
	fmt.Fprintf(p.out, "%s%s", describe(now, at.Sub(p.begin)), end)
}

// describe tells how far a run is after what it has taken in this process.
func describe(now run.Progress, took time.Duration) string {
	text := fmt.Sprintf("%s: %d of %d", now.Doing, now.Done, now.Total)
	if now.Faulty > 0 {
		text += fmt.Sprintf(", %d with faults", now.Faulty)
	}
	done := now.Done - now.Before
	if done == 0 || took <= 0 {
		return text
	}
	rate := float64(done) / took.Seconds()
	text += ", " + perTime(rate)
	if left := now.Total - now.Done; left > 0 {
		text += fmt.Sprintf(", %v left", time.Duration(float64(left)/rate*float64(time.Second)).Round(time.Second))
	} else {
		text += fmt.Sprintf(", in %v", took.Round(time.Second))
	}
	return text + "   " // over what a longer line has left
}

// perTime tells a rate in the unit that makes it easy to read.
func perTime(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return fmt.Sprintf("%.1f/s", perSecond)
	case perSecond*60 >= 1:
		return fmt.Sprintf("%.1f/min", perSecond*60)
	}
	return fmt.Sprintf("%.1f/h", perSecond*3600)
}
