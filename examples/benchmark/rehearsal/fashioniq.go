package rehearsal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imagescope/imagescope/examples/benchmark/dataset"
	"github.com/imagescope/imagescope/internal/scene"
)

// fashionIQ writes the two files of each category, of changes that one picture
// answers, told in two captions. A category has families of its own, which are
// scenes and no garments.
func fashionIQ(fs []family) (*plan, error) {
	type entry struct {
		Target    string   `json:"target"`
		Reference string   `json:"candidate"`
		Captions  []string `json:"captions"`
	}
	p := newPlan()
	name := func(i, k int) string { return fmt.Sprintf("B%09X", cocoID(i, k)*7) }
	path := func(name string) string { return "images/" + name + ".png" }
	for n, category := range dataset.Categories {
		split, entries := []string{}, []entry{}
		var gallery []scene.Named
		for i := n; i < len(fs); i += len(dataset.Categories) {
			for k, s := range fs[i][:similar] {
				split = append(split, name(i, k))
				gallery = append(gallery, scene.Named{ID: path(name(i, k)), Scene: s})
				p.show(path(name(i, k)), s)
			}
		}
		for i := n; i < len(fs); i += len(dataset.Categories) {
			for _, c := range apart {
				said, q := fs[i].tell(c, reports)
				from, to := name(i, c.from), name(i, c.to)
				if right := answers(gallery, scene.Named{ID: path(from), Scene: fs[i][c.from]}, q.Propositions); !slices.Equal(right, []string{path(to)}) {
					continue // another family has one too
				}
				captions := []string{said[0], strings.Join(said[1:], " and ")}
				p.ask(ask(q, strings.Join(captions, " and "), path(from), path(to)))
				entries = append(entries, entry{Target: to, Reference: from, Captions: captions})
			}
		}
		p.json("captions/cap."+category+".val.json", entries)
		p.json("image_splits/split."+category+".val.json", split)
	}
	return p, nil
}
