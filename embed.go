package imagescope

import "context"

// Embedder maps texts and images into one vector space, where a small angle
// means a similar content. Package embed has implementations, and
// embed/embedtest the suite that checks what is said here.
//
// Both methods return one row for each input, in order, all of one length.
// Rows may have any Euclidean length: a [Pipeline] normalises them. A row of
// zeros stands for an input about which nothing can be said, such as an empty
// text. Neither method keeps or changes its arguments. On an error no row is
// valid. Calls may overlap.
type Embedder interface {
	EmbedTexts(ctx context.Context, texts []string) ([][]float32, error)
	EmbedImages(ctx context.Context, images []Image) ([][]float32, error)
}

// Captioner says in words what an image shows. It is given what is known of
// the image already and decides what to make of it: one that asks a model
// returns a Caption that is there, one that measures pixels adds to it.
// Calls may overlap.
type Captioner interface {
	Caption(ctx context.Context, img Image) (string, error)
}

// CaptionerFunc makes a function a [Captioner].
type CaptionerFunc func(ctx context.Context, img Image) (string, error)

// Caption calls f.
func (f CaptionerFunc) Caption(ctx context.Context, img Image) (string, error) { return f(ctx, img) }
