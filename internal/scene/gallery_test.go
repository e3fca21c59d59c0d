package scene_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/imagescope/imagescope/internal/scene"
)

func TestGallery(t *testing.T) {
	gallery := scene.Gallery()
	if len(gallery) < 36 {
		t.Errorf("Gallery() has %d scenes, want at least 36", len(gallery))
	}
	ids, captions := map[string]bool{}, map[string]string{}
	for _, n := range gallery {
		if err := n.Scene.Validate(); err != nil {
			t.Errorf("%s: %v", n.ID, err)
		}
		if !fs.ValidPath(n.ID) || path.Ext(n.ID) != ".png" || ids[n.ID] {
			t.Errorf("ID %q is no path of its own to a .png file", n.ID)
		}
		if other, ok := captions[n.Scene.Caption()]; ok {
			t.Errorf("%s and %s show the same: %s", n.ID, other, n.Scene.Caption())
		}
		ids[n.ID], captions[n.Scene.Caption()] = true, n.ID
	}
	if !slices.IsSortedFunc(gallery, func(a, b scene.Named) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("Gallery() is not ordered by ID")
	}
}

func TestFS(t *testing.T) {
	fsys := scene.FS()
	var ids []string
	for _, n := range scene.Gallery() {
		ids = append(ids, n.ID)
	}
	if err := fstest.TestFS(fsys, ids...); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if d := cmp.Diff(ids, files); err != nil || d != "" {
		t.Errorf("files of FS(): error %v, want is -, got is +\n%s", err, d)
	}
}

func TestFSHoldsThePictures(t *testing.T) {
	for i, n := range scene.Gallery() {
		if i%6 != 0 {
			continue // drawing all of them once more takes long under the race detector
		}
		data, err := fs.ReadFile(scene.FS(), n.ID)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", n.ID, err)
		}
		got, ok := img.(*image.RGBA)
		if !ok || !bytes.Equal(got.Pix, pixels(t, n.Scene).Pix) {
			t.Errorf("%s: the file does not show what Draw draws", n.ID)
		}
	}
}

func TestRandom(t *testing.T) {
	const n = 3000
	scenes := scene.Random(7, n)
	if d := cmp.Diff(scene.Random(7, n), scenes); d != "" {
		t.Errorf("Random(7, %d) differs from call to call:\n%s", n, d)
	}
	if cmp.Equal(scene.Random(8, n), scenes) {
		t.Error("Random does not heed its seed")
	}
	captions, places := map[string]bool{}, map[scene.Place]int{}
	for _, s := range scenes {
		if err := s.Validate(); err != nil {
			t.Fatalf("Random: %v: %+v", err, s)
		}
		captions[s.Caption()] = true
		places[s.Place]++
	}
	if len(captions) != n || len(places) != 9 {
		t.Errorf("Random(7, %d): %d captions at %d places, want %d at 9", n, len(captions), len(places), n)
	}
	if got := scene.Random(7, -1); len(got) != 0 {
		t.Errorf("Random(7, -1) returns %d scenes, want none", len(got))
	}
}

func ExampleGallery() {
	for _, n := range scene.Gallery() {
		if path.Dir(n.ID) == "desert" {
			fmt.Println(n.ID, "-", n.Scene.Caption())
		}
	}
	// Output:
	// desert/cacti-day.png - Three cacti in a desert by day.
	// desert/car-sunset.png - A green car and two cacti in a desert at sunset.
	// desert/tent-night.png - A white tent and a campfire in a desert at night.
}

// BenchmarkGallery draws and encodes the whole gallery on one processor.
func BenchmarkGallery(b *testing.B) {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	for b.Loop() {
		for _, n := range scene.Gallery() {
			var file bytes.Buffer
			if err := encoder.Encode(&file, n.Scene.Draw()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
