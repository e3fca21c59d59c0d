package imagescope_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imagescope/imagescope"
)

// example is a result with everything that one can hold.
func example() imagescope.Result {
	return imagescope.Result{
		Query: imagescope.Query{
			Text: "make it blue", Reference: &imagescope.Image{ID: "a", Caption: "red cat"}, Limit: 4,
			Carried: "a cat at home",
			Filter: imagescope.Filter{Only: []string{}, Except: []string{"z"}, Where: []imagescope.Condition{
				imagescope.Is("kind", "pet"), imagescope.Not(imagescope.Between("year", "1990", "2010")),
			}},
			Budget:        imagescope.Budget{Calls: 20, Tokens: 10_000, Time: time.Minute, BestEffort: true},
			KeepReference: true,
		},
		Stage: imagescope.StageRank,
		Intent: imagescope.Intent{
			Edits:        []imagescope.Edit{{Kind: imagescope.Modification, Text: "Make the cat blue."}},
			Descriptions: []string{"A blue cat.", "A blue cat at home."},
			Propositions: []imagescope.Proposition{{Question: "Is there a blue cat?", Want: true}},
			Fallback:     true,
		},
		Composed:    imagescope.ComposedFused,
		Composition: &imagescope.Composition{Wanted: []string{"a blue cat"}, Unwanted: []string{"a red cat"}},
		Propositions: []imagescope.Proposition{
			{Statement: "There is a blue cat.", Question: "Is there a blue cat?", Want: true, Weight: 2},
			{Question: "Is there a red cat?", Want: false},
		},
		Refinement: &imagescope.Refinement{Unmet: "the blue cat", Descriptions: []string{"A blue cat."}, Found: 2},
		Candidates: []imagescope.Candidate{
			{
				Image: imagescope.Image{ID: "b", Caption: "A blue\n cat.", Meta: map[string]string{"kind": "pet"}}, Similarity: 0.8125,
				Answers: []imagescope.Answer{{Yes: true, Reply: "Yes, a blue one.", Confidence: 0.9}, {Yes: false}}, Satisfied: 2, Confidence: 0.95,
				Verdict: &imagescope.Verdict{Accepted: true, Reply: "ANSWER: Yes\nIt is blue."},
				Places:  imagescope.Places{Retrieve: 3, Verify: 2, Rank: 1}, Duplicates: []string{"b2", "b\n3", "b4", "b5", "b6"},
			},
			{
				Image: imagescope.Image{ID: "c", Caption: strings.Repeat("long ", 100)}, Similarity: -0.25,
				Answers: []imagescope.Answer{{Yes: false, Reply: "No."}, {Yes: true}}, Satisfied: 0,
				Verdict: &imagescope.Verdict{Accepted: false},
				Places:  imagescope.Places{Retrieve: 1, Verify: 1, Rank: 2},
			},
			{Image: imagescope.Image{ID: "d"}, Places: imagescope.Places{Retrieve: 2, Verify: 3, Rank: 3}},
			{Image: imagescope.Image{ID: "e"}, Similarity: 1, Fused: 0.03125, Places: imagescope.Places{Instant: 2, Retrieve: 4}},
			{
				Image: imagescope.Image{ID: "found by refining"}, Similarity: 0.25,
				Answers: []imagescope.Answer{{Yes: true}, {Yes: false}}, Satisfied: 2, Confidence: 1,
				Places: imagescope.Places{Refine: 1},
			},
			{Image: imagescope.Image{ID: "settled"}, Unchecked: imagescope.UncheckedSettled, Places: imagescope.Places{Retrieve: 6, Verify: 6}},
			{Image: imagescope.Image{ID: "budget"}, Unchecked: imagescope.UncheckedBudget, Places: imagescope.Places{Retrieve: 7, Verify: 7}},
			{Image: imagescope.Image{ID: "fault"}, Unchecked: imagescope.UncheckedFault, Places: imagescope.Places{Retrieve: 8, Verify: 8}},
			{Image: imagescope.Image{ID: "instant"}, Similarity: 0.5, Places: imagescope.Places{Instant: 9}},
		},
		Rejected: []imagescope.Rejected{{
			Candidate: imagescope.Candidate{
				Image: imagescope.Image{ID: "f", Caption: "a red cat"}, Similarity: 0.5,
				Answers: []imagescope.Answer{{}, {Yes: true}}, Places: imagescope.Places{Retrieve: 5, Verify: 5},
			},
			Reason: "its confidence of 0.00 is less than 0.50: Is there a blue cat? no, wanted yes",
		}, {
			Candidate: imagescope.Candidate{
				Image: imagescope.Image{ID: "found by refining, and rejected"}, Similarity: 0.25,
				Answers: []imagescope.Answer{{}, {}}, Satisfied: 1, Confidence: 0.5, Places: imagescope.Places{Refine: 6},
			},
			Reason: "its confidence of 0.50 is less than 1.00: Is there a blue cat? no, wanted yes",
		}},
		LeftOut: []imagescope.Omission{
			{Stage: imagescope.StageVerify, Why: imagescope.UncheckedBudget, Candidates: 1, Reason: "the budget of the query is spent"},
			{Stage: imagescope.StageRank, Why: imagescope.UncheckedSure, Skipped: true, Reason: "the first is ahead"},
		},
		Faults: []imagescope.Fault{{Stage: imagescope.StageVerify, Skipped: true, Reason: "it is broken", Err: errBroken}},
		Usage: map[imagescope.Stage]imagescope.Usage{
			imagescope.StageIntent: {Calls: 1, PromptTokens: 100, CompletionTokens: 20, Time: time.Second},
			imagescope.StageVerify: {Calls: 2, CacheHits: 3, PromptTokens: 1, CompletionTokens: 2, Time: time.Millisecond},
		},
	}
}

func TestExplain(t *testing.T) {
	r := example()
	var b strings.Builder
	for i := range r.Candidates {
		b.WriteString(r.Explain(i))
		b.WriteString("\n\n")
	}
	for i := range r.Rejected {
		b.WriteString(r.ExplainRejected(i))
		b.WriteString("\n\n")
	}
	path := filepath.Join("testdata", "explain.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("Explain: want is -, got is +; go test -update takes it over\n%s", d)
	}
}

func TestExplainOddResults(t *testing.T) {
	r := example()
	for _, i := range []int{-1, len(r.Candidates)} {
		if got := r.Explain(i); got != "" {
			t.Errorf("Explain(%d) = %q", i, got)
		}
	}
	r.Propositions = nil // fewer than there are answers
	if got := r.Explain(0); !strings.Contains(got, "2 of 2 propositions hold") {
		t.Errorf("Explain without propositions = %q", got)
	}
	if got := (imagescope.Result{}).Explain(0); got != "" {
		t.Errorf("Explain of an empty result = %q", got)
	}
}

// TestExplainHostileText has file names, captions and replies that would move
// the cursor of a terminal, begin a line of their own, or turn the text around.
func TestExplainHostileText(t *testing.T) {
	const hostile = "a\x1b[2Jb\r\nc\u202ed\x00\u0085\xffe 👩‍🚀"
	r := imagescope.Result{
		Propositions: []imagescope.Proposition{{Question: hostile, Want: true}},
		Candidates: []imagescope.Candidate{{
			Image:   imagescope.Image{ID: hostile, Caption: hostile},
			Answers: []imagescope.Answer{{Yes: true, Reply: hostile}}, Satisfied: 1,
			Verdict: &imagescope.Verdict{Reply: hostile},
			Places:  imagescope.Places{Retrieve: 1, Verify: 1, Rank: 1},
		}},
	}
	got := r.Explain(0)
	if lines := strings.Count(got, "\n"); lines != 4 {
		t.Errorf("Explain has %d line breaks, want 4:\n%q", lines, got)
	}
	for _, c := range got {
		if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) || !utf8.ValidString(got) {
			t.Fatalf("Explain holds %q:\n%q", c, got)
		}
	}
	if n := strings.Count(got, "👩‍🚀"); n != 5 {
		t.Errorf("Explain shows what is harmless %d times, want 5:\n%q", n, got)
	}
}

func TestResultJSON(t *testing.T) {
	r := example()
	said := map[string]bool{}
	fields(reflect.ValueOf(r), said)
	for field, isSet := range said {
		if !isSet {
			t.Errorf("example leaves %s empty, so that nobody sees whether it is read back", field)
		}
	}
	var back imagescope.Result
	if err := json.Unmarshal([]byte(asJSON(t, r)), &back); err != nil {
		t.Fatal(err)
	}
	// A fault's error is written in words only.
	if d := cmp.Diff(r, back, cmpopts.IgnoreFields(imagescope.Fault{}, "Err")); d != "" {
		t.Errorf("a result read back: want is -, got is +\n%s", d)
	}
	if d := cmp.Diff(asJSON(t, r), asJSON(t, back)); d != "" {
		t.Errorf("a result written again: want is -, got is +\n%s", d)
	}
}

// fields notes of each exported field of this package's structs in v whether it
// is set anywhere.
func fields(v reflect.Value, isSet map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), isSet)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), isSet)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			fields(v.MapIndex(key), isSet)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name := v.Type().Name() + "." + f.Name
				isSet[name] = isSet[name] || !v.Field(i).IsZero()
				fields(v.Field(i), isSet)
			}
		}
	}
}

// TestSearchJSON reads back what a search returns.
func TestSearchJSON(t *testing.T) {
	p := newPipeline(t, withModel(scripted(map[imagescope.Task]string{imagescope.TaskInterpret: "prose"})))
	got, err := p.Search(t.Context(), imagescope.Text("red cat"))
	if err != nil {
		t.Fatal(err)
	}
	var back imagescope.Result
	if err := json.Unmarshal([]byte(asJSON(t, got)), &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, back, cmpopts.IgnoreFields(imagescope.Fault{}, "Err"), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("a result read back: want is -, got is +\n%s", d)
	}
}

func TestTotal(t *testing.T) {
	want := imagescope.Usage{Calls: 3, CacheHits: 3, PromptTokens: 101, CompletionTokens: 22, Time: 1001 * time.Millisecond}
	if d := cmp.Diff(want, example().Total()); d != "" {
		t.Errorf("Total: want is -, got is +\n%s", d)
	}
}
