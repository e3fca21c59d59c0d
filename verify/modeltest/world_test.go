package modeltest_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/verify/modeltest"
)

func worlds() map[string]*modeltest.World {
	return map[string]*modeltest.World{"Gallery": modeltest.Gallery(), "NewWorld": modeltest.NewWorld(1, 40)}
}

// TestQueries holds the promises about queries: the target meets all
// propositions, the reference does not, and all can be told.
func TestQueries(t *testing.T) {
	for name, w := range worlds() {
		captions := map[string]string{}
		for _, img := range w.Images() {
			captions[img.ID] = img.Caption
		}
		changes := 0
		meant := map[string][]imagescope.Proposition{}
		for _, q := range w.Queries() {
			if d := cmp.Diff(q.Propositions, meant[q.Text]); meant[q.Text] != nil && d != "" {
				t.Errorf("%s: %q means two things: %s", name, q.Text, d)
			}
			meant[q.Text] = q.Propositions
			if got := met(t, w, q, q.Target); got != len(q.Propositions) {
				t.Errorf("%s: %q: the target meets %d of %d propositions", name, q.Text, got, len(q.Propositions))
			}
			if q.Reference != nil {
				changes++
				if got := met(t, w, q, q.Reference.ID); got == len(q.Propositions) {
					t.Errorf("%s: %q: the reference meets all propositions", name, q.Text)
				}
			}
			if len(q.Intent.Edits) != len(q.Propositions) || len(q.Intent.Descriptions) == 0 || captions[q.Target] == "" {
				t.Errorf("%s: query %+v", name, q)
			}
		}
		t.Logf("%s: %d pictures, %d queries, %d of them changes", name, len(captions), len(w.Queries()), changes)
		if n := len(w.Queries()); n < 40 || changes < 15 || changes == n {
			t.Errorf("%s: %d queries, %d of them changes", name, n, changes)
		}
	}
}

func met(t *testing.T, w *modeltest.World, q modeltest.Query, id string) (n int) {
	t.Helper()
	for _, p := range q.Propositions {
		yes, known, err := w.Answer(id, p.Question)
		if err != nil || !known {
			t.Fatalf("Answer(%q, %q) = known %v, error %v", id, p.Question, known, err)
		}
		if yes == p.Want {
			n++
		}
	}
	return n
}

func TestSameSeedSameWorld(t *testing.T) {
	a, b, c := modeltest.NewWorld(7, 10), modeltest.NewWorld(7, 10), modeltest.NewWorld(8, 10)
	if d := cmp.Diff(a.Queries(), b.Queries()); d != "" {
		t.Errorf("queries of the same seed differ: %s", d)
	}
	if cmp.Equal(a.Queries(), c.Queries()) {
		t.Error("queries of another seed are the same")
	}
	if n := len(modeltest.NewWorld(7, 0).Queries()); n != 0 {
		t.Errorf("NewWorld of no queries has %d", n)
	}
}

func TestFS(t *testing.T) {
	w := modeltest.Gallery()
	var ids []string
	for _, img := range w.Images() {
		ids = append(ids, img.ID)
	}
	if err := fstest.TestFS(w.FS(), ids...); err != nil {
		t.Error(err)
	}
	img, err := imagescope.File(w.FS(), ids[0]).Decode()
	if err != nil || img.Bounds().Dx() != 480 || img.Bounds().Dy() != 360 {
		t.Errorf("%s: %v, %v", ids[0], img.Bounds(), err)
	}
}

func TestAnswerOfNoPicture(t *testing.T) {
	if _, _, err := modeltest.Gallery().Answer("none.png", "Is there a dog?"); !errors.Is(err, imagescope.ErrNotFound) {
		t.Errorf("Answer: error %v", err)
	}
}
