package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// row matches a photo in a table.
var row = regexp.MustCompile(`(?m)^ +(\d+) +(\S+\.(?:png|jpg)) `)

// photosIn returns the photos of all tables in a text, in order.
func photosIn(text string) []string {
	var ids []string
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		ids = append(ids, m[2])
	}
	return ids
}

func TestSearch(t *testing.T) {
	p := newPerson(t, "beach", "snow", "street")
	p.must("index", p.photos)
	outside := filepath.Join(t.TempDir(), "mine.png")
	data, err := os.ReadFile(filepath.Join(p.photos, "street", "red-car-day.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside+".txt", []byte("A red car on a city street by day."), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		args  []string
		first string
	}{
		{"words", []string{"search", "two red boats at sunset"}, "beach/two-red-boats-sunset.png"},
		{"dogs", []string{"search", "a brown dog and a black dog in the snow"}, "snow/two-dogs.png"},
		{"a change by ID", []string{"change", "street/red-car-day.png", "make it night"}, "street/red-car-night.png"},
		{"a change by path", []string{"change", filepath.Join(p.photos, "street", "red-car-day.png"), "make the car blue"}, "street/blue-car-day.png"},
		{"a change of another file", []string{"change", outside, "make it night"}, "street/red-car-night.png"},
		{"no change", []string{"change", "snow/snowman-day.png", ""}, "snow/snowman-night.png"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := p.must(tt.args...)
			if got := photosIn(out); len(got) == 0 || got[0] != tt.first {
				t.Errorf("photos %q found\n%s\nwant %s first", tt.args, out, tt.first)
			}
		})
	}
}

func TestSearchShowsAsManyAsAsked(t *testing.T) {
	p := newPerson(t, "street")
	p.must("index", p.photos)
	for _, n := range []string{"1", "3"} {
		out := p.must("search", "-n", n, "car")
		contains(t, "photos search -n "+n, out, "\n"+n+" of 10 photos in "+p.photos)
	}
	if got := photosIn(p.must("search", "zebra")); len(got) != 0 {
		t.Errorf("photos search zebra found %v, none of which has anything to do with it", got)
	}
}

// TestSearchKnowsFolders has a camera's name for a photo and a person's name for
// its folder.
func TestSearchKnowsFolders(t *testing.T) {
	p := newPerson(t, "street")
	p.withoutCaptions()
	album := filepath.Join(p.photos, "Holidays", "Rome_2026")
	if err := os.MkdirAll(album, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(p.photos, "street", "green-bus.png"), filepath.Join(album, "IMG_2034.png")); err != nil {
		t.Fatal(err)
	}
	p.must("index", p.photos)
	for _, query := range []string{"rome", "holidays 2026"} {
		if d := cmp.Diff([]string{"Holidays/Rome_2026/IMG_2034.png"}, photosIn(p.must("search", query))); d != "" {
			t.Errorf("photos search %s: want is -, got is +\n%s", query, d)
		}
	}
}

func TestSearchTellsWhy(t *testing.T) {
	p := newPerson(t, "street")
	p.must("index", p.photos)
	contains(t, "photos search -why", p.must("search", "-why", "-n", "1", "red car"), "   retrieve: place 1, similarity 0.", "   verify: ", "   rank: ")
}

func TestChangeOfWhatIsNotThere(t *testing.T) {
	p := newPerson(t, "street")
	p.must("index", p.photos)
	tests := []struct {
		name, image string
		want        string
	}{
		{"like another", "red-car.png", "did you mean street/red-car-day.png, street/red-car-night.png or street/two-red-cars-night.png?"},
		{"like many", "car", "or one of 4 others?"},
		{"like none", "zebra.png", `"zebra.png" is neither a photo of ` + p.photos + ` nor a picture file`},
		{"a folder", p.photos, "nor a picture file"},
		{"no picture", filepath.Join(p.photos, "street", "green-bus.png.txt"), "decode image green-bus.png.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := p.run("change", tt.image, "at night")
			if r.code != exitFailed {
				t.Errorf("photos change %q = %d, want %d", tt.image, r.code, exitFailed)
			}
			contains(t, "stderr", r.err, tt.want)
		})
	}
}

// TestNoControlCharacters has them in all that comes from outside.
func TestNoControlCharacters(t *testing.T) {
	p := newPerson(t, "snow")
	id := p.scenes[0].ID
	p.write(id+".txt", "dog \x1b[2J\x07\u202e\u009b dog")
	if err := os.Rename(filepath.Join(p.photos, p.scenes[1].ID), filepath.Join(p.photos, "snow", "dog \x1b[31m.png")); err != nil {
		t.Fatal(err)
	}
	p.write("broken\x1b[31m.jpg", "no picture")
	index := p.run("index", p.photos)
	search := p.run("search", "-why", "dog\x1b[1m")
	for _, text := range []string{index.out, index.err, search.out, search.err} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\u202e' }); i >= 0 {
			t.Errorf("control character %+q in %+q", text[i:][0], text)
		}
	}
	contains(t, "the search", search.out, "dog ")
}

func TestWords(t *testing.T) {
	tests := []struct{ arg, want string }{
		{"/home/me/photos", "/home/me/photos"},
		{"/home/me/My photos", "'/home/me/My photos'"},
		{"it's", `'it'\''s'`},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, quoted(tt.arg)); d != "" {
			t.Errorf("quoted(%q): want is -, got is +\n%s", tt.arg, d)
		}
	}
}
