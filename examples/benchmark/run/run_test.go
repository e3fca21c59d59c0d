package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/verify/modeltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is what all tests ask about. Its pictures are drawn once.
var world = sync.OnceValue(func() *modeltest.World { return modeltest.NewWorld(1, 4) })

// put writes a file, and the folders that it lies in.
func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// small holds the world's pictures by ID, as small as a model that plays one can
// tell them apart.
var small = sync.OnceValue(func() map[string]string {
	files := map[string]string{}
	for _, img := range world().Images() {
		data, err := imagescope.File(world().FS(), img.ID).JPEG(120)
		if err != nil {
			panic(err)
		}
		files[img.ID] = string(data)
	}
	return files
})

// picture writes a picture of the world under a name.
func picture(t testing.TB, path, id string) { put(t, path, small()[id]) }

// pictures writes all of them, named by their IDs.
func pictures(t testing.TB, dir string) {
	for _, img := range world().Images() {
		picture(t, filepath.Join(dir, filepath.FromSlash(img.ID)), img.ID)
	}
}

// line is one line of JSON.
func line(t testing.TB, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data) + "\n"
}

// mine writes the world as a collection of one's own, and returns settings for
// a run of it in which a model does all.
func mine(t testing.TB) run.Settings {
	dir := t.TempDir()
	pictures(t, filepath.Join(dir, "pictures"))
	var lines strings.Builder
	for _, q := range world().Queries() {
		l := map[string]any{"query": q.Text, "targets": []string{q.Target}}
		if q.Reference != nil {
			l["reference"] = q.Reference.ID
		}
		lines.WriteString(line(t, l))
	}
	put(t, filepath.Join(dir, "labels.jsonl"), lines.String())
	s := modelled("mine")
	s.Places = run.Places{Data: filepath.Join(dir, "pictures"), Queries: filepath.Join(dir, "labels.jsonl"), Index: filepath.Join(dir, "index")}
	return s
}

// modelled returns settings in which a model does all that one can.
func modelled(name string) run.Settings {
	return run.Settings{
		Dataset:   name,
		Embedder:  run.Part{Name: "words"},
		Captioner: run.Part{Name: "model", Model: "double"},
		Intent:    run.Part{Name: "model", Model: "double"},
		Verify:    run.Part{Name: "together", Model: "double"},
		Rank:      run.Part{Name: "pairwise", Model: "double"},
		Search:    run.Search{KeepReference: true},
	}
}

// asking returns models that are all one.
func asking(model imagescope.Reasoner) run.Models {
	return run.Models{Embedder: embed.Words{}, Caption: model, Text: model, Verify: model, Rank: model}
}

// do makes a run that must come to its end.
func do(t testing.TB, s run.Settings, opts run.Options) *run.Run {
	t.Helper()
	r, err := run.Do(t.Context(), s, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Whole() {
		t.Fatalf("%d of %d queries have ended", len(r.Traces), r.Settings.Queries)
	}
	return r
}

// share returns a measure after a stage.
func share(t testing.TB, r *run.Run, measure string, after imagescope.Stage) float64 {
	t.Helper()
	table, err := r.Table(after)
	if err != nil {
		t.Fatal(err)
	}
	value, ok := table.Get(measure)
	if !ok {
		t.Fatalf("there is no %s in %+v", measure, table)
	}
	return value
}

// untimed compares traces without what time has to do with.
var untimed = cmp.Options{
	cmpopts.IgnoreFields(run.Trace{}, "Time"), cmpopts.IgnoreFields(run.Round{}, "Time"),
	cmpopts.IgnoreFields(imagescope.Usage{}, "Time"), cmpopts.IgnoreFields(imagescope.Fault{}, "Err"), cmpopts.EquateEmpty(),
}

func TestRun(t *testing.T) {
	model := modeltest.New(world(), nil)
	s, dir := mine(t), t.TempDir()
	s.Captioner = run.Part{Name: "colours"} // so that retrieval is not right already
	s.Search.TopK = 28
	var told []run.Progress
	made := do(t, s, run.Options{Dir: dir, Models: asking(model), Concurrency: 1, Progress: func(p run.Progress) { told = append(told, p) }})

	if want := []imagescope.Stage{imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRank}; !slices.Equal(made.Stages(), want) {
		t.Errorf("stages: %v, want %v", made.Stages(), want)
	}
	if first, last := share(t, made, "Recall@1", imagescope.StageRetrieve), share(t, made, "Recall@1", imagescope.StageRank); last != 1 || first >= 1 {
		t.Errorf("Recall@1 is %v after retrieval and %v after ranking by a model that is always right", first, last)
	}
	calls, hits := 0, 0
	for _, trace := range made.Traces {
		calls, hits = calls+trace.Total().Calls, hits+trace.Total().CacheHits
		round := trace.Rounds[0]
		if len(round.Propositions) == 0 || len(round.Candidates[0].Answers) != len(round.Propositions) || round.Candidates[0].Verdict == nil {
			t.Errorf("query %s: the first candidate has no answers or verdict: %+v", trace.Query, round.Candidates[0])
		}
		if got := round.Ranking(imagescope.StageRank)[0]; got != trace.Targets[0] || round.Candidates[0].Image.ID != got {
			t.Errorf("query %s: first is %s", trace.Query, got)
		}
	}
	stats := model.Stats()
	if calls != stats.Total() || hits != 0 {
		t.Errorf("the traces have %d calls and %d hits, the model %d", calls, hits, stats.Total())
	}
	last := told[len(told)-1]
	if last != (run.Progress{Doing: "queries", Done: 4, Total: 4}) {
		t.Errorf("the last progress is %+v", last)
	}

	t.Run("again", func(t *testing.T) {
		model.Reset()
		again := do(t, s, run.Options{Dir: dir, Models: asking(model)})
		if n := model.Stats().Total(); n != 0 {
			t.Errorf("%d calls were made for what was done", n)
		}
		if d := cmp.Diff(made.Traces, again.Traces, untimed); d != "" {
			t.Errorf("before is -, after is +\n%s", d)
		}
	})
	t.Run("at once", func(t *testing.T) {
		model.Reset()
		other := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(model), Concurrency: 6, Progress: func(p run.Progress) {
			if p.Doing == "images" {
				t.Errorf("images are indexed anew: %+v", p)
			}
		}})
		if d := cmp.Diff(made.Traces, other.Traces, untimed); d != "" {
			t.Errorf("one after the other is -, at once is +\n%s", d)
		}
	})
	t.Run("read", func(t *testing.T) {
		read, err := run.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(made, read, untimed); d != "" {
			t.Errorf("made is -, read is +\n%s", d)
		}
	})
	t.Run("other settings", func(t *testing.T) {
		other := s
		other.Verify.Name, other.Search.Alpha = "single", 2
		_, err := run.Do(t.Context(), other, run.Options{Dir: dir, Models: asking(model)})
		if !errors.Is(err, run.ErrSettings) || !strings.Contains(err.Error(), `search.alpha was 3 and is 2, verify.name was "together" and is "single"`) {
			t.Errorf("%v", err)
		}
		other = s
		other.Captioner.Model = "another"
		_, err = run.Do(t.Context(), other, run.Options{Dir: t.TempDir(), Models: asking(model)})
		if err == nil || !strings.Contains(err.Error(), `was made otherwise: captioner.model was not set and is "another"`) {
			t.Errorf("%v", err)
		}
	})
	t.Run("torn line", func(t *testing.T) {
		path := filepath.Join(dir, "traces.jsonl")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, string(data[:len(data)-100]))
		read, err := run.Read(dir)
		if err != nil || len(read.Traces) != 3 || read.Whole() {
			t.Fatalf("%d traces are read of a file whose last line is cut off (%v)", len(read.Traces), err)
		}
		again := do(t, s, run.Options{Dir: dir, Models: asking(model)})
		if d := cmp.Diff(made.Traces, again.Traces, untimed); d != "" {
			t.Errorf("before is -, after is +\n%s", d)
		}
		mended, err := os.ReadFile(path)
		if err != nil || strings.Count(string(mended), "\n") != 4 {
			t.Errorf("the file has %d lines (%v)", strings.Count(string(mended), "\n"), err)
		}
	})
	t.Run("damaged line", func(t *testing.T) {
		path := filepath.Join(dir, "traces.jsonl")
		put(t, path, "{\n")
		if _, err := run.Read(dir); err == nil || !strings.Contains(err.Error(), path+": line 1: ") {
			t.Errorf("%v", err)
		}
	})
}

func TestMissing(t *testing.T) {
	s := mine(t)
	queries := world().Queries()
	at := slices.IndexFunc(queries, func(q modeltest.Query) bool { return q.Reference != nil })
	reference := queries[at].Reference.ID
	if err := os.Remove(filepath.Join(s.Places.Data, filepath.FromSlash(reference))); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.Places.Data, "broken.png"), "no picture")

	model := modeltest.New(world(), nil)
	opts := run.Options{Dir: t.TempDir(), Models: asking(model)}
	if _, err := run.Do(t.Context(), s, opts); !errors.Is(err, run.ErrMissing) || !strings.Contains(err.Error(), reference) || model.Stats().Total() > 0 {
		t.Errorf("%v, after %d calls", err, model.Stats().Total())
	}
	opts.Missing = true
	r := do(t, s, opts)
	if r.Settings.Missing != 2 || r.Settings.Images != len(world().Images())-1 {
		t.Errorf("%d images are missing and %d there", r.Settings.Missing, r.Settings.Images)
	}
	trace := r.Traces[at]
	if len(trace.Rounds) > 0 || !strings.Contains(trace.Error, "its reference is missing") || !slices.Equal(trace.Missing, []string{reference}) {
		t.Errorf("a query without its reference: %+v", trace)
	}
	if got, want := share(t, r, "Recall@1", imagescope.StageRank), 3.0/4; got != want {
		t.Errorf("Recall@1 is %v, want %v", got, want)
	}
}

// flaky fails as it is told.
type flaky struct {
	imagescope.Reasoner
	fail func(imagescope.Request) error
}

func (f *flaky) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	if err := f.fail(req); err != nil {
		return imagescope.Response{}, err
	}
	return f.Reasoner.Reason(ctx, req)
}

func TestModelDown(t *testing.T) {
	s, dir := mine(t), t.TempDir()
	model := &flaky{Reasoner: modeltest.New(world(), nil), fail: func(req imagescope.Request) error {
		if req.Task == imagescope.TaskCompare {
			return &imagescope.StatusError{Code: 401, Err: errors.New("no such key")}
		}
		return nil
	}}
	opts := run.Options{Dir: dir, Models: asking(model), Concurrency: 1}
	r, err := run.Do(t.Context(), s, opts)
	if err == nil || !strings.Contains(err.Error(), "no such key") || len(r.Traces) > 0 {
		t.Fatalf("%d queries have ended, and the error is %v", len(r.Traces), err)
	}
	opts.KeepGoing = true
	r = do(t, s, opts)
	for _, trace := range r.Traces {
		if !trace.Faulty() || trace.Rounds[0].Faults[0].Stage != imagescope.StageRank {
			t.Errorf("query %s: %+v", trace.Query, trace.Rounds[0].Faults)
		}
	}
	model.fail = func(imagescope.Request) error { return nil }
	opts.KeepGoing = false
	if r = do(t, s, opts); !r.Traces[0].Faulty() {
		t.Error("what had ended was asked again")
	}
	opts.Again = true
	r = do(t, s, opts)
	if slices.ContainsFunc(r.Traces, run.Trace.Faulty) || share(t, r, "Recall@1", imagescope.StageRank) != 1 {
		t.Errorf("after another try there are faults, or Recall@1 is not 1")
	}
}

func TestCancelled(t *testing.T) {
	s, dir := mine(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	opts := run.Options{Dir: dir, Models: asking(modeltest.New(world(), nil)), Concurrency: 1, Progress: func(p run.Progress) {
		if p.Doing == "queries" && p.Done == 2 {
			cancel()
		}
	}}
	r, err := run.Do(ctx, s, opts)
	if !errors.Is(err, context.Canceled) || len(r.Traces) != 2 {
		t.Errorf("%d queries have ended, and the error is %v", len(r.Traces), err)
	}
	opts.Progress = nil
	do(t, s, opts)
}

func TestSettingsRefused(t *testing.T) {
	model := modeltest.New(world(), nil)
	for name, change := range map[string]func(*run.Settings, *run.Models){
		"captioner is":                 func(s *run.Settings, _ *run.Models) { s.Captioner.Name = "x" },
		"intent is":                    func(s *run.Settings, _ *run.Models) { s.Intent.Name = "x" },
		"verify is":                    func(s *run.Settings, _ *run.Models) { s.Verify.Name = "x" },
		"rank is":                      func(s *run.Settings, _ *run.Models) { s.Rank.Name = "x" },
		"fusion is":                    func(s *run.Settings, _ *run.Models) { s.Search.Fusion = "x" },
		"confidence is":                func(s *run.Settings, _ *run.Models) { s.Search.Confidence = "x" },
		"order is":                     func(s *run.Settings, _ *run.Models) { s.Search.Order = "x" },
		"rank pairwise needs a model":  func(_ *run.Settings, m *run.Models) { m.Rank = nil },
		"intent model needs a model":   func(_ *run.Settings, m *run.Models) { m.Text = nil },
		"there is no embedder":         func(_ *run.Settings, m *run.Models) { m.Embedder = nil },
		"images of mine is below":      func(s *run.Settings, _ *run.Models) { s.Places.Data = t.TempDir() },
		"no query is of category":      func(s *run.Settings, _ *run.Models) { s.Category = "dress" },
		"verify together needs a mode": func(_ *run.Settings, m *run.Models) { m.Verify = nil },
	} {
		s, m := mine(t), asking(model)
		change(&s, &m)
		if _, err := run.Do(t.Context(), s, run.Options{Dir: t.TempDir(), Models: m}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func wantError(t *testing.T, err, kind error, text string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("%v, want %q", err, text)
	}
}
