package indextest

import (
	"context"
	"fmt"
	"io"
	"math"
	"testing/fstest"
	"time"

	"github.com/imagescope/imagescope"
)

// checkSync: a Pipeline brings an index that lists its entries in line with a
// folder, moves what was renamed, and embeds nothing twice.
func checkSync(s *subject) error {
	ix := s.open()
	if _, ok := ix.(imagescope.Lister); !ok {
		return fmt.Errorf("it is no imagescope.Lister: %w", errSkip)
	}
	files, counter := fstest.MapFS{}, new(eye)
	put := func(name string, n int) {
		files[name] = &fstest.MapFile{Data: fmt.Append(nil, n), ModTime: time.Date(2024, 1, 1, 0, 0, n, 0, time.UTC)}
	}
	for i := range 40 {
		put(fmt.Sprintf("old/%02d.jpg", i), i)
	}
	p, err := imagescope.New(imagescope.Config{Images: files, Embedder: counter, Captioner: counter, Index: ix, Concurrency: 1})
	if err != nil {
		return err
	}
	steps := []struct {
		name     string
		change   func()
		want     imagescope.SyncReport
		embedded int
	}{
		{"a folder", func() {}, imagescope.SyncReport{Files: 40, Added: 40}, 40},
		{"the same folder", func() {}, imagescope.SyncReport{Files: 40, Unchanged: 40}, 0},
		{"a folder that was renamed, with a change, a copy and two files less", func() {
			for i := range 40 {
				delete(files, fmt.Sprintf("old/%02d.jpg", i))
				if i < 38 {
					put(fmt.Sprintf("new/%02d.jpg", i), i)
				}
			}
			put("new/00.jpg", 100)
			put("new/copy.jpg", 5)
		}, imagescope.SyncReport{Files: 39, Added: 1, Renamed: 38, Removed: 3}, 1},
		{"that folder again", func() {}, imagescope.SyncReport{Files: 39, Unchanged: 39}, 0},
	}
	for _, step := range steps {
		step.change()
		counter.embedded = 0
		report, err := p.Sync(s.ctx, nil)
		if err != nil {
			return fmt.Errorf("syncing %s: %w", step.name, err)
		}
		if report != step.want || counter.embedded != step.embedded {
			return fmt.Errorf("syncing %s: %+v, and %d images embedded; want %+v and %d", step.name, report, counter.embedded, step.want, step.embedded)
		}
		if err := checkSynced(s.ctx, ix, files); err != nil {
			return fmt.Errorf("after syncing %s: %w", step.name, err)
		}
	}
	return nil
}

// checkSynced compares an index with the folder that it is of.
func checkSynced(ctx context.Context, ix imagescope.VectorIndex, files fstest.MapFS) error {
	n := 0
	for e, err := range ix.(imagescope.Lister).Entries(ctx) {
		if err != nil {
			return err
		}
		if n++; files[e.ID] == nil {
			return fmt.Errorf("%q is in the index and not in the folder", e.ID)
		}
	}
	if n != len(files) {
		return fmt.Errorf("the index lists %d entries, and the folder has %d files", n, len(files))
	}
	for name, file := range files {
		e, err := ix.Get(ctx, name)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		want := rowOf(string(file.Data))
		along := float64(e.Vector[0]*want[0] + e.Vector[1]*want[1])
		if e.Caption != "number "+string(file.Data) || along < 0.999*math.Hypot(float64(e.Vector[0]), float64(e.Vector[1])) {
			return fmt.Errorf("%q has the caption %q and the vector %v, and is of %q, %v", name, e.Caption, e.Vector, file.Data, want)
		}
	}
	return nil
}

// eye embeds and captions images by their bytes, which are a number, and counts
// what it embeds.
type eye struct{ embedded int }

func (e *eye) EmbedTexts(_ context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, len(texts))
	for i := range rows {
		rows[i] = make([]float32, 2) // captions say nothing
	}
	return rows, nil
}

func (e *eye) EmbedImages(_ context.Context, images []imagescope.Image) ([][]float32, error) {
	rows := make([][]float32, len(images))
	for i, img := range images {
		number, err := read(img)
		if err != nil {
			return nil, err
		}
		e.embedded++
		rows[i] = rowOf(number)
	}
	return rows, nil
}

func (e *eye) Caption(_ context.Context, img imagescope.Image) (string, error) {
	number, err := read(img)
	return "number " + number, err
}

func read(img imagescope.Image) (string, error) {
	file, err := img.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	return string(data), err
}

// rowOf returns a direction for each number.
func rowOf(number string) []float32 {
	angle := 0.0
	for _, digit := range number {
		angle = 10*angle + float64(digit-'0')
	}
	angle /= 100
	return []float32{float32(math.Cos(angle)), float32(math.Sin(angle))}
}
