package embed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
)

// TestColoursOfPhotos captions all photos of the shared folder, and holds what
// a person sees in some of them.
func TestColoursOfPhotos(t *testing.T) {
	fsys := os.DirFS(filepath.Join("..", "..", "shared", "photos"))
	photos, err := imagescope.Files(fsys)
	if err != nil || len(photos) == 0 {
		t.Skipf("needs the photos beside the repository: %d found, %v", len(photos), err)
	}
	seen := map[string]string{
		"electric_guitar.jpg": "% red, ", // in front of a red curtain
		"Granny_Smith.jpg":    "% green, ",
		"yawl.jpg":            "% blue, ", // sky and sea
		"langur.jpg":          "% brown; ",
		"trombone.jpg":        "colourless", // black and white
		"cardoon.jpg":         "% purple, ",
		"oscilloscope.jpg":    "light",
		"damselfly.jpg":       "dark",
		"barn.jpg":            "upright",
	}
	for _, photo := range photos {
		caption, err := embed.Colours{}.Caption(t.Context(), photo)
		if err != nil {
			t.Errorf("%s: %v", photo.ID, err)
		}
		if !strings.Contains(caption, seen[photo.ID]) {
			t.Errorf("%s: Caption = %q, want %q in it", photo.ID, caption, seen[photo.ID])
		}
		delete(seen, photo.ID)
	}
	if len(seen) > 0 {
		t.Errorf("photos that are not there: %v", seen)
	}
	t.Logf("%d photos", len(photos))
}
