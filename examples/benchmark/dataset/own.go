package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
)

// Own is the name of a dataset that is nobody's benchmark; see [ReadOwn].
const Own = "mine"

// maxLine bounds a line of a file of queries in bytes, and maxTurns the turns
// of a dialogue.
const (
	maxLine  = 1 << 20
	maxTurns = 1000
)

// ReadOwn reads queries to a collection of one's own, lines of JSON such as
//
//	{"query": "two dogs in snow", "targets": ["winter/dogs.jpg"]}
//	{"query": "at night", "reference": "cars/7.jpg", "targets": ["cars/9.jpg", "cars/4.jpg"]}
//	{"turns": ["a bedroom", "with posters"], "targets": ["rooms/3.jpg"], "id": "posters"}
//
// Images are named by their slash path below dir, the folder whose image files
// ([imagescope.Files]) are the gallery. Of targets, all right images, the first
// is the one that the query was written for. A query has one text in "query" or
// the turns of a dialogue in "turns"; with a reference the text may be empty,
// which asks for the same image. "id" names it, else the number of its line does,
// and "category" is its Group.
//
// Images that are named and are not there are part of the gallery all the same,
// so that they are found to be missing.
func ReadOwn(queries, dir string) (Dataset, error) {
	f, err := os.Open(queries)
	if err != nil {
		return Dataset{}, err
	}
	defer f.Close()
	d := Dataset{Name: Own}
	if d.Queries, err = readOwn(f, queries); err != nil {
		return Dataset{}, err
	}
	files, err := imagescope.Files(os.DirFS(dir))
	if err != nil {
		return Dataset{}, fmt.Errorf("the images below %s: %w", dir, err)
	}
	listed := ids{}
	take := func(names ...string) {
		for _, id := range names {
			if id != "" && !listed[id] {
				listed[id] = true
				d.Gallery = append(d.Gallery, Image{ID: id, Path: id})
			}
		}
	}
	for _, img := range files {
		take(img.ID)
	}
	for _, q := range d.Queries {
		take(q.Reference)
		take(q.Targets...)
	}
	if err := d.check(); err != nil {
		return Dataset{}, fmt.Errorf("%s: %w", queries, err)
	}
	return d, nil
}

// readOwn reads the lines of a file, whose name is for errors.
func readOwn(r io.Reader, file string) ([]Query, error) {
	lines := bufio.NewScanner(io.LimitReader(r, maxFile))
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	var queries []Query
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		q, err := ownQuery(lines.Bytes(), n)
		if err != nil {
			return nil, entryError(file, onLine(n), err)
		}
		queries = append(queries, q)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("it has more than %d bytes", maxLine)
		}
		return nil, &EntryError{File: file, Entry: onLine(n + 1), Err: err}
	}
	if len(queries) == 0 {
		return nil, fmt.Errorf("%s: it holds no query", file)
	}
	return queries, nil
}

func onLine(n int) string { return fmt.Sprintf("on line %d", n) }

func ownQuery(line []byte, n int) (Query, error) {
	var e struct {
		ID        string   `json:"id"`
		Query     *string  `json:"query"`
		Turns     []string `json:"turns"`
		Reference string   `json:"reference"`
		Targets   []string `json:"targets"`
		Category  string   `json:"category"`
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return Query{}, &fieldError{strings.Trim(name, `"`), errors.New("there is no such field: a line has query or turns, reference, targets, id, category")}
		}
		return Query{}, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return Query{}, errors.New("more follows on the line than one object")
	}
	q := Query{ID: e.ID, Group: e.Category, Texts: e.Turns, Reference: e.Reference, Targets: e.Targets}
	if q.ID == "" {
		q.ID = strconv.Itoa(n)
	}
	switch {
	case e.Query == nil && e.Turns == nil:
		return Query{}, &fieldError{"query", errMissing}
	case e.Query != nil && e.Turns != nil:
		return Query{}, &fieldError{"turns", errors.New("there is a query beside it: use one of them")}
	case e.Query != nil:
		q.Texts = []string{*e.Query}
	case len(e.Turns) == 0 || len(e.Turns) > maxTurns:
		return Query{}, &fieldError{"turns", fmt.Errorf("it holds %d, not from 1 to %d", len(e.Turns), maxTurns)}
	}
	return q, q.checkOwn(e.Turns != nil)
}

func (q Query) checkOwn(dialogue bool) error {
	for i, text := range q.Texts {
		if strings.TrimSpace(text) != "" || i == 0 && q.Reference != "" {
			continue
		}
		if dialogue {
			return &fieldError{fmt.Sprintf("turns[%d]", i), errEmpty}
		}
		return &fieldError{"query", errEmpty}
	}
	if q.Reference != "" {
		if err := needPath("reference", q.Reference); err != nil {
			return err
		}
	}
	switch {
	case q.Targets == nil:
		return &fieldError{"targets", errMissing}
	case len(q.Targets) == 0:
		return &fieldError{"targets", errEmpty}
	}
	for i, id := range q.Targets {
		if err := needPath(fmt.Sprintf("targets[%d]", i), id); err != nil {
			return err
		}
	}
	return nil
}
