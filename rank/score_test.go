package rank_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/rank"
)

// TestTournamentBradleyTerry has the order that the strengths of a
// Bradley-Terry model give, fitted to the same pairs, over random tournaments.
func TestTournamentBradleyTerry(t *testing.T) {
	const n = 5
	rng := rand.New(rand.NewPCG(9, 9))
	for range 200 {
		var wins [n][n]float64
		var rules []string
		for i := range n {
			for j := range i {
				switch rng.IntN(3) {
				case 0:
					wins[i][j] = 1
					rules = append(rules, fmt.Sprintf("%d>%d", i, j))
				case 1:
					wins[j][i] = 1
					rules = append(rules, fmt.Sprintf("%d>%d", j, i))
				default:
					wins[i][j], wins[j][i] = 0.5, 0.5
				}
			}
		}
		order := []int{0, 1, 2, 3, 4}
		strengths := fit(wins)
		slices.SortStableFunc(order, func(a, b int) int {
			if d := strengths[b] - strengths[a]; d > 1e-6 || d < -1e-6 {
				return cmp.Compare(d, 0)
			}
			return 0
		})
		var want, ids []string
		for _, i := range order {
			want = append(want, fmt.Sprint(i))
		}
		got, err := rank.NewTournament(prefers(strings.Join(rules, " "), ""), &rank.TournamentOptions{Alpha: n}).
			Rank(t.Context(), text, imagescope.Intent{}, candidates(n))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got {
			ids = append(ids, c.Image.ID)
		}
		if d := gocmp.Diff(want, ids); d != "" {
			t.Errorf("%v: Bradley-Terry is -, the tournament is +\n%s", rules, d)
		}
	}
}

// fit returns the strengths after 100 steps of minorisation-maximisation
// (Hunter, "MM algorithms for generalized Bradley-Terry models", 2004).
func fit(wins [5][5]float64) (p [5]float64) {
	p = [5]float64{1, 1, 1, 1, 1}
	for range 100 {
		var next [5]float64
		sum := 0.
		for i := range p {
			won, met := 0., 0.
			for j := range p {
				if i != j {
					won += wins[i][j]
					met += 1 / (p[i] + p[j])
				}
			}
			next[i] = won / met
			sum += next[i]
		}
		for i := range next {
			p[i] = 5 * next[i] / sum
		}
	}
	return p
}
