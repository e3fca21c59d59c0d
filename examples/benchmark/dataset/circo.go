package dataset

import (
	"cmp"
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
		Targets   []*int64 `json:"gt_img_ids"`
		Aspects   []string `json:"semantic_aspects"`
	}
	gallery, listed, err := circoGallery(dir)
	if err != nil {
		return Dataset{}, err
	}
	d := Dataset{Gallery: gallery}
	asked := ids{}
	err = readList(dir, "annotations/"+split+".json", func(_ int, e entry) error {
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
			targets, err := needList("gt_img_ids", e.Targets)
			switch {
			case e.Target == nil:
				return &fieldError{"target_img_id", errMissing}
			case err != nil:
				return err
			case targets[0] != *e.Target:
				return &fieldError{"gt_img_ids", fmt.Errorf("it begins with %d, not with target_img_id, %d", targets[0], *e.Target)}
			}
			for _, id := range targets {
				q.Targets = append(q.Targets, circoID(id))
			}
		}
		d.Queries = append(d.Queries, q)
		if err := asked.add("id", q.ID); err != nil || listed == nil {
			return err
		}
		return cmp.Or(listed.have("reference_img_id", q.Reference), listed.have("gt_img_ids", q.Targets...))
	})
	return d, err
}

// circoID returns the ID of a COCO image as a text, the one that predictions
// are handed in under.
func circoID(id int64) string { return strconv.FormatInt(id, 10) }

// circoGallery returns the images, and their IDs where a file lists them: of
// those in a folder some may be missing.
func circoGallery(dir string) (gallery []Image, listed ids, err error) {
	listed = ids{}
	err = readObjectList(dir, circoInfo, "images", func(_ int, e struct {
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
		return cmp.Or(needPath("file_name", *e.File), listed.add("id", circoID(*e.ID)))
	})
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return gallery, listed, err
	}
	files, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(circoImages)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	for _, f := range files {
		name, isJPEG := strings.CutSuffix(f.Name(), ".jpg")
		if id, err := strconv.ParseInt(name, 10, 64); isJPEG && err == nil {
			gallery = append(gallery, Image{ID: circoID(id), Path: circoImages + "/" + f.Name()})
		}
	}
	return gallery, nil, nil
}
