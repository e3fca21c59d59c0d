package score_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/examples/benchmark/score"
)

const official = "../../../../shared/datasets"

// TestCIRCOExample scores the submission that comes with CIRCO; its own scorer
// prints the figures that are wanted.
func TestCIRCOExample(t *testing.T) {
	file := filepath.Join(official, "CIRCO/submission_examples/submission_val.json")
	f, err := os.Open(file)
	if err != nil {
		t.Skipf("CIRCO's annotation files are not on this machine: %v", err)
	}
	defer f.Close()
	p, err := score.ReadPredictions(f)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dataset.Read("circo", filepath.Join(official, "CIRCO"), "val")
	if err != nil {
		t.Fatal(err)
	}
	table, err := score.Of(d, p)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"mAP@5": "0.49", "mAP@10": "0.52", "mAP@25": "0.54", "mAP@50": "0.60",
		"Recall@5": "0.91", "Recall@10": "0.91", "Recall@25": "1.36", "Recall@50": "3.64",
	}
	got := map[string]string{}
	for name := range want {
		if v, ok := table.Get(name); ok {
			got[name] = fmt.Sprintf("%.2f", 100*v)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want is -, got is +\n%s", diff)
	}
}

// The datasets of the tests below.
var (
	gallery = []dataset.Image{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}

	circo = dataset.Dataset{Name: "circo", Split: "val", Queries: []dataset.Query{
		{ID: "0", Texts: []string{"x"}, Targets: []string{"1", "2"}, Aspects: []string{"negation", "addition"}},
		{ID: "1", Texts: []string{"x"}, Targets: []string{"3"}, Aspects: []string{"negation"}},
	}}
	cirr = dataset.Dataset{Name: "cirr", Split: "val", Gallery: gallery, Queries: []dataset.Query{
		{ID: "5", Texts: []string{"x"}, Reference: "a", Targets: []string{"b"}, Subset: []string{"b", "c", "d"}},
	}}
	fashion = dataset.Dataset{Name: "fashioniq", Split: "val", Queries: []dataset.Query{
		{ID: "dress/0", Group: "dress", Texts: []string{"x"}, Targets: []string{"A"}},
		{ID: "dress/1", Group: "dress", Texts: []string{"x"}, Targets: []string{"A"}},
		{ID: "dress/2", Group: "dress", Texts: []string{"x"}, Targets: []string{"A"}},
		{ID: "shirt/0", Group: "shirt", Texts: []string{"x"}, Targets: []string{"A"}},
	}}
	flickr  = dataset.Dataset{Name: "flickr30k", Split: "test", Queries: []dataset.Query{{ID: "0", Texts: []string{"x"}, Targets: []string{"a"}}}}
	visdial = dataset.Dataset{Name: "visdial", Split: "val", Queries: []dataset.Query{
		{ID: "0", Texts: []string{"x", "y", "z"}, Targets: []string{"a"}},
		{ID: "1", Texts: []string{"x", "y", "z"}, Targets: []string{"b"}},
	}}
)

func TestProtocols(t *testing.T) {
	tests := []struct {
		name        string
		dataset     dataset.Dataset
		predictions string
		want        map[string]string // in per cent; "-" for a measure that must not be there
	}{
		{"circo", circo, `{"0": [9, 2, 1], "1": [3]}`, map[string]string{
			// (1/2 + 2/3) / 2 of the first query, 1 of the second.
			"mAP@5": "79.17", "Recall@5": "100.00", "mAP@10 negation": "79.17", "mAP@10 addition": "58.33",
		}},
		{"cirr leaves the reference out", cirr, `{"query": 5, "ranking": ["a", "b", "c", "d"]}`, map[string]string{
			"Recall@1": "100.00", "Recall_subset@1": "100.00",
		}},
		{"cirr with the subset in its own order", cirr, `{"query": 5, "ranking": ["c", "b"], "subset": ["a", "d", "b"]}`, map[string]string{
			"Recall@1": "0.00", "Recall@5": "100.00", "Recall_subset@1": "0.00", "Recall_subset@2": "100.00",
		}},
		{"cirr without the subset's order", cirr, `{"query": 5, "ranking": ["b", "c"]}`, map[string]string{
			"Recall@1": "100.00", "Recall_subset@1": "-",
		}},
		{"cirr with the subset alone", cirr, `{"version": "rc2", "metric": "recall_subset", "5": ["c", "d", "b"]}`, map[string]string{
			"Recall@1": "-", "Recall_subset@2": "0.00", "Recall_subset@3": "100.00",
		}},
		{"fashioniq takes the mean of categories", fashion, `
			{"query": "dress/0", "ranking": ["A"]}
			{"query": "dress/1", "ranking": ["B"]}
			{"query": "dress/2", "ranking": ["B"]}
			{"query": "shirt/0", "ranking": ["B", "A"]}`, map[string]string{
			"Recall@10 dress": "33.33", "Recall@10 shirt": "100.00", "Recall@10 mean": "66.67",
		}},
		{"captions", flickr, `{"query": "0", "ranking": ["b", "a"]}`, map[string]string{"Recall@1": "0.00", "Recall@5": "100.00"}},
		{"visdial keeps a hit", visdial, `
			{"query": "0", "round": 0, "ranking": ["a", "b"]}
			{"query": "0", "round": 1, "ranking": ["b", "a"]}
			{"query": "1", "round": 1, "ranking": ["b"]}
			{"query": "1", "round": 0, "ranking": ["a", "b"]}`, map[string]string{
			"Hits@1 until round 1": "50.00", "Hits@1 until round 2": "100.00", "Hits@1 in round 2": "50.00",
			"Hits@1 in round 1": "50.00", "Hits@1 until round 3": "-",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := score.ReadPredictions(strings.NewReader(tt.predictions))
			if err != nil {
				t.Fatal(err)
			}
			table, err := score.Of(tt.dataset, p)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range tt.want {
				got := "-"
				if v, ok := table.Get(name); ok {
					got = fmt.Sprintf("%.2f", 100*v)
				}
				if got != want {
					t.Errorf("%s = %s, want %s", name, got, want)
				}
			}
			for _, m := range table.Measures {
				sum := 0.0
				for _, v := range m.Values {
					sum += v
				}
				if mean := sum / float64(len(m.Values)); mean-m.Value > 1e-12 || m.Value-mean > 1e-12 {
					t.Errorf("%s is %v, the mean of its values %v", m.Name, m.Value, mean)
				}
			}
		})
	}
}

func TestOfRefuses(t *testing.T) {
	secret := dataset.Dataset{Name: "circo", Split: "test", Queries: []dataset.Query{{ID: "0", Texts: []string{"x"}}}}
	tests := []struct {
		name        string
		dataset     dataset.Dataset
		predictions string
		want        string
	}{
		{"a query left out", circo, `{"0": [1]}`, "query 1 has no prediction, nor have 0 others"},
		{"another dataset", circo, `{"x": [1]}`, "are they of circo, split val?"},
		{"a query too many", circo, `{"0": [1], "1": [2], "2": [3]}`, "query 2 is none of circo"},
		{"an image twice", circo, `{"0": [1, 4, 1], "1": [2]}`, `query 0: place 3: image "1" has a place before`},
		{"an image of another gallery", cirr, `{"query": "5", "ranking": ["b", "z"]}`, `place 2: image "z" is not of the gallery`},
		{"a subset of another query", cirr, `{"query": "5", "ranking": ["b"], "subset": ["b", "z"]}`, `subset: place 2: image "z"`},
		{"a subset where there is none", visdial, `{"metric": "recall_subset", "0": [], "1": []}`, "query 0: the order of a subset was given"},
		{"too many rounds", flickr, `{"query": "0", "round": 1, "ranking": ["a"]}`, "2 rounds and the dataset 1"},
		{"a round left out", visdial, `{"query": "0", "round": 1, "ranking": ["a"]}` + "\n" + `{"query": "1", "ranking": ["a"]}`, "query 0: round 0 has no ranking"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := score.ReadPredictions(strings.NewReader(tt.predictions))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = score.Of(tt.dataset, p); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q in it", err, tt.want)
			}
		})
	}
	p := score.Predictions{"0": {Rounds: [][]string{{"1"}}}}
	if _, err := score.Of(secret, p); !errors.Is(err, score.ErrNoAnswers) {
		t.Errorf("a secret split: %v, want %v", err, score.ErrNoAnswers)
	}
}

func TestReadPredictionsRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"nothing":      {"", "there are none"},
		"no JSON":      {"hello", "neither lines"},
		"no ranking":   {`{"query": "0"}`, "line 1: query 0: there is no ranking"},
		"no query":     {`{"query": "0", "ranking": []}` + "\n" + `{"ranking": []}`, "line 2: there is no query"},
		"round":        {`{"query": "0", "round": -1, "ranking": []}`, "round -1"},
		"huge round":   {`{"query": "0", "round": 1000000000, "ranking": []}`, "round 1000000000"},
		"twice":        {`{"query": "0", "ranking": ["a"]}` + "\n" + `{"query": 0, "ranking": ["a"]}`, "line 2: query 0: round 0 was given before"},
		"half numbers": {`{"0": [1.5]}`, "1.5 is no ID"},
		"no list":      {`{"0": null}`, "query 0: there is no ranking"},
		"metric":       {`{"metric": "precision", "0": ["a"]}`, `"precision", not one of`},
	} {
		if _, err := score.ReadPredictions(strings.NewReader(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", name, err, tt.want)
		}
	}
}

func TestSubmission(t *testing.T) {
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprint(i))
	}
	d := dataset.Dataset{Name: "circo", Split: "test", Queries: []dataset.Query{{ID: "0", Texts: []string{"x"}}}}
	var out bytes.Buffer
	if err := score.WriteSubmission(&out, d, score.Predictions{"0": {Rounds: [][]string{ids}}}, ""); err != nil {
		t.Fatal(err)
	}
	if want := `{"0":[` + strings.Join(ids[:50], ",") + "]}\n"; out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
	d = dataset.Dataset{Name: "cirr", Split: "test1", Queries: []dataset.Query{
		{ID: "7", Texts: []string{"x"}, Reference: "3", Subset: []string{"9", "50", "4", "20", "1"}},
	}}
	p := score.Predictions{"7": {Rounds: [][]string{ids}}}
	for _, kind := range score.Submissions("cirr") {
		out.Reset()
		if err := score.WriteSubmission(&out, d, p, kind); err != nil {
			t.Fatal(err)
		}
		want := `{"7":["1","4","9"],"metric":"recall_subset","version":"rc2"}` + "\n"
		if kind == "recall" {
			top := append(append([]string{}, ids[:3]...), ids[4:51]...)
			want = `{"7":["` + strings.Join(top, `","`) + `"],"metric":"recall","version":"rc2"}` + "\n"
		}
		if out.String() != want {
			t.Errorf("%s: got %s, want %s", kind, out.String(), want)
		}
		again, err := score.ReadPredictions(&out)
		if err != nil || len(again) != 1 {
			t.Errorf("%s: read again: %v, %v", kind, again, err)
		}
	}
	for name, err := range map[string]error{
		"kind":      score.WriteSubmission(&out, d, p, "precision"),
		"too short": score.WriteSubmission(&out, d, score.Predictions{"7": {Rounds: [][]string{ids[:50]}}}, "recall"),
		"no server": score.WriteSubmission(&out, flickr, score.Predictions{"0": {Rounds: [][]string{{"a"}}}}, ""),
	} {
		if err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
}

func FuzzReadPredictions(f *testing.F) {
	f.Add([]byte(`{"0": [1, 2], "1": []}`))
	f.Add([]byte(`{"version": "rc2", "metric": "recall", "5": ["a"]}`))
	f.Add([]byte(`{"query": "0", "round": 2, "ranking": ["a"], "subset": ["b"]}` + "\n\n" + `{"query": 1, "ranking": [3]}`))
	f.Add([]byte("{\n\"0\": [1,\n2]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := score.ReadPredictions(bytes.NewReader(data))
		if err == nil && len(p) == 0 {
			t.Error("nothing was read, and no error")
		}
		if err == nil {
			score.Of(visdial, p)
			score.Of(cirr, p)
		}
	})
}

// BenchmarkOf scores as many rankings as CIRR's test split has, 50 images each.
func BenchmarkOf(b *testing.B) {
	d := dataset.Dataset{Name: "cirr", Split: "val"}
	p := score.Predictions{}
	for i := range 2315 {
		d.Gallery = append(d.Gallery, dataset.Image{ID: fmt.Sprint("dev-", i)})
	}
	for i := range 4148 {
		q := dataset.Query{ID: fmt.Sprint(i), Texts: []string{"x"}, Reference: "dev-0", Targets: []string{fmt.Sprint("dev-", i%60)}, Subset: []string{"dev-1", "dev-2", "dev-3", "dev-4", "dev-5"}}
		var ranking []string
		for k := range 50 {
			ranking = append(ranking, d.Gallery[k].ID)
		}
		d.Queries = append(d.Queries, q)
		p[q.ID] = score.Prediction{Rounds: [][]string{ranking}}
	}
	for b.Loop() {
		if _, err := score.Of(d, p); err != nil {
			b.Fatal(err)
		}
	}
}
