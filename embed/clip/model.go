package clip

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed/clip/internal/pixels"
	"github.com/imagescope/imagescope/embed/clip/internal/tokenizer"
)

// DefaultBatchSize is how many texts or images go through the model at once
// where [Options] do not say.
const DefaultBatchSize = 16

// ErrClosed means that a [Model] was used after [Model.Close].
var ErrClosed = errors.New("the model is closed")

// Options adjusts a [Model]. The zero value is ready to use where the system
// finds ONNX Runtime by itself.
type Options struct {
	// Library is the path of ONNX Runtime's shared library; "" leaves it to
	// the system's loader to find libonnxruntime. A process loads one library,
	// once.
	Library string
	// Threads is how many threads one run of the model uses; 0 means one for
	// each processor.
	Threads int
	// BatchSize is how many texts or images go through the model at once; 0
	// means [DefaultBatchSize]. It bounds memory, and a context is looked at
	// between batches.
	BatchSize int
}

// Model embeds texts and images. Make it with [Open] and close it after use.
// Its methods may be called at once from several goroutines.
type Model struct {
	opts    Options
	tokens  *tokenizer.Tokenizer
	context int   // tokens that a text has room for
	pad     int64 // token that fills up
	full    bool  // texts are filled up to all that they have room for
	unmask  bool  // filled up places are attended to
	pixels  *pixels.Settings
	dim     int
	name    string

	mu           sync.RWMutex // held for reading while networks run
	text, vision *network     // the same one where both are in one file
	closed       bool
}

var _ imagescope.NamedEmbedder = (*Model)(nil)

// Open loads the model in a folder, all of whose files it reads: [Model.Name]
// has their checksum, which takes about a second for 2 GB. The error wraps [ErrNoRuntime] where ONNX
// Runtime cannot be loaded and [ErrNoModel] where the folder lacks a file; it
// says what to install or fetch and where it goes. opts may be nil.
func Open(dir string, opts *Options) (*Model, error) {
	m := &Model{}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.Threads <= 0 {
		m.opts.Threads = runtime.NumCPU()
	}
	if m.opts.BatchSize <= 0 {
		m.opts.BatchSize = DefaultBatchSize
	}
	if err := m.load(dir); err != nil {
		return nil, fmt.Errorf("clip: open %s: %w", dir, errors.Join(err, m.Close()))
	}
	return m, nil
}

func (m *Model) load(dir string) error {
	f, err := find(dir)
	if err != nil {
		return err
	}
	if m.tokens, err = f.tokenizer(); err != nil {
		return err
	}
	if m.pixels, err = f.pixels(); err != nil {
		return err
	}
	settings, err := f.settings()
	if err != nil {
		return err
	}
	m.context, m.full, m.unmask = settings.context, settings.full, settings.full
	if m.pad, err = f.pad(m.tokens); err != nil {
		return err
	}
	if err := start(m.opts.Library); err != nil {
		return err
	}
	if m.text, err = openNetwork(f.text, m.opts.Threads); err != nil {
		return err
	}
	m.vision = m.text
	if f.vision != f.text {
		if m.vision, err = openNetwork(f.vision, m.opts.Threads); err != nil {
			return err
		}
	}
	if err := m.probe(); err != nil {
		return err
	}
	sum, err := f.sum(settings, m.pad)
	if err != nil {
		return err
	}
	m.name = fmt.Sprintf("clip/%d %d %s", version, m.dim, sum)
	return nil
}

// version is that of what is done to texts and pictures before the model sees
// them. It must go up when that changes.
const version = 1

// probe embeds a text and a picture, which shows that the files belong together
// and how long a row is.
func (m *Model) probe() error {
	text, err := m.runTexts([][]int64{m.tokens.Encode("a", m.context)})
	if err != nil {
		return fmt.Errorf("embed a text: %w", err)
	}
	image, err := m.runImages(make([]float32, m.pixels.Values()), 1)
	if err != nil {
		return fmt.Errorf("embed a picture: %w", err)
	}
	if len(text[0]) != len(image[0]) {
		return fmt.Errorf("texts have rows of %d numbers and images of %d: the two files are not of one model, or one lacks its projection", len(text[0]), len(image[0]))
	}
	m.dim = len(text[0])
	return nil
}

// Name returns how this package prepares texts and pictures, how long a row is,
// and a checksum of the model's files, as "clip/1 512 sha256:9f86d081884c7d65".
// A model in other files has another name, such as one that was quantised.
func (m *Model) Name() string { return m.name }

// Dim returns how long a row is.
func (m *Model) Dim() int { return m.dim }

// Close gives the model's memory back, once all calls that are under way have
// ended. Later calls of other methods return [ErrClosed].
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	err := m.text.close()
	if m.vision != m.text {
		err = errors.Join(err, m.vision.close())
	}
	return err
}

// EmbedTexts returns a row for each text. A text counts as far as the model
// reads it, 77 tokens in CLIP; an empty one has the row that the model gives
// it.
func (m *Model) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	rows := make([][]float32, 0, len(texts))
	for begin := 0; begin < len(texts); begin += m.opts.BatchSize {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("clip: embed texts: %w", err)
		}
		batch := texts[begin:min(begin+m.opts.BatchSize, len(texts))]
		tokens := make([][]int64, len(batch))
		for i, t := range batch {
			tokens[i] = m.tokens.Encode(t, m.context)
		}
		more, err := m.runTexts(tokens)
		if err != nil {
			return nil, fmt.Errorf("clip: embed texts: %w", err)
		}
		rows = append(rows, more...)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("clip: embed texts: %w", err)
	}
	return rows, nil
}

// runTexts runs the model on one batch of tokenised texts.
func (m *Model) runTexts(texts [][]int64) ([][]float32, error) {
	length := m.context
	if !m.full {
		length = 0
		for _, t := range texts {
			length = max(length, len(t))
		}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	return m.text.run(newTextInput(texts, length, m.pad, m.unmask), m.blankImage(), textOutputs)
}

// runImages runs the model on one batch of prepared pictures.
func (m *Model) runImages(values []float32, n int) ([][]float32, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	width, height := m.pixels.Size()
	return m.vision.run(m.blankText(), imageInput{values, n, width, height}, imageOutputs)
}

// A network that reads both sides needs something on the side that is not
// asked for.

func (m *Model) blankImage() imageInput {
	if m.text != m.vision {
		return imageInput{}
	}
	width, height := m.pixels.Size()
	return imageInput{make([]float32, m.pixels.Values()), 1, width, height}
}

func (m *Model) blankText() textInput {
	if m.text != m.vision {
		return textInput{}
	}
	return newTextInput([][]int64{m.tokens.Encode("", m.context)}, m.context, m.pad, m.unmask)
}
