//go:build cgo

package main

import (
	"io"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/clip"
)

// closingEmbedder is an embedder that holds what has to be given back.
type closingEmbedder interface {
	imagescope.Embedder
	io.Closer
}

// openCLIP opens the model in a folder of ONNX files.
func openCLIP(dir, library string) (closingEmbedder, error) {
	if dir == "" {
		return nil, usageErrorf("-embed clip: it does not say where the model is: write clip:FOLDER")
	}
	return clip.Open(dir, &clip.Options{Library: library})
}
