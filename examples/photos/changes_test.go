package main

import (
	"io/fs"
	"path"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// countingFS counts how often photos are opened.
type countingFS struct {
	fstest.MapFS
	opened int
}

func (c *countingFS) Open(name string) (fs.File, error) {
	if path.Ext(name) == ".jpg" {
		c.opened++
	}
	return c.MapFS.Open(name)
}

// TestCompareReadsNoMoreThanItMust has one photo and what was stored of it.
func TestCompareReadsNoMoreThanItMust(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" // of "test"
	before := photo{id: "a.jpg", sum: sum, size: 4, changed: old}
	tests := []struct {
		name    string
		data    string
		time    time.Time
		before  photo
		changed bool
		opened  int
	}{
		{"as it was", "test", old, before, false, 0},
		{"touched", "test", old.Add(time.Minute), before, false, 1},
		{"changed", "toast", old.Add(time.Minute), before, true, 1},
		{"changed, of the same size", "tent", old.Add(time.Minute), before, true, 1},
		{"changed, of the same time", "toast", old, before, true, 1},
		{"changed twice, too fast for its time to tell", "tent", time.Now(), photo{id: "a.jpg", sum: sum, size: 4}, true, 1},
		{"so fresh that its time tells nothing", "test", time.Now(), photo{id: "a.jpg", sum: sum, size: 4, changed: time.Now()}, false, 1},
		{"of an unknown time before", "tent", old, photo{id: "a.jpg", sum: sum, size: 4}, true, 1},
		{"unknown", "test", old, photo{id: "b.jpg"}, true, 0},
		{"another caption", "test", old, photo{id: "a.jpg", sum: sum, size: 4, changed: old, given: "a dog"}, true, 0},
		{"another model", "test", old, photo{id: "a.jpg", sum: sum, size: 4, changed: old, model: "none"}, true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := &countingFS{MapFS: fstest.MapFS{"a.jpg": {Data: []byte(tt.data), ModTime: tt.time}}}
			known := map[string]photo{tt.before.id: tt.before}
			got, err := compare(t.Context(), folder, captions{folder: folder}, "", known, nil)
			if err != nil {
				t.Fatal(err)
			}
			if changed := len(got.todo) == 1; changed != tt.changed || len(got.todo)+got.unchanged != 1 {
				t.Errorf("compare found %d photos to do and %d unchanged, want changed = %t", len(got.todo), got.unchanged, tt.changed)
			}
			if d := cmp.Diff(tt.opened, folder.opened); d != "" {
				t.Errorf("opened: want is -, got is +\n%s", d)
			}
		})
	}
}

func TestPhotoComesBack(t *testing.T) {
	tests := []photo{
		{id: "a.jpg"},
		{id: "Rome_2026/b.png", size: 17, changed: time.Date(2026, 11, 24, 10, 0, 0, 5, time.UTC), sum: "00ff", given: "a\ndog", model: "ollama:llava"},
	}
	for _, want := range tests {
		if d := cmp.Diff(want, photoOf(want.id, want.meta()), cmp.AllowUnexported(photo{})); d != "" {
			t.Errorf("%s read back: want is -, got is +\n%s", want.id, d)
		}
	}
	hostile := map[string]string{sizeKey: "much", changedKey: "yesterday"}
	if d := cmp.Diff(photo{id: "a.jpg"}, photoOf("a.jpg", hostile), cmp.AllowUnexported(photo{})); d != "" {
		t.Errorf("a photo of what cannot be read: want is -, got is +\n%s", d)
	}
}
