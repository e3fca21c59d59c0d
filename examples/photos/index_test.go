package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/internal/scene"
)

// stored is what the program has kept.
type stored struct {
	settings settings
	entries  map[string]imagescope.Entry // by ID
}

// stored returns the index of the person's photos.
func (p *person) stored() stored {
	p.t.Helper()
	s, err := readSettings(p.place())
	if err != nil {
		p.t.Fatal(err)
	}
	disk := p.openIndex(&index.DiskOptions{ReadOnly: true})
	defer disk.Close()
	if err := disk.Check(p.t.Context()); err != nil {
		p.t.Error(err)
	}
	all, err := idsOf(p.t.Context(), disk)
	if err != nil {
		p.t.Fatal(err)
	}
	entries := map[string]imagescope.Entry{}
	for id := range all {
		if entries[id], err = disk.Get(p.t.Context(), id); err != nil {
			p.t.Fatal(err)
		}
	}
	return stored{s, entries}
}

// place returns where the index of the person's photos is.
func (p *person) place() string {
	p.t.Helper()
	place, _, err := placeOf(p.photos)
	if err != nil {
		p.t.Fatal(err)
	}
	return place
}

// openIndex opens the index of the person's photos, as another program could.
func (p *person) openIndex(opts *index.DiskOptions) *index.Disk {
	p.t.Helper()
	disk, err := index.Open(p.t.Context(), p.place(), opts)
	if err != nil {
		p.t.Fatal(err)
	}
	return disk
}

func TestIndexTakesInWhatHasChanged(t *testing.T) {
	p := newPerson(t, "snow")
	all := p.scenes
	n := len(all)
	first, second, third := all[0].ID, all[1].ID, all[2].ID
	steps := []struct {
		name   string
		change func()
		want   string
	}{
		{"the first time", func() {}, fmt.Sprintf("%d photos: %d new, 0 changed, 0 gone, 0 renamed, 0 as before", n, n)},
		{"nothing has changed", func() {}, fmt.Sprintf("%d photos: 0 new, 0 changed, 0 gone, 0 renamed, %d as before", n, n)},
		{"a photo has", func() {
			other, err := fs.ReadFile(scene.FS(), second)
			if err != nil {
				t.Fatal(err)
			}
			p.write(first, string(other))
		}, fmt.Sprintf("%d photos: 0 new, 1 changed, 0 gone, 0 renamed, %d as before", n, n-1)},
		{"a caption has", func() { p.write(first+".txt", "a green dragon") }, fmt.Sprintf("%d photos: 0 new, 1 changed, 0 gone, 0 renamed, %d as before", n, n-1)},
		{"a caption is gone", func() { p.remove(first + ".txt") }, fmt.Sprintf("%d photos: 0 new, 1 changed, 0 gone, 0 renamed, %d as before", n, n-1)},
		{"photos are gone", func() { p.remove(first); p.remove(second) }, fmt.Sprintf("%d photos: 0 new, 0 changed, 2 gone, 0 renamed, %d as before", n-2, n-2)},
		{"all at once", func() {
			p.remove(third)
			p.write(all[3].ID+".txt", "a purple dragon")
			data, err := fs.ReadFile(scene.FS(), first)
			if err != nil {
				t.Fatal(err)
			}
			p.write(first, string(data))
		}, fmt.Sprintf("%d photos: 1 new, 1 changed, 1 gone, 0 renamed, %d as before", n-2, n-4)},
	}
	steps = append(steps, steps[1], struct {
		name   string
		change func()
		want   string
	}{"a photo was renamed, with its caption", func() {
		for _, ending := range []string{"", ".txt"} {
			path := filepath.Join(p.photos, all[4].ID+ending)
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), "renamed.png"+ending)); err != nil {
				t.Fatal(err)
			}
		}
	}, fmt.Sprintf("%d photos: 1 new, 0 changed, 1 gone, 0 renamed, %d as before", n-2, n-3)})
	steps[len(steps)-2].want = fmt.Sprintf("%d photos: 0 new, 0 changed, 0 gone, 0 renamed, %d as before", n-2, n-2)
	for _, step := range steps {
		step.change()
		contains(t, step.name+": photos index", p.must("index", p.photos), step.want)
	}
	var want []string
	for _, s := range all {
		switch s.ID {
		case second, third:
		case all[4].ID:
			want = append(want, path.Join(path.Dir(s.ID), "renamed.png"))
		default:
			want = append(want, s.ID)
		}
	}
	slices.Sort(want)
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(p.stored().entries))); d != "" {
		t.Errorf("photos in the index: want is -, got is +\n%s", d)
	}
}

// TestIndexOfNothingNewWritesNothing compares the files. One tells who opened
// the index last.
func TestIndexOfNothingNewWritesNothing(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	files := func() map[string]time.Time {
		all, err := os.ReadDir(p.place())
		if err != nil {
			t.Fatal(err)
		}
		changed := map[string]time.Time{}
		for _, f := range all {
			info, err := f.Info()
			if err != nil {
				t.Fatal(err)
			}
			changed[f.Name()] = info.ModTime()
		}
		delete(changed, "holder")
		return changed
	}
	before := files()
	p.must("index", p.photos)
	if d := cmp.Diff(before, files()); d != "" {
		t.Errorf("the index was written though nothing has changed: before is -, after is +\n%s", d)
	}
}

// TestIndexNotesTimes touches a photo, which need not be taken in, nor read
// once more the next time.
func TestIndexNotesTimes(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	id := p.scenes[0].ID
	before := p.stored().entries[id]
	then := time.Now().Add(-time.Minute).Truncate(time.Second)
	if err := os.Chtimes(filepath.Join(p.photos, id), then, then); err != nil {
		t.Fatal(err)
	}
	contains(t, "photos index", p.must("index", p.photos), "0 new, 0 changed")
	before.Meta[imagescope.MetaFile] = strings.Fields(before.Meta[imagescope.MetaFile])[0] + then.UTC().Format(" 2006-01-02T15:04:05Z")
	if d := cmp.Diff(before, p.stored().entries[id]); d != "" {
		t.Errorf("the entry of a photo that was touched: want is -, got is +\n%s", d)
	}
}

func TestIndexReportsPhotosThatCannotBeRead(t *testing.T) {
	p := newPerson(t, "snow")
	n := len(p.scenes)
	p.write("aaa broken.jpg", "no picture at all")
	if err := os.Symlink("nowhere", filepath.Join(p.photos, "link.png")); err != nil {
		t.Fatal(err)
	}
	r := p.run("index", p.photos)
	if r.code != exitFailed {
		t.Errorf("photos index = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, "aaa broken.jpg", "link.png", "2 photos could not be taken in")
	if got := len(p.stored().entries); got != n {
		t.Errorf("%d photos are in the index, want the other %d", got, n)
	}
	p.remove(p.scenes[0].ID)
	p.run("index", p.photos)
	if _, ok := p.stored().entries[p.scenes[0].ID]; ok {
		t.Errorf("%s is gone, but still in the index", p.scenes[0].ID)
	}
}

func TestIndexOfAFolderThatCannotBeWritten(t *testing.T) {
	p := newPerson(t, "snow")
	p.write(".imagescope", "a file in the place of a folder") // which holds for root too
	p.must("index", p.photos)
	if cache, _ := cacheDir(); filepath.Dir(p.place()) != cache {
		t.Errorf("the index is %s, want it in %s", p.place(), cache)
	}
	contains(t, "photos search", p.must("search", "dog"), "dog")
}

func TestIndexIsFoundFromWithin(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	other := filepath.Join(t.TempDir(), "other")
	if err := os.CopyFS(other, os.DirFS(p.photos)); err != nil {
		t.Fatal(err)
	}
	p.must("index", other) // which is the last one now
	contains(t, "photos search elsewhere", p.must("search", "dog"), " photos in "+other)
	within := filepath.Dir(filepath.Join(p.photos, filepath.FromSlash(p.scenes[0].ID)))
	t.Chdir(within)
	contains(t, "photos search within "+within, p.must("search", "dog"), " photos in "+p.photos)
	contains(t, "photos search -dir", p.must("search", "-dir", other, "dog"), " photos in "+other)
}

func TestDamagedIndex(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	place := p.place()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(place, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	entries := read("entries.db")
	damaged := bytes.ReplaceAll(entries, []byte("dog"), []byte("cat"))
	tests := []struct {
		name, file string
		data       []byte // nil for no file
		want       string
	}{
		{"settings are empty", settingsFile, []byte{}, "photos.json is damaged: EOF"},
		{"settings are another file", settingsFile, []byte("\x89PNG\r\n\x1a\n"), "photos.json is damaged: "},
		{"settings are of nothing", settingsFile, []byte(`{"version":1}`), "it does not say what the index was made with"},
		{"settings are of a later version", settingsFile, []byte(`{"version":99}`), "photos.json is of version 99, and this program reads 1"},
		{"settings are of another embedder", settingsFile, []byte(`{"version":1,"model":"none","embed":"ollama:vectors"}`), `its vectors were made by "words/1 2048", not by "ollama:vectors by captions/1"`},
		{"entries are empty", "entries.db", []byte{}, index.ErrCorrupt.Error()},
		{"entries are cut off", "entries.db", entries[:len(entries)/2], index.ErrCorrupt.Error()},
		{"an entry is damaged", "entries.db", damaged, index.ErrCorrupt.Error()},
		{"entries are missing", "entries.db", nil, "entries.db"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path, good := filepath.Join(place, tt.file), read(tt.file)
			defer os.WriteFile(path, good, 0o666)
			err := os.WriteFile(path, tt.data, 0o666)
			if tt.data == nil {
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"search", "dog"}, {"index", p.photos}} {
				r := p.run(args...)
				if r.code != exitFailed {
					t.Errorf("photos %q = %d, want %d", args, r.code, exitFailed)
				}
				contains(t, "stderr", r.err, place, tt.want, "delete it and run: photos index '"+p.photos+"'")
			}
		})
	}
	p.must("search", "dog")
	if err := os.RemoveAll(place); err != nil { // as the errors say
		t.Fatal(err)
	}
	p.must("index", p.photos)
}

func TestIndexInUse(t *testing.T) {
	p := newPerson(t, "snow")
	p.must("index", p.photos)
	tests := []struct {
		name     string
		readOnly bool
		args     []string
		code     int
	}{
		{"a search while one is written", false, []string{"search", "dog"}, exitFailed},
		{"a chat while one is written", false, []string{"chat"}, exitFailed},
		{"an index while one is written", false, []string{"index", p.photos}, exitFailed},
		{"an index with another embedder while one is written", false, []string{"index", "-embed", "ollama:vectors", p.photos}, exitFailed},
		{"an index while one is read", true, []string{"index", p.photos}, exitFailed},
		{"a search while one is read", true, []string{"search", "dog"}, exitOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := p.openIndex(&index.DiskOptions{ReadOnly: tt.readOnly})
			defer disk.Close()
			r := p.run(tt.args...)
			if r.code != tt.code {
				t.Errorf("photos %q = %d, want %d: %s", tt.args, r.code, tt.code, r.err)
			}
			if tt.code != exitOK {
				contains(t, "stderr", r.err, "another run of photos uses the index of "+p.photos)
			}
		})
	}
}
