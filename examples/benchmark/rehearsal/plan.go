package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// plan is a dataset that is not written yet. Paths are slash paths below dir.
type plan struct {
	dir      string
	pictures []scene.Named // by their paths
	queries  []modeltest.Query
	files    map[string][]byte
	err      error // of the first file that could not be made
}

func newPlan() *plan { return &plan{files: map[string][]byte{}} }

func (p *plan) show(path string, s scene.Scene) {
	p.pictures = append(p.pictures, scene.Named{ID: path, Scene: s})
}

func (p *plan) ask(q modeltest.Query) { p.queries = append(p.queries, q) }

func (p *plan) json(path string, v any) {
	data, err := json.MarshalIndent(v, "", " ")
	p.err = errors.Join(p.err, err)
	p.files[path] = append(data, '\n')
}

func (p *plan) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

// prepare makes all folders.
func (p *plan) prepare() error {
	p.json(Truth, struct {
		Pictures []scene.Named     `json:"pictures"`
		Queries  []modeltest.Query `json:"queries"`
	}{p.pictures, p.queries})
	if p.err != nil {
		return p.err
	}
	if entries, err := os.ReadDir(p.dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: %w", p.dir, ErrNotEmpty)
	}
	folders := map[string]bool{}
	for _, n := range p.pictures {
		folders[path.Dir(n.ID)] = true
	}
	for file := range p.files {
		folders[path.Dir(file)] = true
	}
	for folder := range folders {
		if err := os.MkdirAll(p.path(folder), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// write writes all files but the pictures; the truth, which tells that all is
// there, comes last.
func (p *plan) write() error {
	names := slices.Sorted(maps.Keys(p.files))
	slices.SortStableFunc(names, func(a, b string) int {
		if a == Truth {
			return 1
		}
		if b == Truth {
			return -1
		}
		return 0
	})
	for _, name := range names {
		if err := os.WriteFile(p.path(name), p.files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// draw draws each scene once, for all places in plans where it is shown.
func draw(ctx context.Context, plans []*plan, width int) error {
	scenes, shown := []scene.Scene{}, map[string][]string{}
	for _, p := range plans {
		for _, n := range p.pictures {
			caption := n.Scene.Caption()
			if shown[caption] == nil {
				scenes = append(scenes, n.Scene)
			}
			shown[caption] = append(shown[caption], p.path(n.ID))
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, s := range scenes {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return save(scaled(s.Draw(), width), shown[s.Caption()])
		})
	}
	return group.Wait()
}

// scaled returns a picture as wide as asked, which is at most its width.
func scaled(img image.Image, width int) image.Image {
	if width == scene.Width {
		return img
	}
	small := image.NewRGBA(image.Rect(0, 0, width, width*scene.Height/scene.Width))
	xdraw.CatmullRom.Scale(small, small.Rect, img, img.Bounds(), xdraw.Src, nil)
	return small
}

// save writes a picture as JPEG or PNG files, by the endings of their names.
func save(img image.Image, names []string) error {
	encoded := map[string][]byte{}
	for _, name := range names {
		kind := filepath.Ext(name)
		if encoded[kind] == nil {
			var b bytes.Buffer
			var err error
			if kind == ".jpg" {
				err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
			} else {
				err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
			}
			if err != nil {
				return err
			}
			encoded[kind] = b.Bytes()
		}
		if err := os.WriteFile(name, encoded[kind], 0o644); err != nil {
			return err
		}
	}
	return nil
}
