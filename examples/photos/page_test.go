package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPage writes the pages of a search with a picture from elsewhere and of a
// chat.
func TestPage(t *testing.T) {
	p := newPerson(t, "street")
	p.must("index", p.photos)
	file := filepath.Join(t.TempDir(), "page.html")
	inside := (&url.URL{Scheme: "file", Path: filepath.Join(p.photos, "street", "red-car-night.png")}).String()

	outside := filepath.Join(t.TempDir(), "a <b>.png")
	data, err := os.ReadFile(filepath.Join(p.photos, "street", "red-car-day.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside, data, 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, "photos change", p.must("change", outside, "a red car at night", "-html", file, "-n", "9"), "the page is in "+file)
	page := read(t, file)
	contains(t, "the page", page, "<h1>Photos</h1>", "Found among 10 photos in "+p.photos, "a red car at night", `href="`+inside+`"`,
		`href="`+(&url.URL{Scheme: "file", Path: outside}).String()+`"`, ">street/red-car-night.png<", "Ranked")
	if strings.Contains(page, "<b>.png") {
		t.Error("a file name is in the page as it is")
	}
	_, ranked, _ := strings.Cut(page, "Ranked")
	if got := strings.Count(ranked, "<figure"); got != 9 {
		t.Errorf("the last stage shows %d pictures, want 9", got)
	}

	r := p.runWith(t.Context(), "a red car\nat night\n", "chat", "-html", file)
	if r.code != exitOK {
		t.Fatalf("photos chat = %d: %s", r.code, r.err)
	}
	contains(t, "the page of a chat", read(t, file), "Turn 1", "Turn 2", "Retrieved", "Verified", "Ranked")

	r = p.run("search", "car", "-html", filepath.Join(file, "below.html"))
	if r.code != exitFailed {
		t.Errorf("a page below a file = %d, want %d", r.code, exitFailed)
	}
	contains(t, "stderr", r.err, "-html: ")
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
