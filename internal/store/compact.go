package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"go.etcd.io/bbolt"
)

// Compact writes the entries into a new file without free space, checks it and
// puts it in the place of the old one.
func (s *Store) Compact(ctx context.Context) error {
	switch {
	case s.err != nil:
		return s.err
	case s.opts.ReadOnly:
		return ErrReadOnly
	}
	path := s.path(entriesFile)
	unfinished := path + unfinishedExt
	if err := s.copy(ctx, unfinished); err != nil {
		os.Remove(unfinished) // else the next Open does
		return err
	}
	// From here on an error leaves the store without files.
	err := errors.Join(s.db.close(), s.file.Close(), Replace(unfinished, path))
	s.db, s.file = nil, nil
	if err == nil {
		s.file, err = os.Open(path)
	}
	if err == nil {
		s.db, err = openBolt(path)
	}
	if err != nil {
		s.err = fmt.Errorf("%w; open the folder again", err)
	}
	return s.err
}

// copy writes the state and all entries into a new file and checks it.
func (s *Store) copy(ctx context.Context, path string) error {
	db, err := openBolt(path)
	if err != nil {
		return err
	}
	db.NoSync = true // until all is written
	c := copying{db: db, half: s.state.Half}
	err = s.Read(ctx, c.add)
	if err == nil {
		err = c.finish(s.state)
	}
	if err = errors.Join(err, db.close()); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, err := newestMeta(f, info.Size())
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(int64(m.high)*pageSize), f.Sync()); err != nil {
		return err
	}
	state, err := s.scan(ctx, f, nil, nil)
	if err == nil && state != s.state {
		err = fmt.Errorf("%s: %w", path, corrupt("the copy differs"))
	}
	return err
}

// copying is the filling of a new file.
type copying struct {
	db     *bolt
	half   bool
	values []value
	size   int
}

type value struct{ id, bytes []byte }

// transaction is how many bytes are written in one.
const transaction = 8 << 20

func (c *copying) add(r Record) error {
	b, _ := encode(r.Entry, c.half)
	c.values = append(c.values, value{[]byte(r.ID), b})
	if c.size += len(b); c.size < transaction {
		return nil
	}
	return c.write(func(*bbolt.Tx) error { return nil })
}

func (c *copying) finish(state State) error {
	return c.write(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket(stateBucket)
		if err != nil {
			return err
		}
		return putState(b, state)
	})
}

// write puts the values that have come and does what else is to be done.
func (c *copying) write(also func(*bbolt.Tx) error) error {
	err := c.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(vectorsBucket)
		if err != nil {
			return err
		}
		b.FillPercent = 1 // they come in order
		for _, v := range c.values {
			if err := b.Put(v.id, v.bytes); err != nil {
				return err
			}
		}
		return also(tx)
	})
	c.values, c.size = c.values[:0], 0
	return err
}

// Replace puts a file in the place of another, so that either the one or the
// other is there whenever the power goes.
func Replace(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder makes what was made, renamed or removed in a folder last.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
