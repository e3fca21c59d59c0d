package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"

	"github.com/imagescope/imagescope"
)

// Errors that opening and using a store can end in, beside those of the root
// package and of the file system.
var (
	// ErrCorrupt means that a file is damaged.
	ErrCorrupt = errors.New("damaged: restore the folder from a backup, or import an export into a new one")
	// ErrVersion means that the files are of a version not known here.
	ErrVersion = errors.New("unknown format version: open it with the version of this module that wrote it, or a newer one")
	// ErrLocked means that someone else has the folder open.
	ErrLocked = errors.New("open elsewhere: close it there, or wait longer")
	// ErrReadOnly means a change to what was opened for reading.
	ErrReadOnly = errors.New("opened for reading only")
	// ErrClosed means that the store was closed.
	ErrClosed = errors.New("closed")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrCorrupt)
}

// Options says how to open a store.
type Options struct {
	Embedder string        // the name of what makes the vectors; "" fits all
	Half     bool          // keep new stores' vectors in half precision
	ReadOnly bool          // for reading alone, beside others that do the same
	Wait     time.Duration // how long to wait for a folder that is open elsewhere

	// Expect, unless nil, is told by Open before the first entry how many there
	// should be, and how long their vectors are: no more than the file has room
	// for.
	Expect func(entries, dim int)
}

// Store is an open folder. Its methods must not be called at once.
type Store struct {
	dir   string
	opts  Options
	lock  *flock.Flock
	head  *head
	file  *os.File // the entries, for reading
	db    *bolt    // the entries, for writing; nil if read-only
	state State
	err   error // why there can be no more changes
}

// Open opens the folder, makes it where there is none, and calls each for all
// entries in order of ID.
func Open(ctx context.Context, dir string, opts Options, each func(Record) error) (*Store, error) {
	if !opts.ReadOnly {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	s := &Store{dir: dir, opts: opts}
	if err := s.open(ctx, each); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, each func(Record) error) (err error) {
	if s.lock, err = lockDir(ctx, s.dir, s.opts); err != nil {
		return err
	}
	if s.head, err = openHead(s.path(headFile), s.opts.ReadOnly); err != nil {
		return err
	}
	if !s.opts.ReadOnly {
		if err := s.prepare(); err != nil {
			return err
		}
	}
	if s.file, err = os.Open(s.path(entriesFile)); err != nil {
		return err
	}
	if s.state, err = s.scan(ctx, s.file, s.opts.Expect, each); err != nil {
		return err
	}
	if s.opts.ReadOnly {
		return nil
	}
	if s.db, err = openBolt(s.path(entriesFile)); err != nil {
		return err
	}
	return s.UseEmbedder(s.opts.Embedder)
}

// UseEmbedder keeps the name of what makes the vectors, unless one is kept,
// which must be the same. "" is refused by none, and kept by none. A store that
// is open for reading alone keeps none.
func (s *Store) UseEmbedder(name string) error {
	if err := s.state.fits(name); err != nil {
		return err
	}
	if name == "" || name == s.state.Embedder || s.opts.ReadOnly {
		return nil
	}
	state := s.state
	state.Embedder = name
	return s.commit(func(*bbolt.Tx) (State, error) { return state, nil })
}

// fits returns an error if the vectors were made by another embedder.
func (s State) fits(embedder string) error {
	if embedder != "" && s.Embedder != "" && s.Embedder != embedder {
		return fmt.Errorf("its vectors were made by %q, not by %q: %w", s.Embedder, embedder, imagescope.ErrModelMismatch)
	}
	return nil
}

// path returns the path of a file in the folder.
func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

const (
	entriesFile   = "entries.db"
	unfinishedExt = ".new" // of a file that takes another's place once it is whole
)

// prepare removes what a killed process left unfinished, and makes the file of
// entries where there is none.
func (s *Store) prepare() error {
	unfinished := s.path(entriesFile + unfinishedExt)
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch _, err := os.Stat(s.path(entriesFile)); {
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	case s.head.acknowledged > 0:
		return fmt.Errorf("%s: %w", s.path(entriesFile), corrupt("it is missing, where change number %d was acknowledged", s.head.acknowledged))
	}
	db, err := openBolt(unfinished)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket(vectorsBucket); err != nil {
			return err
		}
		b, err := tx.CreateBucket(stateBucket)
		if err != nil {
			return err
		}
		return putState(b, State{Version: version, Embedder: s.opts.Embedder, Half: s.opts.Half})
	})
	if err = errors.Join(err, db.close()); err != nil {
		return err
	}
	if err := Replace(unfinished, s.path(entriesFile)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.dir))
}

// State tells what the store holds.
func (s *Store) State() State { return s.state }

// Size returns the length of the file of entries in bytes.
func (s *Store) Size() (int64, error) {
	info, err := s.file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Read checks the whole store and calls each for all entries in order of ID.
func (s *Store) Read(ctx context.Context, each func(Record) error) error {
	if s.file == nil {
		return s.err
	}
	state, err := s.scan(ctx, s.file, nil, each)
	if err == nil && state != s.state {
		err = fmt.Errorf("%s: %w", s.path(entriesFile), corrupt("it was changed by someone else"))
	}
	return err
}

// Close closes the files. It may be called again.
func (s *Store) Close() error {
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.close())
	}
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	if s.head != nil {
		errs = append(errs, s.head.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	s.db, s.file, s.head, s.lock = nil, nil, nil, nil
	s.err = ErrClosed
	return errors.Join(errs...)
}
