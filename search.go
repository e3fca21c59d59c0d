package imagescope

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// Search answers a query with the result of the last stage.
//
// A stage that fails does not fail the search: the order of the stage before
// it stands, and Result.Faults tells. An error means that the query makes no
// sense ([ErrEmptyQuery], a reference that is [ErrNotFound]), that retrieval
// failed, or that ctx is done; with Config.Strict any fault is one.
func (p *Pipeline) Search(ctx context.Context, q Query) (Result, error) {
	return lastOf(p.Stages(ctx, q))
}

// lastOf returns the last result of a sequence, or its error.
func lastOf(stages iter.Seq2[Result, error]) (Result, error) {
	var last Result
	for r, err := range stages {
		if err != nil {
			return Result{}, err
		}
		last = r
	}
	return last, nil
}

// Stages answers a query with the result after each stage, as soon as it is
// known: after the instant answer, after retrieval, after verification, after
// the round of refining, after ranking. A stage that the pipeline does not have,
// that Config.Gate leaves out or that has nothing to do yields nothing. What
// retrieval by [ComposedAlone] yields has no intent yet; the next result has, and
// where no stage follows in a turn of a [Chat] that is one more of retrieval. An
// error, as of [Pipeline.Search], is yielded once, with an empty Result, and
// ends the sequence.
func (p *Pipeline) Stages(ctx context.Context, q Query) iter.Seq2[Result, error] {
	return p.stages(ctx, q, false)
}

// stages answers a query, or a turn of a conversation.
func (p *Pipeline) stages(ctx context.Context, q Query, chat bool) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		s := newSearch(ctx, p, q)
		s.chat = chat
		defer s.background.Wait()
		defer cancel()
		for _, step := range s.steps() {
			err := guard(func() error { return step(ctx) })
			if err == nil {
				err = s.over(ctx)
			}
			if err != nil {
				yield(Result{}, fmt.Errorf("imagescope: search: %w", err))
				return
			}
			if s.result.Stage == "" {
				continue // there is no order yet
			}
			if s.idle {
				s.idle = false
				continue
			}
			if !yield(s.snapshot(), nil) || s.ended {
				return
			}
		}
	}
}

// search is one query on its way.
type search struct {
	p      *Pipeline
	result Result
	all    []Candidate // the candidates, those beyond the query's limit included
	meters map[Stage]*meter
	query  []float32 // what similarities are to; nil where an instant answer stands
	idle   bool      // the step had nothing to do
	ended  bool      // the steps that follow are left out

	chat      bool             // the next turn asks for the intent
	begun     bool             // what needs no stage before it has been set going
	uploaded  bool             // the reference brings bytes of its own
	reference *likeness        // what it is known again by; nil until that is needed
	composing <-chan composing // the composed vector; nil before it is made, and after
	composed  []float32        // that vector, of length 1; nil for none

	read       <-chan reading // what the query is read as; nil until that has begun
	understood bool           // it has been read

	account *account
	sharing sync.Mutex
	ends    map[Stage]time.Time // when the budget ends the stages that have begun

	background sync.WaitGroup
	proposed   proposals
}

// proposals is what Verifier.Propose returned; it may be read once background
// is done.
type proposals struct {
	props []Proposition
	err   error
}

func newSearch(ctx context.Context, p *Pipeline, q Query) *search {
	s := &search{p: p, result: Result{Query: q}, meters: map[Stage]*meter{}, ends: map[Stage]time.Time{}}
	s.account = newAccount(ctx, q.Budget.orElse(p.cfg.Budget))
	for _, st := range []Stage{StageInstant, StageIntent, StageRetrieve, StageVerify, StageRefine, StageRank} {
		s.meters[st] = &meter{account: s.account}
	}
	return s
}

// share gives a stage its part of the budget, when it begins, and returns when
// that ends it; zero for never. The instant answer asks no model.
func (s *search) share(st Stage) time.Time {
	s.sharing.Lock()
	defer s.sharing.Unlock()
	if end, begun := s.ends[st]; begun || st == StageInstant {
		return end
	}
	last := st == StageRank || s.p.cfg.Rank == nil && (st == StageRefine || st == StageVerify && s.p.cfg.RefineBelow == 0)
	end := s.account.end
	if !end.IsZero() && !last {
		now := time.Now()
		end = now.Add(end.Sub(now) / 4 * 3)
	}
	m := s.meters[st]
	s.ends[st], m.until = end, end
	if (st == StageVerify || st == StageRefine) && s.account.budget.Calls > 0 {
		m.keep = min(s.ranking(), s.account.left()/2)
	}
	return end
}

// ranking returns how many calls stage 3 may make; one where it does not tell.
func (s *search) ranking() int {
	switch r := s.p.cfg.Rank.(type) {
	case nil:
		return 0
	case Coster:
		return r.MaxCost(s.result.Query, s.p.found(s.result.Query)).Calls
	}
	return 1
}

// over returns the error of a context that ends the search. Its deadline does
// not where the search is to do what it can by then, and has.
func (s *search) over(ctx context.Context) error {
	if ctx.Err() == nil || s.account.budget.BestEffort && s.result.Stage != "" && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return done(ctx)
}

func (s *search) steps() []func(context.Context) error {
	var steps []func(context.Context) error
	if s.p.cfg.Instant != nil {
		steps = append(steps, s.instant)
	}
	steps = append(steps, s.retrieve, s.readAfter)
	if s.p.cfg.Verify != nil {
		steps = append(steps, s.verify)
	}
	if s.p.cfg.RefineBelow > 0 {
		steps = append(steps, s.refine)
	}
	if s.p.cfg.Rank != nil {
		steps = append(steps, s.rank)
	}
	return steps
}

// verify is stage 2.
func (s *search) verify(ctx context.Context) error {
	s.background.Wait()
	props, err := s.proposed.props, s.proposed.err
	s.result.Propositions = props
	if err != nil {
		skipped := len(props) == 0
		if err := s.fault(ctx, StageVerify, skipped, fmt.Errorf("propositions: %w", err)); err != nil || skipped {
			return err
		}
	}
	if len(props) == 0 {
		s.setPlaces(StageVerify)
		return nil
	}
	if err := s.reorder(ctx, StageVerify, s.ask); err != nil {
		return err
	}
	s.countLeftOut()
	if s.reject() {
		s.setPlaces(StageVerify)
	}
	s.passVerified()
	return nil
}

// ask has stage 2 check candidates.
func (s *search) ask(ctx context.Context, cs []Candidate) ([]Candidate, error) {
	props, limit := s.result.Propositions, s.p.cfg.TopK
	if v, ok := s.p.cfg.Verify.(TopVerifier); ok && !s.exhaustive() {
		return v.VerifyTop(ctx, props, cs, limit, s.top(len(cs)))
	}
	return s.p.cfg.Verify.Verify(ctx, props, cs, limit)
}

// exhaustive reports whether stage 2 is to check all candidates. What it is
// less sure of than of another may stand before it, if its order also heeds
// retrieval: so what is rejected, what the first is ahead of and what a round of
// refining starts from is not known of the leading places alone.
func (s *search) exhaustive() bool {
	c := s.p.cfg
	return c.Exhaustive || c.MinConfidence > 0 || c.Gate.Confidence > 0 || c.RefineBelow > 0
}

// top returns how many places after stage 2 have a say in the result, of n.
func (s *search) top(n int) int {
	top := s.result.Query.limit()
	switch r := s.p.cfg.Rank.(type) {
	case nil:
	case TopRanker:
		top = max(top, r.Top())
	default:
		return n
	}
	return min(top, n)
}

// rank is stage 3.
func (s *search) rank(ctx context.Context) error {
	return s.reorder(ctx, StageRank, func(ctx context.Context, cs []Candidate) ([]Candidate, error) {
		return s.p.cfg.Rank.Rank(ctx, s.result.Query, s.result.Intent, cs)
	})
}

// reorder lets a stage reorder the candidates and takes its order over if it
// is one.
func (s *search) reorder(ctx context.Context, st Stage, f func(context.Context, []Candidate) ([]Candidate, error)) error {
	if len(s.all) == 0 {
		s.setPlaces(st)
		return nil
	}
	var cs []Candidate
	err := s.run(ctx, st, func(ctx context.Context) (err error) {
		cs, err = f(ctx, slices.Clone(s.all))
		return err
	})
	if cs != nil || err == nil {
		var ok bool
		if cs, ok = reordered(s.all, cs); !ok {
			err = errors.Join(err, fmt.Errorf("it returned other candidates than the %d it was given", len(s.all)))
		}
	}
	if err != nil {
		if err := s.fault(ctx, st, cs == nil, err); err != nil || cs == nil {
			return err
		}
	}
	for i := range cs {
		cs[i].Confidence = Confidence(s.result.Propositions, cs[i].Answers)
	}
	s.all = cs
	s.setPlaces(st)
	return nil
}

// countLeftOut notes how many candidates stage 2 has left out, and why.
func (s *search) countLeftOut() {
	n := map[Unchecked]int{}
	for _, c := range s.all {
		n[c.Unchecked]++
	}
	for i, o := range s.result.LeftOut {
		if o.Stage == StageVerify && o.Why == UncheckedBudget {
			s.result.LeftOut[i].Candidates = n[UncheckedBudget]
		}
	}
	if n := n[UncheckedSettled]; n > 0 {
		s.result.LeftOut = append(s.result.LeftOut, Omission{
			Stage: StageVerify, Why: UncheckedSettled, Candidates: n, Reason: "their answers could not have changed the places that matter",
		})
	}
}

// run calls f as part of a stage: counted, within the budget and within
// Config.StageTimeout.
func (s *search) run(ctx context.Context, st Stage, f func(context.Context) error) (err error) {
	if end := s.share(st); !end.IsZero() {
		if !time.Now().Before(end) {
			return errTime
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, end, errTime)
		defer cancel()
	}
	if limit := s.p.cfg.StageTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("the stage took longer than Config.StageTimeout, %v", limit))
		defer cancel()
	}
	m := s.meters[st]
	m.time(func() { err = guard(func() error { return f(metered(ctx, m)) }) })
	cause := context.Cause(ctx)
	switch end := ctx.Err(); {
	case end == nil:
	case err == nil && errors.Is(cause, ErrBudget): // it was done by then, or made do
	case err == nil || errors.Is(err, end) && !errors.Is(err, cause):
		err = done(ctx) // the stage did not heed its context, or does not say why that ended
	}
	return err
}

// fault records what a search does without. It returns an error where the
// search has to end: the context is done, or the pipeline is strict.
func (s *search) fault(ctx context.Context, st Stage, skipped bool, err error) error {
	if err := s.over(ctx); err != nil {
		return err
	}
	err, spent := withoutBudget(err)
	if spent != nil {
		s.result.LeftOut = append(s.result.LeftOut, Omission{Stage: st, Why: UncheckedBudget, Skipped: skipped, Reason: spent.Error()})
	}
	if err == nil {
		return nil
	}
	if s.p.cfg.Strict {
		return fmt.Errorf("%s: %w", st, err)
	}
	s.result.Faults = append(s.result.Faults, Fault{Stage: st, Skipped: skipped, Reason: err.Error(), Err: err})
	return nil
}

// setPlaces notes where the candidates are after a stage.
func (s *search) setPlaces(st Stage) {
	s.result.Stage = st
	for i := range s.all {
		at := &s.all[i].Places
		switch st {
		case StageInstant:
			at.Instant = i + 1
		case StageRetrieve:
			at.Retrieve = i + 1
		case StageVerify:
			at.Verify = i + 1
		case StageRefine:
			at.Refine = i + 1
		case StageRank:
			at.Rank = i + 1
		}
	}
}

// snapshot returns the result as it is now. It shares nothing that a later
// stage changes.
func (s *search) snapshot() Result {
	r := s.result
	r.Candidates = slices.Clone(s.all[:min(r.Query.limit(), len(s.all))])
	r.Faults, r.LeftOut, r.Rejected = slices.Clone(r.Faults), slices.Clone(r.LeftOut), slices.Clone(r.Rejected)
	r.Usage = make(map[Stage]Usage, len(s.meters))
	for st, m := range s.meters {
		if u := m.read(); u != (Usage{}) {
			r.Usage[st] = u
		}
	}
	return r
}

// reordered returns the candidates in the order of cs, with what a stage fills
// in and nothing else of it; ok is false unless cs holds the same images.
func reordered(all, cs []Candidate) (list []Candidate, ok bool) {
	if len(all) != len(cs) {
		return nil, false
	}
	left := make(map[string]int, len(all))
	for i, c := range all {
		left[c.Image.ID] = i
	}
	list = make([]Candidate, len(cs))
	for i, c := range cs {
		from, ok := left[c.Image.ID]
		if !ok {
			return nil, false
		}
		delete(left, c.Image.ID)
		list[i] = all[from]
		list[i].Answers, list[i].Unchecked = c.Answers, c.Unchecked
		list[i].Satisfied, list[i].Verdict = c.Satisfied, c.Verdict
	}
	return list, true
}
