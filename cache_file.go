package imagescope

import (
	"errors"
	"fmt"

	"github.com/imagescope/imagescope/internal/journal"
)

// Errors of [OpenCacheFile] and of CacheFileOptions.OnError.
var (
	// ErrCacheLocked means that the file is open for writing elsewhere, in
	// another process or in this one. Open it read-only, or another one.
	ErrCacheLocked = journal.ErrLocked
	// ErrCacheDamaged means that answers were lost: a file was damaged, or
	// was never one of answers.
	ErrCacheDamaged = journal.ErrDamaged
)

// CacheFileOptions says how [OpenCacheFile] opens a file. The zero value is
// the default.
type CacheFileOptions struct {
	// MaxBytes is how long the file may become; 0 means 256 MiB, some 500,000
	// answers of a sentence. At the limit it is written anew with what
	// was used last, up to half of the limit.
	MaxBytes int64
	// MaxEntries is how many answers are kept, those used last; 0 means
	// 250,000. Each takes about 150 bytes of memory.
	MaxEntries int
	// ReadOnly answers from what is in the file at the moment, beside whoever
	// has it open for writing, and adds nothing.
	ReadOnly bool
	// OnError, if set, is told what went wrong with the file: that it was
	// damaged and moved aside, or cannot be written. Searches go on without
	// what is lost. Calls may overlap.
	OnError func(error)
}

// CacheFile keeps the replies of a [Cache] in a file, and the vectors of
// Config.VectorCache. Make it with [OpenCacheFile]. Its methods may be called at
// once.
type CacheFile struct {
	path     string
	journal  *journal.Journal
	readOnly bool
	onError  func(error)
}

// OpenCacheFile opens a file of replies and vectors, both called answers here,
// which it makes where there is none. opts may be nil. Close it when no [Cache]
// and no [Pipeline] uses it any more.
//
// An answer is in the file when the call that it is of returns: the end of the
// process, by kill -9 too, loses none. (The machine's loss of power may lose the
// last few.) A file that is damaged is moved aside, to a name ending in
// .damaged, and begun anew with all answers in it that are whole; a damaged
// one is never returned. Errors are [ErrCacheLocked] and those of the file
// system.
//
// The file holds answers and hashes of what was asked, neither prompts nor
// pictures.
func OpenCacheFile(path string, opts *CacheFileOptions) (*CacheFile, error) {
	if opts == nil {
		opts = &CacheFileOptions{}
	}
	if opts.MaxBytes < 0 || opts.MaxEntries < 0 {
		return nil, fmt.Errorf("imagescope: cache file: MaxBytes is %d and MaxEntries %d: use 0 for the defaults", opts.MaxBytes, opts.MaxEntries)
	}
	f := &CacheFile{path: path, readOnly: opts.ReadOnly, onError: opts.OnError}
	var err error
	f.journal, err = journal.Open(path, journal.Options{MaxBytes: opts.MaxBytes, MaxEntries: opts.MaxEntries, ReadOnly: opts.ReadOnly})
	switch {
	case errors.Is(err, ErrCacheDamaged):
		f.report(err)
	case errors.Is(err, ErrCacheLocked):
		return nil, fmt.Errorf("imagescope: cache file %s: %w: use another file, or CacheFileOptions.ReadOnly", path, err)
	case err != nil:
		return nil, fmt.Errorf("imagescope: cache file %s: %w", path, err)
	}
	return f, nil
}

// Len returns how many answers are kept.
func (f *CacheFile) Len() int { return f.journal.Len() }

// Close closes the file. A [Cache] that still uses it finds nothing. It may be
// called again.
func (f *CacheFile) Close() error { return f.journal.Close() }

func (f *CacheFile) get(key requestKey) ([]byte, bool) {
	value, ok, err := f.journal.Get(journal.Key(key))
	if err != nil {
		f.report(err)
	}
	return value, ok
}

func (f *CacheFile) put(key requestKey, value []byte) {
	if f.readOnly {
		return
	}
	if err := f.journal.Put(journal.Key(key), value); err != nil {
		f.report(err)
	}
}

func (f *CacheFile) report(err error) {
	if f.onError != nil {
		f.onError(fmt.Errorf("imagescope: cache file %s: %w", f.path, err))
	}
}
