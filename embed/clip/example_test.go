package clip_test

import (
	"context"
	"log"
	"os"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/clip"
	"github.com/imagescope/imagescope/index"
)

// A folder of photos is searched by a CLIP model on this machine.
func Example() {
	model, err := clip.Open("models/clip-vit-base-patch32", &clip.Options{Library: "/usr/local/lib/libonnxruntime.so"})
	if err != nil {
		log.Fatal(err) // says what to install or fetch
	}
	defer model.Close()
	photos := os.DirFS("photos")
	p, err := imagescope.New(imagescope.Config{Images: photos, Embedder: model, Index: new(index.HNSW)})
	if err != nil {
		log.Fatal(err)
	}
	images, err := imagescope.Files(photos)
	if err != nil {
		log.Fatal(err)
	}
	if err := p.Add(context.Background(), images...); err != nil {
		log.Print(err) // names the images that could not be read
	}
	found, err := p.Search(context.Background(), imagescope.Text("two dogs playing in snow"))
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range found.IDs() {
		log.Print(id)
	}
}
