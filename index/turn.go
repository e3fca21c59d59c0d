package index

import (
	"context"
	"sync"
)

// turn is a lock that is waited for no longer than a context lasts. The zero
// value is not taken.
type turn struct {
	once sync.Once
	one  chan struct{}
}

func (t *turn) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t.place() <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// place returns what to send to, to take the turn.
func (t *turn) place() chan<- struct{} {
	t.once.Do(func() { t.one = make(chan struct{}, 1) })
	return t.one
}

func (t *turn) leave() { <-t.one }
