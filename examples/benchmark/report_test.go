package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imagescope/imagescope/internal/scene"
)

// drawn writes a collection of drawn pictures with two queries, asks them twice
// without a model and returns the folders of the runs.
func drawn(t *testing.T) (runs []string) {
	t.Helper()
	dir := t.TempDir()
	images := filepath.Join(dir, "images")
	for _, id := range []string{"beach/two-red-boats-sunset.png", "beach/one-red-boat-sunset.png", "beach/dog-and-ball.png", "street/red-car-day.png"} {
		data, err := fs.ReadFile(scene.FS(), id)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(images, filepath.FromSlash(id))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, path, string(data))
	}
	labels := filepath.Join(dir, "labels.jsonl")
	put(t, labels, `{"query": "two red boats at sunset", "targets": ["beach/two-red-boats-sunset.png"]}
{"query": "a dog with a <b>ball</b>", "targets": ["beach/dog-and-ball.png"]}
`)
	for _, rank := range []string{"none", "captions"} {
		out := filepath.Join(dir, "rank-"+rank)
		args := []string{"run", "-dataset", "mine", "-data", images, "-queries", labels, "-out", out, "-rank", rank, "-quiet"}
		if err := execute(t.Context(), args, io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, out)
	}
	return runs
}

func TestReport(t *testing.T) {
	runs := drawn(t)
	page := filepath.Join(t.TempDir(), "page.html")
	var out bytes.Buffer
	if err := execute(t.Context(), []string{"report", runs[0], runs[1], "-out", page}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "written: "+page) {
		t.Errorf("it says %q", &out)
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A rank-none", "B rank-captions", "two red boats at sunset", "&lt;b&gt;ball&lt;/b&gt;", "data:image/jpeg;base64,", "2 queries among 4 images"} {
		if !bytes.Contains(html, []byte(want)) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if bytes.Contains(html, []byte(filepath.Dir(runs[0]))) {
		t.Error("the page tells where things lie on this machine")
	}
}

func TestReportRefuses(t *testing.T) {
	for _, args := range [][]string{{}, {"RUN", "-queries", "0"}, {"RUN", "-queries", "201"}, {"RUN", "-pictures", "0"}, {"RUN", "-pictures", "NaN"}, {"RUN", "-x"}} {
		if err := execute(t.Context(), append([]string{"report"}, args...), io.Discard, io.Discard); !errors.As(err, new(usageError)) {
			t.Errorf("benchmark report %q: %v, want a mistake in the command line", args, err)
		}
	}
	page := filepath.Join(t.TempDir(), "page.html")
	if err := execute(t.Context(), []string{"report", t.TempDir(), "-out", page}, io.Discard, io.Discard); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without a run: %v", err)
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("a page was written without a run")
	}
}
