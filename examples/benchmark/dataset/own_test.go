package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadOwn(t *testing.T) {
	dir := t.TempDir()
	queries := filepath.Join(dir, "labels.jsonl")
	for name, text := range map[string]string{
		"labels.jsonl": `{"query": "two dogs", "targets": ["b/2.jpg", "gone.jpg"]}

{"id": "x", "query": "", "reference": "1.png", "targets": ["b/2.jpg"], "category": "c"}
{"turns": ["a", "b"], "targets": ["1.png"]}`,
		"1.png": "", "b/2.jpg": "", "b/notes.txt": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadOwn(queries, dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Dataset{
		Name:    Own,
		Gallery: []Image{{ID: "1.png", Path: "1.png"}, {ID: "b/2.jpg", Path: "b/2.jpg"}, {ID: "gone.jpg", Path: "gone.jpg"}},
		Queries: []Query{
			{ID: "1", Texts: []string{"two dogs"}, Targets: []string{"b/2.jpg", "gone.jpg"}},
			{ID: "x", Group: "c", Texts: []string{""}, Reference: "1.png", Targets: []string{"b/2.jpg"}},
			{ID: "4", Texts: []string{"a", "b"}, Targets: []string{"1.png"}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want is -, got is +\n%s", d)
	}
}

func TestReadOwnRefuses(t *testing.T) {
	const good = `{"query": "a", "targets": ["1.png"]}` + "\n"
	for text, want := range map[string]string{
		"":                                  "labels.jsonl: it holds no query",
		good + `{`:                          "labels.jsonl: entry on line 2: the file ends too early",
		good + `[]`:                         "labels.jsonl: entry on line 2: a array is not the",
		`{"query": 7}`:                      "labels.jsonl: entry on line 1: field query: a number is not the string",
		`{"targets": ["1.png"]}`:            "labels.jsonl: entry on line 1: field query: it is missing",
		`{"query": " "}`:                    "labels.jsonl: entry on line 1: field query: it is empty",
		`{"query": "a"}`:                    "labels.jsonl: entry on line 1: field targets: it is missing",
		`{"query": "a", "target": "1.png"}`: "labels.jsonl: entry on line 1: field target: there is no such field",
		`{"query": "a", "targets": []}`:     "labels.jsonl: entry on line 1: field targets: it is empty",
		`{"query": "a", "targets": ["1.png", "../x"]}`:             `labels.jsonl: entry on line 1: field targets[1]: "../x" is no slash path`,
		`{"query": "a", "reference": "/x", "targets": ["1.png"]}`:  `labels.jsonl: entry on line 1: field reference: "/x" is no slash path`,
		`{"query": "a", "turns": ["b"], "targets": ["1.png"]}`:     "labels.jsonl: entry on line 1: field turns: there is a query beside it",
		`{"turns": [], "targets": ["1.png"]}`:                      "labels.jsonl: entry on line 1: field turns: it holds 0",
		`{"turns": ["a", ""], "targets": ["1.png"]}`:               "labels.jsonl: entry on line 1: field turns[1]: it is empty",
		`{"query": "a", "targets": ["1.png"]} {}`:                  "labels.jsonl: entry on line 1: more follows",
		good + `{"query": "` + strings.Repeat("x", maxLine) + `"}`: "labels.jsonl: entry on line 2: it has more than 1048576 bytes",
	} {
		if _, err := readOwn(strings.NewReader(text), "labels.jsonl"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadOwn(f *testing.F) {
	f.Add(`{"query": "a", "targets": ["1.png"], "reference": "2.png"}`)
	f.Add(`{"turns": ["a", "b"], "targets": ["1.png"], "id": "x", "category": "c"}` + "\n" + `{"query": "a", "targets": ["b/1.png"]}`)
	f.Add(`{"query": null, "targets": [null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		queries, err := readOwn(strings.NewReader(text), "labels.jsonl")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "labels.jsonl: ") {
				t.Errorf("%v does not name the file", err)
			}
			var entry *EntryError
			if strings.TrimSpace(text) != "" && !errors.As(err, &entry) {
				t.Errorf("%v does not name the line", err)
			}
			return
		}
		for _, q := range queries {
			if q.ID == "" || len(q.Texts) == 0 || len(q.Targets) == 0 || q.Reference == "" && q.Texts[0] == "" {
				t.Errorf("query %+v", q)
			}
			for _, id := range append(q.Targets, q.Reference) {
				if id != "" && needPath("", id) != nil {
					t.Errorf("image %q is accepted", id)
				}
			}
		}
	})
}
