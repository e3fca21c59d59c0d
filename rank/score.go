package rank

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/imagescope/imagescope"
)

// standing is what a tournament has made of one candidate.
type standing struct {
	won, drawn, lost int
	judged, fitting  int    // replies that say whether it meets all that is asked, and that say yes
	words            string // of the first of them
}

func (s standing) points() int { return 2*s.won + s.drawn }

// standings are those of all candidates that took part, in their order.
//
// Points order them as the maximum-likelihood strengths of a Bradley-Terry
// model would, a draw being half a win for each: where every pair has met
// equally often, these grow with the sum of a candidate's results and depend
// on nothing else (Ford, "Solution of a ranking problem from binary
// comparisons", 1957; TestTournamentBradleyTerry). So the model would change
// nothing.
type standings []standing

// score adds up what came of the pairs among items. It returns an error where
// no reply could be used.
func score(items []item, pairs []*pair) (standings, error) {
	table := make(standings, len(items))
	at := map[int]*standing{} // by place
	for k, it := range items {
		at[it.place] = &table[k]
	}
	var unusable error
	usable := len(items) < 2 // nothing was to be asked
	for _, p := range pairs {
		a, b := at[p.items[0].place], at[p.items[1].place]
		if a == nil || b == nil {
			continue
		}
		votes := 0 // for a, less those for b
		for turn, err := range p.errs {
			if err != nil {
				unusable = err
				continue
			}
			usable = true
			found := p.found[turn]
			a.hear(found.verdicts[turn])
			b.hear(found.verdicts[1-turn])
			if found.order[0] == turn { // a is shown at 0, then at 1
				votes++
			} else {
				votes--
			}
		}
		count(a, b, votes)
	}
	if !usable {
		return nil, unusable
	}
	return table, nil
}

// count counts a pair for a, with 2 votes, for b, with -2, or as drawn.
func count(a, b *standing, votes int) {
	switch votes {
	case 2:
		a.won++
		b.lost++
	case -2:
		b.won++
		a.lost++
	default:
		a.drawn++
		b.drawn++
	}
}

// hear takes down what a reply says of the candidate by itself.
func (s *standing) hear(v *imagescope.Verdict) {
	if v == nil {
		return
	}
	if s.judged == 0 {
		s.words = v.Reply
	}
	s.judged++
	if v.Accepted {
		s.fitting++
	}
}

// order returns the numbers of the candidates, best first.
func (t standings) order() []int {
	order := make([]int, len(t))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t[b].points(), t[a].points()) })
	return order
}

// verdicts returns what is told of each candidate.
func (t standings) verdicts() []*imagescope.Verdict {
	verdicts := make([]*imagescope.Verdict, len(t))
	for i, s := range t {
		if len(t) < 2 {
			continue // it met nobody
		}
		v := &imagescope.Verdict{
			Accepted: 2*s.fitting > s.judged,
			Reply:    fmt.Sprintf("won %d, drew %d, lost %d", s.won, s.drawn, s.lost),
		}
		if s.judged > 0 {
			v.Reply += fmt.Sprintf("; fits by %d of %d replies, the first: %s", s.fitting, s.judged, s.words)
		}
		verdicts[i] = v
	}
	return verdicts
}
