package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestRun holds what the program prints to a golden file, and the page to its
// pictures.
func TestRun(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.html")
	var printed bytes.Buffer
	if err := run(t.Context(), &printed, page); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(printed.String(), page, "PAGE")
	const golden = "testdata/output.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("go test ./examples/quickstart -update accepts a change; want is -, got is +\n%s", d)
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(html, []byte("data:image/jpeg;base64,")); n < 50 {
		t.Errorf("the page has %d pictures", n)
	}
}

func TestRunCannotWrite(t *testing.T) {
	page := filepath.Join(t.TempDir(), "missing", "page.html")
	if err := run(t.Context(), &bytes.Buffer{}, page); err == nil || !strings.Contains(err.Error(), page) {
		t.Errorf("run with a page in a folder that is not there: error %v", err)
	}
}
