package modeltest

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/imagescope/imagescope/internal/scene"
)

// folder is a tree of files that are drawn when they are read.
type folder struct {
	files   map[string]*file
	folders map[string][]fs.DirEntry // by path; "." is the root
}

var _ fs.FS = (*folder)(nil)

func newFolder(files []file) *folder {
	f := &folder{files: map[string]*file{}, folders: map[string][]fs.DirEntry{".": nil}}
	for i := range files {
		f.files[files[i].name] = &files[i]
		entry := fs.FileInfoToDirEntry(info{file: &files[i], name: files[i].name})
		for name := files[i].name; name != "."; {
			parent := path.Dir(name)
			_, seen := f.folders[parent]
			f.folders[parent] = append(f.folders[parent], entry)
			if seen {
				break
			}
			name, entry = parent, fs.FileInfoToDirEntry(info{name: parent})
		}
	}
	for _, entries := range f.folders {
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return f
}

// Open implements [fs.FS]. It draws nothing yet.
func (f *folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if file, ok := f.files[name]; ok {
		return &reading{file: file}, nil
	}
	if entries, ok := f.folders[name]; ok {
		return &listing{info: info{name: name}, left: entries}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// file is one picture.
type file struct {
	name   string
	number int
	scene  scene.Scene
	made   *once
}

type once struct {
	sync.Once
	data []byte
}

// png returns the picture as a PNG file.
func (f *file) png() []byte {
	f.made.Do(func() {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, f.scene.Draw()); err != nil {
			panic(fmt.Sprintf("modeltest: draw %s into memory: %v", f.name, err)) // unreachable: memory takes all that is written
		}
		f.made.data = b.Bytes()
	})
	return f.made.data
}

// reading is an open file. The model knows it by its type and so need not look
// at the picture.
type reading struct {
	*file
	reader *bytes.Reader
}

func (r *reading) opened() *bytes.Reader {
	if r.reader == nil {
		r.reader = bytes.NewReader(r.png())
	}
	return r.reader
}

func (r *reading) Read(p []byte) (int, error)              { return r.opened().Read(p) }
func (r *reading) ReadAt(p []byte, off int64) (int, error) { return r.opened().ReadAt(p, off) }
func (r *reading) Seek(off int64, from int) (int64, error) { return r.opened().Seek(off, from) }
func (r *reading) Stat() (fs.FileInfo, error)              { return info{file: r.file, name: r.name}, nil }
func (r *reading) Close() error                            { return nil }

// listing is an open folder.
type listing struct {
	info
	left []fs.DirEntry
}

func (l *listing) Stat() (fs.FileInfo, error) { return l.info, nil }
func (l *listing) Close() error               { return nil }
func (l *listing) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: l.name, Err: fs.ErrInvalid}
}

// ReadDir implements [fs.ReadDirFile].
func (l *listing) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(l.left) {
		if n > 0 && len(l.left) == 0 {
			return nil, io.EOF
		}
		n = len(l.left)
	}
	entries := l.left[:n:n]
	l.left = l.left[n:]
	return entries, nil
}

// info tells about a file, or a folder where there is none.
type info struct {
	file *file
	name string
}

func (i info) Name() string       { return path.Base(i.name) }
func (i info) IsDir() bool        { return i.file == nil }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) Sys() any           { return nil }

// Size draws the picture if need be.
func (i info) Size() int64 {
	if i.IsDir() {
		return 0
	}
	return int64(len(i.file.png()))
}

func (i info) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
