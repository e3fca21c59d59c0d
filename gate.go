package imagescope

import (
	"fmt"
	"math"
)

// Gate says when a result is sure enough to leave out what would only confirm
// it. The zero Gate lets every stage run.
type Gate struct {
	// Similarity leaves out stages 2 and 3 where the first candidate's
	// Similarity is ahead of that of all others by so much or more. What margin
	// means that the first is right depends on the embedder and the gallery:
	// measure it. Propositions are then made after retrieval, not meanwhile, so
	// that they are not paid for in vain. 0 leaves nothing out.
	Similarity float64
	// Confidence leaves out stage 3 where all propositions hold for the first
	// candidate, and its Confidence is ahead of that of all others that were
	// checked, of which there must be one, by so much or more. With bare answers
	// any number up to one proposition's share asks for the same: that the first
	// meets all, and no other. 0 leaves nothing out.
	Confidence float64
}

func (g Gate) validate() error {
	for _, f := range []struct {
		name  string
		value float64
	}{{"Similarity", g.Similarity}, {"Confidence", g.Confidence}} {
		if !(f.value >= 0) || math.IsInf(f.value, 1) {
			return fmt.Errorf("Config.Gate.%s is %v: it is a margin, from 0 on", f.name, f.value)
		}
	}
	return nil
}

// passRetrieved ends the search after retrieval where that is sure. It reports
// whether it does.
func (s *search) passRetrieved() bool {
	margin := s.p.cfg.Gate.Similarity
	if margin == 0 || len(s.all) < 2 {
		return false
	}
	lead := math.Inf(1)
	for _, c := range s.all[1:] {
		lead = min(lead, float64(s.all[0].Similarity)-float64(c.Similarity))
	}
	if !(lead >= margin) {
		return false
	}
	why := fmt.Sprintf("the first candidate's similarity is ahead by %.3f, and %.3f are enough", lead, margin)
	if s.p.cfg.Verify != nil {
		s.pass(StageVerify, why)
	}
	if s.p.cfg.Rank != nil {
		s.pass(StageRank, why)
	}
	return true
}

// passVerified ends the search before stage 3 where stage 2 is sure.
func (s *search) passVerified() {
	margin := s.p.cfg.Gate.Confidence
	if margin == 0 || s.p.cfg.Rank == nil || len(s.all) < 2 {
		return
	}
	first, props := s.all[0], s.result.Propositions
	if len(first.Answers) != len(props) || first.Satisfied < len(props) || len(props) == 0 {
		return
	}
	lead := math.Inf(1)
	for _, c := range s.all[1:] {
		if c.Answers != nil {
			lead = min(lead, first.Confidence-c.Confidence)
		}
	}
	if !(lead >= margin) || s.all[1].Answers == nil {
		return
	}
	s.pass(StageRank, fmt.Sprintf("all propositions hold for the first candidate, whose confidence is ahead by %.2f, and %.2f are enough", lead, margin))
}

// pass leaves a stage out on purpose, and ends the search.
func (s *search) pass(st Stage, why string) {
	s.result.LeftOut = append(s.result.LeftOut, Omission{Stage: st, Why: UncheckedSure, Skipped: true, Reason: why})
	s.ended = true
}
