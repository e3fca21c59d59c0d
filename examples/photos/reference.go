package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
)

// reference returns the image that a user names: one of the gallery by its ID
// or its path, or any other file by its path.
func (g *gallery) reference(ctx context.Context, name string) (imagescope.Image, error) {
	if id := filepath.ToSlash(filepath.Clean(name)); g.has(ctx, id) {
		return imagescope.Image{ID: id}, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return imagescope.Image{}, err
	}
	if below, err := filepath.Rel(g.dir, path); err == nil && g.has(ctx, filepath.ToSlash(below)) {
		return imagescope.Image{ID: filepath.ToSlash(below)}, nil
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return imagescope.Image{}, fmt.Errorf("%q is neither a photo of %s nor a picture file%s", name, g.dir, g.alike(ctx, name))
	}
	folder := os.DirFS(filepath.Dir(path))
	img := imagescope.File(folder, filepath.Base(path))
	if _, err := img.Decode(); err != nil {
		return imagescope.Image{}, err
	}
	img.Caption = captions{folder: folder}.of(img.ID)
	img.ID = filepath.ToSlash(path) // no ID of a gallery, since it is absolute
	return img, nil
}

func (g *gallery) has(ctx context.Context, id string) bool {
	_, err := g.index.Get(ctx, id)
	return err == nil
}

// alike names some photos that may have been meant.
func (g *gallery) alike(ctx context.Context, name string) string {
	const most = 3
	base := filepath.Base(name)
	part := strings.ToLower(strings.TrimSuffix(base, filepath.Ext(base)))
	var found []string
	all, err := idsOf(ctx, g.index)
	if err != nil {
		return ""
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if strings.Contains(strings.ToLower(id), part) {
			found = append(found, id)
		}
	}
	last := len(found) - 1
	switch {
	case last < 0:
		return ""
	case last == 0:
		return fmt.Sprintf("; did you mean %s?", found[0])
	case last < most:
		return fmt.Sprintf("; did you mean %s or %s?", strings.Join(found[:last], ", "), found[last])
	}
	return fmt.Sprintf("; did you mean %s, or one of %d others?", strings.Join(found[:most], ", "), len(found)-most)
}
