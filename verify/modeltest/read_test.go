package modeltest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/rank"
	"github.com/imagescope/imagescope/verify/modeltest"
)

func read(t testing.TB, text string) *modeltest.World {
	t.Helper()
	w, err := modeltest.ReadWorld(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestReadWhatWasWritten(t *testing.T) {
	for name, w := range worlds() {
		data, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		got, err := modeltest.ReadWorld(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(w.Queries(), got.Queries()); d != "" {
			t.Errorf("%s: queries: want is -, got is +\n%s", name, d)
		}
		told := func(w *modeltest.World) (all []string) {
			for _, img := range w.Images() {
				all = append(all, img.ID+": "+img.Caption)
			}
			return all
		}
		if d := cmp.Diff(told(w), told(got)); d != "" {
			t.Errorf("%s: pictures: want is -, got is +\n%s", name, d)
		}
	}
}

const harbour = `{"pictures": [
	{"id": "a.png", "scene": {"place": "harbour", "time": "night", "items": [{"kind": "boat", "color": "red", "count": 2}]}},
	{"id": "b.png", "scene": {"place": "harbour", "time": "night", "items": [{"kind": "boat", "color": "blue", "count": 2}]}}],
	"queries": [%s]}`

func TestReadWorldRefuses(t *testing.T) {
	picture := `{"pictures": [{"id": "a", "scene": {"items": [{"kind": "dog"}]}}, %s]}`
	query := func(fields string) string {
		return fmt.Sprintf(harbour, `{"text": "boats", "target": "a.png", "intent": {"descriptions": ["boats"]}`+fields+`}`)
	}
	for _, tt := range []struct{ text, want string }{
		{`{"pictures": [`, "unexpected end"},
		{`{"pictures": {}}`, "pictures"},
		{fmt.Sprintf(picture, `{"id": "a", "scene": {}}`), `picture 1: id: "a" was given`},
		{fmt.Sprintf(picture, `{"id": "../a", "scene": {}}`), `picture 1: id: "../a" is no slash path`},
		{fmt.Sprintf(picture, `{"id": "b", "scene": {"items": [{"kind": "dog", "count": 1}]}}`), "picture 1: scene: it shows what picture 0 does"},
		{fmt.Sprintf(picture, `{"id": "b", "scene": {"items": [{"kind": "dog", "count": 99}]}}`), "picture 1: scene: Items[0].Count"},
		{fmt.Sprintf(picture, `{"id": "b", "scene": {"place": "moon"}}`), "picture 1: scene: Place"},
		{query(`, "target": "c.png"`), `query 0: target: "c.png" is none`},
		{query(`, "text": " "`), `query 0: text: it is empty`},
		{query(`, "intent": {"descriptions": []}`), `query 0: intent: it has no descriptions`},
		{query(`, "reference": {"id": "c.png"}`), `query 0: reference: "c.png" is none`},
		{query(`, "propositions": [{"question": "Is it art?", "want": true}]`), `query 0: propositions: 0: "Is it art?" cannot be answered`},
		{query(`, "overlooked": [{"question": "Are there two red boats?"}]`), `query 0: overlooked: 0: "Are there two red boats?" is answered otherwise`},
	} {
		if _, err := modeltest.ReadWorld(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", tt.text, err, tt.want)
		}
	}
}

// TestOverlooked has stage 3 mind what no proposition says.
func TestOverlooked(t *testing.T) {
	w := read(t, fmt.Sprintf(harbour, `{"text": "two red boats", "target": "a.png", "intent": {"descriptions": ["boats"]},
		"propositions": [{"question": "Are there two boats?", "want": true}],
		"overlooked": [{"question": "Are there two red boats?", "want": true}]}`))
	model := modeltest.New(w, nil)
	cs := []imagescope.Candidate{{Image: imagescope.File(w.FS(), "b.png")}, {Image: imagescope.File(w.FS(), "a.png")}}
	got, err := rank.New(model, nil).Rank(t.Context(), imagescope.Text("two red boats"), imagescope.Intent{}, cs)
	if err != nil || got[0].Image.ID != "a.png" {
		t.Errorf("%v first, error %v: want a.png", got[0].Image.ID, err)
	}
}

// TestTurns has the same words mean one thing or another by what a
// conversation has carried.
func TestTurns(t *testing.T) {
	turn := `{"text": "are they red? yes", "carried": "two boats %s", "target": "a.png", "intent": {"descriptions": ["two red boats %[1]s"]}}`
	w := read(t, fmt.Sprintf(harbour, fmt.Sprintf(turn, "at night")+","+fmt.Sprintf(turn, "in a harbour")))
	in := intent.New(modeltest.New(w, nil), nil)
	for carried, want := range map[string]string{
		"two boats at night":     "two red boats at night",
		"Two boats in a harbour": "two red boats in a harbour",
		"a dog":                  "a dog, are they red? yes", // of no query
	} {
		got, err := in.Interpret(t.Context(), imagescope.Query{Text: "are they red? yes", Carried: carried})
		if err != nil || len(got.Descriptions) != 1 || got.Descriptions[0] != want {
			t.Errorf("%q: %q, error %v, want %q", carried, got.Descriptions, err, want)
		}
	}
}

// TestFilesOfOthers shows pictures under names and in a format of others.
func TestFilesOfOthers(t *testing.T) {
	w := modeltest.Gallery()
	m := modeltest.New(w, nil)
	for _, of := range w.Images()[:3] {
		img, err := of.Decode()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
			t.Fatal(err)
		}
		file := imagescope.File(fstest.MapFS{"0001.jpg": {Data: b.Bytes()}}, "0001.jpg")
		for range 2 { // seen, and remembered
			got, err := m.Reason(t.Context(), imagescope.Request{Task: imagescope.TaskCaption, Prompt: "Describe it.", Images: []imagescope.Image{file}, MaxSide: 56})
			if err != nil || got.Text != of.Caption {
				t.Errorf("%s: %q, error %v, want %q", of.ID, got.Text, err, of.Caption)
			}
			if want := (len("Describe it.") + 3) / 4; got.PromptTokens != want+2*2 {
				t.Errorf("%s: %d tokens, want %d for the text and 4 for 56 x 42 pixels", of.ID, got.PromptTokens, want)
			}
		}
	}
}

func FuzzReadWorld(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(harbour, "")))
	f.Add([]byte(`{"pictures": [{"id": "a", "scene": {"items": [{"kind": "dog", "side": "left"}]}}], "queries": [{"text": "x", "target": "a", "intent": {"descriptions": [""]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		w, err := modeltest.ReadWorld(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, q := range w.Queries() {
			if _, _, err := w.Answer(q.Target, "Is it night?"); err != nil {
				t.Errorf("the target of %q: %v", q.Text, err)
			}
		}
	})
}
