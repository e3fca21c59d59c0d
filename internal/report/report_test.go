package report_test

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/report"
)

var update = flag.Bool("update", false, "write the golden page anew")

// TestGolden holds the structure of the page; the style and the bytes of the
// pictures are left out of it.
func TestGolden(t *testing.T) {
	const file = "testdata/page.golden.html"
	got := structure(write(t, demonstration()))
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
		t.Errorf("the page differs from %s (-update writes it anew): want is -, got is +\n%s", file, d)
	}
}

var (
	styleElement = regexp.MustCompile(`(?s)<style>.*</style>`)
	pictureData  = regexp.MustCompile(`data:image/jpeg;base64,[^"]+`)
)

func structure(html string) string {
	html = styleElement.ReplaceAllString(html, "<style>…</style>")
	return pictureData.ReplaceAllString(html, "data:image/jpeg;base64,…")
}

func TestPageStandsByItself(t *testing.T) {
	html := pictureData.ReplaceAllString(write(t, demonstration()), "")
	for _, loads := range []string{"http:", "https:", "//", "<script", "<link", "<iframe", "@import", "url("} {
		if strings.Contains(html, loads) {
			t.Errorf("the page contains %q: it must not load or run anything", loads)
		}
	}
}

// TestHostileText puts the same text wherever text comes from outside.
func TestHostileText(t *testing.T) {
	const attack = `</script></style></title>"><img src=x onerror=alert(1)><script>alert('1')</script>` + "\x00\xff{{.}}"
	ref := imagescope.Image{ID: attack, Caption: attack}
	hostile := imagescope.Candidate{
		Image:   imagescope.Image{ID: attack, Caption: attack},
		Answers: []imagescope.Answer{{Yes: true, Reply: attack}},
		Verdict: &imagescope.Verdict{Reply: attack},
	}
	html := write(t, report.Page{Title: attack, Intro: attack, Searches: []report.Search{{Title: attack, Stages: []imagescope.Result{{
		Query: imagescope.Query{Text: attack, Reference: &ref},
		Stage: imagescope.Stage(attack),
		Intent: imagescope.Intent{
			Edits:        []imagescope.Edit{{Kind: attack, Text: attack}},
			Descriptions: []string{attack},
		},
		Propositions: []imagescope.Proposition{{Statement: attack, Question: attack}},
		Candidates:   []imagescope.Candidate{hostile},
		Faults:       []imagescope.Fault{{Stage: attack, Reason: attack, Err: errors.New(attack)}},
		Rejected:     []imagescope.Rejected{{Candidate: hostile, Reason: attack}},
	}}}}})
	for _, raw := range []string{"<script", "<img src=x", `</title>"`, "</style></title>", "\x00", "\xff"} {
		if strings.Contains(html, raw) {
			t.Errorf("the page contains %q, which came from outside, unescaped", raw)
		}
	}
	if n := strings.Count(html, "&lt;img src=x onerror"); n < 12 {
		t.Errorf("the text from outside is shown %d times, want it at every place", n)
	}
}

// TestSizeIsBounded shows that neither long replies nor many of anything make
// a page long.
func TestSizeIsBounded(t *testing.T) {
	long := strings.Repeat("word ", 2<<20)
	r := imagescope.Result{
		Query:  imagescope.Query{Text: long, Carried: long},
		Stage:  imagescope.StageRank,
		Intent: imagescope.Intent{Edits: make([]imagescope.Edit, 10_000), Descriptions: make([]string, 10_000)},
		Faults: make([]imagescope.Fault, 10_000),
	}
	c := imagescope.Candidate{
		Image:   imagescope.Image{ID: strings.Repeat("x", 10<<20), Caption: long},
		Verdict: &imagescope.Verdict{Reply: long},
	}
	for range 10_000 {
		r.Propositions = append(r.Propositions, imagescope.Proposition{Question: long})
		c.Answers = append(c.Answers, imagescope.Answer{Reply: long})
	}
	for range 1000 {
		r.Candidates = append(r.Candidates, c)
	}
	html := write(t, report.Page{Searches: []report.Search{{Title: long, Stages: []imagescope.Result{r, r, r}}}})
	if len(html) > 128<<10 {
		t.Errorf("the page has %d bytes, want at most 128 KiB", len(html))
	}
	if !strings.Contains(html, "9988 more faults") {
		t.Error("the page does not tell how many faults it leaves out")
	}
}

// TestLeftOut shows what a search did without for want of budget, and nothing
// of what could not have changed its result.
func TestLeftOut(t *testing.T) {
	r := imagescope.Result{Stage: imagescope.StageVerify, LeftOut: []imagescope.Omission{
		{Stage: imagescope.StageVerify, Why: imagescope.UncheckedSettled, Candidates: 3, Reason: "settled it is"},
		{Stage: imagescope.StageVerify, Why: imagescope.UncheckedBudget, Candidates: 2, Reason: "8 of 8 calls are made"},
		{Stage: imagescope.StageRank, Why: imagescope.UncheckedBudget, Skipped: true, Reason: "none is left"},
	}}
	html := write(t, report.Page{Searches: []report.Search{{Stages: []imagescope.Result{r}}}})
	for text, want := range map[string]bool{"verify&#34; was cut short": true, "8 of 8 calls": true, "rank&#34; was left out": true, "none is left": true, "settled": false} {
		if strings.Contains(html, text) != want {
			t.Errorf("the page has %q: %v, want %v", text, !want, want)
		}
	}
}

// TestRejected tells why a page has no results, and of a round of refining.
func TestRejected(t *testing.T) {
	out := imagescope.Rejected{Candidate: imagescope.Candidate{Image: imagescope.Image{ID: "a"}}, Reason: "it is no dog"}
	r := imagescope.Result{
		Stage:    imagescope.StageRefine,
		Rejected: []imagescope.Rejected{out, out, out, out, out},
		LeftOut:  []imagescope.Omission{{Stage: imagescope.StageRank, Why: imagescope.UncheckedSure, Skipped: true, Reason: "it is ahead by far"}},
		Usage:    map[imagescope.Stage]imagescope.Usage{imagescope.StageRefine: {Calls: 7}},
	}
	html := write(t, report.Page{Searches: []report.Search{{Stages: []imagescope.Result{r}}}})
	for _, text := range []string{"it is no dog", "2 more candidates were kept out", "it is ahead by far", "Refined", "refine"} {
		if !strings.Contains(html, text) {
			t.Errorf("the page does not have %q", text)
		}
	}
}

func TestPictureThatCannotBeOpened(t *testing.T) {
	gallery := fstest.MapFS{"broken.png": {Data: []byte("\x89PNG\r\n\x1a\nand nothing more")}}
	tests := []struct {
		name  string
		image imagescope.Image
		want  string
	}{
		{"no bytes", imagescope.Image{ID: "nowhere.png", Caption: "a dog"}, "nowhere.png"},
		{"no file", imagescope.File(gallery, "gone.png"), "gone.png"},
		{"no picture", imagescope.File(gallery, "broken.png"), "broken.png"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.image.JPEG(320)
			if err == nil {
				t.Fatal("the picture can be opened")
			}
			html := write(t, onePicture(tt.image))
			if strings.Contains(html, "<img") {
				t.Error("the page shows a picture that cannot be opened")
			}
			start := strings.Index(html, `class="picture missing"`)
			if start < 0 || !strings.Contains(html[start:start+400], tt.want) {
				t.Errorf("the page does not say that %s cannot be shown", tt.want)
			}
		})
	}
}

func onePicture(img imagescope.Image) report.Page {
	r := imagescope.Result{Query: imagescope.Text("a dog"), Stage: imagescope.StageRetrieve, Candidates: []imagescope.Candidate{{Image: img}}}
	return report.Page{Searches: []report.Search{{Stages: []imagescope.Result{r}}}}
}

func TestPlacesTellHowCandidatesMoved(t *testing.T) {
	r := imagescope.Result{Query: imagescope.Text("a dog"), Stage: imagescope.StageVerify, Candidates: []imagescope.Candidate{
		{Image: imagescope.Image{ID: "a"}, Places: imagescope.Places{Retrieve: 14, Verify: 1}},
		{Image: imagescope.Image{ID: "b"}, Places: imagescope.Places{Retrieve: 1, Verify: 2}},
		{Image: imagescope.Image{ID: "c"}, Places: imagescope.Places{Retrieve: 3, Verify: 3}},
	}}
	html := write(t, report.Page{Searches: []report.Search{{Stages: []imagescope.Result{r}}}})
	moves := regexp.MustCompile(`[↑↓]\d+`).FindAllString(html, -1)
	if d := cmp.Diff([]string{"↑13", "↓1"}, moves); d != "" {
		t.Errorf("moves: want is -, got is +\n%s", d)
	}
}

func TestShownIsForTheLastStage(t *testing.T) {
	retrieved := imagescope.Result{Stage: imagescope.StageRetrieve, Candidates: make([]imagescope.Candidate, 200)}
	ranked := imagescope.Result{Stage: imagescope.StageRank, Candidates: retrieved.Candidates}
	tests := []struct {
		name   string
		shown  int
		stages []imagescope.Result
		want   int
	}{
		{"not set", 0, []imagescope.Result{retrieved, ranked}, 6 + 6},
		{"set", 20, []imagescope.Result{retrieved, ranked}, 6 + 20},
		{"the last one skipped", 20, []imagescope.Result{retrieved, retrieved}, 20},
		{"too many", 1000, []imagescope.Result{retrieved, ranked}, 6 + 100},
	}
	for _, tt := range tests {
		html := write(t, report.Page{Searches: []report.Search{{Stages: tt.stages, Shown: tt.shown}}})
		if got := strings.Count(html, "<figure"); got != tt.want {
			t.Errorf("%s: the page shows %d pictures in its stages, want %d", tt.name, got, tt.want)
		}
	}
}

func TestAddressesAreLinks(t *testing.T) {
	img := imagescope.Pixels("a b.png", image.NewGray(image.Rect(0, 0, 4, 4)))
	tests := []struct{ address, want string }{
		{"file:///photos/a%20b.png", `<a href="file:///photos/a%20b.png"><img`},
		{"https://photos.example/?id=1&size=2", `<a href="https://photos.example/?id=1&amp;size=2"><img`},
		{"", ""},
		{"javascript:alert(1)", ""},
		{"data:text/html,x", ""},
		{"%zz", ""},
	}
	for _, tt := range tests {
		p := onePicture(img)
		p.Address = func(imagescope.Image) string { return tt.address }
		html := write(t, p)
		if tt.want == "" && strings.Contains(html, "<a ") || !strings.Contains(html, tt.want) {
			t.Errorf("address %q: the page should contain %q, and no link where that is empty", tt.address, tt.want)
		}
	}
}

func TestEmptyPages(t *testing.T) {
	tests := []struct {
		name string
		page report.Page
		want string
	}{
		{"no searches", report.Page{Title: "Nothing"}, "There were no searches."},
		{"no stages", report.Page{Searches: []report.Search{{Title: "a"}}}, "There were no searches."},
		{"no candidates", report.Page{Searches: []report.Search{{Stages: []imagescope.Result{{Query: imagescope.Text("a")}}}}}, "nothing found"},
	}
	for _, tt := range tests {
		if html := write(t, tt.page); !strings.Contains(html, tt.want) {
			t.Errorf("%s: the page does not say %q:\n%s", tt.name, tt.want, html)
		}
	}
}

func TestWriteReturnsTheWritersError(t *testing.T) {
	full := errors.New("no space left")
	if err := report.Write(failingWriter{full}, demonstration()); !errors.Is(err, full) {
		t.Errorf("Write to a full disk = %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func write(t *testing.T, p report.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
