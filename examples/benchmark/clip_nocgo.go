//go:build !cgo

package main

import (
	"errors"
	"io"

	"github.com/imagescope/imagescope"
)

// closingEmbedder is an embedder that holds what has to be given back.
type closingEmbedder interface {
	imagescope.Embedder
	io.Closer
}

// openCLIP tells why there is no CLIP.
func openCLIP(string, string) (closingEmbedder, error) {
	return nil, errors.New("-embed clip: this program was built without cgo, which ONNX Runtime needs: build it with CGO_ENABLED=1 and a C compiler")
}
