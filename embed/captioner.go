package embed

import (
	"context"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
)

// DefaultMaxTokens is the longest caption asked for where nothing else is
// said: that of the authors' captioner.
const DefaultMaxTokens = 256

// CaptionerOptions adjusts a [Captioner]. The zero value is the paper's way.
type CaptionerOptions struct {
	// Prompt replaces [General]. It is executed with [PromptData].
	Prompt *template.Template
	// MaxTokens bounds the reply; 0 means [DefaultMaxTokens].
	MaxTokens int
	// MaxSide is the longest side, in pixels, of the picture that the model is
	// shown; 0 leaves it to the Reasoner.
	MaxSide int
	// Again captions images that have a caption too; the prompt then shows it.
	// By default such an image keeps the caption it has, and no call is made.
	Again bool
}

// Captioner asks a model that sees what an image shows. Make it with
// [NewCaptioner]. It costs one call for each image without a caption.
type Captioner struct {
	model imagescope.Reasoner
	opts  CaptionerOptions
}

var (
	_ imagescope.Captioner = (*Captioner)(nil)
	_ imagescope.Coster    = (*Captioner)(nil)
)

// NewCaptioner returns a captioner that asks model, which must take images.
// opts may be nil.
func NewCaptioner(model imagescope.Reasoner, opts *CaptionerOptions) *Captioner {
	c := &Captioner{model: model}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Prompt == nil {
		c.opts.Prompt = General()
	}
	if c.opts.MaxTokens <= 0 {
		c.opts.MaxTokens = DefaultMaxTokens
	}
	return c
}

// MaxCost returns the cost of one call.
func (c *Captioner) MaxCost(imagescope.Query, int) imagescope.Cost {
	prompt, err := render(c.opts.Prompt, "")
	if err != nil {
		return imagescope.Cost{}
	}
	return imagescope.PromptCost(prompt, 1)
}

// Caption returns the model's sentence in one line of at most 1 KiB, without
// what models put around one: quotation marks, a heading, "The image shows".
//
// An image without bytes is an [*imagescope.ImageError] of
// imagescope.ErrNoImage, an empty reply an [*imagescope.ReplyError] of
// imagescope.ErrEmptyReply. Other errors are the model's.
func (c *Captioner) Caption(ctx context.Context, img imagescope.Image) (string, error) {
	if strings.TrimSpace(img.Caption) != "" && !c.opts.Again {
		return img.Caption, nil
	}
	if !img.HasBytes() {
		return "", &imagescope.ImageError{ID: img.ID, Op: "caption", Err: imagescope.ErrNoImage}
	}
	prompt, err := render(c.opts.Prompt, img.Caption)
	if err != nil {
		return "", err
	}
	resp, err := imagescope.Ask(ctx, c.model, imagescope.Request{
		Task: imagescope.TaskCaption, Prompt: prompt, Images: []imagescope.Image{img},
		MaxTokens: c.opts.MaxTokens, MaxSide: c.opts.MaxSide,
	})
	if err != nil {
		return "", err
	}
	caption := tidy(resp.Text)
	if caption == "" {
		return "", &imagescope.ReplyError{Task: imagescope.TaskCaption, Reply: resp.Text, Err: imagescope.ErrEmptyReply}
	}
	return caption, nil
}
