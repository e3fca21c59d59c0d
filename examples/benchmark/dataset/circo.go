package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Where CIRCO keeps the unlabelled images of COCO 2017, its gallery.
const (
	circoImages = "COCO2017_unlabeled/unlabeled2017"
	circoInfo   = "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json"
)

// readCIRCO reads annotations/SPLIT.json. The gallery is what the information
// file of COCO lists or, without that file, what lies in the folder of images;
// it is empty where neither is there.
func readCIRCO(dir, split string) (Dataset, error) {
	type entry struct {
		ID        *int64   `json:"id"`
		Reference *int64   `json:"reference_img_id"`
		Target    *int64   `json:"target_img_id"`
		Caption   *string  `json:"relative_caption"`
		Targets   []int64  `json:"gt_img_ids"`
		Aspects   []string `json:"semantic_aspects"`
	}
	var d Dataset
	asked := ids{}
	err := readList(dir, "annotations/"+split+".json", func(_ int, e entry) error {
		switch {
		case e.ID == nil:
			return &fieldError{"id", errMissing}
		case e.Reference == nil:
			return &fieldError{"reference_img_id", errMissing}
		case e.Caption == nil:
			return &fieldError{"relative_caption", errMissing}
		}
		q := Query{ID: strconv.FormatInt(*e.ID, 10), Texts: []string{*e.Caption}, Reference: circoID(*e.Reference), Aspects: e.Aspects}
		if split == "val" {
			switch {
			case e.Target == nil:
				return &fieldError{"target_img_id", errMissing}
			case len(e.Targets) == 0:
				return &fieldError{"gt_img_ids", errMissing}
			case e.Targets[0] != *e.Target:
				return &fieldError{"gt_img_ids", fmt.Errorf("it begins with %d, not with target_img_id, %d", e.Targets[0], *e.Target)}
			}
			for _, id := range e.Targets {
				q.Targets = append(q.Targets, circoID(id))
			}
		}
		d.Queries = append(d.Queries, q)
		return asked.add("id", q.ID)
	})
	if err != nil {
		return Dataset{}, err
	}
	d.Gallery, err = circoGallery(dir)
	return d, err
}

// circoID returns the ID of a COCO image as a text, the one that predictions
// are handed in under.
func circoID(id int64) string { return strconv.FormatInt(id, 10) }

func circoGallery(dir string) ([]Image, error) {
	var gallery []Image
	listed := ids{}
	err := readObjectList(dir, circoInfo, "images", func(_ int, e struct {
		ID   *int64  `json:"id"`
		File *string `json:"file_name"`
	}) error {
		if e.ID == nil {
			return &fieldError{"id", errMissing}
		}
		if err := needText("file_name", e.File); err != nil {
			return err
		}
		gallery = append(gallery, Image{ID: circoID(*e.ID), Path: circoImages + "/" + *e.File})
		return listed.add("id", circoID(*e.ID))
	})
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return gallery, err
	}
	files, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(circoImages)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		name, isJPEG := strings.CutSuffix(f.Name(), ".jpg")
		if id, err := strconv.ParseInt(name, 10, 64); isJPEG && err == nil {
			gallery = append(gallery, Image{ID: circoID(id), Path: circoImages + "/" + f.Name()})
		}
	}
	return gallery, nil
}
