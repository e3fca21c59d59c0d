package rehearsal

import (
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/internal/scene"
)

// circo writes annotations/val.json, of changes that several pictures answer,
// and what COCO tells of its images.
func circo(fs []family) (*plan, error) {
	type entry struct {
		Reference int      `json:"reference_img_id"`
		Target    int      `json:"target_img_id"`
		Caption   string   `json:"relative_caption"`
		Concept   string   `json:"shared_concept"`
		Truths    []int    `json:"gt_img_ids"`
		ID        int      `json:"id"`
		Aspects   []string `json:"semantic_aspects"`
	}
	type image struct {
		File   string `json:"file_name"`
		Height int    `json:"height"`
		Width  int    `json:"width"`
		ID     int    `json:"id"`
	}
	p := newPlan()
	var images []image
	path := func(id int) string { return fmt.Sprintf("COCO2017_unlabeled/unlabeled2017/%012d.jpg", id) }
	ids := map[string]int{}
	for i, f := range fs {
		for k, s := range f {
			id := cocoID(i, k)
			ids[path(id)] = id
			p.show(path(id), s)
			images = append(images, image{fmt.Sprintf("%012d.jpg", id), scene.Height, scene.Width, id})
		}
	}
	var entries []entry
	for i, f := range fs {
		for _, c := range together {
			said, q := f.tell(c, reports)
			from, to := path(cocoID(i, c.from)), path(cocoID(i, c.to))
			right := answers(p.pictures, scene.Named{ID: from, Scene: f[c.from]}, q.Propositions)
			truths := []int{ids[to]}
			for _, id := range right {
				if id != to {
					truths = append(truths, ids[id])
				}
			}
			p.ask(ask(q, enumerate(said), from, to))
			entries = append(entries, entry{
				Reference: ids[from], Target: ids[to], Caption: enumerate(said), Concept: colored(f[c.from].Items[0]).Phrase(),
				Truths: truths, ID: len(entries), Aspects: aspects(c),
			})
		}
	}
	p.json("annotations/val.json", entries)
	p.json("COCO2017_unlabeled/annotations/image_info_unlabeled2017.json", map[string]any{
		"info": map[string]any{"description": "drawn scenes in the layout of COCO 2017"}, "images": images,
	})
	return p, nil
}

// cocoID numbers pictures in an order that tells nothing of families.
func cocoID(family, member int) int { return (family*len(members)+member)*7919%99991 + 1 }

// aspects are CIRCO's words for the kinds of request that a change is.
func aspects(c change) []string {
	all := []string{}
	if c.told&hue != 0 {
		all = append(all, "direct_addressing")
	}
	if c.told&many != 0 {
		all = append(all, "cardinality")
	}
	if c.told&when != 0 {
		all = append(all, "compare_change")
	}
	if len(all) > 1 {
		all = append(all, "statement_with_conjunction")
	}
	slices.Sort(all)
	return all
}
