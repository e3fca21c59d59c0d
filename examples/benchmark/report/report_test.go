package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io/fs"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/report"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/internal/scene"
)

var update = flag.Bool("update", false, "write the golden page anew")

// two is what most tests report on: a run whose judgements are right and one in
// which a third of them are wrong.
func two() []*run.Run {
	return []*run.Run{
		made{dir: "runs/right", queries: 24}.run(),
		made{dir: "runs/30-wrong", queries: 24, errors: 0.3}.run(),
	}
}

// few shows few queries.
func few() report.Options { return report.Options{Queries: 4, Images: pictures()} }

// pictures has a small picture for each image of the gallery.
var pictures = sync.OnceValue(func() fs.FS {
	files := fstest.MapFS{}
	for i, s := range scene.Gallery() {
		img := image.NewNRGBA(image.Rect(0, 0, 32, 24))
		draw.Draw(img, img.Bounds(), image.NewUniform(color.NRGBA{uint8(4 * i), 90, 160, 255}), image.Point{}, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			panic(err)
		}
		files[s.ID] = &fstest.MapFile{Data: b.Bytes()}
	}
	return files
})

// pageOfTwo is the page about two.
var pageOfTwo = sync.OnceValues(func() (string, error) {
	var b strings.Builder
	err := report.Write(&b, two(), few())
	return b.String(), err
})

func twoRuns(t *testing.T) string {
	t.Helper()
	html, err := pageOfTwo()
	if err != nil {
		t.Fatal(err)
	}
	return html
}

func write(t *testing.T, runs []*run.Run, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, runs, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	styleElement  = regexp.MustCompile(`(?s)<style>.*</style>`)
	scriptElement = regexp.MustCompile(`(?s)<script>.*</script>`)
	settingsText  = regexp.MustCompile(`(?s)<pre tabindex="0">.*?</pre>`)
	policyContent = regexp.MustCompile(`sha256-.*?&#39;`)
	pictureData   = regexp.MustCompile(`data:image/jpeg;base64,[^"]+`)
	drawing       = regexp.MustCompile(`(?s)(<svg class="chart"[^>]*>).*?</svg>`)
)

// TestGolden holds the structure of the page; style, script, pictures, the insides
// of charts and the list of all settings are left out of it.
func TestGolden(t *testing.T) {
	html := styleElement.ReplaceAllString(twoRuns(t), "<style>…</style>")
	html = scriptElement.ReplaceAllString(html, "<script>…</script>")
	html = settingsText.ReplaceAllString(html, "<pre>…</pre>")
	html = policyContent.ReplaceAllString(html, "sha256-…&#39;")
	html = pictureData.ReplaceAllString(html, "data:image/jpeg;base64,…")
	compare(t, "testdata/page.golden.html", drawing.ReplaceAllString(html, "$1…</svg>"))
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: write it with -update", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("it differs from %s (-update writes it anew): want is -, got is +\n%s", file, d)
	}
}

func TestEqualRunsGiveEqualBytes(t *testing.T) {
	if write(t, two(), few()) != twoRuns(t) {
		t.Error("two pages about the same runs differ")
	}
}

func TestPageStandsByItself(t *testing.T) {
	html := pictureData.ReplaceAllString(twoRuns(t), "")
	for _, loads := range []string{"http:", "https:", "//", "<link", "<iframe", "@import", "url(", "xlink"} {
		if strings.Contains(html, loads) {
			t.Errorf("the page contains %q: it must not load anything", loads)
		}
	}
	if n := strings.Count(html, "<script"); n != 1 {
		t.Errorf("the page has %d scripts, want its own", n)
	}
	if !strings.Contains(html, `content="default-src &#39;none&#39;`) {
		t.Error("the page has no policy that forbids it to load anything")
	}
}

// TestChartsLeaveColoursToTheStyle keeps them right in light and in dark.
func TestChartsLeaveColoursToTheStyle(t *testing.T) {
	all := drawing.FindAllString(twoRuns(t), -1)
	if len(all) < 10 {
		t.Fatalf("the page has %d charts", len(all))
	}
	for _, c := range all {
		if colour := regexp.MustCompile(`(fill|stroke):#\w+`).FindString(c); colour != "" {
			t.Errorf("a chart has a colour of its own, %s, in %.200s", colour, c)
		}
		for _, must := range []string{`role="img"`, "aria-label=", "var(--soft)", "<text"} {
			if !strings.Contains(c, must) {
				t.Errorf("a chart has no %s: %.200s", must, c)
			}
		}
	}
}

// TestEveryRowNamesItsModels goes through the tables of measures.
func TestEveryRowNamesItsModels(t *testing.T) {
	html := twoRuns(t)
	rows := regexp.MustCompile(`<th scope="row">[AB] [^<]* · (\w+)<small>([^<]*)`).FindAllStringSubmatch(html, -1)
	if len(rows) < 20 {
		t.Fatalf("%d rows of runs were found", len(rows))
	}
	parts := []string{"embedder clip models/ViT-B-32 (laion2b_s34b_b79k)", "intent together ollama:llava", "τ 0.15",
		"verify together ollama:llava (v1.6)", "K 20", "rank pairwise ollama:qwen2.5vl", "α 3"}
	upTo := map[string]int{"intent": 3, "retrieve": 3, "verify": 5, "rank": 7}
	for _, row := range rows {
		for i, p := range parts {
			if has := strings.Contains(row[2], p); has != (i < upTo[row[1]]) {
				t.Errorf("the row after %s says %q: that it has %q is %t", row[1], row[2], p, has)
			}
		}
	}
}

// TestDatasets makes a page of each benchmark, and looks for what is its own.
func TestDatasets(t *testing.T) {
	tests := []struct {
		made made
		want []string
	}{
		{made{dataset: "circo"}, []string{"mAP@5", "WISER B/32", "32.23", "mAP@10, per cent", "negation"}},
		{made{dataset: "cirr"}, []string{"Recall@1", "CoTRR", "50.84", "Recall_subset, per cent", "75.93"}},
		{made{dataset: "fashioniq"}, []string{"Recall@10 mean", "41.99", "toptee"}},
		{made{dataset: "flickr30k"}, []string{"CLIP alone", "66.56", "78.84"}},
		{made{dataset: "mscoco"}, []string{"CLIP alone", "39.45", "51.23"}},
		{made{dataset: dataset.Own}, []string{"<h1>Benchmark: mine</h1>", "Recall@1 after each stage", "mAP, per cent"}},
		{made{dataset: "visdial", rounds: 3}, []string{"Hits@1 until round, per cent", "26.74", "Round by round", "Places of the target, round by round", "Going on from"}},
	}
	for _, tt := range tests {
		t.Run(tt.made.dataset, func(t *testing.T) {
			tt.made.queries, tt.made.dir = 9, "a"
			html := write(t, []*run.Run{tt.made.run()}, report.Options{Queries: 1, Images: pictures()})
			for _, want := range tt.want {
				if !strings.Contains(html, want) {
					t.Errorf("the page does not have %q", want)
				}
			}
		})
	}
}

// TestPublished finds every figure that papers report, which needs the names of
// measures to be those of the scorers.
func TestPublished(t *testing.T) {
	data, err := os.ReadFile("published.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Dataset, Method, Model, Source string
		Values                         map[string]float64
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, name := range dataset.Names() {
		rounds := 1
		if name == "visdial" {
			rounds = 2
		}
		pages[name] = write(t, []*run.Run{made{dir: "a", dataset: name, queries: 3, rounds: rounds}.run()}, report.Options{Queries: 1, PictureBytes: 1})
	}
	for _, r := range rows {
		i := strings.Index(pages[r.Dataset], r.Method+", "+r.Model)
		if i < 0 || r.Source == "" || len(r.Values) == 0 {
			t.Errorf("%s: %s, %s is not in the page", r.Dataset, r.Method, r.Model)
			continue
		}
		for measure, v := range r.Values {
			if want := fmt.Sprintf("<td>%.2f</td>", v); !strings.Contains(pages[r.Dataset][i:], want) {
				t.Errorf("%s: %s of %s, %s is not in the page: %s", r.Dataset, measure, r.Method, r.Model, want)
			}
		}
	}
}

// TestHostileNumbers has what no run can have cost.
func TestHostileNumbers(t *testing.T) {
	r := made{dir: "a", queries: 6}.run()
	for i, u := range []imagescope.Usage{
		{Calls: math.MaxInt, PromptTokens: math.MaxInt, CompletionTokens: 1, Time: math.MaxInt64},
		{Calls: -5, PromptTokens: math.MinInt, Time: math.MinInt64},
		{},
		{Calls: 1, Time: 1},
	} {
		r.Traces[i].Rounds[0].Usage = map[imagescope.Stage]imagescope.Usage{imagescope.StageVerify: u}
		r.Traces[i].Time = u.Time
	}
	if html := write(t, []*run.Run{r}, report.Options{Queries: 1, PictureBytes: 1}); strings.Contains(html, "NaN") || strings.Contains(html, "Inf") {
		t.Error("the page has numbers that are none")
	}
}

// TestHostileText puts the same text wherever text comes from outside.
func TestHostileText(t *testing.T) {
	const attack = `</script></style></title>"><img src=x onerror=alert(1)><script>alert('1')</script>` + "\x00\xff{{.}}"
	r := made{dir: "runs/" + strings.ReplaceAll(attack, "/", ""), queries: 2}.run()
	part := run.Part{Name: attack, Model: attack, Checkpoint: attack}
	r.Settings.Embedder, r.Settings.Intent, r.Settings.Search.Fusion = part, part, attack
	for i := range r.Traces {
		q := &r.Dataset.Queries[i]
		q.ID += attack
		q.Aspects = []string{attack}
		q.Texts = []string{attack}
		target := attack + fmt.Sprint(i)
		r.Dataset.Gallery = append(r.Dataset.Gallery, dataset.Image{ID: target, Path: attack})
		q.Targets, q.Reference = []string{target}, target
		tr := &r.Traces[i]
		tr.Query, tr.Texts, tr.Targets, tr.Reference, tr.Missing, tr.Error = q.ID, q.Texts, q.Targets, q.Reference, []string{attack}, attack
		tr.Rounds = append(tr.Rounds[:0], run.Round{
			Text: attack, Carried: attack,
			Intent:       imagescope.Intent{Edits: []imagescope.Edit{{Kind: attack, Text: attack}}, Descriptions: []string{attack}},
			Propositions: []imagescope.Proposition{{Statement: attack, Question: attack}},
			Stages:       []run.Stage{{Stage: imagescope.StageRetrieve, Ranking: []string{target}}},
			Candidates: []imagescope.Candidate{{Image: imagescope.Image{ID: target, Caption: attack},
				Answers: []imagescope.Answer{{Yes: true, Reply: attack}}, Verdict: &imagescope.Verdict{Reply: attack}}},
			Faults:  []imagescope.Fault{{Stage: attack, Reason: attack}},
			LeftOut: []imagescope.Omission{{Stage: attack, Reason: attack}},
			Usage:   map[imagescope.Stage]imagescope.Usage{imagescope.Stage(attack): {Calls: 1}},
		})
	}
	html := write(t, []*run.Run{r, r}, report.Options{})
	for _, raw := range []string{"<script>alert", "<img src=x", `</title>"`, "</style></title>", "\x00", "\xff"} {
		if strings.Contains(html, raw) {
			t.Errorf("the page contains %q, which came from outside, unescaped", raw)
		}
	}
	if n := strings.Count(html, "&lt;img src=x onerror"); n < 40 {
		t.Errorf("the text from outside is shown %d times, want it at every place", n)
	}
}

// TestSizeIsBounded shows that neither long texts nor many of anything make a
// page long.
func TestSizeIsBounded(t *testing.T) {
	long := strings.Repeat("word ", 200<<10)
	r := made{dir: "a", queries: 1}.run()
	tr := &r.Traces[0]
	tr.Texts = []string{long, long}
	round := &tr.Rounds[0]
	for i := range 1000 {
		round.Intent.Edits = append(round.Intent.Edits, imagescope.Edit{Kind: imagescope.EditKind(long), Text: long})
		round.Intent.Descriptions = append(round.Intent.Descriptions, long)
		round.Propositions = append(round.Propositions, imagescope.Proposition{Question: long})
		round.Faults = append(round.Faults, imagescope.Fault{Reason: long})
		round.Candidates[i%20].Answers = append(round.Candidates[i%20].Answers, imagescope.Answer{Reply: long})
		tr.Missing = append(tr.Missing, long)
	}
	r.Settings.Verify.Model = long
	if n := len(write(t, []*run.Run{r}, report.Options{PictureBytes: 1})); n > 300<<10 {
		t.Errorf("a page about one query with texts of a megabyte has %d bytes", n)
	}
}

// TestManyQueries has more than are listed, which are more than CIRR has.
func TestManyQueries(t *testing.T) {
	many := made{dir: "a", dataset: "flickr30k", queries: 5100}.run()
	html := write(t, []*run.Run{many}, report.Options{PictureBytes: 1})
	if n := len(html); n > 2<<20 {
		t.Errorf("a page about %d queries has %d bytes, want at most 2 MiB", len(many.Traces), n)
	}
	if n := strings.Count(html, "<tr data-k="); n != 5000 || !strings.Contains(html, "Of 5,100 queries the 5,000") {
		t.Errorf("%d of 5100 queries are listed, and the page has to say that these are not all", n)
	}
	if n := strings.Count(html, `<details class="card"`); n != 40 {
		t.Errorf("%d queries are shown with pictures, want 40", n)
	}
}

func TestPictures(t *testing.T) {
	runs := []*run.Run{made{dir: "a", queries: 4}.run()}
	all := write(t, runs, report.Options{Queries: 1, Images: pictures()})
	if n := strings.Count(all, `<img class="picture"`); n < 4 {
		t.Errorf("%d pictures are shown", n)
	}
	if strings.Contains(all, "left out") {
		t.Error("pictures were left out, though there is room")
	}
	some := write(t, runs, report.Options{Queries: 1, Images: pictures(), PictureBytes: 2 << 10})
	if n := strings.Count(some, `<img class="picture"`); n < 1 || n > 4 || !strings.Contains(some, "the page had no room for more") {
		t.Errorf("with room for 2 kB there are %d pictures, and the page has to say that some were left out", n)
	}
	broken := write(t, runs, report.Options{Queries: 1, Images: fstest.MapFS{}})
	if strings.Contains(broken, `<img class="picture"`) || !strings.Contains(broken, `class="picture missing"`) {
		t.Error("pictures without files have to be told of in their places")
	}
}

// TestChoice has one query of each sort, and more that nothing happened to.
func TestChoice(t *testing.T) {
	r := made{dir: "a", dataset: "flickr30k", queries: 12}.run()
	for i := range r.Traces {
		target := r.Traces[i].Targets[0]
		at := func(place int) []string {
			ids := make([]string, 20)
			for k := range ids {
				ids[k] = r.Dataset.Gallery[k].ID
			}
			for k, id := range ids {
				if id == target {
					ids[k] = r.Dataset.Gallery[40].ID
				}
			}
			ids[place-1] = target
			return ids
		}
		before, after := 3, 3
		switch i {
		case 5:
			before, after = 9, 1
		case 7:
			before, after = 1, 4
		case 9:
			before, after = 15, 15
		}
		r.Traces[i].Rounds[0].Faults = nil
		r.Traces[i].Rounds[0].Stages = []run.Stage{{Stage: imagescope.StageRetrieve, Ranking: at(before)}, {Stage: imagescope.StageVerify, Ranking: at(after)}}
	}
	html := write(t, []*run.Run{r}, report.Options{Queries: 4, PictureBytes: 1})
	type card struct{ Kinds, Why, ID string }
	var got []card
	for _, m := range regexp.MustCompile(`(?s)<details class="card" id="q\d+" data-k="([^"]*)"[^>]*>\s*<summary><span class="why">([^<]*)</span> <b>(\d+)</b>`).FindAllStringSubmatch(html, -1) {
		got = append(got, card{m[1], m[2], m[3]})
	}
	want := []card{{"helped right", "helped most", "5"}, {"hurt", "hurt most", "7"}, {"missed", "missed", "9"}}
	if d := cmp.Diff(want, got[:min(len(got), 3)]); d != "" || len(got) != 4 || got[3].Why != "by chance" {
		t.Errorf("want is -, got is +, and one more by chance: %v\n%s", got, d)
	}
	for _, want := range []string{`data-k="helped right" data-gain="0.889"`, "9 → 1", "15 → 15", `<option value="missed">`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if strings.Contains(html, `<option value="fault">`) {
		t.Error("one can look for queries with faults, of which there are none")
	}
}

// TestDifferences compares a run with itself and with one that is not whole.
func TestDifferences(t *testing.T) {
	a, b := made{dir: "a", queries: 30}.run(), made{dir: "b", queries: 30}.run()
	b.Traces, b.Dataset.Queries = b.Traces[10:], b.Dataset.Queries[10:]
	html := write(t, []*run.Run{a, b}, report.Options{Queries: 1, PictureBytes: 1})
	for _, want := range []string{
		"It is not whole: 20 of 30 queries have ended.",
		"<td>&#43;0.00</td><td>&#43;0.00 to &#43;0.00</td><td>no</td>", // the same answers on the queries of both
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	b.Traces, b.Dataset.Queries = nil, nil
	if html := write(t, []*run.Run{a, b}, report.Options{Queries: 1, PictureBytes: 1}); !strings.Contains(html, "has no query in common") {
		t.Error("the page does not say that the runs have no query in common")
	}
}

func TestRunsWithTrouble(t *testing.T) {
	none := made{dir: "none", queries: 3}.run()
	none.Traces, none.Dataset.Queries = nil, nil

	failed := made{dir: "failed", queries: 3}.run()
	for i := range failed.Traces {
		failed.Traces[i].Rounds, failed.Traces[i].Error = nil, "connection refused"
	}
	secret := made{dir: "secret", queries: 3}.run()
	for i := range secret.Traces {
		secret.Traces[i].Targets, secret.Dataset.Queries[i].Targets = nil, nil
	}
	tests := []struct {
		name  string
		run   *run.Run
		want  []string
		never []string
	}{
		{"nothing has ended", none, []string{"No query has ended yet.", "0 of 3 queries have ended"}, []string{`class="card"`}},
		{"all failed", failed, []string{"3 queries were not answered to the end", "connection refused"}, []string{"NaN"}},
		{"the answers are secret", secret, []string{"answers of this split are not public", "What a query costs", "secret"}, []string{"After each stage", "hurt most", "NaN"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, runs := range [][]*run.Run{{tt.run}, {tt.run, tt.run}} {
				html := write(t, runs, report.Options{PictureBytes: 1})
				for _, want := range tt.want {
					if !strings.Contains(html, want) {
						t.Errorf("the page does not have %q", want)
					}
				}
				for _, never := range tt.never {
					if strings.Contains(html, never) {
						t.Errorf("the page has %q", never)
					}
				}
			}
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	a := made{dir: "a", queries: 1}.run()
	tests := []struct {
		name string
		runs []*run.Run
		want string
	}{
		{"no run", nil, "no run"},
		{"too many", []*run.Run{a, a, a, a, a, a, a}, "7 runs are more than one page can tell apart, 6"},
		{"two datasets", []*run.Run{a, made{dir: "b", dataset: "cirr", queries: 1}.run()}, "a is a run of circo val and b one of cirr val"},
	}
	for _, tt := range tests {
		if err := report.Write(new(bytes.Buffer), tt.runs, report.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.want)
		}
	}
	full := errors.New("no space left")
	if err := report.Write(failing{full}, []*run.Run{a}, report.Options{PictureBytes: 1}); !errors.Is(err, full) {
		t.Errorf("Write to a full disk = %v", err)
	}
}

type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }
