package intent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
)

// datasets holds the instructions of the paper's datasets, beside the module.
const datasets = "../../shared/datasets"

// TestRulesOnDatasets reads some hundred instructions of each validation set and
// prints what became of them. What an instruction means is not known here, only
// whether it was split or recognised as more than a description of the whole.
func TestRulesOnDatasets(t *testing.T) {
	sets := []struct {
		name      string
		files     []string
		reference string // stands for captions that the dataset does not have; "" takes its own
		read      func(record) []string
	}{
		{"CIRR", []string{"CIRR/captions/cap.rc2.val.json"}, "A brown dog on the grass.", func(r record) []string { return []string{r.Caption} }},
		{"CIRCO", []string{"CIRCO/annotations/val.json", "CIRCO/annotations/test.json"}, "", func(r record) []string { return []string{r.Relative} }},
		{"FashionIQ", []string{"FashionIQ/captions/cap.dress.val.json", "FashionIQ/captions/cap.shirt.val.json", "FashionIQ/captions/cap.toptee.val.json"},
			"A long red dress with short sleeves.", func(r record) []string { return r.Captions }},
		{"VisDial", []string{"VisDial/VisDial_v1.0_queries_val.json"}, "", func(r record) []string { return r.Dialog }},
	}
	for _, set := range sets {
		var seen tally
		for _, name := range set.files {
			records := readRecords(t, name)
			enough := 300 / len(set.files) / len(set.read(records[0]))
			for i := 0; i < len(records); i += max(1, len(records)/enough) {
				r := records[i]
				reference := set.reference
				if reference == "" {
					reference = r.Concept
				}
				carried := ""
				for _, text := range set.read(r) {
					q := imagescope.Change(imagescope.Image{ID: "1", Caption: reference}, text)
					if r.Dialog != nil {
						q = imagescope.Query{Text: text, Carried: carried}
					}
					in, err := intent.Rules{}.Interpret(t.Context(), q)
					if err != nil {
						t.Fatalf("%s: Interpret(%q): %v", set.name, text, err)
					}
					carried = in.Descriptions[0]
					seen.add(text, in)
				}
			}
		}
		t.Logf("%-9s %s", set.name, seen)
		if seen.n == 0 {
			t.Errorf("%s: no instruction was read", set.name)
		}
	}
}

// record is an entry of any of the datasets.
type record struct {
	Caption  string   `json:"caption"`
	Relative string   `json:"relative_caption"`
	Concept  string   `json:"shared_concept"`
	Captions []string `json:"captions"`
	Dialog   []string `json:"dialog"`
}

func readRecords(t *testing.T, name string) []record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(datasets, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not beside the module", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	var records []record
	if err := json.Unmarshal(data, &records); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return records
}

// tally counts what became of instructions.
type tally struct {
	n, none, whole, split int
	kinds                 map[imagescope.EditKind]int
}

func (c *tally) add(text string, in imagescope.Intent) {
	if c.kinds == nil {
		c.kinds = map[imagescope.EditKind]int{}
	}
	c.n++
	var own []imagescope.Edit
	for _, e := range in.Edits {
		c.kinds[e.Kind]++
		if e.Kind != imagescope.Retention {
			own = append(own, e)
		}
	}
	switch {
	case len(in.Edits) == 0, len(own) == 0 && strings.Contains(text, "?"):
		c.none++
	case len(own) > 1:
		c.split++
	case len(own) == 1 && sameWords(own[0].Text, text):
		c.whole++
	}
}

func (c tally) String() string {
	share := func(part int) string { return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(c.n)) }
	return fmt.Sprintf("%d instructions: %s split into several edits, %s one edit found in them, %s taken whole, %s tell nothing; edits %v",
		c.n, share(c.split), share(c.n-c.split-c.whole-c.none), share(c.whole), share(c.none), c.kinds)
}
