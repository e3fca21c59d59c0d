package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRehearse(t *testing.T) {
	dir := t.TempDir()
	plot := filepath.Join(dir, "plot.csv")
	var out bytes.Buffer
	args := []string{"rehearse", "-out", filepath.Join(dir, "r"), "-dataset", "cirr", "-size", "3", "-width", "120", "-errors", "0,0.3", "-limit", "2", "-plot", plot, "-quiet"}
	if err := execute(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Count(text, "cirr") != 2 || !strings.Contains(text, "30%") {
		t.Errorf("printed is\n%s", text)
	}
	data, err := os.ReadFile(plot)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(data), "\n"); lines != 1+2*4 {
		t.Errorf("the plot has %d lines:\n%s", lines, data)
	}
	for _, args := range [][]string{{"rehearse"}, {"rehearse", "-out", dir, "-errors", "2"}, {"rehearse", "-out", dir, "-plot", "x"}} {
		if err := execute(t.Context(), args, io.Discard, io.Discard); !errors.As(err, new(usageError)) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
	}
}
