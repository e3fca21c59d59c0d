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

// Composed is a picture and a text that belong together, such as a reference
// and the change to it.
type Composed struct {
	Image Image
	// Text is the instruction, as it was given; "" stands for none, and the
	// picture then for itself.
	Text string
}

// ComposedEmbedder is an [Embedder] whose model takes a picture and a text
// together and returns the vector of the image that is meant by both, in the
// space of the others: BGE-VL, GME, jina-embeddings-v4, Voyage multimodal. A
// [Pipeline] searches with it as Config.Composed says.
//
// What holds for the methods of Embedder holds for EmbedComposed, row for row.
// Its rows are searched with: a model that tells queries from documents is told
// that they are queries. Each picture has bytes where a Pipeline asks.
// An implementation for several models, of which the one at hand cannot do
// this, returns an error that wraps [errors.ErrUnsupported], and is then taken
// for a plain Embedder. What wraps an Embedder and adds to it should have this
// method if and only if the one within has.
type ComposedEmbedder interface {
	Embedder
	EmbedComposed(ctx context.Context, inputs []Composed) ([][]float32, error)
}

// QueryEmbedder is an [Embedder] of a model that tells what is searched with
// from what is searched in, by an instruction before the text or a field of the
// request. A [Pipeline] has it embed descriptions, and all else that it searches
// with, by EmbedQueries, and captions by EmbedTexts. What holds for EmbedTexts
// holds for EmbedQueries; its rows belong to the same space.
//
// What wraps an Embedder must be a QueryEmbedder if that is one.
type QueryEmbedder interface {
	Embedder
	EmbedQueries(ctx context.Context, texts []string) ([][]float32, error)
}

// embedQueries embeds what is searched with.
func embedQueries(ctx context.Context, e Embedder, texts []string) ([][]float32, error) {
	if q, ok := e.(QueryEmbedder); ok {
		return q.EmbedQueries(ctx, texts)
	}
	return e.EmbedTexts(ctx, texts)
}

// NamedEmbedder is an [Embedder] that says what makes its vectors.
//
// Name is one line of text, of 1 KiB at most, the same for as long as vectors can be compared
// with each other, and another where they cannot: it has the model with its
// version, the dimension where that is known, and the version of what prepares
// texts and images for it; it has no address, no key and nothing else that the
// vectors do not depend on. "" means that the embedder cannot tell, and is
// treated as if it had no name. Name asks nobody and may be called at any time.
//
// A [NamedIndex] keeps the name and refuses vectors of another. An Embedder
// that wraps another passes its Name on.
type NamedEmbedder interface {
	Embedder
	Name() string
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
