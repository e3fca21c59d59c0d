package index

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// upserts are the Upserts of a [Disk] that wait for their turn. Who gets it
// makes all that wait in one transaction: they share the time that the disk
// takes.
type upserts struct {
	mu      sync.Mutex
	waiting []*upsert
}

// upsert is one of them.
type upsert struct {
	ctx     context.Context
	entries []imagescope.Entry
	fitting []imagescope.Entry // as they are stored
	err     error
	done    chan struct{} // closed when err is known
}

// together is how many entries are made in one transaction, unless one Upsert
// has more.
const together = 4096

func (u *upserts) add(one *upsert) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.waiting = append(u.waiting, one)
}

// withdraw reports whether one was still waiting. It does not any more.
func (u *upserts) withdraw(one *upsert) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.Index(u.waiting, one)
	if i >= 0 {
		u.waiting = slices.Delete(u.waiting, i, i+1)
	}
	return i >= 0
}

// take returns those that have waited the longest.
func (u *upserts) take() []*upsert {
	u.mu.Lock()
	defer u.mu.Unlock()
	count, n := 0, 0
	for n < len(u.waiting) && (n == 0 || count+len(u.waiting[n].entries) <= together) {
		count += len(u.waiting[n].entries)
		n++
	}
	some := slices.Clone(u.waiting[:n])
	u.waiting = slices.Delete(u.waiting, 0, n)
	return some
}

// Upsert adds or replaces entries; see [imagescope.VectorIndex]. When it
// returns they are on disk. Upserts that are called at once share a
// transaction, in the order in which they came; each succeeds or fails for
// itself, unless the disk fails. One that its context ends while it waits
// stores nothing; one that is being made by then is made. An ID may have 32
// KiB, caption and metadata 1 MiB, a vector 65,536 components.
func (d *Disk) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if err := d.upsert(ctx, entries); err != nil {
		return fmt.Errorf("index: upsert: %w", err)
	}
	return nil
}

func (d *Disk) upsert(ctx context.Context, entries []imagescope.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one := &upsert{ctx: ctx, entries: entries, done: make(chan struct{})}
	d.upserts.add(one)
	for {
		select {
		case <-one.done:
			return one.err
		case <-ctx.Done():
			if d.upserts.withdraw(one) {
				return ctx.Err()
			}
			<-one.done
			return one.err
		case d.writing.place() <- struct{}{}:
			d.makeUpserts(d.upserts.take())
			d.writing.leave()
		}
	}
}

// makeUpserts makes some in one transaction.
func (d *Disk) makeUpserts(some []*upsert) {
	var all []imagescope.Entry
	ctx := context.Background()
	if len(some) == 1 {
		ctx = some[0].ctx
	}
	dim := d.store.State().Dimension
	for _, one := range some {
		if one.err = d.fit(one, dim); one.err == nil && len(one.fitting) > 0 {
			dim = len(one.fitting[0].Vector)
			all = append(all, one.fitting...)
		}
	}
	err := d.put(ctx, all)
	for _, one := range some {
		if one.err == nil && len(one.entries) > 0 {
			one.err = err
		}
		close(one.done)
	}
}

func (d *Disk) fit(one *upsert, dim int) (err error) {
	if d.closed.Load() {
		return ErrClosed
	}
	if err := contract.Entries(one.entries, dim); err != nil {
		return err
	}
	one.fitting, err = d.store.Fit(one.entries)
	return err
}

// put stores entries that fit.
func (d *Disk) put(ctx context.Context, entries []imagescope.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := d.store.Change(ctx, entries, nil); err != nil {
		return err
	}
	if err := d.memory.Upsert(context.WithoutCancel(ctx), entries...); err != nil {
		return err
	}
	d.changes(ctx, len(entries))
	return nil
}
