package rank

import (
	"context"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/words"
)

// Captions ranks without a model: of the first Alpha candidates it accepts the
// one whose caption comes nearest to the fullest description of the intent, by
// the words that they share, among those for which every proposition holds. It
// moves to the front; the others keep their order. Where no word is shared the
// first for which propositions were checked and all hold is accepted: they may
// know that an eagle is a bird. It sees only words: what no caption says does
// not count. The zero value is ready to use.
type Captions struct {
	Alpha int // how many candidates are looked at; 0 means [DefaultAlpha]
}

var (
	_ imagescope.TopRanker = Captions{}
	_ imagescope.Coster    = Captions{}
)

// Top returns Alpha or its default.
func (r Captions) Top() int {
	if r.Alpha <= 0 {
		return DefaultAlpha
	}
	return r.Alpha
}

// MaxCost returns no cost.
func (r Captions) MaxCost(imagescope.Query, int) imagescope.Cost { return imagescope.Cost{} }

// Rank orders the candidates and gives those it looked at a Verdict. The only
// error is that of a done context.
func (r Captions) Rank(ctx context.Context, _ imagescope.Query, in imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(in.Descriptions) == 0 {
		return cs, nil
	}
	wanted := stems(in.Descriptions[len(in.Descriptions)-1])
	best, nearest := -1, 0.0
	for i := range cs[:min(r.Top(), len(cs))] {
		said := stems(cs[i].Image.Caption)
		shared, near := overlap(wanted, said)
		verdict := &imagescope.Verdict{Reply: fmt.Sprintf("the caption has %d of the %d words wanted, and %d more", shared, len(wanted), len(said)-shared)}
		if c := cs[i]; c.Satisfied < len(c.Answers) {
			verdict.Reply = fmt.Sprintf("%d of %d propositions do not hold", len(c.Answers)-c.Satisfied, len(c.Answers))
		} else if near > nearest || best < 0 && len(c.Answers) > 0 {
			best, nearest = i, near
		}
		cs[i].Verdict = verdict
	}
	if best < 0 {
		return cs, nil
	}
	cs[best].Verdict.Accepted = true
	return toFront(cs, best), nil
}

// maxCaption is how many bytes of a text are compared.
const maxCaption = 8 << 10

// stems returns the set of the stems of the words in text that carry meaning.
func stems(text string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range words.Split(text[:min(len(text), maxCaption)]) {
		if !words.IsStop(w) {
			set[words.Stem(w)] = true
		}
	}
	return set
}

// overlap returns how many words both sets share, and the harmonic mean of the
// shares of each that this is, from 0 to 1.
func overlap(a, b map[string]bool) (shared int, f1 float64) {
	for w := range a {
		if b[w] {
			shared++
		}
	}
	if shared == 0 {
		return 0, 0
	}
	return shared, 2 * float64(shared) / float64(len(a)+len(b))
}
