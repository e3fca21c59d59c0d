package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cirr writes a CIRR of five images and one query, and returns its folder.
func cirr(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"captions/cap.rc2.val.json":         `[{"pairid": 5, "reference": "a", "target_hard": "b", "caption": "x", "img_set": {"members": ["a", "b", "c", "d"]}}]`,
		"captions/cap.rc2.test1.json":       `[{"pairid": 6, "reference": "a", "caption": "x", "img_set": {"members": ["a", "b", "c", "d"]}}]`,
		"image_splits/split.rc2.val.json":   `{"a": "./a.png", "b": "./b.png", "c": "./c.png", "d": "./d.png", "e": "./e.png"}`,
		"image_splits/split.rc2.test1.json": `{"a": "./a.png", "b": "./b.png", "c": "./c.png", "d": "./d.png", "e": "./e.png"}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, path, text)
	}
	return dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestScore(t *testing.T) {
	dir := cirr(t)
	file := filepath.Join(dir, "predictions.jsonl")
	put(t, file, `{"query": "5", "ranking": ["a", "e", "c", "b", "d"]}`)
	var out bytes.Buffer
	if err := execute(t.Context(), []string{"score", "-dataset", "cirr", "-data", dir, "-predictions", file}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	want := `cirr val, 1 queries
         Recall@1    0.00
         Recall@5  100.00
        Recall@10  100.00
        Recall@50  100.00
  Recall_subset@1    0.00
  Recall_subset@2  100.00
  Recall_subset@3  100.00
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("want is -, got is +\n%s", d)
	}
	out.Reset()
	if err := execute(t.Context(), []string{"score", "-dataset", "cirr", "-data", dir, "-predictions", file, "-json"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"name": "Recall@1"`) {
		t.Errorf("this is no table in JSON:\n%s", &out)
	}
}

func TestSecretSplit(t *testing.T) {
	dir := cirr(t)
	file := filepath.Join(dir, "predictions.jsonl")
	put(t, file, `{"query": "6", "ranking": ["b", "c", "d"]}`)
	err := execute(t.Context(), []string{"score", "-dataset", "cirr", "-data", dir, "-split", "test1", "-predictions", file}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "benchmark submit writes the file") {
		t.Errorf("score: %v, want it to name benchmark submit", err)
	}
	// A gallery of five has no 50 images to hand in, and what is not whole is
	// not left behind.
	out := filepath.Join(dir, "out")
	err = execute(t.Context(), []string{"submit", "-dataset", "cirr", "-data", dir, "-split", "test1", "-predictions", file, "-out", out}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "query 6: the ranking holds 3 images, and 50 are needed") {
		t.Errorf("submit: %v", err)
	}
	if left, _ := filepath.Glob(out + "*"); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"rank"}, {"score"}, {"score", "-x"}, {"score", "extra"}, {"score", "-dataset", "cirr", "-data", cirr(t)}, {"submit"}} {
		if err := execute(t.Context(), args, io.Discard, io.Discard); !errors.As(err, new(usageError)) {
			t.Errorf("benchmark %q: %v, want a mistake in the command line", args, err)
		}
	}
	if err := execute(t.Context(), []string{"score", "-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("benchmark score -h: %v", err)
	}
}
