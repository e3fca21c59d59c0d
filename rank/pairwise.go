package rank

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime/debug"
	"strings"
	"text/template"

	"golang.org/x/sync/errgroup"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/picture"
	"github.com/imagescope/imagescope/internal/reply"
)

// DefaultAlpha is how many candidates a [Pairwise] looks at: the α of the
// paper.
const DefaultAlpha = 3

// DefaultPictureSide is the side, in pixels, that reference and candidate are
// scaled to in one picture: that of the authors' code.
const DefaultPictureSide = 800

// maxTokens is the longest reply of the authors' evaluator.
const maxTokens = 4096

// Options adjusts a [Pairwise]. The zero value is the paper's way.
type Options struct {
	// Alpha is how many candidates are looked at, best first; 0 means
	// [DefaultAlpha].
	Alpha int
	// Speculate is how many candidates are asked about at once; 0 means 1, in
	// turn. With Alpha or more the stage takes one round trip instead of up to
	// Alpha, and always makes Alpha calls. The result is that of asking in turn.
	Speculate int
	// OnePicture shows reference and candidate side by side in one labelled
	// picture, for models that take one image. By default they are shown as
	// two images, and a candidate without a reference alone.
	OnePicture bool
	// PictureSide is the side, in pixels, that both are scaled to in one
	// picture; 0 means [DefaultPictureSide].
	PictureSide int
	// MaxTokens bounds the reply; 0 means 4,096, as in the authors' code.
	MaxTokens int
	// Lenient accepts on the first yes or no behind the word "answer", or of
	// the whole reply where that word is missing, in any spelling. By default
	// a candidate is accepted if the reply holds "ANSWER: Yes" to the letter.
	Lenient bool
	// Prompt replaces [Compare]. It is executed with [CompareData].
	Prompt *template.Template
}

// Pairwise asks a model whether a candidate, next to the reference, does what
// the query asks. Make it with [New]. A query costs one call at least and
// Alpha calls at most, one after the other. [Options.Speculate] has them run at
// once, and pays for calls that turn out not to be needed.
type Pairwise struct {
	model imagescope.Reasoner
	opts  Options
}

var (
	_ imagescope.TopRanker = (*Pairwise)(nil)
	_ imagescope.Coster    = (*Pairwise)(nil)
)

// New returns a pairwise ranker that asks model, the strongest that there is:
// it must take images. opts may be nil.
func New(model imagescope.Reasoner, opts *Options) *Pairwise {
	p := &Pairwise{model: model}
	if opts != nil {
		p.opts = *opts
	}
	o := &p.opts
	if o.Alpha <= 0 {
		o.Alpha = DefaultAlpha
	}
	o.Speculate = max(o.Speculate, 1)
	if o.PictureSide <= 0 {
		o.PictureSide = DefaultPictureSide
	}
	if o.MaxTokens <= 0 {
		o.MaxTokens = maxTokens
	}
	if o.Prompt == nil {
		o.Prompt = Compare()
	}
	return p
}

// Top returns Alpha.
func (p *Pairwise) Top() int { return p.opts.Alpha }

// MaxCost returns the cost of Alpha calls.
func (p *Pairwise) MaxCost(q imagescope.Query, candidates int) imagescope.Cost {
	images := 1
	if q.Reference != nil && !p.opts.OnePicture {
		images = 2
	}
	prompt, err := p.prompt(q)
	if err != nil {
		return imagescope.Cost{}
	}
	return imagescope.PromptCost(prompt, images).Times(min(p.opts.Alpha, candidates))
}

// Rank asks about the first Alpha candidates in order. The first that is
// accepted moves to the front and ends the asking; all others keep their
// order. Those asked about have a Verdict.
//
// A candidate whose image cannot be read is passed over, and the error comes
// with the order. Where the budget of the query is spent the asking ends, as if
// no other candidate were accepted, with imagescope.ErrBudget. Any other failed
// call ends the stage: the error comes without candidates.
//
// Speculation changes nothing of this: order, verdicts and error are those of
// asking in turn. What is learnt of candidates behind the one that ends the
// asking is dropped, and calls about them that still run are cancelled.
func (p *Pairwise) Rank(ctx context.Context, q imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
	prompt, err := p.prompt(q)
	if err != nil {
		return nil, err
	}
	reference, err := p.reference(q)
	if err != nil {
		return nil, err
	}
	var unreadable []error
	for i, a := range p.askAll(ctx, prompt, reference, cs[:min(p.opts.Alpha, len(cs))]) {
		if isUnreadable(a.err, cs[i].Image) {
			unreadable = append(unreadable, a.err)
			continue
		}
		if errors.Is(a.err, imagescope.ErrBudget) && i > 0 {
			return cs, errors.Join(errors.Join(unreadable...), a.err)
		}
		if a.err != nil {
			return nil, fmt.Errorf("candidate %s: %w", cs[i].Image.ID, a.err)
		}
		cs[i].Verdict = &a.verdict
		if a.verdict.Accepted {
			return toFront(cs, i), errors.Join(unreadable...)
		}
	}
	return cs, errors.Join(unreadable...)
}

// answer is what came of asking about one candidate.
type answer struct {
	verdict imagescope.Verdict
	err     error
}

// askAll asks about candidates, Speculate at a time. Answers behind the first
// that ends the asking mean nothing.
func (p *Pairwise) askAll(ctx context.Context, prompt string, ref shown, cs []imagescope.Candidate) []answer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make([]answer, len(cs))
	var group errgroup.Group
	group.SetLimit(p.opts.Speculate)
	if n, bounded := imagescope.CallsLeft(ctx); bounded { // the first ones first
		group.SetLimit(max(min(p.opts.Speculate, n), 1))
	}
	for i, c := range cs {
		mine := ctx
		behind, end := context.WithCancel(ctx)
		ctx = behind
		group.Go(func() error {
			a := &answers[i]
			if a.err = context.Cause(mine); a.err != nil {
				return nil
			}
			a.err = protect(func() (err error) {
				a.verdict, err = p.ask(mine, prompt, ref, c.Image)
				return err
			})
			if a.verdict.Accepted || a.err != nil && !isUnreadable(a.err, c.Image) {
				end()
			}
			return nil
		})
	}
	group.Wait() // no error: they are in answers
	return answers
}

// protect calls f and returns its panic as an error: on a goroutine of a
// ranker nobody else recovers.
func protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &imagescope.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// shown is the reference as it is shown: the image, and its pixels where they
// go into one picture. Both are empty where there is no reference.
type shown struct {
	image  *imagescope.Image
	pixels image.Image
}

func (p *Pairwise) reference(q imagescope.Query) (shown, error) {
	if q.Reference == nil {
		return shown{}, nil
	}
	s := shown{image: q.Reference}
	if p.opts.OnePicture {
		var err error
		if s.pixels, err = q.Reference.Decode(); err != nil {
			return shown{}, fmt.Errorf("reference: %w", err)
		}
	}
	return s, nil
}

// ask puts the question about one candidate.
func (p *Pairwise) ask(ctx context.Context, prompt string, ref shown, candidate imagescope.Image) (imagescope.Verdict, error) {
	req := imagescope.Request{Task: imagescope.TaskCompare, Prompt: prompt, MaxTokens: p.opts.MaxTokens}
	switch {
	case p.opts.OnePicture:
		pixels, err := candidate.Decode()
		if err != nil {
			return imagescope.Verdict{}, err
		}
		both := picture.SideBySide(ref.pixels, pixels, p.opts.PictureSide, "Reference", "Candidate")
		req.Images = []imagescope.Image{imagescope.Pixels(candidate.ID, both)}
		req.MaxSide = max(both.Bounds().Dx(), both.Bounds().Dy())
	case ref.image != nil:
		req.Images = []imagescope.Image{*ref.image, candidate}
	default:
		req.Images = []imagescope.Image{candidate}
	}
	resp, err := imagescope.Ask(ctx, p.model, req)
	var unusable *imagescope.ReplyError
	if err != nil && !errors.As(err, &unusable) { // an empty reply is a no
		return imagescope.Verdict{}, err
	}
	return imagescope.Verdict{Accepted: p.accepts(resp.Text), Reply: reply.Brief(resp.Text)}, nil
}

// accepts reads a reply. An empty one is a no.
func (p *Pairwise) accepts(text string) bool {
	if !p.opts.Lenient {
		return strings.Contains(text, "ANSWER: Yes")
	}
	if _, behind, ok := strings.Cut(strings.ToLower(text), "answer"); ok {
		if yes, known := reply.YesNo(behind); known {
			return yes
		}
	}
	yes, _ := reply.YesNo(text)
	return yes
}

// isUnreadable reports whether err is about this candidate's image, and not
// about the reference, which comes first in every request.
func isUnreadable(err error, candidate imagescope.Image) bool {
	var ie *imagescope.ImageError
	return errors.As(err, &ie) && ie.ID == candidate.ID
}

// toFront moves candidate i to the front.
func toFront(cs []imagescope.Candidate, i int) []imagescope.Candidate {
	first := cs[i]
	copy(cs[1:i+1], cs[:i])
	cs[0] = first
	return cs
}
