package dataset

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// captionColumns are the columns that the files of Flickr30K and MSCOCO have to
// have.
var captionColumns = []string{"raw", "split", "filename", "img_id"}

// captionSplits are those of Karpathy's division of both datasets.
var captionSplits = []string{"train", "restval", "val", "test"}

// readCaptions reads the one CSV file in dir: a row for each image, with its
// captions as a JSON list in column raw. Every caption of a row of the split is
// a query of its own.
func readCaptions(dir, split string) (Dataset, error) {
	name, err := onlyCSV(dir)
	if err != nil {
		return Dataset{}, err
	}
	r, f, err := open(dir, name)
	if err != nil {
		return Dataset{}, err
	}
	defer f.Close()
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return Dataset{}, fmt.Errorf("%s: head: %w", f.Name(), cut(err))
	}
	at := map[string]int{}
	for _, column := range captionColumns {
		if at[column] = slices.Index(head, column); at[column] < 0 {
			return Dataset{}, fmt.Errorf("%s: there is no column %s, only %s", f.Name(), column, strings.Join(head, ", "))
		}
	}
	var d Dataset
	files, images := ids{}, ids{}
	for i := 0; ; i++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err == nil && !slices.Contains(captionSplits, row[at["split"]]) {
			err = &fieldError{"split", fmt.Errorf("there is no split %q, only %s", row[at["split"]], strings.Join(captionSplits, ", "))}
		}
		if err == nil && row[at["split"]] == split {
			image, file := strings.Clone(row[at["img_id"]]), strings.Clone(row[at["filename"]])
			err = cmp.Or(files.add("filename", file), images.add("img_id", image), d.takeCaptions(image, file, row[at["raw"]]))
		}
		if err != nil {
			return Dataset{}, entryError(f.Name(), fmt.Sprint(i), err)
		}
	}
}

func onlyCSV(dir string) (string, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.csv")
	if err != nil {
		return "", err
	}
	if len(names) != 1 {
		return "", fmt.Errorf("%s: it holds %d files that end in .csv, where one with the captions should be", filepath.Clean(dir), len(names))
	}
	return names[0], nil
}

func (d *Dataset) takeCaptions(image, file, raw string) error {
	switch {
	case file == "":
		return &fieldError{"filename", errEmpty}
	case image == "":
		return &fieldError{"img_id", errEmpty}
	}
	if err := needPath("filename", file); err != nil {
		return err
	}
	var list []*string
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return &fieldError{"raw", fmt.Errorf("it is no JSON list of texts: %w", err)}
	}
	captions, err := needList("raw", list)
	if err != nil {
		return err
	}
	d.Gallery = append(d.Gallery, Image{ID: file, Path: "images/" + file})
	for k, c := range captions {
		d.Queries = append(d.Queries, Query{ID: fmt.Sprintf("%s/%d", image, k), Texts: []string{c}, Targets: []string{file}})
	}
	return nil
}
