package imagescope_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/verify"
)

// shows is a verifier that asks for words, and finds them in captions.
func shows(words ...string) verifier {
	return verifier{
		propose: func(context.Context, imagescope.Query, imagescope.Intent) (props []imagescope.Proposition, err error) {
			for _, w := range words {
				props = append(props, imagescope.Proposition{Question: "Is there " + w + "?", Want: true})
			}
			return props, nil
		},
		verify: func(_ context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
			var sorted []imagescope.Candidate
			limit = min(limit, len(cs))
			for n := len(props); n >= 0; n-- {
				for _, c := range cs[:limit] {
					c.Answers, c.Satisfied = nil, 0
					for k := range props {
						yes := strings.Contains(c.Image.Caption, words[k])
						c.Answers = append(c.Answers, imagescope.Answer{Yes: yes})
						if yes {
							c.Satisfied++
						}
					}
					if c.Satisfied == n {
						sorted = append(sorted, c)
					}
				}
			}
			return append(sorted, cs[limit:]...), nil
		},
	}
}

// refiner reads queries literally and refines them as a function does.
type refiner struct {
	imagescope.InterpreterFunc
	refine func(q imagescope.Query, in imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) (imagescope.Refinement, error)
}

func (r refiner) Refine(_ context.Context, q imagescope.Query, in imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) (imagescope.Refinement, error) {
	return r.refine(q, in, props, best)
}

// lookFor is a refiner that has descriptions searched for.
func lookFor(descriptions ...string) refiner {
	return refiner{literally, func(imagescope.Query, imagescope.Intent, []imagescope.Proposition, []imagescope.Candidate) (imagescope.Refinement, error) {
		return imagescope.Refinement{Unmet: "the dog", Descriptions: descriptions}, nil
	}}
}

func TestRefine(t *testing.T) {
	failing := refiner{literally, func(imagescope.Query, imagescope.Intent, []imagescope.Proposition, []imagescope.Candidate) (imagescope.Refinement, error) {
		return imagescope.Refinement{}, errBroken
	}}
	tests := []struct {
		name     string
		change   func(*imagescope.Config)
		limit    int
		want     []string
		found    int // -1 for no round
		rejected []string
		fault    bool
	}{
		// Retrieval finds a and b, red cat and blue cat, of which no one is a dog.
		{name: "off", change: func(c *imagescope.Config) { c.Intent, c.RefineBelow = lookFor("blue dog"), 0 }, want: []string{"a", "b"}, found: -1},
		{name: "the newcomers are better", change: func(c *imagescope.Config) {}, limit: 3, want: []string{"d", "c", "a"}, found: 2},
		{name: "only as many as are asked for", change: func(c *imagescope.Config) {}, want: []string{"d", "a"}, found: 1},
		{name: "sure enough", change: func(c *imagescope.Config) { c.Verify = shows("red") }, want: []string{"a", "b"}, found: -1},
		{name: "a low threshold", change: func(c *imagescope.Config) { c.Verify, c.RefineBelow = shows("dog", "red"), 0.4 }, want: []string{"a", "b"}, found: -1},
		{name: "equals come behind", change: func(c *imagescope.Config) { c.Verify = shows("dog", "red") }, limit: 3, want: []string{"c", "a", "d"}, found: 2},
		{name: "nothing new", change: func(c *imagescope.Config) { c.Intent = lookFor("red cat") }, want: []string{"a", "b"}},
		{name: "nothing to look for", change: func(c *imagescope.Config) { c.Intent = lookFor() }, want: []string{"a", "b"}, found: -1},
		{name: "the refiner fails", change: func(c *imagescope.Config) { c.Intent = failing }, want: []string{"a", "b"}, found: -1, fault: true},
		{name: "stage 2 fails the second time", change: func(c *imagescope.Config) {
			v, calls := shows("dog"), 0
			once := v.verify
			v.verify = func(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
				if calls++; calls > 1 {
					return nil, errBroken
				}
				return once(ctx, props, cs, limit)
			}
			c.Verify = v
		}, want: []string{"a", "b"}, found: -1, fault: true},
		{name: "ranked at last", change: func(c *imagescope.Config) {
			c.Rank = imagescope.RankerFunc(dogFirst)
			c.Verify = shows("dog", "red")
		}, limit: 3, want: []string{"c", "a", "d"}, found: 2},
		{name: "out of nothing", change: func(c *imagescope.Config) { c.MinConfidence = 1 }, limit: 3, want: []string{"d", "c"}, found: 2, rejected: []string{"a", "b"}},
		{name: "newcomers are rejected too", change: func(c *imagescope.Config) {
			c.MinConfidence, c.Intent = 1, lookFor("red car at night")
		}, limit: 3, want: []string{"c"}, rejected: []string{"a", "b", "e"}, found: 2},
	}
	for _, tt := range tests {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Intent, c.Verify, c.Rank, c.TopK, c.RefineBelow = lookFor("blue dog"), shows("dog"), nil, 2, 1
			tt.change(c)
		})
		q := imagescope.Query{Text: "red cat", Limit: 2}
		if tt.limit > 0 { // with 3, c is found at once, and not checked
			q.Limit = tt.limit
		}
		var stages []imagescope.Stage
		var got imagescope.Result
		for r, err := range p.Stages(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			got, stages = r, append(stages, r.Stage)
		}
		if d := cmp.Diff(tt.want, got.IDs(), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: results: want is -, got is +\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.rejected, rejected(got), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: rejected: want is -, got is +\n%s", tt.name, d)
		}
		if (len(got.Faults) > 0) != tt.fault {
			t.Errorf("%s: faults %v", tt.name, got.Faults)
		}
		if (got.Refinement != nil) != (tt.found >= 0) || got.Refinement != nil && got.Refinement.Found != tt.found {
			t.Errorf("%s: refinement %+v, want %d found", tt.name, got.Refinement, tt.found)
		}
		if last := stages[len(stages)-1]; tt.found < 0 && last != imagescope.StageVerify || tt.found >= 0 && !slices.Contains(stages, imagescope.StageRefine) {
			t.Errorf("%s: stages %v", tt.name, stages)
		}
	}
}

// TestRefineBehindTopK has the round check what retrieval found, and stage 2
// had not looked at: it is moved, and neither doubled nor found anew.
func TestRefineBehindTopK(t *testing.T) {
	for least, want := range map[float64][]string{0: {"d", "a", "b", "c", "e"}, 1: {"d"}} {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Intent, c.Verify, c.Rank, c.TopK, c.RefineBelow, c.MinConfidence = lookFor("blue dog"), shows("dog", "blue"), nil, 2, 1, least
		})
		got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		ids := got.IDs()
		if least == 0 {
			slices.Sort(ids[1:])
		}
		if d := cmp.Diff(want, ids); d != "" || len(got.Candidates)+len(got.Rejected) != 5 {
			t.Errorf("MinConfidence %v: %d rejected; results: want is -, got is +\n%s", least, len(got.Rejected), d)
		}
		if first := got.Candidates[0]; first.Places.Retrieve != 5 || first.Places.Refine != 1 || first.Confidence != 1 {
			t.Errorf("MinConfidence %v: the first is %+v", least, first)
		}
	}
}

// TestRefinePanics has a refiner, and then a verifier, panic: the order stands.
func TestRefinePanics(t *testing.T) {
	calls := 0
	once := shows("dog")
	late := once
	late.verify = func(ctx context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, limit int) ([]imagescope.Candidate, error) {
		if calls++; calls > 1 {
			panic("the second time")
		}
		return once.verify(ctx, props, cs, limit)
	}
	panics := refiner{literally, func(imagescope.Query, imagescope.Intent, []imagescope.Proposition, []imagescope.Candidate) (imagescope.Refinement, error) {
		panic("at once")
	}}
	for name, change := range map[string]func(*imagescope.Config){
		"refiner":  func(c *imagescope.Config) { c.Intent = panics },
		"verifier": func(c *imagescope.Config) { c.Verify = late },
	} {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Intent, c.Verify, c.Rank, c.TopK, c.RefineBelow = lookFor("blue dog"), once, nil, 2, 1
			change(c)
		})
		got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 2})
		if err != nil || len(got.Faults) != 1 || !got.Faults[0].Skipped {
			t.Fatalf("%s: faults %v, error %v", name, got.Faults, err)
		}
		if d := cmp.Diff([]string{"a", "b"}, got.IDs()); d != "" {
			t.Errorf("%s: results: want is -, got is +\n%s", name, d)
		}
	}
}

// TestRefineRejects has a newcomer that is rejected tell where it came from and
// what it lacks.
func TestRefineRejects(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent, c.Verify, c.Rank = lookFor("blue dog"), shows("dog", "red"), nil
		c.TopK, c.RefineBelow, c.MinConfidence = 2, 1, 1
	})
	got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.Index(rejected(got), "d")
	if i < 0 {
		t.Fatalf("rejected are %v, and not d", rejected(got))
	}
	for _, want := range []string{"retrieve: not found, similarity", "refine:   place 1, found when it was searched for \"the dog\"", "1 of 2 propositions hold"} {
		if told := got.ExplainRejected(i); !strings.Contains(told, want) {
			t.Errorf("ExplainRejected does not say %q:\n%s", want, told)
		}
	}
}

// TestRefinerIsTold has a refiner see the surest candidates first, those that
// were rejected among them, with their answers.
func TestRefinerIsTold(t *testing.T) {
	var told []imagescope.Candidate
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent = refiner{literally, func(_ imagescope.Query, in imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) (imagescope.Refinement, error) {
			if len(props) != 2 || len(in.Descriptions) != 1 {
				t.Errorf("Refine is told of %v and %v", props, in)
			}
			told = best
			return imagescope.Refinement{}, nil
		}}
		c.Verify, c.RefineBelow, c.MinConfidence = shows("dog", "red"), 1, 0.6
		c.Rank, c.TopK = nil, 3
	})
	got, err := p.Search(t.Context(), imagescope.Query{Text: "blue cat", Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range told {
		ids = append(ids, c.Image.ID)
		if len(c.Answers) != 2 {
			t.Errorf("%s has the answers %v", c.Image.ID, c.Answers)
		}
	}
	if d := cmp.Diff([]string{"a", "d", "b"}, ids); d != "" || len(got.Candidates) > 0 {
		t.Errorf("results %v; told of: want is -, got is +\n%s", got.IDs(), d)
	}
}

// TestRefineNewcomers has newcomers tell how similar they are to the intent,
// and why they were found.
func TestRefineNewcomers(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent, c.Verify, c.RefineBelow, c.TopK, c.Rank = lookFor("blue dog"), shows("dog"), 1, 2, nil
	})
	got, err := p.Search(t.Context(), imagescope.Query{Text: "red cat", Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	first := got.Candidates[0]
	if d := cmp.Diff(imagescope.Places{Refine: 1}, first.Places); d != "" || first.Similarity > 0.1 || first.Confidence != 1 {
		t.Errorf("the newcomer has similarity %v, confidence %v; places: want is -, got is +\n%s", first.Similarity, first.Confidence, d)
	}
	for _, want := range []string{"retrieve: not found, similarity", "refine:   place 1, found when it was searched for \"the dog\"", "1 of 1 propositions hold"} {
		if told := got.Explain(0); !strings.Contains(told, want) {
			t.Errorf("Explain does not say %q:\n%s", want, told)
		}
	}
	var back imagescope.Result
	if err := json.Unmarshal([]byte(asJSON(t, got)), &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got.Refinement, back.Refinement); d != "" {
		t.Errorf("the refinement read back: want is -, got is +\n%s", d)
	}
}

// TestRefineChat has a turn refined, and the next one start from what the
// interpreter made of it.
func TestRefineChat(t *testing.T) {
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent, c.Verify, c.RefineBelow, c.TopK = lookFor("blue dog"), shows("dog"), 1, 2
	})
	chat := p.Chat()
	got, err := chat.Send(t.Context(), imagescope.Query{Text: "red cat", Limit: 2})
	if err != nil || got.Refinement == nil || got.IDs()[0] != "d" {
		t.Fatalf("Send = %v, %v, want d first, found by a refinement", got.IDs(), err)
	}
	if turn := chat.Turns()[0]; turn.Description != "red cat" {
		t.Errorf("the turn is described as %q", turn.Description)
	}
}

func TestRefineUnusable(t *testing.T) {
	for name, change := range map[string]func(*imagescope.Config){
		"too much":    func(c *imagescope.Config) { c.RefineBelow = 1.5 },
		"negative":    func(c *imagescope.Config) { c.RefineBelow = -1 },
		"no verifier": func(c *imagescope.Config) { c.RefineBelow, c.Verify = 1, nil },
		"no refiner":  func(c *imagescope.Config) { c.RefineBelow, c.Intent = 1, imagescope.InterpreterFunc(literally) },
		"no intent":   func(c *imagescope.Config) { c.RefineBelow, c.Intent = 1, nil },
	} {
		cfg := fullConfig()
		cfg.Intent = lookFor()
		change(&cfg)
		if _, err := imagescope.New(cfg); err == nil || !strings.Contains(err.Error(), "Config.RefineBelow") {
			t.Errorf("%s: New: error %v", name, err)
		}
	}
}

// TestRefineCost has the cost of a round told beforehand, and stay below that.
func TestRefineCost(t *testing.T) {
	model := scripted(map[imagescope.Task]string{
		imagescope.TaskPropose: "```json\n" + `{"step2": [["Is there a unicorn?", "True"]]}` + "\n```",
		imagescope.TaskVerify:  `{"1": "no"}`,
		imagescope.TaskRefine:  `{"unmet": 1, "descriptions": ["blue dog at night"]}`,
	})
	p := newPipeline(t, func(c *imagescope.Config) {
		c.Intent, c.Verify, c.RefineBelow, c.TopK = intent.New(model, nil), verify.New(model, nil), 1, 2
	})
	q := imagescope.Query{Text: "red cat", Limit: 2}
	most, err := p.Estimate(q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Search(t.Context(), q)
	if err != nil || len(got.Faults) > 0 || got.Refinement == nil || got.Refinement.Unmet != "Is there a unicorn?" {
		t.Fatalf("Search: refinement %+v, faults %v, error %v", got.Refinement, got.Faults, err)
	}
	if used, bound := got.Usage[imagescope.StageRefine].Calls, most.Stages[imagescope.StageRefine].Calls; used != 1+got.Refinement.Found || used > bound {
		t.Errorf("the round took %d calls for %d newcomers, of at most %d", used, got.Refinement.Found, bound)
	}
}
