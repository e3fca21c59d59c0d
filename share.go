package imagescope

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ShareOptions says which calls [Share] makes once. The zero value is the
// default.
type ShareOptions struct {
	// Sampled shares requests with a Temperature above 0 too: equal ones at a
	// time then get the same reply, where each would have had its own.
	Sampled bool
}

// Share returns a Reasoner that puts equal requests which overlap to r once,
// and gives the reply to all who asked. opts may be nil.
//
// Requests are equal if they say the same and their images show the same, as
// for [Cache]. The call has the values of the context of whoever asked first,
// but ends only when it is done or the last of those who wait for it has gone:
// none of them fails because another one gave up. The context has no deadline
// of its own; [Limit] and [Retry] plan by the latest of those who wait. Whoever
// gives up returns at once; only the last one stays until r has returned. An error of r, a [*PanicError] among them, is everybody's.
//
// To all but the first a reply is marked Cached, so that [Usage] counts one
// call. A request whose images cannot be read, or whose Temperature is above
// 0, goes to r as it is.
func Share(r Reasoner, opts *ShareOptions) Reasoner {
	if opts == nil {
		opts = &ShareOptions{}
	}
	return &sharing{r: r, opts: *opts, flights: map[requestKey]*flight{}}
}

type sharing struct {
	r    Reasoner
	opts ShareOptions

	mu      sync.Mutex
	flights map[requestKey]*flight // calls being made
}

// flight is one call that several wait for.
type flight struct {
	cancel context.CancelFunc
	landed chan struct{} // closed when resp and err are set
	resp   Response
	err    error

	mu      sync.Mutex // may be taken while sharing.mu is held
	waiting map[*waiter]struct{}
}

// waiter is one of those who wait for a flight.
type waiter struct {
	ctx    context.Context
	flight *flight
	first  bool
}

// Reason implements [Reasoner].
func (s *sharing) Reason(ctx context.Context, req Request) (Response, error) {
	if req.Temperature > 0 && !s.opts.Sampled {
		return reason(ctx, s.r, req)
	}
	key, err := keyOf(ctx, "", req)
	if err != nil {
		return reason(ctx, s.r, req)
	}
	w := s.join(ctx, key, req)
	resp, err := s.wait(w, key)
	// A call that had too little time for those who asked before is made
	// again for one who has more, once.
	if !w.first && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrCallTimeout) {
		w = s.join(ctx, key, req)
		resp, err = s.wait(w, key)
	}
	if !w.first && err == nil {
		resp.Cached = true
	}
	return resp, err
}

// join enters the call for key, which it starts if there is none.
func (s *sharing) join(ctx context.Context, key requestKey, req Request) *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.flights[key]; ok {
		w := &waiter{ctx: ctx, flight: f}
		f.enter(w)
		return w
	}
	f := &flight{landed: make(chan struct{}), waiting: map[*waiter]struct{}{}}
	call, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), flightKey{}, f))
	f.cancel = cancel
	w := &waiter{ctx: ctx, flight: f, first: true}
	f.enter(w)
	s.flights[key] = f
	go func() {
		f.resp, f.err = reason(call, s.r, req)
		s.mu.Lock()
		s.forget(key, f)
		s.mu.Unlock()
		f.cancel()
		close(f.landed)
	}()
	return w
}

// forget lets the next request for key start a call of its own.
func (s *sharing) forget(key requestKey, f *flight) {
	if s.flights[key] == f {
		delete(s.flights, key)
	}
}

// wait returns the reply when it is there. Whoever leaves last ends the call,
// and stays until it has ended.
func (s *sharing) wait(w *waiter, key requestKey) (Response, error) {
	f := w.flight
	select {
	case <-f.landed:
		return f.resp, f.err
	case <-w.ctx.Done():
	}
	s.mu.Lock() // so that nobody joins a call that is being ended
	last := f.leave(w)
	if last {
		s.forget(key, f)
	}
	s.mu.Unlock()
	if last {
		f.cancel()
		<-f.landed
	}
	return Response{}, done(w.ctx)
}

func (f *flight) enter(w *waiter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting[w] = struct{}{}
}

// leave reports whether nobody waits any more.
func (f *flight) leave(w *waiter) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.waiting, w)
	return len(f.waiting) == 0
}

// deadline returns the latest of those who wait; ok is false if one has none.
func (f *flight) deadline() (latest time.Time, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.waiting {
		d, ok := deadlineOf(w.ctx)
		if !ok {
			return time.Time{}, false
		}
		if d.After(latest) {
			latest = d
		}
	}
	return latest, len(f.waiting) > 0
}

type flightKey struct{}

// deadlineOf returns when a call is of no use any more, for those who plan by
// it. A call of [Share] has the latest deadline of all who wait. That cannot be
// the one of its context: it grows when somebody joins, and a timeout below that
// was longer than it would have set no timer.
func deadlineOf(ctx context.Context) (deadline time.Time, ok bool) {
	deadline, ok = ctx.Deadline()
	f, shared := ctx.Value(flightKey{}).(*flight)
	if !shared {
		return deadline, ok
	}
	if latest, bounded := f.deadline(); bounded && (!ok || latest.Before(deadline)) {
		return latest, true
	}
	return deadline, ok
}
