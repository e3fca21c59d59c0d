package verify

// flight is the calls under way. They come back as they are over, or in the
// order in which they were started, so that what is done next does not depend
// on which was faster.
type flight struct {
	inOrder bool

	replies chan answered
	line    []chan answered // in order, of those under way
	n       int
}

// under returns how many calls are under way.
func (f *flight) under() int { return f.n }

// start makes a call. It must be waited for, by next or land.
func (f *flight) start(put func() answered) {
	if f.replies == nil {
		f.replies = make(chan answered)
	}
	to := f.replies
	if f.inOrder {
		to = make(chan answered, 1)
		f.line = append(f.line, to)
	}
	f.n++
	go func() { to <- put() }()
}

// next waits for a call and returns what came of it.
func (f *flight) next() answered {
	from := f.replies
	if f.inOrder {
		from = f.line[0]
		f.line = f.line[1:]
	}
	f.n--
	return <-from
}

// land waits for all calls.
func (f *flight) land() {
	for f.n > 0 {
		f.next()
	}
}
