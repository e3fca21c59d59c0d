package dataset

import (
	"cmp"
	"fmt"
	"strconv"
)

// readVisDial reads VisDial_v1.0_queries_SPLIT.json and the pool of images,
// Search_Space_SPLIT_50k.json. A query is a dialogue: the opening and each
// answered question, all of them rounds.
func readVisDial(dir, split string) (Dataset, error) {
	var d Dataset
	listed := ids{}
	err := readList(dir, "Search_Space_"+split+"_50k.json", func(_ int, path string) error {
		if path == "" {
			return errEmpty
		}
		d.Gallery = append(d.Gallery, Image{ID: path, Path: path})
		return cmp.Or(needPath("", path), listed.add("", path))
	})
	if err != nil {
		return Dataset{}, err
	}
	type entry struct {
		Image  *string   `json:"img"`
		Dialog []*string `json:"dialog"`
	}
	rounds := 0
	err = readList(dir, "VisDial_v1.0_queries_"+split+".json", func(i int, e entry) error {
		texts, err := needList("dialog", e.Dialog)
		if err := cmp.Or(needText("img", e.Image), err); err != nil {
			return err
		}
		if rounds == 0 {
			rounds = len(texts)
		}
		if len(texts) != rounds {
			return &fieldError{"dialog", fmt.Errorf("it has %d rounds, and the first one %d", len(texts), rounds)}
		}
		d.Queries = append(d.Queries, Query{ID: strconv.Itoa(i), Texts: texts, Targets: []string{*e.Image}})
		return listed.have("img", *e.Image)
	})
	return d, err
}
