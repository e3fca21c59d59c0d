package verify

import (
	"context"
	"errors"
	"text/template"

	"github.com/imagescope/imagescope"
)

// Form is how questions are put to the vision model.
type Form int

const (
	// Together asks all questions about an image in one call and wants a JSON
	// object back. Only questions that the reply leaves open are asked singly.
	Together Form = iota
	// Single asks one question in each call, as the paper does: for small
	// models that answer with yes or no. With an imagescope.Cache it makes a turn
	// of a conversation ask only what is new, where Together asks everything
	// about an image again as soon as one question is another.
	Single
)

// DefaultConcurrency is how many calls a [Verifier] makes at once where its
// options do not say.
const DefaultConcurrency = 8

// Options adjusts a [Verifier]. The zero value is ready to use.
type Options struct {
	// Proposer writes the propositions; nil means the model that also answers.
	// It sees no image: a text model will do.
	Proposer imagescope.Reasoner
	// Form is how questions are put.
	Form Form
	// Confidence is where the confidence of answers comes from.
	Confidence Confidence
	// Order is how candidates are ordered.
	Order Order
	// Prior is the share a of the retrieval score in the order [Scored], from 0
	// to 1; nil means [DefaultPrior]. What lies outside is taken for the nearer
	// end.
	Prior *float64
	// Concurrency is how many calls run at once; 0 means [DefaultConcurrency].
	Concurrency int
	// MaxTokens bounds every reply; 0 means imagescope.DefaultMaxTokens.
	MaxTokens int
	// Lenient reads more than the authors' code does: propositions without a
	// fence or in one with another tag, expected answers in any spelling and
	// as booleans; and of a free answer the first yes or no, so that "No, but
	// its eyes are open" is a no.
	Lenient bool

	// ProposePrompt, QuestionPrompt and QuestionsPrompt replace the prompts of
	// the same names, and the last two also those that [Stated] uses instead.
	// They are executed with [ProposeData], [QuestionData] and
	// [QuestionsData].
	ProposePrompt, QuestionPrompt, QuestionsPrompt *template.Template
}

// Verifier asks models for propositions and for what candidates show. Make it
// with [New]. A query costs one call for the propositions and, for K
// candidates and P propositions, K calls together or K·P singly; fewer where
// only some of the places matter ([Verifier.VerifyTop]).
type Verifier struct {
	model imagescope.Reasoner
	opts  Options
	prior float64
	probe probe
}

var (
	_ imagescope.TopVerifier = (*Verifier)(nil)
	_ imagescope.Coster      = (*Verifier)(nil)
)

// New returns a verifier that shows candidates to model, which must take
// images. opts may be nil.
func New(model imagescope.Reasoner, opts *Options) *Verifier {
	v := &Verifier{model: model}
	if opts != nil {
		v.opts = *opts
	}
	o := &v.opts
	if o.Proposer == nil {
		o.Proposer = model
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	o.ProposePrompt = orElse(o.ProposePrompt, Propose())
	one, many := Question(), Questions()
	if o.Confidence == Stated {
		one, many = RatedQuestion(), RatedQuestions()
	}
	o.QuestionPrompt = orElse(o.QuestionPrompt, one)
	o.QuestionsPrompt = orElse(o.QuestionsPrompt, many)
	if o.Confidence == Probability {
		o.Form = Single
	}
	v.prior = DefaultPrior
	if o.Prior != nil {
		v.prior = within(*o.Prior)
	}
	return v
}

func orElse(t, fallback *template.Template) *template.Template {
	if t == nil {
		return fallback
	}
	return t
}

// Verify puts the questions of props to the model about the first limit
// candidates and orders these by how many answers are as wanted, stably, or as
// Options.Order says.
//
// A candidate about which the model could not be asked keeps its place and has
// no answers; an error then tells how many there are. If that happens with
// more than half of the candidates the stage is given up: the error comes
// without candidates.
//
// Where the budget of the query is spent the candidates that are checked are
// ordered among themselves, and the others keep their places, with
// [imagescope.UncheckedBudget]; an error of imagescope.ErrBudget says so. It
// comes without candidates where none could be checked by then.
func (v *Verifier) Verify(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
	return v.VerifyTop(ctx, props, cs, limit, limit)
}

// VerifyTop does what Verify does and stops asking as soon as the first top
// places cannot change any more: what stands there, and its answers, is what
// Verify would have put there. It asks in the order of the candidates, in waves
// about as wide as Concurrency allows. What is asked, too, depends on nothing
// but the answers and the width of the waves.
//
// Candidates left out, which could not come to be among the first top, follow
// behind those that were checked, with [imagescope.UncheckedSettled]. Where all
// that were asked about fail, the error comes without candidates.
func (v *Verifier) VerifyTop(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit, top int) ([]imagescope.Candidate, error) {
	limit = max(0, min(limit, len(cs)))
	if len(props) == 0 || limit == 0 {
		return cs, nil
	}
	in := newInquiry(v, props, cs[:limit], top)
	if err := in.run(ctx); err != nil {
		return nil, err
	}
	in.settle()
	return reorder(cs, limit, func(i int) float64 { return in.subjects[i].best }), errors.Join(in.failure(), in.spent)
}

// MaxCost returns the cost of one call for the propositions and of all questions
// about each candidate: together, and then each singly, as a reply may answer
// none of them; or singly. It reckons with 32 propositions, the most that are
// taken of a reply. A usual query costs far less: with all questions answered
// together one call for each candidate, however many propositions there are.
func (v *Verifier) MaxCost(q imagescope.Query, candidates int) imagescope.Cost {
	const likely = "Is there a small brown dog on the left of the picture?"
	var cost imagescope.Cost
	if prompt, err := v.proposePrompt(q, imagescope.Intent{Edits: make([]imagescope.Edit, 3)}); err == nil {
		cost = imagescope.PromptCost(prompt, 0)
	}
	props := make([]imagescope.Proposition, maxPropositions)
	for k := range props {
		props[k].Question = likely
	}
	var each imagescope.Cost
	if prompt, err := v.questionPrompt(props[0]); err == nil {
		each = imagescope.PromptCost(prompt, 1).Times(len(props))
	}
	if prompt, err := v.questionsPrompt(props); v.opts.Form == Together && err == nil {
		each = each.Add(imagescope.PromptCost(prompt, 1))
	}
	if v.opts.Confidence == Probability && v.probe.state.Load() == untried {
		each = each.Times(2) // until a call tells whether the model minds
	}
	return cost.Add(each.Times(candidates))
}

// isEmpty reports whether a model was asked and said nothing, which the
// authors' code takes for an answer that says no. A Reasoner that reports an
// empty reply as an error of its own has failed.
func isEmpty(err error) bool {
	var unusable *imagescope.ReplyError
	return errors.As(err, &unusable) && errors.Is(err, imagescope.ErrEmptyReply)
}
