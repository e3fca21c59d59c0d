package imagescope_test

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify"
)

// opinionated is a model that answers every question about an image by a hash
// of both, with yes in so many of ten cases. It answers the prompts of all
// stages that ask.
func opinionated(seed maphash.Seed, yesInTen uint64) imagescope.Reasoner {
	yes := func(parts ...string) string {
		return yesIf(maphash.String(seed, strings.Join(parts, "\x00"))%10 < yesInTen)
	}
	return imagescope.ReasonerFunc(func(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
		text := goodReply(req)
		switch last := len(req.Images) - 1; req.Task {
		case imagescope.TaskInterpret:
			text = "```json\n" + `{"step1": [], "step2": ["red cat"], "step3": [["Is it A?", "True"], ["Is it B?", "True"], ["Is it C?", "True"]]}` + "\n```"
		case imagescope.TaskRefine:
			text = `{"unmet": 1, "descriptions": ["blue dog"]}`
		case imagescope.TaskCaption:
			text = "a red cat"
		case imagescope.TaskPropose:
			text = "```json\n" + `{"step1": [], "step2": [["Is it A?", "True"], ["Is it B?", "True"], ["Is it C?", "True"]]}` + "\n```"
		case imagescope.TaskVerify:
			var members []string
			for k, name := range []string{"A", "B", "C"} {
				if question := "Is it " + name + "?"; strings.Contains(req.Prompt, question) {
					members = append(members, fmt.Sprintf(`"%d": %q`, k+1, yes(req.Images[0].ID, question)))
				}
			}
			text = "{" + strings.Join(members, ", ") + "}"
		case imagescope.TaskCompare:
			text = "ANSWER: " + strings.ToUpper(yes(req.Images[last].ID)[:1]) + yes(req.Images[last].ID)[1:]
			if strings.Contains(req.Prompt, "ranking") {
				text = `{"ranking": [2, 1]}`
			}
		}
		return imagescope.Response{Text: text}, nil
	})
}

// TestSameResultForFewerCalls compares searches with exhaustive ones, for
// rankers that tell how far they look and one that does not.
func TestSameResultForFewerCalls(t *testing.T) {
	var images []imagescope.Image
	for i := range 30 {
		images = append(images, imagescope.Image{ID: fmt.Sprintf("%02d", i), Caption: words[i%len(words)] + " " + words[i/2%len(words)]})
	}
	gallery := new(index.Flat)
	untold := imagescope.RankerFunc(func(_ context.Context, _ imagescope.Query, _ imagescope.Intent, cs []imagescope.Candidate) ([]imagescope.Candidate, error) {
		slices.Reverse(cs[:20])
		return cs, nil
	})
	seed := maphash.MakeSeed()
	saved := map[string]int{}
	for n := range 300 {
		model := opinionated(seed, uint64(n%11))
		name := []string{"none", "pairwise", "listwise", "tournament", "captions", "untold"}[n%6]
		cfg := imagescope.Config{
			Embedder: words, Index: gallery, Intent: intent.New(model, nil),
			Verify: verify.New(model, &verify.Options{Form: verify.Form(n % 2), Concurrency: 1 + n%9}),
			Rank: map[string]imagescope.Ranker{
				"pairwise":   rank.New(model, &rank.Options{Alpha: 1 + n%5}),
				"listwise":   rank.NewListwise(model, &rank.ListwiseOptions{Alpha: 1 + n%12}),
				"tournament": rank.NewTournament(model, &rank.TournamentOptions{Alpha: 1 + n%3}),
				"captions":   rank.Captions{Alpha: 1 + n%4},
				"untold":     untold,
			}[name],
		}
		if n%7 == 3 {
			cfg.Gate.Confidence = 0.25
		}
		if n%7 == 5 {
			cfg.RefineBelow = 0.5
		}
		search := func(exhaustive bool) imagescope.Result {
			cfg.Exhaustive = exhaustive
			p, err := imagescope.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 && !exhaustive {
				if err := p.Add(t.Context(), images...); err != nil {
					t.Fatal(err)
				}
			}
			got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 1 + n/6%13})
			if err != nil || len(got.Faults) > 0 {
				t.Fatalf("case %d: Search: faults %v, error %v", n, got.Faults, err)
			}
			return got
		}
		got, want := search(false), search(true)
		saved[name] += want.Total().Calls - got.Total().Calls
		got.Usage, want.Usage = nil, nil
		got.LeftOut = slices.DeleteFunc(got.LeftOut, func(o imagescope.Omission) bool { return o.Why == imagescope.UncheckedSettled })
		if len(got.LeftOut) == 0 {
			got.LeftOut = nil
		}
		if d := gocmp.Diff(asJSON(t, want), asJSON(t, got)); d != "" {
			t.Errorf("case %d, ranker %s: the exhaustive search is -, the other one +\n%s", n, name, d)
		}
	}
	for name, calls := range saved {
		if (calls > 0) == (name == "untold") {
			t.Errorf("ranker %s: %d calls saved", name, calls)
		}
	}
}

func TestExplainUnchecked(t *testing.T) {
	for reason, says := range map[imagescope.Unchecked]string{
		"":                          "not checked",
		imagescope.UncheckedSettled: "not checked: its answers could not have changed the places that matter",
		imagescope.UncheckedBudget:  "not checked: the budget of the query was spent",
		imagescope.UncheckedFault:   "not checked: it could not be asked about",
	} {
		r := imagescope.Result{Candidates: []imagescope.Candidate{{Unchecked: reason, Places: imagescope.Places{Retrieve: 1, Verify: 2}}}}
		if got := r.Explain(0); !strings.HasSuffix(got, "place 2, "+says) {
			t.Errorf("Explain with reason %q = %q", reason, got)
		}
	}
}
