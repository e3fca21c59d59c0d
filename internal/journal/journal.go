package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/gofrs/flock"
	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Errors that using a journal can end in, beside those of the file system.
var (
	ErrLocked   = errors.New("open elsewhere")
	ErrReadOnly = errors.New("opened for reading only")
	ErrClosed   = errors.New("closed")
	ErrDamaged  = errors.New("damaged")
)

// Defaults of [Options].
const (
	DefaultMaxBytes   = 256 << 20
	DefaultMaxEntries = 250_000
)

// Options says how to open a file.
type Options struct {
	MaxBytes   int64 // of the file; 0 means [DefaultMaxBytes]
	MaxEntries int   // 0 means [DefaultMaxEntries]
	ReadOnly   bool
}

// Journal is an open file. Its methods may be called at once.
type Journal struct {
	path string
	opts Options
	lock *flock.Flock // nil if read-only

	mu      sync.Mutex
	file    *os.File // nil if closed
	end     int64    // where the next record goes
	entries *simplelru.LRU[Key, place]
	full    error // why the file could not be written anew; nothing more is put in
}

// Open opens a file, which it makes where there is none. With an error that is
// [ErrDamaged] it returns a journal all the same: of what is in the file it has
// what could be read, and unless it is read-only the file was moved aside
// first.
func Open(path string, opts Options) (*Journal, error) {
	opts.MaxBytes = cmp.Or(opts.MaxBytes, DefaultMaxBytes)
	opts.MaxEntries = cmp.Or(opts.MaxEntries, DefaultMaxEntries)
	j := &Journal{path: path, opts: opts}
	var err error
	if j.entries, err = simplelru.NewLRU[Key, place](opts.MaxEntries, nil); err != nil {
		return nil, err
	}
	if err = j.open(); err != nil && !errors.Is(err, ErrDamaged) {
		return nil, errors.Join(err, j.Close())
	}
	return j, err
}

func (j *Journal) open() (err error) {
	if !j.opts.ReadOnly {
		j.lock = flock.New(j.path+".lock", flock.SetPermissions(0o600))
		switch ok, err := j.lock.TryLock(); {
		case err != nil:
			return err
		case !ok:
			j.lock = nil
			return ErrLocked
		}
		if err := os.Remove(j.path + unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := j.openFile(); err != nil {
		return err
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < int64(len(formatLine)) { // new, or left so by a killed process
		return j.begin()
	}
	end, damaged, err := scan(j.file, info.Size(), func(key Key, at place) { j.entries.Add(key, at) })
	if err != nil {
		return err
	}
	j.end = end
	if damaged > 0 {
		return j.salvage(damaged)
	}
	if j.opts.ReadOnly {
		return nil
	}
	// What a killed process has left unfinished is overwritten.
	return j.file.Truncate(end)
}

func (j *Journal) openFile() (err error) {
	flags := os.O_RDWR | os.O_CREATE
	if j.opts.ReadOnly {
		flags = os.O_RDONLY
	}
	j.file, err = os.OpenFile(j.path, flags, 0o600)
	return err
}

// begin writes the first line of an empty file.
func (j *Journal) begin() error {
	if j.opts.ReadOnly {
		return nil
	}
	_, err := j.file.WriteAt([]byte(formatLine), 0)
	j.end = int64(len(formatLine))
	return err
}

const (
	unfinished = ".new"     // of a file that takes the other's place once it is whole
	aside      = ".damaged" // of a damaged file
)

// salvage takes the whole records of a damaged file into a new one.
func (j *Journal) salvage(damaged int64) error {
	what := fmt.Errorf("%w in %d bytes; %d answers could be read", ErrDamaged, damaged, j.entries.Len())
	if j.opts.ReadOnly {
		return what
	}
	if err := j.rewrite(func() error { return os.Rename(j.path, j.path+aside) }); err != nil {
		return err
	}
	return fmt.Errorf("%w; it is kept as %s", what, j.path+aside)
}

// Len returns how many values there are.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries.Len()
}

// Get returns the value of a key. A value that is damaged is forgotten, and
// the error is [ErrDamaged].
func (j *Journal) Get(key Key) (value []byte, ok bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil, false, ErrClosed
	}
	at, ok := j.entries.Get(key)
	if !ok {
		return nil, false, nil
	}
	record, err := j.read(key, at)
	if err != nil {
		j.entries.Remove(key)
		return nil, false, err
	}
	return record[overhead:], true, nil
}

// read returns the record of a key.
func (j *Journal) read(key Key, at place) ([]byte, error) {
	record := make([]byte, at.size)
	if _, err := j.file.ReadAt(record, at.at); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if found, _, ok := decode(record); !ok || found != key {
		return nil, fmt.Errorf("record at byte %d: %w", at.at, ErrDamaged)
	}
	return record, nil
}

// Put keeps a value. When it returns without an error, a process that is
// killed does not lose the value.
func (j *Journal) Put(key Key, value []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.file == nil:
		return ErrClosed
	case j.opts.ReadOnly:
		return ErrReadOnly
	case len(value) > MaxValue || int64(overhead+len(value)) > j.opts.MaxBytes/2:
		return fmt.Errorf("a value of %d bytes is too long", len(value))
	}
	record := encode(key, value)
	if j.end+int64(len(record)) > j.opts.MaxBytes {
		if j.full == nil {
			j.full = j.rewrite(func() error { return nil })
		}
		if j.full != nil {
			return j.full
		}
	}
	if _, err := j.file.WriteAt(record, j.end); err != nil {
		// Half a record at the end of the file is as good as none, and the
		// next one overwrites it.
		return err
	}
	j.entries.Add(key, place{j.end, len(record)})
	j.end += int64(len(record))
	return nil
}

// rewrite writes a new file with the values used last, up to half of what a
// file may hold, those used longest ago first. It calls before when the new
// one is about to take the old one's place.
func (j *Journal) rewrite(before func() error) error {
	out, err := os.OpenFile(j.path+unfinished, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	entries, end, err := j.copyTo(out)
	err = errors.Join(err, out.Sync(), out.Close())
	if err != nil {
		return errors.Join(err, os.Remove(j.path+unfinished))
	}
	// Windows renames no open files.
	if err = j.file.Close(); err == nil {
		err = before()
	}
	if err == nil {
		err = os.Rename(j.path+unfinished, j.path)
	}
	if err == nil {
		j.entries, j.end = entries, end
	}
	if oerr := j.openFile(); oerr != nil {
		j.file = nil
		return errors.Join(err, oerr)
	}
	return err
}

// copyTo writes the values used last, those used longest ago first.
func (j *Journal) copyTo(out *os.File) (entries *simplelru.LRU[Key, place], end int64, err error) {
	if entries, err = simplelru.NewLRU[Key, place](j.opts.MaxEntries, nil); err != nil {
		return nil, 0, err
	}
	keys := j.entries.Keys() // those used longest ago first
	first, room := len(keys), j.opts.MaxBytes/2-int64(len(formatLine))
	for ; first > 0; first-- {
		at, _ := j.entries.Peek(keys[first-1])
		if room -= int64(at.size); room < 0 {
			break
		}
	}
	var buffer bytes.Buffer
	buffer.WriteString(formatLine)
	for _, key := range keys[first:] {
		at, _ := j.entries.Peek(key)
		record, err := j.read(key, at)
		if errors.Is(err, ErrDamaged) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		entries.Add(key, place{end + int64(buffer.Len()), at.size})
		buffer.Write(record)
		if buffer.Len() >= MaxValue {
			end += int64(buffer.Len())
			if _, err := buffer.WriteTo(out); err != nil {
				return nil, 0, err
			}
		}
	}
	end += int64(buffer.Len())
	_, err = buffer.WriteTo(out)
	return entries, end, err
}

// Close closes the file. It may be called again.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	if j.file != nil {
		errs = append(errs, j.file.Close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Unlock())
	}
	j.file, j.lock = nil, nil
	return errors.Join(errs...)
}
