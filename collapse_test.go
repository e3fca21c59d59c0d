package imagescope_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/verify"
)

// ExampleConfig_collapse searches a folder with copies.
func ExampleConfig_collapse() {
	ctx := context.Background()
	p, err := imagescope.New(imagescope.Config{
		Images: copies(), Fingerprints: true, Collapse: imagescope.CollapseNear, Embedder: embed.Words{}, Index: new(index.Flat),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := p.Sync(ctx, nil); err != nil {
		fmt.Println(err)
		return
	}
	q := imagescope.Text("beach")
	q.Limit = 2
	r, err := p.Search(ctx, q)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range r.Candidates {
		fmt.Printf("%s, shown for %q\n", c.Image.ID, c.Duplicates)
	}
	// Output:
	// beach copy.png, shown for ["beach.png" "beach web.jpg"]
	// dune.png, shown for []
}

// collapsed is a candidate and what it is shown for.
type collapsed struct {
	ID         string
	Duplicates []string
}

func collapsedOf(r imagescope.Result) []collapsed {
	var all []collapsed
	for _, c := range r.Candidates {
		all = append(all, collapsed{c.Image.ID, c.Duplicates})
	}
	return all
}

// crowd is an index in which n images have each of three contents, a, b and c,
// each image further from "red" than the one before; those of b look like those
// of a but for a bit.
func crowd(t *testing.T, n int) *index.Flat {
	t.Helper()
	ix := new(index.Flat)
	add := func(id, hash, look string, near float32) {
		meta := map[string]string{}
		if hash != "" {
			meta = map[string]string{imagescope.MetaHash: hash, imagescope.MetaLook: look}
		}
		e := imagescope.Entry{ID: id, Vector: []float32{near, 1, 0, 0, 0, 0}, Caption: "red cat " + id, Meta: meta}
		if err := ix.Upsert(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		add(fmt.Sprintf("a%03d", i), hashed("a"), look(), 9-float32(i)/1000)
		add(fmt.Sprintf("b%03d", i), hashed("b"), look(7), 8-float32(i)/1000)
		add(fmt.Sprintf("c%03d", i), hashed("c"), look(upTo(60)...), 7-float32(i)/1000)
	}
	add("d1", "", "", 1)
	add("d2", "", "", 0.5)
	return ix
}

func TestCollapse(t *testing.T) {
	ids := func(letter string, from, to int) (ids []string) {
		for i := from; i < to; i++ {
			ids = append(ids, fmt.Sprintf("%s%03d", letter, i))
		}
		return ids
	}
	tests := []struct {
		name     string
		n        int
		collapse imagescope.Collapse
		limit    int
		change   func(*imagescope.Query)
		want     []collapsed
	}{
		{"none", 2, imagescope.CollapseNone, 3, nil, []collapsed{{ID: "a000"}, {ID: "a001"}, {ID: "b000"}}},
		{"exact", 2, imagescope.CollapseExact, 3, nil, []collapsed{{"a000", ids("a", 1, 2)}, {"b000", ids("b", 1, 2)}, {"c000", ids("c", 1, 2)}}},
		{"near", 2, imagescope.CollapseNear, 2, nil, []collapsed{{"a000", []string{"a001", "b000", "b001"}}, {"c000", ids("c", 1, 2)}}},
		{"without marks", 1, imagescope.CollapseNear, 9, nil, []collapsed{{"a000", []string{"b000"}}, {ID: "c000"}, {ID: "d1"}, {ID: "d2"}}},
		{"many", 20, imagescope.CollapseExact, 3, nil, []collapsed{{"a000", ids("a", 1, 20)}, {"b000", ids("b", 1, 20)}, {"c000", ids("c", 1, 8)}}},
		{"too many", 100, imagescope.CollapseExact, 3, nil, []collapsed{{"a000", ids("a", 1, 48)}}},
		{"filtered", 2, imagescope.CollapseExact, 3, func(q *imagescope.Query) { q.Filter.Except = []string{"a000"} }, []collapsed{{ID: "a001"}, {"b000", ids("b", 1, 2)}, {"c000", ids("c", 1, 2)}}},
		{"only some", 2, imagescope.CollapseExact, 3, func(q *imagescope.Query) { q.Filter.Only = []string{"a001", "b001"} }, []collapsed{{ID: "a001"}, {ID: "b001"}}},
		{"of the reference", 2, imagescope.CollapseExact, 2, func(q *imagescope.Query) { q.Reference = &imagescope.Image{ID: "a001"} }, []collapsed{{"b000", ids("b", 1, 2)}, {ID: "c000"}}},
		{"near the reference", 2, imagescope.CollapseNear, 2, func(q *imagescope.Query) { q.Reference = &imagescope.Image{ID: "a001"} }, []collapsed{{"c000", ids("c", 1, 2)}, {ID: "d1"}}},
		{"a reference that is kept", 2, imagescope.CollapseExact, 1, func(q *imagescope.Query) {
			q.Reference, q.KeepReference = &imagescope.Image{ID: "a001"}, true
		}, []collapsed{{ID: "a000"}}},
		{"of an upload", 1, imagescope.CollapseExact, 2, func(q *imagescope.Query) {
			ref := imagescope.Bytes("", []byte("b"))
			q.Reference = &ref
		}, []collapsed{{ID: "a000"}, {ID: "c000"}}},
		{"of an upload that cannot be read", 1, imagescope.CollapseExact, 1, func(q *imagescope.Query) {
			ref := imagescope.File(folder(nil), "gone.jpg")
			q.Reference = &ref
		}, []collapsed{{ID: "a000"}}},
		{"of a reference without marks", 1, imagescope.CollapseExact, 2, func(q *imagescope.Query) { q.Reference = &imagescope.Image{ID: "d1"} }, []collapsed{{ID: "a000"}, {ID: "b000"}}},
	}
	for _, tt := range tests {
		p, err := imagescope.New(imagescope.Config{Embedder: words, Index: crowd(t, tt.n), Collapse: tt.collapse})
		if err != nil {
			t.Fatal(err)
		}
		q := imagescope.Text("red")
		q.Limit = tt.limit
		if tt.change != nil {
			tt.change(&q)
		}
		r, err := p.Search(t.Context(), q)
		if d := cmp.Diff(tt.want, collapsedOf(r)); err != nil || d != "" {
			t.Errorf("%s: %v; want is -, got is +\n%s", tt.name, err, d)
		}
	}
}

// TestCollapseStages has stage 2 asked about no picture twice, and the stages keep
// what each is shown for.
func TestCollapseStages(t *testing.T) {
	for _, fusion := range []imagescope.Fusion{imagescope.MeanVector, imagescope.ReciprocalRank} {
		var checked []string
		p, err := imagescope.New(imagescope.Config{
			Embedder: words, Index: crowd(t, 3), Collapse: imagescope.CollapseExact, TopK: 4, Fusion: fusion, Instant: &imagescope.Instant{},
			Intent: imagescope.InterpreterFunc(func(context.Context, imagescope.Query) (imagescope.Intent, error) {
				return imagescope.Intent{Descriptions: []string{"red", "red cat"}}, nil
			}),
			Verify: noting{verify.Captions{}, &checked},
		})
		if err != nil {
			t.Fatal(err)
		}
		q := imagescope.Text("red")
		q.Limit = 4
		for r, err := range p.Stages(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, s := range collapsedOf(r) {
				got[s.ID[:1]] += 1 + len(s.Duplicates)
			}
			if d := cmp.Diff(map[string]int{"a": 3, "b": 3, "c": 3, "d": 1}, got); d != "" {
				t.Errorf("fusion %d, %s: want is -, got is +\n%s", fusion, r.Stage, d)
			}
		}
		kinds := map[string]bool{}
		for _, id := range checked {
			kinds[id[:1]] = true
		}
		if len(checked) != 4 || len(kinds) != 4 {
			t.Errorf("fusion %d: stage 2 is asked about %v", fusion, checked)
		}
	}
}

// noting notes the candidates that stage 2 is given.
type noting struct {
	verify.Captions
	checked *[]string
}

func (n noting) Propose(context.Context, imagescope.Query, imagescope.Intent) ([]imagescope.Proposition, error) {
	return []imagescope.Proposition{{Question: "Is it a dog?", Want: true}}, nil
}

func (n noting) Verify(_ context.Context, props []imagescope.Proposition, cs []imagescope.Candidate, _ int) ([]imagescope.Candidate, error) {
	for i := range cs {
		*n.checked = append(*n.checked, cs[i].Image.ID)
		cs[i].Answers = make([]imagescope.Answer, len(props))
	}
	return cs, nil
}

func TestCollapseUnknown(t *testing.T) {
	_, err := imagescope.New(imagescope.Config{Embedder: words, Index: new(index.Flat), Collapse: "all"})
	if err == nil || !strings.Contains(err.Error(), `Config.Collapse is "all"`) {
		t.Errorf("New: %v", err)
	}
}

// TestCollapseFails has the index fail as the reference is looked up, which no
// duplicates are then known of, and as it is searched.
func TestCollapseFails(t *testing.T) {
	ix := &brokenAt{crowd(t, 2), 0}
	p, err := imagescope.New(imagescope.Config{Embedder: words, Index: searchFails{ix}, Collapse: imagescope.CollapseExact})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Search(t.Context(), imagescope.Text("red")); !errors.Is(err, errBroken) {
		t.Errorf("Search = %v", err)
	}
}

type searchFails struct{ imagescope.VectorIndex }

func (searchFails) Search(context.Context, []float32, int, imagescope.Filter) ([]imagescope.Match, error) {
	return nil, errBroken
}

// dogSeeker asks for dogs in a second round.
type dogSeeker struct{}

func (dogSeeker) Interpret(context.Context, imagescope.Query) (imagescope.Intent, error) {
	return imagescope.Intent{Descriptions: []string{"red"}}, nil
}

func (dogSeeker) Refine(context.Context, imagescope.Query, imagescope.Intent, []imagescope.Proposition, []imagescope.Candidate) (imagescope.Refinement, error) {
	return imagescope.Refinement{Unmet: "a dog", Descriptions: []string{"dog"}}, nil
}

// TestCollapseRefined has a second round find a duplicate of what the first one
// found, and something new.
func TestCollapseRefined(t *testing.T) {
	ix := new(index.Flat)
	for _, e := range []imagescope.Entry{
		{ID: "a", Vector: []float32{0, 0, 0, 1, 0, 0}, Meta: map[string]string{imagescope.MetaHash: hashed("a")}},
		{ID: "a again", Vector: []float32{0, 1, 0, 0, 0, 0}, Meta: map[string]string{imagescope.MetaHash: hashed("a")}},
		{ID: "b", Vector: []float32{0, 1, 0, 0.1, 0, 0}, Meta: map[string]string{imagescope.MetaHash: hashed("b")}},
	} {
		if err := ix.Upsert(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for collapse, want := range map[imagescope.Collapse]string{imagescope.CollapseNone: "a, a again", imagescope.CollapseExact: "a, b"} {
		var checked []string
		p, err := imagescope.New(imagescope.Config{
			Embedder: words, Index: ix, Collapse: collapse, TopK: 1, Intent: dogSeeker{}, Verify: noting{verify.Captions{}, &checked}, RefineBelow: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		q := imagescope.Text("red")
		q.Limit = 2
		if collapse == imagescope.CollapseNone {
			q.Limit = 1
		}
		if _, err := p.Search(t.Context(), q); err != nil || strings.Join(checked, ", ") != want {
			t.Errorf("%q: stage 2 is asked about %v, want %s; %v", collapse, checked, want, err)
		}
	}
}
