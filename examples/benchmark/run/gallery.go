package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/index"
)

// ErrMissing means that images of a dataset have no file, or one that cannot be
// read as a picture, and that [Options].Missing is not set.
var ErrMissing = errors.New("images are missing")

// groupKey is the metadata key of an image's group.
const groupKey = "category"

// gallery is the images of a dataset as files.
type gallery struct {
	fs     imageFS
	images []imagescope.Image // that are there, in the order of the dataset
	gone   []string           // IDs of those that are not
	groups bool               // queries are asked of the images of their group only
}

// imageFS has the images of a dataset under their IDs.
type imageFS struct {
	below fs.FS
	paths map[string]string // by ID
}

// Open opens the image of an ID.
func (f imageFS) Open(id string) (fs.File, error) {
	path, ok := f.paths[id]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: id, Err: fs.ErrNotExist}
	}
	return f.below.Open(path)
}

// findGallery looks which images of a dataset are there.
func findGallery(d dataset.Dataset, dir string) (*gallery, error) {
	g := &gallery{fs: imageFS{os.DirFS(dir), make(map[string]string, len(d.Gallery))}}
	for _, img := range d.Gallery {
		info, err := fs.Stat(g.fs.below, img.Path)
		switch {
		case err == nil && info.Mode().IsRegular():
			g.fs.paths[img.ID] = img.Path
			g.images = append(g.images, imageOf(img))
			g.groups = g.groups || img.Group != ""
		case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
			g.gone = append(g.gone, img.ID)
		default:
			return nil, err
		}
	}
	if len(g.images) == 0 {
		return nil, fmt.Errorf("none of the %d images of %s is below %s%s: %w", len(d.Gallery), d.Name, dir, firstOf(d.Gallery), ErrMissing)
	}
	return g, nil
}

func imageOf(img dataset.Image) imagescope.Image {
	if img.Group == "" {
		return imagescope.Image{ID: img.ID}
	}
	return imagescope.Image{ID: img.ID, Meta: map[string]string{groupKey: img.Group}}
}

func firstOf(images []dataset.Image) string {
	if len(images) == 0 {
		return ""
	}
	return ", such as " + images[0].Path
}

// has reports whether an image is there.
func (g *gallery) has(id string) bool {
	_, ok := g.fs.paths[id]
	return ok
}

// missing returns an error that names some of the images that are missing.
func (g *gallery) missing() error {
	const shown = 3
	return fmt.Errorf("%d of %d %w, such as %q: fetch them, or go on without by -missing", len(g.gone), len(g.gone)+len(g.images), ErrMissing, g.gone[:min(shown, len(g.gone))])
}

// origin tells what made the entries of an index: a file beside it.
type origin struct {
	Dataset   string  `json:"dataset"`
	Split     string  `json:"split,omitempty"`
	Embedder  Part    `json:"embedder"`
	Captioner Part    `json:"captioner"`
	Tau       float64 `json:"tau"`
	Prompts   string  `json:"prompts"`
}

const originFile = "gallery.json"

// openIndex opens the index in a folder, which must have been made with the same
// settings where there is one.
func openIndex(ctx context.Context, s Settings) (*index.Disk, error) {
	dir := s.Places.Index
	want := origin{s.Dataset, s.Split, s.Embedder, s.Captioner, s.Search.Tau, s.Search.Prompts}
	if s.Captioner.Name != "model" {
		want.Prompts = ""
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, originFile)
	var have origin
	err := readJSON(path, &have)
	if err == nil {
		if d := differences(have, want); d != "" {
			return nil, fmt.Errorf("the index %s was made otherwise: %s: use another -index, or delete it", dir, d)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	disk, err := index.Open(ctx, dir, &index.DiskOptions{Embedder: cmp.Or(s.Embedder.Checkpoint, s.Embedder.String()), Exact: true})
	if err != nil {
		return nil, fmt.Errorf("the index %s: %w", dir, err)
	}
	if have == (origin{}) {
		err = writeJSON(path, want)
	}
	if err != nil {
		return nil, errors.Join(err, disk.Close())
	}
	return disk, nil
}

// addChunk is how many images are added by one call. Where a model is down the
// work ends with the chunk.
const addChunk = 512

// fill adds to the index what is not in it yet. Pictures that cannot be read
// become missing ones.
func (g *gallery) fill(ctx context.Context, disk *index.Disk, cfg imagescope.Config, progress func(done, total int)) error {
	todo, err := g.todo(ctx, disk)
	if err != nil || len(todo) == 0 {
		return err
	}
	done, before := 0, len(g.images)-len(todo)
	cfg.Progress = func(imagescope.Progress) {
		done++
		progress(before+done, len(g.images))
	}
	p, err := imagescope.New(cfg)
	if err != nil {
		return err
	}
	progress(before, len(g.images))
	for begin := 0; begin < len(todo); begin += addChunk {
		err := p.Add(ctx, todo[begin:min(begin+addChunk, len(todo))]...)
		var failed *imagescope.AddError
		if errors.As(err, &failed) {
			err = g.drop(failed)
		}
		if err != nil {
			return fmt.Errorf("%w (what is in the index stays: run the same again)", err)
		}
	}
	return nil
}

// todo returns the images that the index does not hold. It must hold no others
// than the gallery's.
func (g *gallery) todo(ctx context.Context, disk *index.Disk) ([]imagescope.Image, error) {
	held := map[string]bool{}
	for e, err := range disk.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if !g.has(e.ID) {
			return nil, fmt.Errorf("the index holds image %q, which is not there or none of the dataset's: use another -index", e.ID)
		}
		held[e.ID] = true
	}
	todo := make([]imagescope.Image, 0, len(g.images)-len(held))
	for _, img := range g.images {
		if !held[img.ID] {
			todo = append(todo, img)
		}
	}
	return todo, nil
}

// drop takes the images that cannot be read as pictures out of the gallery. Other
// failures are an error.
func (g *gallery) drop(failed *imagescope.AddError) error {
	bad := make(map[string]bool, len(failed.Failed))
	for _, f := range failed.Failed {
		if !unreadable(f) {
			return failed
		}
		bad[f.ID] = true
		g.gone = append(g.gone, f.ID)
		delete(g.fs.paths, f.ID)
	}
	var left []imagescope.Image
	for _, img := range g.images {
		if !bad[img.ID] {
			left = append(left, img)
		}
	}
	g.images = left
	return nil
}

// unreadable reports whether an image failed since its file is no picture.
func unreadable(err error) bool {
	for _, cause := range []error{imagescope.ErrImageFormat, imagescope.ErrImageTruncated, imagescope.ErrImageTooLarge, fs.ErrNotExist} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// readJSON reads a small file. The error wraps [fs.ErrNotExist] where there is
// none.
func readJSON(path string, v any) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxSettings {
		return fmt.Errorf("%s: it has %d bytes, more than the %d that are read", path, info.Size(), maxSettings)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: it is damaged: %w", path, err)
	}
	return nil
}

// writeJSON writes a file, whole or not at all.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(path, append(data, '\n'))
}

func writeWhole(path string, data []byte) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
