package imagescope

import "time"

// Progress tells how far [Pipeline.Add], [Pipeline.Reindex] or [Pipeline.Sync]
// is.
type Progress struct {
	Done, Total int    // images done with, failed ones included, of all
	ID          string // the image just done with
	Err         error  // why it failed, an [*ImageError]; nil if it did not

	// Rate is how many images a second were done with since the work began,
	// those not counted that needed none; 0 before that can be told.
	Rate float64
	// Left is how long the rest takes at that Rate; 0 where that cannot be told.
	Left time.Duration
}

// pace counts images, and tells how fast they are done with.
type pace struct {
	began       time.Time
	done, total int
	idle        int // done with before the work began
}

func newPace(total, done int) pace {
	return pace{began: time.Now(), done: done, total: total, idle: done}
}

// next counts one image more.
func (p *pace) next(id string) Progress {
	p.done++
	now := Progress{Done: p.done, Total: p.total, ID: id}
	if took := time.Since(p.began); took > 0 {
		worked := p.done - p.idle
		now.Rate = float64(worked) / took.Seconds()
		now.Left = time.Duration(min(float64(took)/float64(worked)*float64(p.total-p.done), 1<<62))
	}
	return now
}
