package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedPhotos is a folder of photographs that lies beside the repository on
// some machines, with a labels.json that says what each shows.
const sharedPhotos = "../../../shared/photos"

// TestRealPhotos takes in real photographs with their labels as captions.
func TestRealPhotos(t *testing.T) {
	shared, err := filepath.Abs(sharedPhotos)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(shared, "labels.json")); err != nil {
		t.Skipf("there are no photographs in %s", shared)
	}
	if race {
		t.Skip("the race detector makes this take minutes, and other tests do the same with fewer pictures")
	}
	p := newPerson(t)
	p.photos = filepath.Join(t.TempDir(), "photos") // a copy, since the index is written into it
	if err := os.CopyFS(p.photos, os.DirFS(shared)); err != nil {
		t.Fatal(err)
	}
	contains(t, "photos index", p.must("index", "-captions", filepath.Join(p.photos, "labels.json"), p.photos), "239 photos: 239 new")
	for query, label := range map[string]string{"dog": "dog", "a terrier": "terrier", "an elephant": "elephant", "acoustic guitar": "acoustic_guitar"} {
		found := photosIn(p.must("search", query))
		if len(found) == 0 || !strings.Contains(found[0], label) {
			t.Errorf("photos search %q found %v, want a photo of %s first", query, found, label)
		}
	}
}
