package imagescope_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
)

// ExamplePipeline_Sync keeps an index in line with a folder: here one in
// memory, and os.DirFS(path) for one on disk.
func ExamplePipeline_Sync() {
	ctx := context.Background()
	folder := fstest.MapFS{
		"2024/red-car.jpg":   {Data: []byte("a car"), ModTime: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)},
		"2024/brown-dog.jpg": {Data: []byte("a dog"), ModTime: time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)},
	}
	p, err := imagescope.New(imagescope.Config{Images: folder, Embedder: embed.Words{}, Index: new(index.Flat)})
	if err != nil {
		fmt.Println(err)
		return
	}
	sync := func() {
		r, err := p.Sync(ctx, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d files: %d added, %d changed, %d renamed, %d unchanged; %d images removed\n",
			r.Files, r.Added, r.Changed, r.Renamed, r.Unchanged, r.Removed)
	}
	sync()
	sync()
	folder["pets/rex.jpg"] = folder["2024/brown-dog.jpg"]
	delete(folder, "2024/brown-dog.jpg")
	delete(folder, "2024/red-car.jpg")
	sync()
	// Output:
	// 2 files: 2 added, 0 changed, 0 renamed, 0 unchanged; 0 images removed
	// 2 files: 0 added, 0 changed, 0 renamed, 2 unchanged; 0 images removed
	// 1 files: 0 added, 0 changed, 1 renamed, 0 unchanged; 1 images removed
}

// camera is an embedder and a captioner that look at nothing but the bytes of
// an image, and note whose they have looked at.
type camera struct {
	mu       sync.Mutex
	embedded []string
	told     []string
	broken   string // the content that is refused
}

func (c *camera) note(list *[]string, img imagescope.Image) (string, error) {
	rc, err := img.Open()
	if err != nil {
		return "", err
	}
	defer rc.Close()
	data, err := io.ReadAll(rc)
	if err != nil {
		return "", err
	}
	if string(data) == c.broken {
		return "", errBroken
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	*list = append(*list, img.ID)
	return string(data), nil
}

func rowOf(content string) []float32 {
	sum := sha256.Sum256([]byte(content))
	row := make([]float32, 4)
	for i := range row {
		row[i] = float32(sum[i]) + 1
	}
	return row
}

func (c *camera) Name() string { return "camera" }

func (c *camera) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i, text := range texts {
		rows[i] = rowOf(text)
	}
	return rows, nil
}

func (c *camera) EmbedImages(_ context.Context, images []imagescope.Image) ([][]float32, error) {
	rows := make([][]float32, len(images))
	for i, img := range images {
		content, err := c.note(&c.embedded, img)
		if err != nil {
			return nil, &imagescope.ImageError{ID: img.ID, Op: "embed", Err: err}
		}
		rows[i] = rowOf(content)
	}
	return rows, nil
}

func (c *camera) Caption(_ context.Context, img imagescope.Image) (string, error) {
	content, err := c.note(&c.told, img)
	return "it is " + content, err
}

// folder makes a file system of contents by name. A content that ends in "@"
// and a number was changed on that day of May.
func folder(contents map[string]string) fstest.MapFS {
	files := fstest.MapFS{}
	for name, content := range contents {
		content, day, _ := strings.Cut(content, "@")
		at := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
		if day != "" {
			at = at.AddDate(0, 0, int(day[0]-'0'))
		}
		files[name] = &fstest.MapFile{Data: []byte(content), ModTime: at}
	}
	return files
}

// album is a gallery that follows a folder.
type album struct {
	fstest.MapFS
	camera
	images, captions *index.Flat
	config           func(*imagescope.Config)
}

func newAlbum(contents map[string]string) *album {
	return &album{MapFS: folder(contents), images: new(index.Flat), captions: new(index.Flat)}
}

func (a *album) pipeline(t *testing.T) *imagescope.Pipeline {
	t.Helper()
	cfg := imagescope.Config{Images: a.MapFS, Embedder: &a.camera, Captioner: &a.camera, Index: a.images, CaptionIndex: a.captions}
	if a.config != nil {
		a.config(&cfg)
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (a *album) sync(t *testing.T, opts *imagescope.SyncOptions) imagescope.SyncReport {
	t.Helper()
	report, err := a.pipeline(t).Sync(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// check fails unless both indexes hold what the files show, and nothing of
// other IDs but those given.
func (a *album) check(t *testing.T, others ...string) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, id := range others {
		want[id] = "other"
	}
	for name, file := range a.MapFS {
		want[name] = string(file.Data)
	}
	for e := range a.images.Entries(t.Context()) {
		caption, ok := strings.CutPrefix(e.Caption, "it is ")
		if !ok {
			got[e.ID] = "other"
			continue
		}
		got[e.ID] = caption
		sum := sha256.Sum256([]byte(caption))
		if e.Meta[imagescope.MetaHash] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s, of %q, has the hash %q", e.ID, caption, e.Meta[imagescope.MetaHash])
		}
		a.sameDirection(t, a.images, e.ID, rowOf(caption))
		a.sameDirection(t, a.captions, e.ID, rowOf(e.Caption))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the gallery: want is -, got is +\n%s", d)
	}
	for e := range a.captions.Entries(t.Context()) {
		if _, err := a.images.Get(t.Context(), e.ID); err != nil {
			t.Errorf("the index of captions has %s: %v", e.ID, err)
		}
	}
}

func (a *album) sameDirection(t *testing.T, ix *index.Flat, id string, row []float32) {
	t.Helper()
	e, err := ix.Get(t.Context(), id)
	if err != nil {
		t.Errorf("%s: %v", id, err)
		return
	}
	for i := range row {
		if d := e.Vector[i]/e.Vector[0] - row[i]/row[0]; d > 1e-4 || d < -1e-4 {
			t.Errorf("%s has the vector %v, want the direction of %v", id, e.Vector, row)
			return
		}
	}
}

func TestSync(t *testing.T) {
	type files = map[string]string
	old := files{"a.jpg": "apple", "b.jpg": "beach", "sub/c.jpg": "cloud", "sub/d.jpg": "dune"}
	with := func(changes files) files {
		all := maps.Clone(old)
		for name, content := range changes {
			if all[name] = content; content == "" {
				delete(all, name)
			}
		}
		return all
	}
	tests := []struct {
		name    string
		files   files
		opts    *imagescope.SyncOptions
		want    imagescope.SyncReport
		touched []string // files that are embedded and captioned
		kept    []string // images without a file that stay
	}{
		{name: "unchanged", files: old, want: imagescope.SyncReport{Files: 4, Unchanged: 4}},
		{name: "new", files: with(files{"e.jpg": "eagle"}), want: imagescope.SyncReport{Files: 5, Unchanged: 4, Added: 1}, touched: []string{"e.jpg"}},
		{name: "changed", files: with(files{"b.jpg": "bird @2"}), want: imagescope.SyncReport{Files: 4, Unchanged: 3, Changed: 1}, touched: []string{"b.jpg"}},
		{name: "changed, of the same size", files: with(files{"b.jpg": "berry@2"}), want: imagescope.SyncReport{Files: 4, Unchanged: 3, Changed: 1}, touched: []string{"b.jpg"}},
		{name: "changed, of the same size and time", files: with(files{"b.jpg": "berry"}), opts: &imagescope.SyncOptions{Rehash: true},
			want: imagescope.SyncReport{Files: 4, Unchanged: 3, Changed: 1}, touched: []string{"b.jpg"}},
		{name: "only touched", files: with(files{"b.jpg": "beach@3"}), want: imagescope.SyncReport{Files: 4, Unchanged: 4}},
		{name: "read again", files: old, opts: &imagescope.SyncOptions{Rehash: true}, want: imagescope.SyncReport{Files: 4, Unchanged: 4}},
		{name: "renamed", files: with(files{"b.jpg": "", "e.jpg": "beach"}), want: imagescope.SyncReport{Files: 4, Unchanged: 3, Renamed: 1}},
		{name: "renamed before its old name", files: with(files{"b.jpg": "", "a-b.jpg": "beach"}), want: imagescope.SyncReport{Files: 4, Unchanged: 3, Renamed: 1}},
		{name: "folder renamed", files: files{"a.jpg": "apple", "b.jpg": "beach", "bus/c.jpg": "cloud", "bus/d.jpg": "dune"},
			want: imagescope.SyncReport{Files: 4, Unchanged: 2, Renamed: 2}},
		{name: "renamed, and another at its place", files: with(files{"b.jpg": "eagle@2", "e.jpg": "beach"}),
			want: imagescope.SyncReport{Files: 5, Unchanged: 3, Changed: 1, Renamed: 1}, touched: []string{"b.jpg"}},
		{name: "renamed twice over", files: with(files{"b.jpg": "", "e.jpg": "beach", "f.jpg": "beach"}),
			want: imagescope.SyncReport{Files: 5, Unchanged: 3, Renamed: 2}},
		{name: "changed places", files: with(files{"a.jpg": "beach@2", "b.jpg": "apple@2"}), want: imagescope.SyncReport{Files: 4, Unchanged: 2, Renamed: 2}},
		{name: "numbered anew", files: files{"a.jpg": "dune@2", "b.jpg": "apple@2", "sub/c.jpg": "beach@2", "sub/d.jpg": "cloud@2"},
			want: imagescope.SyncReport{Files: 4, Renamed: 4}},
		{name: "all one further, and a new one first", files: files{"a.jpg": "eagle@2", "b.jpg": "apple@2", "sub/c.jpg": "beach@2", "sub/d.jpg": "cloud@2", "sub/e.jpg": "dune@2"},
			want: imagescope.SyncReport{Files: 5, Changed: 1, Renamed: 4}, touched: []string{"a.jpg"}},
		{name: "copied", files: with(files{"e.jpg": "beach"}), want: imagescope.SyncReport{Files: 5, Unchanged: 4, Added: 1, Copied: 1}},
		{name: "copied over another", files: with(files{"a.jpg": "beach@2"}), want: imagescope.SyncReport{Files: 4, Unchanged: 3, Changed: 1, Copied: 1}},
		{name: "two new ones alike", files: with(files{"e.jpg": "eagle", "f.jpg": "eagle"}),
			want: imagescope.SyncReport{Files: 6, Unchanged: 4, Added: 2, Copied: 1}, touched: []string{"e.jpg"}},
		{name: "vanished", files: with(files{"a.jpg": "", "sub/d.jpg": ""}), want: imagescope.SyncReport{Files: 2, Unchanged: 2, Removed: 2}},
		{name: "vanished and kept", files: with(files{"a.jpg": "", "sub/d.jpg": ""}), opts: &imagescope.SyncOptions{KeepVanished: true},
			want: imagescope.SyncReport{Files: 2, Unchanged: 2, Kept: 2}, kept: []string{"a.jpg", "sub/d.jpg"}},
		{name: "renamed, what vanishes kept", files: with(files{"a.jpg": "", "e.jpg": "apple"}), opts: &imagescope.SyncOptions{KeepVanished: true},
			want: imagescope.SyncReport{Files: 4, Unchanged: 3, Renamed: 1}},
		{name: "all vanished", files: files{}, want: imagescope.SyncReport{Removed: 4}},
	}
	for _, tt := range tests {
		for _, concurrency := range []int{1, 8} {
			t.Run(fmt.Sprintf("%s/%d", tt.name, concurrency), func(t *testing.T) {
				a := newAlbum(old)
				a.config = func(c *imagescope.Config) { c.Concurrency = concurrency }
				if d := cmp.Diff(imagescope.SyncReport{Files: 4, Added: 4}, a.sync(t, nil)); d != "" {
					t.Errorf("the first report: want is -, got is +\n%s", d)
				}
				gone := imagescope.Image{ID: "upload", Caption: "not of the folder"}
				if err := a.images.Upsert(t.Context(), imagescope.Entry{ID: gone.ID, Vector: rowOf(""), Caption: gone.Caption}); err != nil {
					t.Fatal(err)
				}
				a.check(t, "upload")
				a.camera = camera{}
				a.MapFS = folder(tt.files)
				if d := cmp.Diff(tt.want, a.sync(t, tt.opts)); d != "" {
					t.Errorf("report: want is -, got is +\n%s", d)
				}
				slices.Sort(a.embedded)
				slices.Sort(a.told)
				if d := cmp.Diff([2][]string{tt.touched, tt.touched}, [2][]string{a.embedded, a.told}); d != "" {
					t.Errorf("embedded and captioned: want is -, got is +\n%s", d)
				}
				for _, name := range tt.kept {
					a.MapFS[name] = folder(old)[name] // as if it were there still
				}
				a.check(t, "upload")
				a.camera = camera{}
				if r := a.sync(t, nil); r.Unchanged != len(a.MapFS) || len(a.embedded) > 0 {
					t.Errorf("after it another Sync reports %+v, and embeds %v", r, a.embedded)
				}
			})
		}
	}
}

// TestSyncRandomly renames, copies, changes and removes files at random. What
// is embedded must be the contents that the gallery has not had, and no other.
func TestSyncRandomly(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		a := newAlbum(nil)
		a.config = func(c *imagescope.Config) { c.Concurrency = 1 + int(seed%5) }
		for range 5 {
			had := map[string]bool{}
			for _, file := range a.MapFS {
				had[string(file.Data)] = true
			}
			shuffle(r, a.MapFS)
			a.camera = camera{}
			a.sync(t, nil)
			a.check(t)
			var fresh []string
			for _, file := range a.MapFS {
				if content := string(file.Data); !had[content] {
					had[content] = true
					fresh = append(fresh, content)
				}
			}
			var embedded []string
			for _, id := range a.embedded {
				embedded = append(embedded, string(a.MapFS[id].Data))
			}
			slices.Sort(fresh)
			slices.Sort(embedded)
			if d := cmp.Diff(fresh, embedded); d != "" {
				t.Fatalf("seed %d: embedded: want is -, got is +\n%s", seed, d)
			}
		}
	}
}

// shuffle has a folder's files change places, become others, go and come.
func shuffle(r *rand.Rand, files fstest.MapFS) {
	day := func() time.Time { return time.Date(2024, 5, 1, 0, 0, r.IntN(1<<20), 0, time.UTC) }
	name := func() string { return path.Join([]string{".", "x", "y"}[r.IntN(3)], fmt.Sprintf("%d.jpg", r.IntN(8))) }
	for range r.IntN(12) {
		from, to := name(), name()
		switch r.IntN(5) {
		case 0:
			files[to] = &fstest.MapFile{Data: fmt.Appendf(nil, "content %d", r.IntN(20)), ModTime: day()}
		case 1:
			delete(files, from)
		case 2, 3:
			a, b := files[from], files[to]
			delete(files, from)
			delete(files, to)
			if a != nil {
				files[to] = &fstest.MapFile{Data: a.Data, ModTime: day()}
			}
			if b != nil {
				files[from] = &fstest.MapFile{Data: b.Data, ModTime: day()}
			}
		case 4:
			if a := files[from]; a != nil {
				files[to] = &fstest.MapFile{Data: a.Data, ModTime: day()}
			}
		}
	}
}

// TestSyncNumberedAnew has more files go one number further than are moved at a
// time.
func TestSyncNumberedAnew(t *testing.T) {
	const n = 1200
	for _, closed := range []bool{false, true} { // whether the last becomes the first
		a := newAlbum(nil)
		before, after := map[string]string{}, map[string]string{}
		for i := range n {
			before[fmt.Sprintf("%04d.jpg", i)] = fmt.Sprintf("content %04d", i)
			after[fmt.Sprintf("%04d.jpg", i+1)] = fmt.Sprintf("content %04d@2", i)
		}
		want := imagescope.SyncReport{Files: n + 1, Renamed: n, Changed: 1}
		after["0000.jpg"] = "content new @2"
		if closed {
			delete(after, "1200.jpg")
			after["0000.jpg"] = "content 1199@2"
			want = imagescope.SyncReport{Files: n, Renamed: n}
		}
		a.MapFS = folder(before)
		a.sync(t, nil)
		a.MapFS = folder(after)
		a.camera = camera{}
		if d := cmp.Diff(want, a.sync(t, nil)); d != "" {
			t.Errorf("report: want is -, got is +\n%s", d)
		}
		if len(a.embedded) != want.Changed {
			t.Errorf("%d images were embedded, want %d", len(a.embedded), want.Changed)
		}
		a.check(t)
	}
}

// TestSyncMetadata keeps what a caller said of an image when its file changes,
// moves or is copied.
func TestSyncMetadata(t *testing.T) {
	a := newAlbum(map[string]string{"a.jpg": "apple"})
	a.sync(t, nil)
	e, err := a.images.Get(t.Context(), "a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	e.Meta["album"] = "fruit"
	if err := a.images.Upsert(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for _, files := range []map[string]string{
		{"a.jpg": "apricot@2"}, {"b.jpg": "apricot"}, {"b.jpg": "apricot@4"}, {"b.jpg": "apricot@4", "c.jpg": "apricot"},
	} {
		a.MapFS = folder(files)
		a.sync(t, nil)
		a.check(t)
		for name := range files {
			e, err := a.images.Get(t.Context(), name)
			if err != nil || e.Meta["album"] != "fruit" {
				t.Errorf("after %v: %s has the metadata %v, %v", files, name, e.Meta, err)
			}
			c, err := a.captions.Get(t.Context(), name)
			if d := cmp.Diff(e.Meta, c.Meta); err != nil || d != "" {
				t.Errorf("after %v: the caption of %s: %v; image is -, caption is +\n%s", files, name, err, d)
			}
		}
	}
}

// TestSyncRecent has files whose time cannot tell a later change.
func TestSyncRecent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, since := range []time.Duration{1 << 62, 0, time.Second, -time.Hour} {
			at := time.Now().Add(-since)
			if since == 1<<62 {
				at = time.Time{} // the file system tells none
			}
			a := newAlbum(nil)
			a.MapFS = fstest.MapFS{"a.jpg": {Data: []byte("apple"), ModTime: at}}
			a.sync(t, nil)
			a.MapFS["a.jpg"] = &fstest.MapFile{Data: []byte("apply"), ModTime: at}
			if r := a.sync(t, nil); r.Changed != 1 {
				t.Errorf("changed at %v, at once: %+v", at, r)
			}
			time.Sleep(time.Minute)
			if r := a.sync(t, nil); r.Unchanged != 1 {
				t.Errorf("changed at %v, later: %+v", at, r)
			}
			a.check(t)
		}
	})
}

// faultyFS has folders and files that cannot be read, and calls back before a
// file is opened.
type faultyFS struct {
	fstest.MapFS
	faults map[string]error
	opens  func(name string)
}

func (f faultyFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.faults[name]; err != nil {
		return nil, err
	}
	return f.MapFS.ReadDir(name)
}

func (f faultyFS) Open(name string) (fs.File, error) {
	if err := f.faults[name]; err != nil {
		return nil, err
	}
	if f.opens != nil {
		f.opens(name)
	}
	return f.MapFS.Open(name)
}

func TestSyncFailures(t *testing.T) {
	a := newAlbum(map[string]string{"a.jpg": "apple", "b.jpg": "beach", "shut/c.jpg": "cloud", "shut/deep/d.jpg": "dune", "e.jpg": "eagle", "f.jpg": "fox"})
	a.sync(t, nil)
	was := listed(t, a.images)

	a.MapFS = folder(map[string]string{
		"a.jpg": "apple", "b.jpg": "broken@2", "shut/c.jpg": "other@2", "e.jpg": "eagle@2", "f.jpg": "forest@2",
		"new.jpg": "new", "bad\xff.jpg": "bad", "z.jpg": "broken", "z2.jpg": "broken",
	})
	a.MapFS["folder.jpg"] = &fstest.MapFile{Data: []byte("shut"), Mode: fs.ModeSymlink}
	a.MapFS["lost.jpg"] = &fstest.MapFile{Data: []byte("nowhere.jpg"), Mode: fs.ModeSymlink}
	a.MapFS["linked.jpg"] = &fstest.MapFile{Data: []byte("new.jpg"), Mode: fs.ModeSymlink}
	changed := false
	files := faultyFS{a.MapFS, map[string]error{"shut": errors.New("drive is off"), "e.jpg": fs.ErrPermission}, func(name string) {
		if name == "f.jpg" && !changed { // once its content has been read it changes
			changed = true
			a.MapFS["f.jpg"] = &fstest.MapFile{Data: []byte("flower"), ModTime: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
	}}
	a.camera = camera{broken: "broken"}
	a.config = func(c *imagescope.Config) { c.Images, c.Concurrency = files, 1 } // a MapFS must not change as another reads it
	report, err := a.pipeline(t).Sync(t.Context(), nil)
	if d := cmp.Diff(imagescope.SyncReport{Files: 11, Unchanged: 1, Added: 2, Copied: 1, Failed: 8}, report); d != "" {
		t.Errorf("report: want is -, got is +\n%s", d)
	}
	var failed *imagescope.SyncError
	if !errors.As(err, &failed) {
		t.Fatalf("Sync = %v, want a SyncError", err)
	}
	var got []string
	for _, e := range failed.Unwrap() {
		got = append(got, e.Error())
	}
	want := []string{
		"read folder shut: drive is off",
		"open image bad\xff.jpg: its name is not UTF-8: rename the file",
		"open image e.jpg: permission denied",
		"open image folder.jpg: it leads to a folder",
		"open image lost.jpg: open lost.jpg: file does not exist",
		"caption image b.jpg: it is broken",
		"read image f.jpg: the file was changed while it was read: sync again",
		"caption image z.jpg: it is broken",
		"caption image z2.jpg: it is broken",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("failures: want is -, got is +\n%s", d)
	}
	for _, target := range []error{fs.ErrPermission, fs.ErrNotExist, errBroken, imagescope.ErrImageChanged} {
		if !errors.Is(err, target) {
			t.Errorf("Sync = %v, want one of %v", err, target)
		}
	}
	now := listed(t, a.images)
	for _, id := range []string{"new.jpg", "linked.jpg"} {
		now = slices.DeleteFunc(now, func(e imagescope.Entry) bool { return e.ID == id })
	}
	if d := cmp.Diff(was, now); d != "" {
		t.Errorf("what failed: want is -, got is +\n%s", d)
	}

	a.camera, a.config = camera{}, nil
	delete(a.MapFS, "bad\xff.jpg")
	delete(a.MapFS, "folder.jpg")
	delete(a.MapFS, "lost.jpg")
	a.MapFS["linked.jpg"] = a.MapFS["new.jpg"]
	a.sync(t, nil)
	a.check(t)
}

// brokenAt is an index whose n-th call fails, and changes nothing.
type brokenAt struct {
	*index.Flat
	left int
}

func (b *brokenAt) fails() error {
	if b.left--; b.left == 0 {
		return errBroken
	}
	return nil
}

func (b *brokenAt) Upsert(ctx context.Context, entries ...imagescope.Entry) error {
	if err := b.fails(); err != nil {
		return err
	}
	return b.Flat.Upsert(ctx, entries...)
}

func (b *brokenAt) Delete(ctx context.Context, ids ...string) error {
	if err := b.fails(); err != nil {
		return err
	}
	return b.Flat.Delete(ctx, ids...)
}

func (b *brokenAt) Get(ctx context.Context, id string) (imagescope.Entry, error) {
	e, err := b.Flat.Get(ctx, id)
	return e, errors.Join(b.fails(), err)
}

func (b *brokenAt) Entries(ctx context.Context) iter.Seq2[imagescope.Entry, error] {
	if err := b.fails(); err != nil {
		return func(yield func(imagescope.Entry, error) bool) { yield(imagescope.Entry{}, err) }
	}
	return b.Flat.Entries(ctx)
}

// TestSyncIndexFails has the one or the other index fail at every call that it
// gets, one after another, as files change, go one further and change places. The
// next Sync completes the work.
func TestSyncIndexFails(t *testing.T) {
	before := map[string]string{"a.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud", "d.jpg": "dune"}
	for name, after := range map[string]map[string]string{
		"changes":        {"a.jpg": "beach@2", "c.jpg": "cloud@2", "e.jpg": "dune", "f.jpg": "fox", "g.jpg": "fox"},
		"one further":    {"b.jpg": "apple@2", "c.jpg": "beach@2", "d.jpg": "cloud@2", "e.jpg": "dune@2"},
		"changed places": {"a.jpg": "beach@2", "b.jpg": "apple@2", "c.jpg": "dune@2", "d.jpg": "cloud@2"},
	} {
		for _, which := range []string{"Config.Index", "Config.CaptionIndex"} {
			failures := 0
			for n := 1; ; n++ {
				a := newAlbum(before)
				a.sync(t, nil)
				a.MapFS = folder(after)
				a.config = func(c *imagescope.Config) {
					if which == "Config.Index" {
						c.Index = &brokenAt{a.images, n}
					} else {
						c.CaptionIndex = &brokenAt{a.captions, n}
					}
				}
				_, err := a.pipeline(t).Sync(t.Context(), nil)
				if err == nil {
					break
				}
				failures++
				if !errors.Is(err, errBroken) || !strings.HasPrefix(err.Error(), "imagescope: sync: ") {
					t.Errorf("%s, %s fails at call %d: Sync = %v", name, which, n, err)
				}
				a.config = nil
				a.sync(t, nil)
				a.check(t)
				if t.Failed() {
					t.Fatalf("%s, when %s had failed at call %d", name, which, n)
				}
			}
			if failures < 5 {
				t.Errorf("%s: %s was called %d times", name, which, failures)
			}
		}
	}
}

// TestSyncCancelled ends Sync at every call of the file system.
func TestSyncCancelled(t *testing.T) {
	why := errors.New("enough")
	for n := 1; ; n++ {
		a := newAlbum(map[string]string{"a.jpg": "apple", "b.jpg": "beach", "sub/c.jpg": "cloud"})
		ctx, cancel := context.WithCancelCause(t.Context())
		var mu sync.Mutex
		calls := 0
		a.config = func(c *imagescope.Config) {
			c.Images = faultyFS{a.MapFS, nil, func(string) {
				mu.Lock()
				defer mu.Unlock()
				if calls++; calls == n {
					cancel(why)
				}
			}}
		}
		_, err := a.pipeline(t).Sync(ctx, nil)
		cancel(nil)
		if err == nil && calls < n {
			break
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
			t.Errorf("cancelled at call %d: Sync = %v", n, err)
		}
		a.config = nil
		a.sync(t, nil)
		a.check(t)
	}
}

// unlisted is an index that is no Lister.
type unlisted struct{ imagescope.VectorIndex }

// labelledList is one that is, and has a name too.
type labelledList struct {
	*labelled
	imagescope.Lister
}

func TestSyncRefuses(t *testing.T) {
	files := folder(map[string]string{"a.jpg": "apple"})
	mismatched := newLabelled("clip")
	tests := []struct {
		name string
		cfg  imagescope.Config
		is   error
		says string
	}{
		{"no folder", imagescope.Config{Index: new(index.Flat)}, nil, "Config.Images is nil"},
		{"no list", imagescope.Config{Images: files, Index: unlisted{new(index.Flat)}}, nil, "no Lister"},
		{"no root", imagescope.Config{Images: faultyFS{files, map[string]error{".": fs.ErrPermission}, nil}, Index: new(index.Flat)}, fs.ErrPermission, "list images"},
		{"another embedder", imagescope.Config{Images: files, Index: labelledList{mismatched, new(index.Flat)}}, imagescope.ErrModelMismatch, "Config.Index"},
	}
	for _, tt := range tests {
		tt.cfg.Embedder = new(camera)
		mismatched.name = "camera"
		p, err := imagescope.New(tt.cfg)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		mismatched.name = "clip"
		r, err := p.Sync(t.Context(), nil)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) || r != (imagescope.SyncReport{}) {
			t.Errorf("%s: Sync = %+v, %v; want an error of %v that says %q", tt.name, r, err, tt.is, tt.says)
		}
	}
}

func TestSyncPanics(t *testing.T) {
	a := newAlbum(map[string]string{"a.jpg": "apple"})
	a.config = func(c *imagescope.Config) {
		c.Images = faultyFS{a.MapFS, nil, func(name string) {
			if name == "a.jpg" {
				panic("the file system")
			}
		}}
	}
	if _, err := a.pipeline(t).Sync(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "the file system") {
		t.Errorf("Sync = %v, want an error of the panic", err)
	}
}

// FuzzSyncMetadata has an index say anything of the files that it was made of.
func FuzzSyncMetadata(f *testing.F) {
	for _, seed := range [][2]string{
		{"", ""}, {"short", "5 -"}, {strings.Repeat("z", 64), "5 2024-05-01T00:00:00Z"}, {strings.Repeat("0", 64), "-5 never"}, {"\xff", "99999999999999999999 -"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, hash, stamp string) {
		a := newAlbum(map[string]string{"a.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud"})
		sum := sha256.Sum256([]byte("apple"))
		if hash == hex.EncodeToString(sum[:]) {
			t.Skip("it is right")
		}
		a.sync(t, nil)
		for _, id := range []string{"a.jpg", "b.jpg", "gone.jpg"} {
			e := imagescope.Entry{ID: id, Vector: rowOf(id), Caption: "it is wrong", Meta: map[string]string{imagescope.MetaHash: hash, imagescope.MetaFile: stamp}}
			if err := a.images.Upsert(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		a.sync(t, &imagescope.SyncOptions{Rehash: true})
		if stamp == "" { // it is not the folder's, and without a caption's vector
			if err := a.pipeline(t).Remove(t.Context(), "gone.jpg"); err != nil {
				t.Fatal(err)
			}
		}
		a.check(t)
	})
}

// TestSyncDescribe says other things of images, whose files stay or move.
func TestSyncDescribe(t *testing.T) {
	type said map[string]imagescope.Image
	about := said{"a.jpg": {Caption: "it is my apple", Meta: map[string]string{"album": "fruit"}}, "b.jpg": {Caption: "it is my beach"}}
	with := func(change func(said)) said {
		all := maps.Clone(about)
		change(all)
		return all
	}
	old := map[string]string{"a.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud"}
	tests := []struct {
		name     string
		about    said
		files    map[string]string
		want     imagescope.SyncReport
		embedded []string
	}{
		{"the same", about, old, imagescope.SyncReport{Files: 3, Unchanged: 3}, nil},
		{"the same of a file that was touched", about, map[string]string{"a.jpg": "apple@2", "b.jpg": "beach", "c.jpg": "cloud"}, imagescope.SyncReport{Files: 3, Unchanged: 3}, nil},
		{"another caption", with(func(s said) { s["b.jpg"] = imagescope.Image{Caption: "it is another"} }), old, imagescope.SyncReport{Files: 3, Unchanged: 2, Changed: 1}, []string{"b.jpg"}},
		{"no caption", with(func(s said) { delete(s, "b.jpg") }), old, imagescope.SyncReport{Files: 3, Unchanged: 2, Changed: 1}, []string{"b.jpg"}},
		{"a first one", with(func(s said) { s["c.jpg"] = imagescope.Image{Caption: "it is new"} }), old, imagescope.SyncReport{Files: 3, Unchanged: 2, Changed: 1}, []string{"c.jpg"}},
		{"other metadata", with(func(s said) {
			s["a.jpg"] = imagescope.Image{Caption: "it is my apple", Meta: map[string]string{"shelf": "fruit"}}
		}), old, imagescope.SyncReport{Files: 3, Unchanged: 2, Changed: 1}, []string{"a.jpg"}},
		{"the same of a file that was renamed", with(func(s said) { s["z.jpg"] = s["a.jpg"] }), map[string]string{"z.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud"},
			imagescope.SyncReport{Files: 3, Unchanged: 2, Renamed: 1}, nil},
		{"something else of a file that was renamed", about, map[string]string{"z.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud"},
			imagescope.SyncReport{Files: 3, Unchanged: 2, Added: 1, Removed: 1}, []string{"z.jpg"}},
		{"something else of a copy", about, map[string]string{"a.jpg": "apple", "b.jpg": "beach", "c.jpg": "cloud", "d.jpg": "apple", "e.jpg": "cloud"},
			imagescope.SyncReport{Files: 5, Unchanged: 3, Added: 2, Copied: 1}, []string{"d.jpg"}},
		{"nothing at all", nil, old, imagescope.SyncReport{Files: 3, Unchanged: 1, Changed: 2}, []string{"a.jpg", "b.jpg"}},
	}
	for _, tt := range tests {
		a := newAlbum(old)
		a.config = func(c *imagescope.Config) { c.Captioner = nil }
		opts := func(about said) *imagescope.SyncOptions {
			if about == nil {
				return nil
			}
			return &imagescope.SyncOptions{Describe: func(img *imagescope.Image) { img.Caption, img.Meta = about[img.ID].Caption, about[img.ID].Meta }}
		}
		a.sync(t, opts(about))
		a.camera = camera{}
		a.MapFS = folder(tt.files)
		if d := cmp.Diff(tt.want, a.sync(t, opts(tt.about))); d != "" {
			t.Errorf("%s: report: want is -, got is +\n%s", tt.name, d)
		}
		slices.Sort(a.embedded)
		if d := cmp.Diff(tt.embedded, a.embedded); d != "" {
			t.Errorf("%s: embedded: want is -, got is +\n%s", tt.name, d)
		}
		for name := range tt.files {
			e, err := a.images.Get(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{imagescope.MetaHash, imagescope.MetaFile, imagescope.MetaSaid} {
				delete(e.Meta, key)
			}
			want := tt.about[name]
			if tt.about == nil { // then what it was stays
				want.Meta = about[name].Meta
			}
			if d := cmp.Diff(want.Meta, e.Meta); e.Caption != want.Caption || len(want.Meta) != len(e.Meta) || len(want.Meta) > 0 && d != "" {
				t.Errorf("%s: %s has the caption %q and the metadata %v, want %q and %v", tt.name, name, e.Caption, e.Meta, want.Caption, want.Meta)
			}
			c, err := a.captions.Get(t.Context(), name)
			if (err == nil) != (want.Caption != "") || c.Caption != want.Caption {
				t.Errorf("%s: the caption of %s is %q, %v", tt.name, name, c.Caption, err)
			}
		}
	}
}

func TestSyncErrorText(t *testing.T) {
	image := func(id string) *imagescope.ImageError {
		return &imagescope.ImageError{ID: id, Op: "open", Err: errBroken}
	}
	folder := &fs.PathError{Op: "open", Path: "shut", Err: fs.ErrPermission}
	tests := []struct {
		err  *imagescope.SyncError
		want string
	}{
		{&imagescope.SyncError{Images: []*imagescope.ImageError{image("a")}}, "imagescope: sync: 1 images failed; open image a: it is broken"},
		{&imagescope.SyncError{Images: []*imagescope.ImageError{image("a"), image("b"), image("c")}, Folders: []*fs.PathError{folder}},
			"imagescope: sync: 3 images failed, and 1 folders could not be read; open shut: permission denied; open image a: it is broken; open image b: it is broken; and 1 more"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error = %q, want %q", got, tt.want)
		}
	}
}

// TestSyncAfterAdd follows a folder that was added before, with fingerprints and
// without, and leaves alone what is of no folder.
func TestSyncAfterAdd(t *testing.T) {
	for _, known := range []bool{false, true} {
		a := newAlbum(map[string]string{"a.jpg": "apple", "b.jpg": "beach"})
		a.config = func(c *imagescope.Config) { c.Fingerprints = known }
		if err := a.pipeline(t).Add(t.Context(), imagescope.Image{ID: "a.jpg"}, imagescope.Image{ID: "b.jpg"}); err != nil {
			t.Fatal(err)
		}
		delete(a.MapFS, "b.jpg")
		a.camera = camera{}
		want := imagescope.SyncReport{Files: 1, Changed: 1}
		if known {
			want = imagescope.SyncReport{Files: 1, Unchanged: 1}
		}
		if d := cmp.Diff(want, a.sync(t, nil)); d != "" || len(a.embedded) != want.Changed {
			t.Errorf("fingerprints %v: %d were embedded; want is -, got is +\n%s", known, len(a.embedded), d)
		}
		if _, err := a.images.Get(t.Context(), "b.jpg"); err != nil {
			t.Errorf("fingerprints %v: an image that Sync did not put there: %v", known, err)
		}
	}
}

// TestSyncLimit has a file of just the size that is allowed, and one of a byte
// more.
func TestSyncLimit(t *testing.T) {
	a := newAlbum(map[string]string{"a.jpg": "apples", "b.jpg": "beaches"})
	a.config = func(c *imagescope.Config) { c.Limits.MaxBytes = 6 }
	_, err := a.pipeline(t).Sync(t.Context(), nil)
	var failed *imagescope.SyncError
	if !errors.As(err, &failed) || len(failed.Images) != 1 || failed.Images[0].ID != "b.jpg" || !errors.Is(err, imagescope.ErrImageTooLarge) {
		t.Errorf("Sync = %v, want b.jpg to be too large", err)
	}
}
