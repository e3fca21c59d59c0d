package imagescope

import (
	"fmt"
	"slices"
	"strings"
)

// Rejected is a candidate that Config.MinConfidence kept out of a result.
type Rejected struct {
	Candidate
	// Reason says in words what it lacks.
	Reason string `json:"reason"`
}

// reject takes out the candidates that stage 2 does not vouch for, where it
// has checked any. Of those that it did not check nothing is known, and they
// stay out too.
// It reports whether it has taken any.
func (s *search) reject() bool {
	least := s.p.cfg.MinConfidence
	isChecked := func(c Candidate) bool { return c.Answers != nil }
	if least == 0 || !slices.ContainsFunc(s.all, isChecked) {
		return false
	}
	var kept []Candidate
	for _, c := range s.all {
		switch {
		case !isChecked(c):
			s.result.Rejected = append(s.result.Rejected, Rejected{c, "it was not checked" + c.Unchecked.because()})
		case c.Confidence < least:
			s.result.Rejected = append(s.result.Rejected, Rejected{c, s.lacking(c, least)})
		default:
			kept = append(kept, c)
		}
	}
	taken := len(kept) < len(s.all)
	s.all = kept
	return taken
}

// lacking says which propositions keep a candidate out.
func (s *search) lacking(c Candidate, least float64) string {
	var unmet []string
	for k, p := range s.result.Propositions[:min(len(s.result.Propositions), len(c.Answers))] {
		if c.Answers[k].Yes != p.Want {
			unmet = append(unmet, fmt.Sprintf("%s %s, wanted %s", short(p.Question), yesNo(!p.Want), yesNo(p.Want)))
		}
	}
	reason := fmt.Sprintf("its confidence of %.2f is less than %.2f", c.Confidence, least)
	if len(unmet) > 0 {
		reason += ": " + strings.Join(unmet[:min(len(unmet), maxUnmet)], "; ")
	}
	return reason
}

// maxUnmet is how many propositions a reason quotes.
const maxUnmet = 5
