package dataset

import (
	"cmp"
	"fmt"
	"strings"
)

// Categories are the parts of FashionIQ, each with a gallery of its own.
var Categories = []string{"dress", "shirt", "toptee"}

// readFashionIQ reads captions/cap.CATEGORY.SPLIT.json and
// image_splits/split.CATEGORY.SPLIT.json of the three categories. An image of
// two categories is in the gallery once for each: IDs are CATEGORY/NAME.
func readFashionIQ(dir, split string) (Dataset, error) {
	var d Dataset
	for _, category := range Categories {
		if err := readCategory(dir, split, category, &d); err != nil {
			return Dataset{}, err
		}
	}
	return d, nil
}

func readCategory(dir, split, category string, d *Dataset) error {
	listed := ids{}
	id := func(name string) string { return category + "/" + name }
	err := readList(dir, "image_splits/split."+category+"."+split+".json", func(_ int, name string) error {
		if name == "" {
			return errEmpty
		}
		d.Gallery = append(d.Gallery, Image{ID: id(name), Path: "images/" + name + ".png", Group: category})
		return cmp.Or(needPath("", name), listed.add("", id(name)))
	})
	if err != nil {
		return err
	}
	type entry struct {
		Target    *string   `json:"target"`
		Reference *string   `json:"candidate"`
		Captions  []*string `json:"captions"`
	}
	return readList(dir, "captions/cap."+category+"."+split+".json", func(i int, e entry) error {
		captions, err := needList("captions", e.Captions)
		if err := cmp.Or(needText("target", e.Target), needText("candidate", e.Reference), err); err != nil {
			return err
		}
		if len(captions) != 2 {
			return &fieldError{"captions", fmt.Errorf("it holds %d, not 2", len(captions))}
		}
		q := Query{
			ID:        fmt.Sprintf("%s/%d", category, i),
			Group:     category,
			Texts:     []string{joined(captions)},
			Reference: id(*e.Reference),
			Targets:   []string{id(*e.Target)},
		}
		d.Queries = append(d.Queries, q)
		return cmp.Or(listed.have("candidate", q.Reference), listed.have("target", q.Targets...))
	})
}

// joined makes one instruction of FashionIQ's two captions (rule 2 of the
// authors' code).
func joined(captions []string) string {
	parts := make([]string, len(captions))
	for i, c := range captions {
		parts[i] = strings.Trim(c, " .?")
	}
	return strings.Join(parts, " and ")
}
