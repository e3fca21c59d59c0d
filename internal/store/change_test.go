package store

import (
	"errors"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/imagescope/imagescope"
)

// TestDiskFull has a disk without space: changes fail until there is some.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(id string, dim int) error {
		return s.Change(t.Context(), []imagescope.Entry{{ID: id, Vector: make([]float32, dim)}}, nil)
	}
	if err := put("a", 1<<15); err != nil {
		t.Fatal(err)
	}
	want := s.State()
	s.db.MaxSize = 256 << 10
	for range 3 {
		if err := put("b", 1<<15); !errors.Is(err, bolterrors.ErrMaxSizeReached) {
			t.Fatalf("Change: error %v, want that of bbolt", err)
		}
		if err := s.Read(t.Context(), nil); err != nil || s.State() != want {
			t.Fatalf("after it: State = %+v, Read: error %v, want %+v", s.State(), err, want)
		}
	}
	s.db.MaxSize = 0
	if err := put("b", 1<<15); err != nil {
		t.Errorf("Change when there is space: %v", err)
	}
	if err := s.Read(t.Context(), nil); err != nil || s.State().Entries != 2 {
		t.Errorf("State = %+v, Read: error %v, want 2 entries", s.State(), err)
	}
}

// TestOutcomeUnknown has a disk that fails so that it cannot be told whether a
// change is stored. There is then no other.
func TestOutcomeUnknown(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.db.MaxSize = 1
	if err := s.file.Close(); err != nil {
		t.Fatal(err)
	}
	big := imagescope.Entry{ID: "a", Vector: make([]float32, 1<<16)}
	first := s.Change(t.Context(), []imagescope.Entry{big}, nil)
	s.db.MaxSize = 0
	second := s.Change(t.Context(), nil, []string{"a"})
	if first == nil || !errors.Is(second, bolterrors.ErrMaxSizeReached) {
		t.Errorf("Change: errors %v and %v, want the first one twice", first, second)
	}
}

// TestLockedByATool has another program hold bbolt's own lock.
func TestLockedByATool(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := s.path(entriesFile)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tool, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer tool.Close()
	if _, err := Open(t.Context(), dir, Options{}, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("Open: error %v, want ErrLocked", err)
	}
}
