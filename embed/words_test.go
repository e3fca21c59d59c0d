package embed_test

import (
	std "cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/embed/embedtest"
)

func TestWordsConforms(t *testing.T) {
	for name, w := range map[string]embed.Words{
		"zero value": {},
		"short rows": {Dim: 16},
		"shortest":   {Dim: 1},
		"learnt":     {Weights: embed.Learn([]string{"A brown dog on grass.", "A brown cat.", "Two dogs."})},
		"no weights": {Weights: new(embed.Weights)},
	} {
		t.Run(name, func(t *testing.T) { embedtest.Run(t, w) })
	}
}

// nearest orders captions by their score for a query.
func nearest(t *testing.T, w embed.Words, query string, images []imagescope.Image) []string {
	t.Helper()
	rows, err := w.EmbedImages(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	q, err := w.EmbedTexts(t.Context(), []string{query})
	if err != nil {
		t.Fatal(err)
	}
	order := make([]int, len(images))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return std.Compare(cosine(q[0], rows[j]), cosine(q[0], rows[i]))
	})
	ids := make([]string, len(order))
	for i, j := range order {
		ids[i] = images[j].ID
	}
	return ids
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(max(aa*bb, 1e-12))
}

func TestWordsOrder(t *testing.T) {
	image := func(id, caption string) imagescope.Image { return imagescope.Image{ID: id, Caption: caption} }
	tests := []struct {
		name, query string
		images      []imagescope.Image // best first
	}{
		{"same words", "a dog on grass", []imagescope.Image{image("1", "A dog on grass."), image("2", "A dog on a sofa."), image("3", "A cat.")}},
		{"stems", "running dogs", []imagescope.Image{image("1", "The dog runs."), image("2", "The cat sleeps.")}},
		{"other forms", "children and women", []imagescope.Image{image("1", "a child, a woman"), image("2", "a chilled womb")}},
		{"synonyms", "a couch", []imagescope.Image{image("1", "a red sofa"), image("2", "a red table")}},
		{"the word itself before its synonym", "a couch", []imagescope.Image{image("1", "a couch"), image("2", "a sofa")}},
		{"American spelling", "a gray airplane", []imagescope.Image{image("1", "a grey aeroplane"), image("2", "a green car")}},
		{"rare before common words", "a man with a trombone", []imagescope.Image{image("1", "a trombone"), image("2", "a man")}},
		{"which is coloured how", "a red car and a blue bus", []imagescope.Image{image("1", "a red car, a blue bus"), image("2", "a blue car, a red bus")}},
		{"short caption not before fuller one", "a brown dog on green grass", []imagescope.Image{
			image("1", "a big brown dog on green grass near a house"), image("2", "a dog"),
		}},
		{"file name", "a poodle", []imagescope.Image{image("toy_poodle.jpg", ""), image("red_car.jpg", "")}},
		{"file name beside a caption", "a poodle", []imagescope.Image{image("toy_poodle.jpg", "a dog"), image("spaniel.jpg", "a dog")}},
		{"measured share of a colour", "green", []imagescope.Image{
			image("1", "Colours: 80% green, 20% grey; wide format."),
			image("2", "Colours: 70% grey, 30% green; wide format."),
			image("3", "Colours: 100% grey; wide format."),
		}},
		{"format is no content", "a wide format", []imagescope.Image{image("1", "wide"), image("2", "Colours: 100% grey; wide format.")}},
	}
	for _, tt := range tests {
		var want []string
		for _, img := range tt.images {
			want = append(want, img.ID)
		}
		slices.Reverse(tt.images) // so that equal scores fail
		if d := cmp.Diff(want, nearest(t, embed.Words{}, tt.query, tt.images)); d != "" {
			t.Errorf("%s: %q finds: want is -, got is +\n%s", tt.name, tt.query, d)
		}
	}
}

func TestWordsSaysNothingOfNothing(t *testing.T) {
	rows, err := embed.Words{}.EmbedTexts(t.Context(), []string{"", "of the", "!?"})
	if err != nil {
		t.Fatal(err)
	}
	more, err := embed.Words{}.EmbedImages(t.Context(), []imagescope.Image{{ID: "IMG_1.jpg"}, {Caption: "it is"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range append(rows, more...) {
		if len(row) != embed.DefaultDim || slices.Max(row) != 0 || slices.Min(row) != 0 {
			t.Errorf("row %d of inputs without words is not %d zeros", i, embed.DefaultDim)
		}
	}
}

// TestWordsRowsAreKept holds what indexes have stored: a change here means that
// they must be built anew, and is to be announced.
func TestWordsRowsAreKept(t *testing.T) {
	rows, err := embed.Words{Dim: 12}.EmbedImages(t.Context(), []imagescope.Image{{Caption: "Two brown dogs."}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "row.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("row: want is -, got is +; go test -update takes it over\n%s", d)
	}
}

func TestLearn(t *testing.T) {
	captions := slices.Repeat([]string{"a dog"}, 99)
	captions = append(captions, "a dog and a trombone")
	images := []imagescope.Image{{ID: "dog", Caption: "dog"}, {ID: "trombone", Caption: "trombone"}, {ID: "man", Caption: "man"}}
	w := embed.Words{Weights: embed.Learn(captions)}
	if got := nearest(t, w, "a dog, a trombone", images)[0]; got != "trombone" {
		t.Errorf("the best is %q, want the rare trombone", got)
	}
	if got := nearest(t, w, "a trombone, a man", images)[0]; got != "man" {
		t.Errorf("the best is %q, want the man, who is in no caption", got)
	}

	kept, err := json.Marshal(w.Weights)
	if err != nil {
		t.Fatal(err)
	}
	var again embed.Weights
	if err := json.Unmarshal(kept, &again); err != nil {
		t.Fatal(err)
	}
	texts := []string{"a dog, a trombone", "a man"}
	before, _ := w.EmbedTexts(t.Context(), texts)
	after, _ := embed.Words{Weights: &again}.EmbedTexts(t.Context(), texts)
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("rows by weights that were kept as JSON: want is -, got is +\n%s", d)
	}
}

func TestWeightsRefuse(t *testing.T) {
	for data, says := range map[string]string{
		`[]`:                                "cannot unmarshal",
		`{"captions":-1}`:                   "negative",
		`{"captions":1,"words":{"dog":2}}`:  `"dog" occurs in 2 of 1`,
		`{"captions":1,"words":{"dog":-2}}`: `"dog" occurs in -2 of 1`,
	} {
		w := embed.Learn([]string{"a dog"})
		before, _ := json.Marshal(w)
		if err := json.Unmarshal([]byte(data), w); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Unmarshal(%s): %v, want an error that says %q", data, err, says)
		}
		if after, _ := json.Marshal(w); string(after) != string(before) {
			t.Errorf("Unmarshal(%s) failed and left %s", data, after)
		}
	}
}
