package imagescope

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Refinement is what a [Refiner] makes of candidates that do not fit.
type Refinement struct {
	// Unmet is the one requirement that is to be met, in words.
	Unmet string `json:"unmet"`
	// Descriptions are searched for instead of those of the intent. Without any
	// there is nothing to be searched for.
	Descriptions []string `json:"descriptions"`
	// Found is how many candidates that stage 2 had not looked at the search
	// found, and stage 2 has checked since; the [Pipeline] counts them.
	Found int `json:"found"`
}

// Refiner is an [Interpreter] that can say what to search for where the best
// candidates are not what was asked for.
type Refiner interface {
	Interpreter

	// Refine names one requirement that the candidates do not meet, and
	// describes the wanted image anew, so that images which meet it are found.
	// best are checked candidates, the surest first, with their Answers to
	// props. A model that finds nothing to add returns no Descriptions. It costs
	// no more than Interpret does, for [Pipeline.Estimate]. Calls may overlap.
	Refine(ctx context.Context, q Query, in Intent, props []Proposition, best []Candidate) (Refinement, error)
}

func isRefiner(in Interpreter) bool {
	_, ok := in.(Refiner)
	return ok
}

// maxRefined is how many candidates a Refiner is told of.
const maxRefined = 10

// refine is the round that follows where stage 2 is unsure: one requirement is
// named, one search made, and what that adds is checked, once.
func (s *search) refine(ctx context.Context) error {
	best := s.checked()
	if len(best) == 0 || best[0].Confidence >= s.p.cfg.RefineBelow {
		s.idle = true
		return nil
	}
	var r Refinement
	var added []Candidate
	err := s.run(ctx, StageRefine, func(ctx context.Context) (err error) {
		refiner := s.p.cfg.Intent.(Refiner)
		r, err = refiner.Refine(ctx, s.result.Query, s.result.Intent, s.result.Propositions, best[:min(len(best), maxRefined)])
		if err != nil || len(r.Descriptions) == 0 {
			return err
		}
		found, err := s.newcomers(ctx, r.Descriptions)
		if err != nil || len(found) == 0 {
			return err
		}
		added, err = s.check(ctx, found)
		return err
	})
	if err != nil {
		if err := s.fault(ctx, StageRefine, added == nil, err); err != nil || added == nil {
			return err
		}
	}
	if len(r.Descriptions) == 0 {
		return nil
	}
	r.Found = len(added)
	s.result.Refinement = &r
	if len(added) > 0 {
		s.merge(added)
	}
	s.setPlaces(StageRefine)
	if s.reject() {
		s.setPlaces(StageRefine)
	}
	s.passVerified()
	return nil
}

// checked returns all candidates that have been, the surest first.
func (s *search) checked() (cs []Candidate) {
	for _, c := range s.all {
		if c.Answers != nil {
			cs = append(cs, c)
		}
	}
	for _, r := range s.result.Rejected {
		if r.Answers != nil {
			cs = append(cs, r.Candidate)
		}
	}
	slices.SortStableFunc(cs, func(a, b Candidate) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return cs
}

// newcomers searches for descriptions and returns what stage 2 has not looked
// at yet, as similar as it is to the intent.
func (s *search) newcomers(ctx context.Context, descriptions []string) ([]Candidate, error) {
	mean, queries, err := s.embedDescriptions(ctx, descriptions)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	found, err := s.find(ctx, mean, queries)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	known := map[string]Candidate{}
	for _, c := range s.all {
		known[c.Image.ID] = c
	}
	for _, r := range s.result.Rejected {
		known[r.Image.ID] = r.Candidate
	}
	var added []Candidate
	var unknown Filter
	for _, c := range s.unlike(found) {
		before, isKnown := known[c.Image.ID]
		switch {
		case len(added) == s.p.cfg.TopK:
		case !isKnown:
			c.Fused = 0
			added = append(added, c)
			unknown.Only = append(unknown.Only, c.Image.ID)
		case before.Answers == nil && before.Unchecked == "": // it came behind the first TopK
			added = append(added, before)
		}
	}
	if len(unknown.Only) == 0 || s.query == nil {
		return added, nil
	}
	matches, err := s.similarities(ctx, s.query, unknown)
	if err != nil {
		return nil, fmt.Errorf("similarities of %d images: %w", len(unknown.Only), err)
	}
	for i := range added {
		for _, m := range matches {
			if m.ID == added[i].Image.ID {
				added[i].Similarity = m.Score
			}
		}
	}
	return added, nil
}

// check has stage 2 check candidates and returns those that it has, in its
// order.
func (s *search) check(ctx context.Context, cs []Candidate) ([]Candidate, error) {
	list, err := s.ask(ctx, slices.Clone(cs))
	if list == nil && err != nil {
		return nil, err
	}
	list, ok := reordered(cs, list)
	if !ok {
		return nil, fmt.Errorf("it returned other candidates than the %d it was given", len(cs))
	}
	list = slices.DeleteFunc(list, func(c Candidate) bool { return c.Answers == nil })
	for i := range list {
		list[i].Confidence = Confidence(s.result.Propositions, list[i].Answers)
	}
	return list, err
}

// merge puts candidates among those that were checked before, by their
// confidence. Both lists keep the order that they have, and of equals those
// come first that were found first.
func (s *search) merge(added []Candidate) {
	isAdded := func(c Candidate) bool {
		return slices.ContainsFunc(added, func(a Candidate) bool { return a.Image.ID == c.Image.ID })
	}
	s.all = slices.DeleteFunc(slices.Clone(s.all), isAdded)
	s.result.Rejected = slices.DeleteFunc(slices.Clone(s.result.Rejected), func(r Rejected) bool { return isAdded(r.Candidate) })
	last := 0 // behind it nothing was checked
	for i, c := range s.all {
		if c.Answers != nil {
			last = i + 1
		}
	}
	var merged []Candidate
	for _, c := range s.all[:last] {
		for c.Answers != nil && len(added) > 0 && added[0].Confidence > c.Confidence {
			merged, added = append(merged, added[0]), added[1:]
		}
		merged = append(merged, c)
	}
	s.all = slices.Concat(merged, added, s.all[last:])
}
