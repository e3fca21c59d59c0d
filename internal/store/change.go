package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/kernel"
)

// Fit returns the entries as they will be read back: in a store of half
// precision with rounded vectors, in a slice of their own. It is an error if
// one cannot be stored.
func (s *Store) Fit(entries []imagescope.Entry) ([]imagescope.Entry, error) {
	for _, e := range entries {
		if err := check(e); err != nil {
			return nil, err
		}
	}
	if !s.state.Half {
		return entries, nil
	}
	fitting := slices.Clone(entries)
	for i, e := range fitting {
		halves, rounded := make([]byte, 2*len(e.Vector)), make([]float32, len(e.Vector))
		kernel.EncodeHalf(halves, e.Vector)
		kernel.DecodeHalf(rounded, halves)
		if !finite(rounded) {
			return nil, fmt.Errorf("%q: a component is beyond %d, the largest in half precision: %w", e.ID, kernel.MaxHalf, imagescope.ErrNotFinite)
		}
		fitting[i].Vector = rounded
	}
	return fitting, nil
}

// Change puts entries, which must be as Fit returns them and of the store's
// dimension, and removes those with the given IDs. When it returns, the change
// is on disk. On an error nothing was changed, unless the disk failed: then it
// is not known, and the store takes no further change.
func (s *Store) Change(ctx context.Context, put []imagescope.Entry, remove []string) error {
	state := s.state
	return s.commit(func(tx *bbolt.Tx) (State, error) {
		b := tx.Bucket(vectorsBucket)
		b.FillPercent = fillPercent
		for _, id := range remove {
			if err := ctx.Err(); err != nil {
				return state, err
			}
			if len(id) == 0 || len(id) > MaxID {
				continue // bbolt has no such key
			}
			state.forget(b.Get([]byte(id)))
			if err := b.Delete([]byte(id)); err != nil {
				return state, err
			}
		}
		for _, e := range put {
			if err := ctx.Err(); err != nil {
				return state, err
			}
			state.forget(b.Get([]byte(e.ID)))
			value, sum := encode(e, state.Half)
			if err := b.Put([]byte(e.ID), value); err != nil {
				return state, err
			}
			state.Dimension = len(e.Vector)
			state.Entries++
			state.Digest += uint64(sum)
		}
		return state, nil
	})
}

// forget takes the entry with this value, if any, out of the state.
func (s *State) forget(value []byte) {
	if value != nil {
		s.Entries--
		s.Digest -= uint64(binary.LittleEndian.Uint32(value))
	}
}

// fillPercent is how full bbolt leaves a page that it splits.
const fillPercent = 0.9

// commit makes a change and the state that it leads to one transaction.
func (s *Store) commit(change func(*bbolt.Tx) (State, error)) (err error) {
	switch {
	case s.err != nil:
		return s.err
	case s.opts.ReadOnly:
		return ErrReadOnly
	}
	// bbolt reads from mapped memory, where damage that came after the file was
	// checked, or a disk that fails, is a fault or a panic.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %w", s.path(entriesFile), corrupt("bbolt says: %v", r))
			s.err = errors.Join(err, s.db.abandon())
		}
	}()
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	state, err := change(tx)
	if err == nil {
		state.Sequence++
		err = putState(tx.Bucket(stateBucket), state)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	before := uint64(tx.ID()) - 1
	if err := tx.Commit(); err != nil {
		return s.undone(before, err)
	}
	s.state = state
	s.head.acknowledge(state.Sequence)
	return nil
}

// undone returns the error of a transaction after which the file should be as
// the transaction before left it. If it is not, there are no more changes.
func (s *Store) undone(before uint64, err error) error {
	info, statErr := s.file.Stat()
	if statErr == nil {
		m, metaErr := newestMeta(s.file, info.Size())
		if metaErr == nil && m.change == before {
			return err
		}
	}
	s.err = fmt.Errorf("%w; whether the change is stored is not known: open the folder again", err)
	return s.err
}
