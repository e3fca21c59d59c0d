package imagescope

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// listing is what a file system has.
type listing struct {
	files  map[string]fileStamp
	unread []*fs.PathError // folders that could not be read
	closed map[string]bool // their names
}

// list lists the image files of fsys, as [Files] does, and goes on where a
// folder cannot be read.
func list(ctx context.Context, fsys fs.FS) (listing, error) {
	l := listing{files: map[string]fileStamp{}, closed: map[string]bool{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return done(ctx)
		case err != nil && name == ".":
			return fmt.Errorf("list images: %w", err)
		case err != nil:
			l.unread = append(l.unread, folderError(name, err))
			l.closed[name] = true
			return fs.SkipDir
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case isImageFile(name, d):
			if stamp := stampOf(fsys, name, d); !errors.Is(stamp.err, fs.ErrNotExist) || d.Type() == fs.ModeSymlink {
				l.files[name] = stamp
			}
		}
		return nil
	})
	return l, err
}

func folderError(name string, err error) *fs.PathError {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return &fs.PathError{Op: pe.Op, Path: name, Err: pe.Err} // pe may have another idea of the root
	}
	return &fs.PathError{Op: "read folder", Path: name, Err: err}
}

// hidden reports whether a file would lie in a folder that could not be read.
func (l listing) hidden(id string) bool {
	for len(l.closed) > 0 && id != "." && id != "/" && id != "" {
		if l.closed[id] {
			return true
		}
		id = path.Dir(id)
	}
	return false
}

// fileStamp tells whether a file may have changed, without its content.
type fileStamp struct {
	size   int64
	mod    time.Time
	recent bool  // it could change without another mod
	err    error // why it cannot be looked at
}

// clockStep is how far apart two changes of a file must lie for their times
// to differ: FAT and zip files count in steps of two seconds.
const clockStep = 2 * time.Second

// stampOf looks at a file. d, which may be nil, is what its folder says of it.
func stampOf(fsys fs.FS, name string, d fs.DirEntry) fileStamp {
	if !utf8.ValidString(name) {
		return fileStamp{err: errors.New("its name is not UTF-8: rename the file")}
	}
	var info fs.FileInfo
	var err error
	if d != nil && d.Type().IsRegular() {
		info, err = d.Info()
	} else {
		info, err = fs.Stat(fsys, name) // of what a link leads to
	}
	switch {
	case err != nil:
		return fileStamp{err: err}
	case info.IsDir():
		return fileStamp{err: errors.New("it leads to a folder")}
	case !info.Mode().IsRegular():
		return fileStamp{err: fmt.Errorf("it leads to no file, but to %v", info.Mode().Type())}
	}
	recent := info.ModTime().IsZero() || time.Since(info.ModTime()) < clockStep
	return fileStamp{size: info.Size(), mod: info.ModTime(), recent: recent}
}

// String returns the stamp as it is kept, as MetaFile says.
func (s fileStamp) String() string {
	mod := "-"
	if !s.recent {
		mod = s.mod.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprintf("%d %s", s.size, mod)
}

// same reports whether a file can be the same as it was.
func (s fileStamp) same(o fileStamp) bool {
	return s.err == nil && o.err == nil && s.size == o.size && s.mod.Equal(o.mod)
}

// stampSize reads the size from a stamp that was kept.
func stampSize(kept string) (int64, bool) {
	size, _, _ := strings.Cut(kept, " ")
	n, err := strconv.ParseInt(size, 10, 64)
	return n, err == nil
}
