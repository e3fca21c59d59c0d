package imagescope_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
)

// renamed gives a camera another name.
type renamed struct {
	*camera
	name string
}

func (n renamed) Name() string { return n.name }

func TestVectorCache(t *testing.T) {
	kept, err := imagescope.OpenCacheFile(filepath.Join(t.TempDir(), "kept"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	contents := map[string]string{"a.jpg": "apple", "b.jpg": "beach"}
	add := func(images []imagescope.Image, change func(*imagescope.Config)) (embedded []string, ix, captions *index.Flat) {
		t.Helper()
		model := new(camera)
		ix, captions = new(index.Flat), new(index.Flat)
		cfg := imagescope.Config{Images: folder(contents), Embedder: model, Index: ix, CaptionIndex: captions, VectorCache: kept, Concurrency: 1}
		if change != nil {
			change(&cfg)
		}
		p, err := imagescope.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(t.Context(), images...); err != nil {
			t.Fatal(err)
		}
		return model.embedded, ix, captions
	}
	images := []imagescope.Image{{ID: "a.jpg", Caption: "an apple"}, {ID: "b.jpg"}}
	both := []string{"a.jpg", "b.jpg"}
	captioned := func(caption string) []imagescope.Image {
		return []imagescope.Image{{ID: "a.jpg", Caption: caption}, {ID: "b.jpg"}}
	}
	tau, other := 0.5, new(camera)
	tests := []struct {
		name   string
		images []imagescope.Image
		change func(*imagescope.Config)
		want   []string
	}{
		{"the first time", images, nil, both},
		{"again", images, nil, nil},
		{"another caption", captioned("a fruit"), nil, []string{"a.jpg"}},
		{"metadata", []imagescope.Image{images[0], {ID: "b.jpg", Meta: map[string]string{"title": "sea"}}}, nil, []string{"b.jpg"}},
		{"what Sync notes", []imagescope.Image{images[0], {ID: "b.jpg", Meta: map[string]string{imagescope.MetaFile: "3 -"}}}, nil, nil},
		{"without an index of captions", images, func(c *imagescope.Config) { c.CaptionIndex = nil }, both},
		{"with another tau", images, func(c *imagescope.Config) { c.CaptionIndex, c.Tau = nil, &tau }, both},
		{"another embedder", images, func(c *imagescope.Config) { c.Embedder = renamed{other, "other"} }, nil},
		{"that again", images, func(c *imagescope.Config) { c.Embedder = renamed{other, "other"} }, nil},
		{"one without a name", images, func(c *imagescope.Config) { c.Embedder = renamed{other, ""} }, nil},
		{"that one again", images, func(c *imagescope.Config) { c.Embedder = renamed{other, ""} }, nil},
		{"no cache", images, func(c *imagescope.Config) { c.VectorCache = nil }, both},
	}
	for _, tt := range tests {
		embedded, _, _ := add(tt.images, tt.change)
		if d := cmp.Diff(tt.want, embedded); d != "" {
			t.Errorf("%s: embedded: want is -, got is +\n%s", tt.name, d)
		}
	}
	if len(other.embedded) != 2*3 { // once by its name, and each time without
		t.Errorf("another embedder was asked for %v", other.embedded)
	}

	_, fresh, freshCaptions := add(images, func(c *imagescope.Config) { c.VectorCache = nil })
	embedded, ix, captions := add(images, nil)
	if len(embedded) > 0 {
		t.Fatalf("embedded: %v", embedded)
	}
	for _, pair := range [][2]*index.Flat{{fresh, ix}, {freshCaptions, captions}} {
		for _, e := range listed(t, pair[0]) {
			want, err := pair[0].Get(t.Context(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			got, err := pair[1].Get(t.Context(), e.ID)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%s: %v; made anew is -, from the cache is +\n%s", e.ID, err, d)
			}
		}
	}

	contents["b.jpg"] = "bay"
	if embedded, _, _ := add(images, nil); !cmp.Equal(embedded, []string{"b.jpg"}) {
		t.Errorf("another content: embedded %v", embedded)
	}
}
