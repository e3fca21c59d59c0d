package main

import (
	"path"
	"strings"

	"github.com/imagescope/imagescope"
)

// The keys of what is known of a photo beside its file, in the metadata of its
// entry. A key without a value is left out. Besides there are tags, the names of
// the folders that a photo lies in, by which it can be found.
const (
	givenKey = "photos_caption" // the user's
	modelKey = "photos_model"   // that captioned it, as -model has it
	nameKey  = "photos_name"    // of the file, where nothing else need be known of it
)

// describe returns what says it: a photo is taken in anew when the user's caption,
// the model that captions or the folder is another. Without a model it is also
// when it has another name, whose words it is then found by; with one it keeps the
// caption, and those of the name that it was captioned under.
func describe(given captions, model string) func(*imagescope.Image) {
	return func(img *imagescope.Image) {
		img.Caption = given.of(img.ID)
		img.Meta = map[string]string{modelKey: model}
		if img.Caption != "" {
			img.Meta[givenKey] = img.Caption
		}
		if model == noModel {
			img.Meta[nameKey] = path.Base(img.ID)
		}
		if dir := path.Dir(img.ID); dir != "." {
			img.Meta["tags"] = strings.NewReplacer("/", ", ", "_", " ").Replace(dir) // "Rome_2026/IMG_2034.jpg" is of Rome 2026
		}
	}
}
