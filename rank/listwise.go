package rank

import (
	"context"
	"errors"
	"text/template"

	"github.com/imagescope/imagescope"
)

// DefaultListed is how many candidates a [Listwise] shows: one screen of
// results.
const DefaultListed = 10

// ListwiseOptions adjusts a [Listwise]. The zero value is ready to use.
type ListwiseOptions struct {
	// Alpha is how many candidates are shown, best first; 0 means
	// [DefaultListed].
	Alpha int
	// Sheet shows all candidates as numbered thumbnails in one picture, the
	// reference before them, labelled Reference: for models that take one
	// image, and to pay for one. By default each is an image of its own, in
	// order, and the reference is the last, so that the place of a candidate's
	// image is its number.
	Sheet bool
	// Side is the longest side, in pixels, of each image as it is shown; 0
	// means [DefaultSide], or [DefaultSheetSide] in a sheet. A sheet is at most
	// 4,096 pixels wide and high; thumbnails become smaller to keep to that.
	Side int
	// MaxTokens bounds the reply; 0 means 4,096.
	MaxTokens int
	// Prompt replaces [List]. It is executed with [ListData].
	Prompt *template.Template
}

// Listwise shows the best candidates to a model all at once and has it reason
// over them: split the query into requirements, judge each image by them,
// compare, and rank (in the manner of "Chain-of-Thought Re-ranking for Image
// Retrieval Tasks", 2025, arXiv 2509.14746, here in one call). Make it with
// [NewListwise]. A query costs one call, and a second where the first reply
// cannot be used.
//
// It suits strong models that take many images; smaller ones lose track of
// which image is which, and are better asked in pairs.
type Listwise struct {
	lister
	alpha int
}

var (
	_ imagescope.TopRanker = (*Listwise)(nil)
	_ imagescope.Coster    = (*Listwise)(nil)
)

// NewListwise returns a listwise ranker that asks model, which must take as
// many images as are shown, or one with Sheet. opts may be nil.
func NewListwise(model imagescope.Reasoner, opts *ListwiseOptions) *Listwise {
	var o ListwiseOptions
	if opts != nil {
		o = *opts
	}
	if o.Alpha <= 0 {
		o.Alpha = DefaultListed
	}
	return &Listwise{
		lister: lister{model: model, sheet: o.Sheet, side: o.Side, maxTokens: o.MaxTokens, prompt: o.Prompt}.orDefaults(),
		alpha:  o.Alpha,
	}
}

// Top returns Alpha.
func (l *Listwise) Top() int { return l.alpha }

// MaxCost returns the cost of two calls; and, as each image that cannot be read
// has the others asked about anew, two for each candidate but the last. A sheet
// is asked about twice.
func (l *Listwise) MaxCost(q imagescope.Query, candidates int) imagescope.Cost {
	var sum imagescope.Cost
	for n := min(l.alpha, candidates); n > 1; n-- {
		sum = sum.Add(l.cost(q, n).Times(2))
		if l.sheet {
			break
		}
	}
	return sum
}

// Rank puts the first Alpha candidates into the order that the model gives
// them. Those that it leaves out follow in the order they have. A candidate has
// a Verdict where the reply says whether it meets all that is asked; several
// may be accepted, or none. Fewer than two candidates are not asked about.
//
// A candidate whose image cannot be read is left out of the list and keeps its
// place, and the error comes with the order. A reply that names none of the
// candidates is asked for once more, in other words, as a model that decodes
// greedily would repeat it; if that fails too the error, an
// imagescope.ReplyError, comes without candidates, as it does for any failed
// call.
func (l *Listwise) Rank(ctx context.Context, q imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
	s, err := l.show(ctx, q, cs[:min(l.alpha, len(cs))])
	if err != nil {
		return nil, err
	}
	for len(s.items) > 1 {
		found, err := s.ask(ctx, s.items, false)
		if isUnusable(err) {
			found, err = s.ask(ctx, s.items, true)
		}
		if s.drop(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return s.settle(cs, found.order, found.verdicts)
	}
	return cs, errors.Join(s.unreadable...)
}
