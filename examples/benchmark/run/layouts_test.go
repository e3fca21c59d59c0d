package run_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
	"github.com/imagescope/imagescope/verify/modeltest"
)

// changes are the queries of the world that have a reference.
func changes() []modeltest.Query {
	return slices.DeleteFunc(world().Queries(), func(q modeltest.Query) bool { return q.Reference == nil })
}

// TestCIRRSubset shows that a query is asked twice: of all images, and of its
// subset alone.
func TestCIRRSubset(t *testing.T) {
	dir := t.TempDir()
	split := map[string]string{}
	for _, img := range world().Images() {
		picture(t, filepath.Join(dir, "dev", img.ID), img.ID)
		split[img.ID] = "./dev/" + img.ID
	}
	var captions []map[string]any
	for i, q := range changes() {
		members := []string{q.Reference.ID, q.Target}
		for _, img := range world().Images() {
			if len(members) < 6 && !slices.Contains(members, img.ID) {
				members = append(members, img.ID)
			}
		}
		captions = append(captions, map[string]any{
			"pairid": i, "reference": q.Reference.ID, "target_hard": q.Target, "caption": q.Text, "img_set": map[string]any{"members": members},
		})
	}
	put(t, filepath.Join(dir, "captions/cap.rc2.val.json"), line(t, captions))
	put(t, filepath.Join(dir, "image_splits/split.rc2.val.json"), line(t, split))

	s := modelled("cirr")
	s.Places.Data = dir
	s.Search.Subset = true
	r := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(modeltest.New(world(), nil))})
	if r.Settings.Split != "val" {
		t.Errorf("the run says that it is of the split %q", r.Settings.Split)
	}
	for i, trace := range r.Traces {
		got, want := slices.Sorted(slices.Values(trace.Subset.Ranking(imagescope.StageRank))), slices.Sorted(slices.Values(r.Dataset.Queries[i].Subset))
		if !slices.Equal(got, want) {
			t.Errorf("query %s: ranked are %v, the subset is %v", trace.Query, got, want)
		}
		if len(trace.Rounds[0].Ranking(imagescope.StageRank)) != len(world().Images()) {
			t.Errorf("query %s: the reference, which the scorer takes out, is not ranked", trace.Query)
		}
	}
	for _, measure := range []string{"Recall@1", "Recall_subset@1"} {
		if got := share(t, r, measure, imagescope.StageRank); got != 1 {
			t.Errorf("%s is %v with a model that is always right", measure, got)
		}
	}
	names, err := r.Settings.Measures()
	if err != nil || !slices.Contains(names, "Recall_subset@3") {
		t.Errorf("measures: %v (%v)", names, err)
	}
}

// TestFashionIQGroups shows that a query is asked of the images of its category.
func TestFashionIQGroups(t *testing.T) {
	dir := t.TempDir()
	images := world().Images()
	names := map[string][]string{}
	for i, img := range images {
		name := fmt.Sprintf("B%03d", i)
		picture(t, filepath.Join(dir, "images", name+".png"), img.ID)
		category := []string{"dress", "shirt"}[i%2]
		names[category] = append(names[category], name)
	}
	names["toptee"] = []string{"B000", "B001"} // of the others too
	for category, list := range names {
		put(t, filepath.Join(dir, "image_splits/split."+category+".val.json"), line(t, list))
		put(t, filepath.Join(dir, "captions/cap."+category+".val.json"), line(t, []map[string]any{{
			"candidate": list[0], "target": list[1], "captions": []string{"is red", "has a lamp"},
		}}))
	}
	s := modelled("fashioniq")
	s.Places.Data = dir
	for _, p := range []*run.Part{&s.Captioner, &s.Intent, &s.Verify, &s.Rank} {
		*p = run.Part{Name: "none"}
	}
	s.Captioner.Name = "colours"
	r := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(nil)})
	if len(r.Traces) != 3 {
		t.Fatalf("%d queries, want 3", len(r.Traces))
	}
	for _, trace := range r.Traces {
		ranking := trace.Rounds[0].Ranking(imagescope.StageRetrieve)
		if len(ranking) != len(names[trace.Group]) {
			t.Errorf("%s: %d images are ranked, want the %d of the category", trace.Query, len(ranking), len(names[trace.Group]))
		}
		for _, id := range ranking {
			if filepath.Dir(id) != trace.Group {
				t.Errorf("%s: image %s is of another category", trace.Query, id)
			}
		}
	}
	s.Category = "toptee"
	if r = do(t, s, run.Options{Dir: t.TempDir(), Models: asking(nil)}); len(r.Traces) != 1 || r.Settings.Images != 2 {
		t.Errorf("of one category: %d queries and %d images, want 1 and 2", len(r.Traces), r.Settings.Images)
	}
}

// TestVisDialRounds shows that a dialogue opens with its caption and has a
// ranking after each answered question.
func TestVisDialRounds(t *testing.T) {
	dir := t.TempDir()
	var pool []string
	for _, img := range world().Images() {
		picture(t, filepath.Join(dir, "pool", img.ID), img.ID)
		pool = append(pool, "pool/"+img.ID)
	}
	target := world().Images()[3]
	put(t, filepath.Join(dir, "Search_Space_val_50k.json"), line(t, pool))
	put(t, filepath.Join(dir, "VisDial_v1.0_queries_val.json"), line(t, []map[string]any{{
		"img": "pool/" + target.ID, "dialog": []string{"a picture", target.Caption, "is it nice? yes"},
	}}))
	s := modelled("visdial")
	s.Places.Data = dir
	r := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(modeltest.New(world(), nil))})
	rounds := r.Traces[0].Rounds
	if len(rounds) != 2 || rounds[0].Text != target.Caption || rounds[0].Carried != "a picture" {
		t.Fatalf("the rounds are %+v", rounds)
	}
	if want := rounds[0].Intent.Descriptions[0]; rounds[1].Carried != want {
		t.Errorf("the second round goes on from %q, want the first description of the first, %q", rounds[1].Carried, want)
	}
	if got := share(t, r, "Hits@1 until round 2", imagescope.StageRank); got != 1 {
		t.Errorf("Hits@1 until round 2 is %v", got)
	}
}

// TestOwnDialogue shows turns of a collection of one's own, the first of which
// is said like the others.
func TestOwnDialogue(t *testing.T) {
	s := mine(t)
	q := changes()[0]
	put(t, s.Places.Queries, line(t, map[string]any{"id": "d", "turns": []string{q.Text, "and nice"}, "reference": q.Reference.ID, "targets": []string{q.Target}}))
	r := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(modeltest.New(world(), nil))})
	rounds := r.Traces[0].Rounds
	if len(rounds) != 2 || rounds[0].Text != q.Text || rounds[0].Carried != "" || rounds[1].Carried == "" {
		t.Fatalf("the rounds are %+v", rounds)
	}
	if got := share(t, r, "Hits@1 in round 1", imagescope.StageRank); got != 1 {
		t.Errorf("Hits@1 in round 1 is %v", got)
	}
}

func TestCompare(t *testing.T) {
	s := mine(t)
	s.Captioner = run.Part{Name: "colours"}
	right, plain := do(t, s, run.Options{Dir: t.TempDir(), Models: asking(modeltest.New(world(), nil))}), s
	for _, p := range []*run.Part{&plain.Intent, &plain.Verify, &plain.Rank} {
		*p = run.Part{Name: "none"}
	}
	base := do(t, plain, run.Options{Dir: t.TempDir(), Models: asking(nil)})
	opts := run.CompareOptions{Confidence: 0.95, Resamples: 200}
	got, err := run.Compare([]*run.Run{base, right}, opts)
	if err != nil {
		t.Fatal(err)
	}
	first := got[0].Measures[0]
	want := share(t, right, "Recall@1", imagescope.StageRank) - share(t, base, "Recall@1", imagescope.StageRetrieve)
	if first.Name != "Recall@1" || first.Difference != want || !(first.Low <= want && want <= first.High) || want <= 0 {
		t.Errorf("the difference is %+v, want %v", first, want)
	}
	if got[0].BaseAfter != imagescope.StageRetrieve || got[0].After != imagescope.StageRank || got[0].Queries != 4 {
		t.Errorf("compared are %+v", got[0])
	}

	plain.Queries = 2
	fewer := do(t, plain, run.Options{Dir: t.TempDir(), Models: asking(nil)})
	_, err = run.Compare([]*run.Run{base, fewer}, opts)
	wantError(t, err, run.ErrQueries, "4 and 2 of them")
	part := *base
	part.Traces = base.Traces[:3]
	_, err = run.Compare([]*run.Run{base, &part}, opts)
	wantError(t, err, run.ErrQueries, "query 4 has ended in "+base.Dir+" alone")
}
