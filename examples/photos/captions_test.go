package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestCaptionFiles(t *testing.T) {
	want := map[string]string{"a.jpg": "a dog, and a cat", "b/c.png": "two dogs"}
	tests := []struct {
		name, file, text string
		want             map[string]string
	}{
		{"json", "l.json", `{"a.jpg": "a dog, and a cat", "./b/c.png": " two\n dogs "}`, want},
		{"csv", "l.csv", "a.jpg,\"a dog, and a cat\"\nb/c.png,two dogs\n", want},
		{"csv, sloppy", "L.CSV", "\ufeffphoto,caption\r\na.jpg,a dog, and a cat\r\n\r\nb/c.png,two dogs", want},
		{"txt", "l.txt", "a.jpg\ta dog, and a cat\nb/c.png\ttwo dogs\n", want},
		{"tsv", "l.tsv", "a.jpg\ta dog, and a cat\nb/c.png\ttwo dogs\n", want},
		{"nothing", "l.csv", "", map[string]string{}},
		{"no captions", "l.json", "null", map[string]string{}},
		{"too long", "l.csv", "a.jpg," + strings.Repeat("é", maxCaption), map[string]string{"a.jpg": strings.Repeat("é", maxCaption/2)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(name, []byte(tt.text), 0o666); err != nil {
				t.Fatal(err)
			}
			got, err := readCaptions(fstest.MapFS{}, name)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got.byID); d != "" {
				t.Errorf("captions of %q: want is -, got is +\n%s", tt.text, d)
			}
		})
	}
}

func TestCaptionFilesThatCannotBe(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"another form", "l.xlsx", "x", "should end in .json, .csv, .txt or .tsv"},
		{"no JSON", "l.json", "a.jpg: dog", "invalid character"},
		{"a list", "l.json", `["a dog"]`, "cannot unmarshal array"},
		{"no caption", "l.csv", "a.jpg,dog\nb.jpg\n", "line 2 has no caption"},
		{"no separator", "l.txt", "a.jpg dog\n", "line 1 has no caption"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(name, []byte(tt.text), 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := readCaptions(fstest.MapFS{}, name); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), name) {
				t.Errorf("readCaptions = %v, want an error with %q that names the file", err, tt.want)
			}
		})
	}
}

func TestCaptionsBesidePhotos(t *testing.T) {
	beside := fstest.MapFS{
		"a.jpg.txt": {Data: []byte("the whole name")},
		"a.txt":     {Data: []byte("without its ending")},
		"b.txt":     {Data: []byte(" two\nlines ")},
		"c.txt":     {Data: []byte("long " + strings.Repeat("é", maxCaption))},
		"d.txt":     {Data: []byte("not used")},
	}
	c := captions{beside, map[string]string{"d.jpg": "of the file"}}
	tests := []struct{ id, want string }{
		{"a.jpg", "the whole name"},
		{"b.jpg", "two lines"},
		{"c.jpg", "long " + strings.Repeat("é", (maxCaption-5)/2)},
		{"d.jpg", "of the file"},
		{"e.jpg", ""},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, c.of(tt.id)); d != "" {
			t.Errorf("caption of %s: want is -, got is +\n%s", tt.id, d)
		}
	}
}

// TestCaptionsOption takes captions from a file, which holds for the next time.
func TestCaptionsOption(t *testing.T) {
	p := newPerson(t, "snow")
	p.withoutCaptions()
	labels := filepath.Join(t.TempDir(), "labels.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(labels, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("snow/one-dog.png,an aardvark\n")
	p.must("index", "-captions", labels, p.photos)
	steps := []struct {
		name   string
		change func()
		args   []string
		want   string // of the index
		found  []string
	}{
		{"as given", func() {}, nil, " 0 new, 0 changed", []string{"snow/one-dog.png"}},
		{"the file has changed", func() { write("snow/two-dogs.png,an aardvark\n") }, nil, " 0 new, 2 changed", []string{"snow/two-dogs.png"}},
		{"no file", func() {}, []string{"-captions="}, " 0 new, 1 changed", nil},
	}
	for _, step := range steps {
		step.change()
		contains(t, step.name, p.must(append([]string{"index", p.photos}, step.args...)...), step.want)
		if d := cmp.Diff(step.found, photosIn(p.must("search", "aardvark"))); d != "" {
			t.Errorf("%s: photos found: want is -, got is +\n%s", step.name, d)
		}
	}
	p.must("index", "-captions", labels, p.photos)
	if err := os.Remove(labels); err != nil {
		t.Fatal(err)
	}
	r := p.run("index", p.photos)
	if r.code != exitFailed {
		t.Errorf("photos index without its captions = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, labels, "name another file with -captions, or none with -captions=")
}
