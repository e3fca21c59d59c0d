package verify

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope"
)

// Captions verifies without a model: it turns edits into yes/no questions by
// rules, and answers questions, its own and those that a model wrote, by
// whether a candidate's caption supports them. The zero value is ready to use.
//
// It reads plain English and compares noun phrases: "Are there two red boats?"
// is a yes for "A red boat and a small red boat at sunset." and a no for "Two
// boats at sunset." A number is meant exactly, unless it follows "at least"; a
// kind covers what is of it, so that an animal is there where a dog is. What
// the caption does not say is answered with no, and the Reply tells that: it
// sees no pixels.
type Captions struct{}

var (
	_ imagescope.Verifier = Captions{}
	_ imagescope.Coster   = Captions{}
)

// MaxCost returns no cost.
func (Captions) MaxCost(imagescope.Query, int) imagescope.Cost { return imagescope.Cost{} }

// maxCaption is how many bytes of a caption are read.
const maxCaption = 8 << 10

// Verify answers each question about the first limit candidates from their
// captions and orders these by how many answers are as wanted, stably. A
// candidate without a caption is not checked and keeps its place; an error
// tells how many there are, and comes without candidates where none has one.
func (Captions) Verify(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
	limit = max(0, min(limit, len(cs)))
	if len(props) == 0 || limit == 0 {
		return cs, nil
	}
	questions := make([]question, len(props))
	for k, p := range props {
		questions[k] = readQuestion(p)
	}
	silent := 0
	for i := range cs[:limit] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &cs[i]
		c.Answers, c.Satisfied, c.Unchecked = nil, 0, ""
		said, ok := readCaption(c.Image.Caption)
		if !ok {
			silent++
			c.Unchecked = imagescope.UncheckedFault
			continue
		}
		c.Answers = make([]imagescope.Answer, len(props))
		for k, q := range questions {
			c.Answers[k] = said.answer(q)
			if c.Answers[k].Yes == props[k].Want {
				c.Satisfied++
			}
		}
	}
	satisfied := func(i int) float64 { return float64(cs[i].Satisfied) }
	switch silent {
	case 0:
		return reorder(cs, limit, satisfied), nil
	case limit:
		return nil, fmt.Errorf("none of the %d candidates has a caption to read: set Config.Captioner, or give images captions", limit)
	}
	return reorder(cs, limit, satisfied), fmt.Errorf("%d of %d candidates have no caption to read", silent, limit)
}
