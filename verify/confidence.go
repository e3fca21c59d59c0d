package verify

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// Confidence is where the confidence of answers comes from.
type Confidence int

const (
	// Bare asks for yes or no and nothing else, as the paper does. Each answer
	// is taken for certain.
	Bare Confidence = iota
	// Stated has the model say with each answer how sure it is. It costs no
	// call more. Many models say what is far too high, but what they are less
	// sure of is wrong more often, and that is enough to order by.
	Stated
	// Probability takes the probabilities that the model gave yes and no at the
	// beginning of its reply: the model's own, and the better measure. Each
	// question is then asked by itself, whatever Form says, with
	// imagescope.Request.YesNo set. Where a reply comes without them, its text
	// counts, as a bare answer. A model that refuses to be asked for them,
	// which shows at the first call, is not asked for them again.
	Probability
)

// readRated reads an answer with its confidence: an object with the members
// "answer" and "confidence", an array of both, or a string such as "yes (90%)".
// An answer whose confidence cannot be read has none. It is nil if the answer
// is neither yes nor no.
func readRated(raw []byte) *imagescope.Answer {
	said, sure := raw, []byte(nil)
	if list, ok := reply.Array(raw); ok && len(list) > 0 {
		said = list[0]
		if len(list) > 1 {
			sure = list[1]
		}
	} else if obj, err := reply.Parse(string(raw)); err == nil {
		said, sure = obj["answer"], obj["confidence"]
	}
	yes, known := reply.YesNoValue(said)
	if !known {
		return nil
	}
	words, ok := reply.String(said)
	if !ok {
		words = string(said)
	}
	share, known := reply.ShareValue(sure)
	if !known && ok {
		share, known = reply.PerCent(words)
	}
	return &imagescope.Answer{Yes: yes, Reply: reply.Brief(words), Confidence: confidence(share, known)}
}

// readRatedSingle reads the reply to a question asked by itself: a JSON object
// as [readRated] does, or else a text.
func (v *Verifier) readRatedSingle(text string) imagescope.Answer {
	if obj, err := reply.Find(text, "answer"); err == nil {
		if yes, known := reply.YesNoValue(obj["answer"]); known {
			share, known := reply.ShareValue(obj["confidence"])
			return imagescope.Answer{Yes: yes, Reply: reply.Brief(text), Confidence: confidence(share, known)}
		}
	}
	a := v.readBare(text)
	a.Confidence = confidence(reply.PerCent(text))
	return a
}

// confidence returns a share as an answer has it.
func confidence(share float64, known bool) float64 {
	if !known {
		return 0
	}
	return max(share, 0.5)
}

// weigh has the probabilities of yes and no decide, where they are known.
func weigh(a imagescope.Answer, l imagescope.Likelihood) imagescope.Answer {
	p, known := l.P()
	if !known {
		return a
	}
	if p != 0.5 {
		a.Yes = p > 0.5
	}
	a.Confidence = max(p, 1-p)
	return a
}

// probe is what is known of a model: whether it minds being asked for
// probabilities.
type probe struct{ state atomic.Int32 }

const (
	untried int32 = iota
	takes
	refuses
)

// ask puts req to a model with YesNo set, or without where the model refuses
// that. The first call finds out: if it fails in a way that does not pass, and
// the same without YesNo does not fail, that was the reason.
func (p *probe) ask(ctx context.Context, model imagescope.Reasoner, req imagescope.Request) (imagescope.Response, error) {
	state := p.state.Load()
	req.YesNo = state != refuses
	resp, err := imagescope.Ask(ctx, model, req)
	if state != untried {
		return resp, err
	}
	if err == nil || isEmpty(err) {
		p.state.CompareAndSwap(untried, takes)
		return resp, err
	}
	var unreadable *imagescope.ImageError
	if ctx.Err() != nil || errors.As(err, &unreadable) {
		return resp, err
	}
	req.YesNo = false
	again, failed := imagescope.Ask(ctx, model, req)
	if failed != nil {
		return resp, err
	}
	if !imagescope.Temporary(err) {
		p.state.CompareAndSwap(untried, refuses)
	}
	return again, nil
}
