package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/imagescope/imagescope"
)

// TestEveryByte flips a bit of every byte of a file of entries, and cuts it at
// every length, one at a time. What is read then is what was stored, or an
// error. With -short and under the race detector some bytes alone are damaged.
func TestEveryByte(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{Embedder: "test"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 { // two leaves and the page above them
		var entries []imagescope.Entry
		for k := range 20 {
			entries = append(entries, imagescope.Entry{ID: fmt.Sprint(k*20 + i), Vector: make([]float32, 8), Caption: "a caption that takes some room"})
		}
		if err := s.Change(t.Context(), entries, []string{fmt.Sprint(i * 7)}); err != nil {
			t.Fatal(err)
		}
	}
	want := s.State()
	if err := errors.Join(s.Compact(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, entriesFile))
	if err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) (refused bool, err error) {
		c := census{file: bytes.NewReader(b)}
		err = c.take(context.Background(), int64(len(b)))
		switch {
		case errors.Is(err, ErrCorrupt):
			return true, nil
		case err == nil && c.state != want:
			err = fmt.Errorf("read as %+v, want %+v", c.state, want)
		}
		return false, err
	}
	step := byteStep
	if testing.Short() {
		step = 31
	}
	flips, cuts := 0, 0
	for at := 0; at < len(whole); at += step {
		whole[at] ^= 1 << (at * 7 % 8)
		refused, err := read(whole)
		whole[at] ^= 1 << (at * 7 % 8)
		if err != nil {
			t.Fatalf("byte %d flipped: %v", at, err)
		}
		if refused {
			flips++
		}
		if refused, err = read(whole[:at]); err != nil {
			t.Fatalf("cut to %d bytes: %v", at, err)
		}
		if refused {
			cuts++
		}
	}
	t.Logf("%d bytes: %d flips and %d cuts were refused", len(whole), flips, cuts)
	if flips == 0 || cuts == 0 {
		t.Error("no damage was noticed")
	}
}
