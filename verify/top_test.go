package verify_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify"
)

var queries = flag.Int("queries", 10, "how many queries TestTopCost asks for each line of its table")

// trial is a random case: what candidates show is told by their captions, a
// digit for each question, 1 for yes; "!" is an image that cannot be read.
type trial struct {
	props []imagescope.Proposition
	cs    []imagescope.Candidate
	limit int
	top   int
	gaps  uint64 // seeds which questions a reply to all leaves open; 0 for none
}

func randomTrial(r *rand.Rand) trial {
	t := trial{props: make([]imagescope.Proposition, 1+r.IntN(5)), cs: make([]imagescope.Candidate, 1+r.IntN(24))}
	for k := range t.props {
		t.props[k] = imagescope.Proposition{Question: fmt.Sprintf("<%d>", k), Want: r.IntN(3) > 0}
	}
	good := r.Float64()
	for i := range t.cs {
		var caption strings.Builder
		for _, p := range t.props {
			caption.WriteString(strconv.Itoa(map[bool]int{true: 1}[p.Want == (r.Float64() < good)]))
		}
		t.cs[i].Image = imagescope.Image{ID: fmt.Sprint(i), Caption: caption.String()}
	}
	t.limit = r.IntN(len(t.cs) + 3)
	t.top = r.IntN(t.limit + 2)
	if r.IntN(4) == 0 {
		t.gaps = r.Uint64() | 1
	}
	return t
}

// fail makes some candidates unreadable, half of those checked at most.
func (t trial) fail(r *rand.Rand) {
	for range r.IntN(min(t.limit, len(t.cs))/2 + 1) {
		t.cs[r.IntN(len(t.cs))].Image.Caption = "!"
	}
}

func (t trial) candidates() []imagescope.Candidate { return slices.Clone(t.cs) }

// seer answers the questions of a trial.
type seer struct {
	trial
	wait func(imagescope.Request) // before each reply

	mu    sync.Mutex
	asked []string // "ID" for all questions, else "ID/question"
}

func (s *seer) Reason(_ context.Context, req imagescope.Request) (imagescope.Response, error) {
	img := req.Images[0]
	var at []int
	for k, p := range s.props {
		if strings.Contains(req.Prompt, p.Question) {
			at = append(at, k)
		}
	}
	together := strings.Contains(req.Prompt, "JSON")
	what := img.ID
	if !together {
		what = fmt.Sprintf("%s/%d", img.ID, at[0])
	}
	s.mu.Lock()
	s.asked = append(s.asked, what)
	s.mu.Unlock()
	if s.wait != nil {
		s.wait(req)
	}
	if img.Caption == "!" {
		return imagescope.Response{}, &imagescope.ImageError{ID: img.ID, Op: "decode", Err: imagescope.ErrImageTruncated}
	}
	yes := func(k int) string { return map[byte]string{'0': "no", '1': "yes"}[img.Caption[k]] }
	if !together {
		return imagescope.Response{Text: yes(at[0])}, nil
	}
	n, _ := strconv.Atoi(img.ID)
	open := rand.New(rand.NewPCG(s.gaps, uint64(n)))
	var members []string
	for k := range s.props {
		if s.gaps == 0 || open.IntN(3) > 0 {
			members = append(members, fmt.Sprintf(`"%d": %q`, k+1, yes(k)))
		}
	}
	return imagescope.Response{Text: "{" + strings.Join(members, ", ") + "}"}, nil
}

// TestTopIsExact compares, over thousands of random cases, the places that
// matter with those of asking about everything.
func TestTopIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	ctx := t.Context()
	saved := 0
	for n := range 2000 {
		tr := randomTrial(r)
		if n%3 == 0 {
			tr.fail(r)
		}
		for _, form := range []verify.Form{verify.Together, verify.Single} {
			full := &seer{trial: tr}
			want, werr := verify.New(full, &verify.Options{Form: form, Concurrency: 1}).Verify(ctx, tr.props, tr.candidates(), tr.limit)
			if want == nil {
				if werr == nil {
					t.Fatalf("case %d: Verify returned nothing", n)
				}
				continue
			}
			w := 1 + (n+int(form))%32
			stirred := &seer{trial: tr, wait: func(req imagescope.Request) {
				for range len(req.Images[0].ID+req.Prompt) % 7 * (n % 5) {
					runtime.Gosched()
				}
			}}
			got, err := verify.New(stirred, &verify.Options{Form: form, Concurrency: w}).VerifyTop(ctx, tr.props, tr.candidates(), tr.limit, tr.top)
			top := min(tr.top, tr.limit, len(tr.cs))
			if got == nil && err != nil && len(stirred.asked) > 0 { // all failed: the order stands
				if d := cmp.Diff(ids(tr.cs[:top]), ids(want[:top])); d != "" {
					t.Fatalf("case %d, form %d, concurrency %d: given up (%v), though the order changes:\n%s", n, form, w, err, d)
				}
				continue
			}
			if !reflect.DeepEqual(want[:top], got[:top]) {
				t.Fatalf("case %d, form %d, concurrency %d, limit %d, top %d of %d: want is -, got is +\n%s",
					n, form, w, tr.limit, tr.top, len(tr.cs), cmp.Diff(want[:top], got[:top]))
			}
			checkLeftOut(t, got, min(tr.limit, len(tr.cs)), top)
			if len(stirred.asked) > len(full.asked) && werr == nil {
				t.Errorf("case %d: %d calls, more than the %d of asking about all", n, len(stirred.asked), len(full.asked))
			}
			slices.Sort(stirred.asked)
			if twice := len(stirred.asked) - len(slices.Compact(slices.Clone(stirred.asked))); twice > 0 {
				t.Errorf("case %d: %d questions were asked twice: %v", n, twice, stirred.asked)
			}
			saved += len(full.asked) - len(stirred.asked)
		}
	}
	if saved == 0 {
		t.Error("no call was saved")
	}
}

func ids(cs []imagescope.Candidate) []string {
	list := make([]string, len(cs))
	for i, c := range cs {
		list[i] = c.Image.ID
	}
	return list
}

// checkLeftOut checks that what was left out says so and stands behind what
// matters.
func checkLeftOut(t *testing.T, cs []imagescope.Candidate, limit, top int) {
	t.Helper()
	for i, c := range cs {
		switch {
		case c.Unchecked != "" && c.Answers != nil:
			t.Errorf("candidate %s has answers and is marked %q", c.Image.ID, c.Unchecked)
		case c.Unchecked == imagescope.UncheckedSettled && (i < top || i >= limit):
			t.Errorf("candidate %s at place %d was left out, though the first %d of %d matter", c.Image.ID, i+1, top, limit)
		case c.Unchecked == "" && c.Answers == nil && i < limit:
			t.Errorf("candidate %s at place %d has no answers and does not say why", c.Image.ID, i+1)
		}
	}
}

// TestTopAsksTheSame has the answers come at different times: what is asked
// depends only on what they say.
func TestTopAsksTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 100 {
		tr, w := randomTrial(r), 1+n%32
		for _, form := range []verify.Form{verify.Together, verify.Single} {
			var first []string
			for run := range 3 {
				synctest.Test(t, func(t *testing.T) {
					latency := rand.New(rand.NewPCG(uint64(run), uint64(n)))
					var mu sync.Mutex
					model := &seer{trial: tr, wait: func(imagescope.Request) {
						mu.Lock()
						d := time.Duration(latency.IntN(1000))
						mu.Unlock()
						time.Sleep(d * time.Millisecond)
					}}
					if _, err := verify.New(model, &verify.Options{Form: form, Concurrency: w}).VerifyTop(t.Context(), tr.props, tr.candidates(), tr.limit, tr.top); err != nil {
						t.Fatal(err)
					}
					slices.Sort(model.asked)
					if run == 0 {
						first = model.asked
					} else if d := cmp.Diff(first, model.asked); d != "" {
						t.Errorf("case %d, form %d, concurrency %d: asked differs with the timing: first is -, now is +\n%s", n, form, w, d)
					}
				})
			}
		}
	}
}

// TestTopAsks shows what is asked where the third place decides: the model can
// say yes to each question about it.
func TestTopAsks(t *testing.T) {
	captions := []string{"a cat on a sofa", "a table", "a cat on a sofa", "a cat", "a sofa", "", ""}
	tests := []struct {
		name  string
		form  verify.Form
		top   int
		width int
		want  []string // the order
		asked []string
	}{
		{
			name: "until the place is sure", top: 1, width: 1,
			want: []string{"0:3", "1:-", "2:-", "3:-", "4:-", "5:-", "6:-"}, asked: []string{"0: all"},
		},
		{
			name: "past one that is worse", top: 2, width: 1,
			want: []string{"0:3", "2:3", "1:0", "3:-", "4:-", "5:-", "6:-"}, asked: []string{"0: all", "1: all", "2: all"},
		},
		{
			name: "a wave at a time", top: 1, width: 4,
			want: []string{"0:3", "2:3", "3:2", "1:0", "4:-", "5:-", "6:-"}, asked: []string{"0: all", "1: all", "2: all", "3: all"},
		},
		{
			name: "none", top: 0, width: 4,
			want: []string{"0:-", "1:-", "2:-", "3:-", "4:-", "5:-", "6:-"},
		},
		{
			name: "singly, until it cannot matter", form: verify.Single, top: 2, width: 1,
			want: []string{"0:3", "2:3", "1:-", "3:-", "4:-", "5:-", "6:-"},
			asked: []string{
				"0: Is there a cat?", "1: Is there a cat?", "0: Is there a table?", "2: Is there a cat?",
				"0: Is there a sofa?", "2: Is there a table?", "2: Is there a sofa?",
			},
		},
	}
	for _, tt := range tests {
		model := new(looker)
		v := verify.New(model, &verify.Options{Form: tt.form, Concurrency: tt.width})
		got, err := v.VerifyTop(t.Context(), props, scenes(captions...), len(captions), tt.top)
		if err != nil {
			t.Errorf("%s: VerifyTop: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff(tt.want, outcome(got)); d != "" {
			t.Errorf("%s: VerifyTop: want is -, got is +\n%s", tt.name, d)
		}
		slices.Sort(tt.asked)
		slices.Sort(model.asked)
		if d := cmp.Diff(tt.asked, model.asked); d != "" {
			t.Errorf("%s: asked: want is -, got is +\n%s", tt.name, d)
		}
	}
}

// TestTopAsksPastFailures has the first candidate fail. It keeps the first
// place, so of two that matter one is left to be settled.
func TestTopAsksPastFailures(t *testing.T) {
	model := &looker{change: unreadable("0")}
	got, err := verify.New(model, &verify.Options{Concurrency: 1}).VerifyTop(t.Context(), props, scenes("", "a cat on a sofa", "a cat on a sofa", "a sofa"), 4, 2)
	if !errors.Is(err, imagescope.ErrImageTruncated) || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("VerifyTop: error %v, want one about 1 of 2", err)
	}
	if d := cmp.Diff([]string{"0:-", "1:3", "2:-", "3:-"}, outcome(got)); d != "" {
		t.Errorf("VerifyTop: want is -, got is +\n%s", d)
	}
	if d := cmp.Diff([]string{"0: all", "1: all"}, model.asked); d != "" {
		t.Errorf("asked: want is -, got is +\n%s", d)
	}
}

// TestTopCost prints calls and virtual time with and without knowing how many
// places matter, for 20 candidates and 3 questions. A call takes a second in
// the median, and varies as a logarithmic normal distribution of σ 0.5 does.
//
//	go test ./verify -v -run TopCost -queries 2000
func TestTopCost(t *testing.T) {
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		for _, w := range []int{4, 8, 32} {
			for _, top := range []int{3, 10} {
				for _, good := range []float64{0.95, 0.8, 0.5} {
					all, allTime := measure(t, form, w, 20, good)
					some, someTime := measure(t, form, w, top, good)
					t.Logf("form %d, concurrency %2d, %2d places, %2.0f%% of answers as wanted: %4.1f calls for %4.1f, %4.1f s for %4.1f s",
						form, w, top, 100*good, some, all, someTime, allTime)
					if some > all {
						t.Errorf("%.1f calls, more than the %.1f of asking about all", some, all)
					}
				}
			}
		}
	}
}

// measure returns the mean number of calls and seconds of a query.
func measure(t *testing.T, form verify.Form, concurrency, top int, good float64) (calls, seconds float64) {
	const candidates, questions = 20, 3
	tr := trial{props: make([]imagescope.Proposition, questions), cs: make([]imagescope.Candidate, candidates)}
	for k := range tr.props {
		tr.props[k] = imagescope.Proposition{Question: fmt.Sprintf("<%d>", k), Want: true}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range *queries {
		for i := range tr.cs {
			caption := make([]byte, questions)
			for k := range caption {
				caption[k] = '0'
				if r.Float64() < good {
					caption[k] = '1'
				}
			}
			tr.cs[i].Image = imagescope.Image{ID: fmt.Sprint(i), Caption: string(caption)}
		}
		seed := r.Uint64()
		synctest.Test(t, func(t *testing.T) {
			latency := rand.New(rand.NewPCG(seed, 0))
			var mu sync.Mutex
			model := &seer{trial: tr, wait: func(imagescope.Request) {
				mu.Lock()
				d := math.Exp(latency.NormFloat64() / 2)
				mu.Unlock()
				time.Sleep(time.Duration(d * float64(time.Second)))
			}}
			start := time.Now()
			if _, err := verify.New(model, &verify.Options{Form: form, Concurrency: concurrency}).VerifyTop(t.Context(), tr.props, tr.candidates(), candidates, top); err != nil {
				t.Fatal(err)
			}
			seconds += time.Since(start).Seconds() / float64(*queries)
			calls += float64(len(model.asked)) / float64(*queries)
		})
	}
	return calls, seconds
}

// TestConcurrencyWithoutBound allows as many calls at once as can be said.
func TestConcurrencyWithoutBound(t *testing.T) {
	for _, form := range []verify.Form{verify.Together, verify.Single} {
		v := verify.New(new(looker), &verify.Options{Form: form, Concurrency: math.MaxInt})
		got, err := v.VerifyTop(t.Context(), props, scenes("a cat", "a cat on a sofa", "a table"), 3, 1)
		if err != nil || got[0].Image.ID != "1" {
			t.Errorf("form %d: VerifyTop = %v, %v", form, outcome(got), err)
		}
	}
}
