package imagescope_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
)

type (
	candidates   = []imagescope.Candidate
	propositions = []imagescope.Proposition
)

// verifyWith and rankWith set a stage to a function of the candidates.
func verifyWith(f func(context.Context, candidates) (candidates, error)) func(*imagescope.Config) {
	return func(c *imagescope.Config) {
		c.Verify = verifier{verify: func(ctx context.Context, _ propositions, cs candidates, _ int) (candidates, error) {
			return f(ctx, cs)
		}}
	}
}

func rankWith(f func(context.Context, candidates) (candidates, error)) func(*imagescope.Config) {
	return func(c *imagescope.Config) {
		c.Rank = imagescope.RankerFunc(func(ctx context.Context, _ imagescope.Query, _ imagescope.Intent, cs candidates) (candidates, error) {
			return f(ctx, cs)
		})
	}
}

func intentWith(f func(context.Context, imagescope.Query) (imagescope.Intent, error)) func(*imagescope.Config) {
	return func(c *imagescope.Config) { c.Intent = imagescope.InterpreterFunc(f) }
}

func proposeWith(f func(context.Context) (propositions, error)) func(*imagescope.Config) {
	return func(c *imagescope.Config) {
		c.Verify = verifier{propose: func(ctx context.Context, _ imagescope.Query, _ imagescope.Intent) (propositions, error) {
			return f(ctx)
		}}
	}
}

// nonsense are the ways in which a stage can return other candidates than it
// was given.
var nonsense = map[string]func(context.Context, candidates) (candidates, error){
	"nil":        func(context.Context, candidates) (candidates, error) { return nil, nil },
	"none":       func(context.Context, candidates) (candidates, error) { return candidates{}, nil },
	"lost":       func(_ context.Context, cs candidates) (candidates, error) { return cs[1:], nil },
	"added":      func(_ context.Context, cs candidates) (candidates, error) { return append(cs, cs[0]), nil },
	"duplicated": func(_ context.Context, cs candidates) (candidates, error) { cs[0] = cs[1]; return cs, nil },
	"invented":   func(_ context.Context, cs candidates) (candidates, error) { cs[0].Image.ID = "zebra"; return cs, nil },
	"lost with error": func(_ context.Context, cs candidates) (candidates, error) {
		return cs[1:], errBroken
	},
}

// faultTest is a pipeline with one stage that does not do its work.
type faultTest struct {
	name   string
	change func(*imagescope.Config)
	want   []string                  // the order in the end
	faults map[imagescope.Stage]bool // the stages at fault; true for a skipped one
	is     error                     // the cause, if it has one
}

func faultTests() []faultTest {
	skipped := func(st imagescope.Stage) map[imagescope.Stage]bool { return map[imagescope.Stage]bool{st: true} }
	madeDo := func(st imagescope.Stage) map[imagescope.Stage]bool { return map[imagescope.Stage]bool{st: false} }
	failing := func(context.Context, candidates) (candidates, error) { return nil, errBroken }
	reversed := func(_ context.Context, cs candidates) (candidates, error) {
		slices.Reverse(cs)
		return cs, errBroken
	}
	unverified := []string{"c", "a", "b", "e", "d"} // retrieved, and the first dog moved to the front
	tests := []faultTest{
		{"intent errs", intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{}, errBroken
		}), ranked, skipped(imagescope.StageIntent), errBroken},
		{"intent is empty", intentWith(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
			return imagescope.Intent{}, nil
		}), ranked, skipped(imagescope.StageIntent), nil},
		{"intent is a fallback", intentWith(func(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
			in, _ := literally(ctx, q)
			return in, errBroken
		}), ranked, madeDo(imagescope.StageIntent), errBroken},
		{"propose errs", proposeWith(func(context.Context) (propositions, error) { return nil, errBroken }),
			unverified, skipped(imagescope.StageVerify), errBroken},
		{"propose errs with propositions", proposeWith(func(context.Context) (propositions, error) {
			return propositions{{Question: "Is it blue?", Want: true}}, errBroken
		}), ranked, madeDo(imagescope.StageVerify), errBroken},
		{"verify errs", verifyWith(failing), unverified, skipped(imagescope.StageVerify), errBroken},
		{"verify errs with an order", verifyWith(reversed), []string{"d", "e", "c", "b", "a"}, madeDo(imagescope.StageVerify), errBroken},
		{"rank errs", rankWith(failing), verified, skipped(imagescope.StageRank), errBroken},
		{"rank errs with an order", rankWith(reversed), []string{"e", "c", "a", "d", "b"}, madeDo(imagescope.StageRank), errBroken},
	}
	for name, f := range nonsense {
		tests = append(tests,
			faultTest{"verify: " + name, verifyWith(f), unverified, skipped(imagescope.StageVerify), nil},
			faultTest{"rank: " + name, rankWith(f), verified, skipped(imagescope.StageRank), nil})
	}
	return tests
}

func TestFaultsAreDoneWithout(t *testing.T) {
	for _, tt := range faultTests() {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newPipeline(t, tt.change).Search(t.Context(), imagescope.Text("red cat"))
			if err != nil {
				t.Fatalf("Search: %v", err)
			}
			if d := cmp.Diff(tt.want, got.IDs()); d != "" {
				t.Errorf("order: want is -, got is +\n%s", d)
			}
			faults := map[imagescope.Stage]bool{}
			for _, f := range got.Faults {
				faults[f.Stage] = f.Skipped
				if f.Reason != f.Err.Error() || tt.is != nil && !errors.Is(f.Err, tt.is) {
					t.Errorf("fault %+v, want one of %v", f, tt.is)
				}
			}
			if d := cmp.Diff(tt.faults, faults); d != "" || len(got.Faults) != 1 {
				t.Errorf("%d faults: want is -, got is +\n%s", len(got.Faults), d)
			}
			checkSkipped(t, got)
		})
	}
}

// checkSkipped checks that a skipped stage has left no mark on the result.
func checkSkipped(t *testing.T, r imagescope.Result) {
	t.Helper()
	for _, f := range r.Faults {
		for _, c := range r.Candidates {
			switch {
			case f.Skipped && f.Stage == imagescope.StageVerify && (c.Places.Verify != 0 || c.Answers != nil):
				t.Errorf("stage 2 was skipped, and %s has place %d and answers %v", c.Image.ID, c.Places.Verify, c.Answers)
			case f.Skipped && f.Stage == imagescope.StageRank && (c.Places.Rank != 0 || c.Verdict != nil):
				t.Errorf("stage 3 was skipped, and %s has place %d and verdict %v", c.Image.ID, c.Places.Rank, c.Verdict)
			}
		}
		if f.Skipped && r.Stage == f.Stage {
			t.Errorf("stage %s was skipped and is the result's", r.Stage)
		}
	}
}

func TestStrict(t *testing.T) {
	for _, tt := range faultTests() {
		p := newPipeline(t, func(c *imagescope.Config) {
			tt.change(c)
			c.Strict = true
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: Search = %v, %v; want error %v", tt.name, got.IDs(), err, tt.is)
			continue
		}
		for st := range tt.faults {
			if !strings.Contains(err.Error(), string(st)+":") {
				t.Errorf("%s: error %q does not name stage %s", tt.name, err, st)
			}
		}
	}
	p := newPipeline(t, func(c *imagescope.Config) { c.Strict = true })
	if got, err := p.Search(t.Context(), imagescope.Text("red cat")); err != nil || !slices.Equal(got.IDs(), ranked) {
		t.Errorf("Search without a fault = %v, %v", got.IDs(), err)
	}
}

// TestStageChangesOnlyItsOwn has stages write into what is not theirs.
func TestStageChangesOnlyItsOwn(t *testing.T) {
	scribble := func(_ context.Context, cs candidates) (candidates, error) {
		for i := range cs {
			cs[i] = imagescope.Candidate{
				Image:      imagescope.Image{ID: cs[i].Image.ID, Caption: "a lie"},
				Similarity: float32(math.NaN()),
				Answers:    []imagescope.Answer{{Yes: true}}, Satisfied: 1,
				Verdict: &imagescope.Verdict{Accepted: true},
				Places:  imagescope.Places{Retrieve: 99},
			}
		}
		return cs, nil
	}
	plain, err := newPipeline(t, func(c *imagescope.Config) { c.Verify, c.Rank = nil, nil }).Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	for st, change := range map[imagescope.Stage]func(*imagescope.Config){
		imagescope.StageVerify: verifyWith(scribble), imagescope.StageRank: rankWith(scribble),
	} {
		p := newPipeline(t, func(c *imagescope.Config) {
			c.Verify, c.Rank = nil, nil
			change(c)
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(plain.Candidates)
		for i := range want {
			want[i].Answers, want[i].Satisfied = []imagescope.Answer{{Yes: true}}, 1
			want[i].Verdict = &imagescope.Verdict{Accepted: true}
			if st == imagescope.StageVerify {
				want[i].Places.Verify, want[i].Confidence = i+1, 1
			} else {
				want[i].Places.Rank = i + 1
			}
		}
		if d := cmp.Diff(want, got.Candidates); d != "" {
			t.Errorf("%s: want is -, got is +\n%s", st, d)
		}
	}
}

// TestStageKeepsItsSlice has a stage go on writing into the candidates that it
// has returned.
func TestStageKeepsItsSlice(t *testing.T) {
	var kept candidates
	p := newPipeline(t, func(c *imagescope.Config) {
		verifyWith(func(_ context.Context, cs candidates) (candidates, error) {
			kept = cs
			return cs, nil
		})(c)
		rankWith(func(_ context.Context, cs candidates) (candidates, error) {
			clear(kept)
			return cs, nil
		})(c)
	})
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(retrieved, got.IDs()); d != "" {
		t.Errorf("Search: want is -, got is +\n%s", d)
	}
}

// slow are stages that wait for the end of their context. Each calls entered
// when it begins to wait.
func slow(entered func()) map[imagescope.Stage]func(*imagescope.Config) {
	stay := func(ctx context.Context, _ candidates) (candidates, error) {
		entered()
		return nil, wait(ctx)
	}
	return map[imagescope.Stage]func(*imagescope.Config){
		imagescope.StageIntent: intentWith(func(ctx context.Context, _ imagescope.Query) (imagescope.Intent, error) {
			entered()
			return imagescope.Intent{}, wait(ctx)
		}),
		"propose": proposeWith(func(ctx context.Context) (propositions, error) {
			entered()
			return nil, wait(ctx)
		}),
		imagescope.StageVerify: verifyWith(stay),
		imagescope.StageRank:   rankWith(stay),
	}
}

func TestStageTimeout(t *testing.T) {
	for st, change := range slow(func() {}) {
		for _, strict := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				p := newPipeline(t, func(c *imagescope.Config) {
					change(c)
					c.StageTimeout, c.Strict = time.Minute, strict
				})
				start := time.Now()
				got, err := p.Search(t.Context(), imagescope.Text("red cat"))
				if took := time.Since(start); took != time.Minute {
					t.Errorf("%s: Search took %v", st, took)
				}
				if !strict && err == nil && len(got.Faults) == 1 {
					err = got.Faults[0].Err
				}
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Config.StageTimeout, 1m0s") {
					t.Errorf("%s, strict %v: Search: error %v", st, strict, err)
				}
				if !strict && len(got.Candidates) != len(pets()) {
					t.Errorf("%s: Search returned %v", st, got.IDs())
				}
			})
		}
	}
}

// TestLateStage has a stage that succeeds after its time, in spite of its
// context.
func TestLateStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t, func(c *imagescope.Config) {
			rankWith(func(ctx context.Context, cs candidates) (candidates, error) {
				time.Sleep(time.Hour)
				return dogFirst(ctx, imagescope.Query{}, imagescope.Intent{}, cs)
			})(c)
			c.StageTimeout = time.Minute
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil || len(got.Faults) != 1 || !strings.Contains(got.Faults[0].Reason, "Config.StageTimeout, 1m0s") {
			t.Errorf("Search: faults %v, error %v", got.Faults, err)
		}
	})
}

// TestTimeoutIsPerStage gives each stage less than the limit, and all together
// more.
func TestTimeoutIsPerStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t, func(c *imagescope.Config) {
			verifyWith(func(ctx context.Context, cs candidates) (candidates, error) {
				time.Sleep(50 * time.Second)
				return cs, nil
			})(c)
			rankWith(func(ctx context.Context, cs candidates) (candidates, error) {
				time.Sleep(50 * time.Second)
				return cs, nil
			})(c)
			c.StageTimeout = time.Minute
		})
		got, err := p.Search(t.Context(), imagescope.Text("red cat"))
		if err != nil || len(got.Faults) > 0 {
			t.Errorf("Search: faults %v, error %v", got.Faults, err)
		}
		if u := got.Usage[imagescope.StageRank]; u.Time != 50*time.Second {
			t.Errorf("Usage of the rank stage is %+v", u)
		}
	})
}
