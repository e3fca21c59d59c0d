package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// sameImage stands for an instruction of CIRR that says nothing (rule 2 of the
// authors' code).
const sameImage = "the same image"

// readCIRR reads captions/cap.rc2.SPLIT.json and image_splits/split.rc2.SPLIT.json.
func readCIRR(dir, split string) (Dataset, error) {
	var d Dataset
	listed, asked := ids{}, ids{}
	err := readMap(dir, "image_splits/split.rc2."+split+".json", func(id string, path string) error {
		if path == "" {
			return errEmpty
		}
		path = strings.TrimPrefix(path, "./")
		d.Gallery = append(d.Gallery, Image{ID: id, Path: path})
		return cmp.Or(needPath("", path), listed.add("", id))
	})
	if err != nil {
		return Dataset{}, err
	}
	type entry struct {
		ID        *int64  `json:"pairid"`
		Reference *string `json:"reference"`
		Target    *string `json:"target_hard"`
		Caption   *string `json:"caption"`
		Set       *struct {
			Members []*string `json:"members"`
		} `json:"img_set"`
	}
	err = readList(dir, "captions/cap.rc2."+split+".json", func(_ int, e entry) error {
		if e.ID == nil {
			return &fieldError{"pairid", errMissing}
		}
		if err := needText("reference", e.Reference); err != nil {
			return err
		}
		if e.Caption == nil {
			return &fieldError{"caption", errMissing}
		}
		if e.Set == nil {
			return &fieldError{"img_set", errMissing}
		}
		members, err := needList("img_set.members", e.Set.Members)
		if err != nil {
			return err
		}
		q := Query{ID: fmt.Sprint(*e.ID), Texts: []string{orSame(*e.Caption)}, Reference: *e.Reference}
		if split == "val" {
			if err := needText("target_hard", e.Target); err != nil {
				return err
			}
			q.Targets = []string{*e.Target}
		}
		q.Subset = slices.DeleteFunc(members, func(id string) bool { return id == q.Reference })
		d.Queries = append(d.Queries, q)
		return cmp.Or(
			asked.add("pairid", q.ID),
			listed.have("reference", q.Reference),
			listed.have("target_hard", q.Targets...),
			listed.have("img_set.members", q.Subset...),
		)
	})
	return d, err
}

func orSame(caption string) string {
	if caption = strings.TrimSpace(caption); caption == "" {
		return sameImage
	}
	return caption
}
