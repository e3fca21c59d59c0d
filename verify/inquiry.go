package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/imagescope/imagescope"
)

// inquiry is the asking about the candidates of one query, as far as their
// first top places depend on it.
//
// A candidate can at best have all of its open questions answered as wanted.
// As long as it is among the first top by that best score, no order of the
// first top can be proven without its next answer, so that it has to be asked;
// once the first top have no open question they are what they are, and the
// asking is over. (That is minimal probing: Chang and Hwang, "Minimal Probing:
// Supporting Expensive Predicates for Top-k Queries", SIGMOD 2002.)
//
// Asking only what has to be asked would take one round trip after the other.
// So the candidates form waves, by their rank, and with one that has to be
// asked for the first time goes its whole wave. What is asked therefore follows
// from the answers alone, and not from when they come.
type inquiry struct {
	v     *Verifier
	props []imagescope.Proposition
	cs    []imagescope.Candidate
	top   int // how many leading places have to be right
	score scorer

	prompt   string // with all questions; the same for each candidate
	subjects []subject
	waves    waves
	queue    []call
	failed   int   // how many candidates could not be asked about
	left     int   // calls that the budget has left; less than 0 for any number
	spent    error // the budget is; nothing more is asked
}

// subject is what is known about one candidate.
type subject struct {
	begun   bool
	waiting int                  // questions that are queued or under way
	answers []*imagescope.Answer // by proposition; nil while it is open
	met     int                  // answers that are as wanted
	open    int
	best    float64 // the best score that is possible yet; its score, once nothing is open
	err     error   // of the first call that failed; no more is then asked
}

// call asks question k about a candidate, or all.
type call struct{ candidate, k int }

const all = -1

func newInquiry(v *Verifier, props []imagescope.Proposition, cs []imagescope.Candidate, top int) *inquiry {
	in := &inquiry{v: v, props: props, cs: cs, top: max(0, min(top, len(cs))), subjects: make([]subject, len(cs))}
	in.score = v.scorer(props, cs)
	for i := range cs {
		s := &in.subjects[i]
		s.answers, s.open = make([]*imagescope.Answer, len(props)), len(props)
		s.best = in.score(i, s.answers)
	}
	in.waves = newWaves(v.opts, len(cs), in.top, len(props))
	return in
}

// answered is what came of a call.
type answered struct {
	call
	answers []*imagescope.Answer // to all, or to the one
	free    bool                 // it came from a cache
	err     error
}

// run asks what has to be known, Concurrency calls at a time. It returns an
// error when the context is done or too many candidates have failed.
func (in *inquiry) run(ctx context.Context) (err error) {
	if in.v.opts.Form == Together {
		if in.prompt, err = in.v.questionsPrompt(in.props); err != nil {
			return err
		}
	}
	in.left = -1
	if n, bounded := imagescope.CallsLeft(ctx); bounded {
		in.left = n
	}
	ctx, cancel := context.WithCancel(ctx)
	calls := flight{inOrder: in.left >= 0}
	defer calls.land()
	defer cancel()
	for {
		in.plan()
		for calls.under() < in.room() && len(in.queue) > 0 {
			q := in.queue[0]
			in.queue = in.queue[1:]
			if in.subjects[q.candidate].err == nil {
				calls.start(func() answered { return in.put(ctx, q) })
			}
		}
		if calls.under() == 0 {
			return in.nothing()
		}
		r := calls.next()
		if r.err != nil && ctx.Err() != nil && !errors.Is(r.err, imagescope.ErrBudget) {
			return r.err
		}
		in.take(r)
		if 2*in.failed > len(in.cs) {
			return fmt.Errorf("given up after %d of %d candidates could not be checked: %w", in.failed, len(in.cs), in.first())
		}
	}
}

// room returns how many calls may be under way at once. Where the budget has
// no call left one more is tried, to hear so.
func (in *inquiry) room() int {
	if in.left < 0 {
		return in.v.opts.Concurrency
	}
	return min(in.v.opts.Concurrency, max(in.left, 1))
}

// plan queues what has to be asked next.
func (in *inquiry) plan() {
	if in.spent != nil {
		in.queue = nil
		return
	}
	for _, i := range in.leading() {
		s := &in.subjects[i]
		switch {
		case s.open == 0 || s.waiting > 0:
		case s.begun:
			in.enqueue(i)
		default:
			for j := range in.waves.around(i) {
				if !in.subjects[j].begun {
					in.enqueue(j)
				}
			}
		}
	}
}

// enqueue queues the next questions about candidate i.
func (in *inquiry) enqueue(i int) {
	s := &in.subjects[i]
	depth := in.waves.depth
	if in.v.opts.Form == Together {
		if !s.begun {
			s.begun, s.waiting = true, 1
			in.queue = append(in.queue, call{i, all})
			return
		}
		depth = s.open // what the reply to all has left open
	}
	s.begun = true
	for k, a := range s.answers {
		if a == nil && s.waiting < depth {
			s.waiting++
			in.queue = append(in.queue, call{i, k})
		}
	}
}

// leading returns the candidates that can still be among the first top: those
// with the best scores that are possible yet, ties by rank. One that has failed
// keeps its place.
func (in *inquiry) leading() []int {
	order := make([]int, 0, len(in.subjects))
	free := in.top
	for i, s := range in.subjects {
		if s.err == nil {
			order = append(order, i)
		} else if i < in.top {
			free--
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(in.subjects[b].best, in.subjects[a].best) })
	return order[:min(free, len(order))]
}

// put makes a call.
func (in *inquiry) put(ctx context.Context, q call) (r answered) {
	defer func() {
		if v := recover(); v != nil { // on this goroutine nobody else would
			r.err = &imagescope.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	r.call = q
	prompt := in.prompt
	if q.k != all {
		if prompt, r.err = in.v.questionPrompt(in.props[q.k]); r.err != nil {
			return r
		}
	}
	resp, err := in.ask(ctx, q.candidate, prompt)
	r.free = resp.Cached
	switch {
	case err != nil && !isEmpty(err):
		r.err = err
	case q.k == all:
		r.answers = in.v.readAnswers(resp.Text, len(in.props))
	default:
		a := in.v.readAnswer(resp)
		r.answers = []*imagescope.Answer{&a}
	}
	return r
}

func (in *inquiry) ask(ctx context.Context, i int, prompt string) (imagescope.Response, error) {
	req := imagescope.Request{
		Task:      imagescope.TaskVerify,
		Prompt:    prompt,
		Images:    []imagescope.Image{in.cs[i].Image},
		MaxTokens: in.v.opts.MaxTokens,
	}
	if in.v.opts.Confidence == Probability {
		return in.v.probe.ask(ctx, in.v.model, req)
	}
	return imagescope.Ask(ctx, in.v.model, req)
}

// take notes what came of a call.
func (in *inquiry) take(r answered) {
	s := &in.subjects[r.candidate]
	s.waiting--
	if errors.Is(r.err, imagescope.ErrBudget) {
		in.spent = r.err
		return
	}
	if !r.free && in.left > 0 {
		in.left--
	}
	if r.err != nil {
		if s.err == nil {
			s.err = r.err
			in.failed++
		}
		return
	}
	for k, a := range r.answers {
		if r.k != all {
			k = r.k
		}
		if a == nil || s.answers[k] != nil {
			continue
		}
		s.answers[k] = a
		s.open--
		if a.Yes == in.props[k].Want {
			s.met++
		}
	}
	s.best = in.score(r.candidate, s.answers)
}

// begun counts the candidates that were asked about.
func (in *inquiry) begun() (n int) {
	for _, s := range in.subjects {
		if s.begun {
			n++
		}
	}
	return n
}

// nothing returns an error if nothing came of the asking.
func (in *inquiry) nothing() error {
	if slices.ContainsFunc(in.subjects, func(s subject) bool { return s.open == 0 }) {
		return nil
	}
	switch {
	case in.failed > 0 && in.failed == in.begun():
		return fmt.Errorf("none of the %d candidates asked about could be checked: %w", in.failed, in.first())
	case in.spent != nil:
		return errors.Join(in.failure(), in.spent)
	}
	return nil
}

// failure tells which candidates could not be asked about, nil if none.
func (in *inquiry) failure() error {
	for i, s := range in.subjects {
		if s.err != nil {
			return fmt.Errorf("%d of %d candidates could not be checked, the first of them %s: %w", in.failed, in.begun(), in.cs[i].Image.ID, s.err)
		}
	}
	return nil
}

// first returns the error about the first candidate that has one.
func (in *inquiry) first() error {
	for _, s := range in.subjects {
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

// settle fills in what was found out.
func (in *inquiry) settle() {
	for i, s := range in.subjects {
		c := &in.cs[i]
		c.Answers, c.Satisfied, c.Unchecked = nil, 0, ""
		switch {
		case s.err != nil:
			c.Unchecked = imagescope.UncheckedFault
		case s.open > 0 && in.spent != nil:
			c.Unchecked = imagescope.UncheckedBudget
		case s.open > 0:
			c.Unchecked = imagescope.UncheckedSettled
		default:
			c.Satisfied = s.met
			for _, a := range s.answers {
				c.Answers = append(c.Answers, *a)
			}
		}
	}
}
