package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// captions holds the captions that the user has: those of the file given with
// -captions by path below the folder, and the text files beside the photos.
type captions struct {
	folder fs.FS
	byID   map[string]string
}

// Bounds on captions, in bytes. What is longer is cut.
const (
	maxCaption     = 4 << 10
	maxCaptionFile = 64 << 20
)

// readCaptions reads the file of captions; an empty name means that there is
// none. Its ending tells the form:
//
//	.json        an object from photo to caption
//	.csv         a line each, photo and caption, separated by a comma; a first
//	             line that names no picture is a heading
//	.txt, .tsv   the same, separated by a tab
func readCaptions(folder fs.FS, name string) (captions, error) {
	c := captions{folder: folder}
	if name == "" {
		return c, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return c, fmt.Errorf("captions: %w; name another file with -captions, or none with -captions=", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCaptionFile+1))
	if err != nil {
		return c, fmt.Errorf("captions: %w", err)
	}
	if len(data) > maxCaptionFile {
		return c, fmt.Errorf("captions: %s is larger than %d MiB", name, maxCaptionFile>>20)
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		err = json.Unmarshal(data, &c.byID)
	case ".csv":
		c.byID, err = parseCaptions(string(data), ',')
	case ".txt", ".tsv":
		c.byID, err = parseCaptions(string(data), '\t')
	default:
		err = errors.New("its name should end in .json, .csv, .txt or .tsv")
	}
	if err != nil {
		return c, fmt.Errorf("captions: %s: %w", name, err)
	}
	return c.cleaned(), nil
}

// parseCaptions reads lines of a photo and its caption. Separators behind the
// first one belong to the caption.
func parseCaptions(text string, separator rune) (map[string]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
	byID := map[string]string{}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return byID, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		switch {
		case line == 1 && path.Ext(record[0]) == "":
		case len(record) < 2:
			return nil, fmt.Errorf("line %d has no caption: it should be a photo, %q and its caption", line, separator)
		default:
			byID[record[0]] = strings.Join(record[1:], string(separator))
		}
	}
}

// cleaned returns c with the paths as they are in IDs.
func (c captions) cleaned() captions {
	byID := make(map[string]string, len(c.byID))
	for name, text := range c.byID {
		byID[path.Clean(filepath.ToSlash(name))] = caption(text)
	}
	return captions{c.folder, byID}
}

// of returns the caption of a photo: that of the file, or else the text of
// IMAGE.jpg.txt or IMAGE.txt beside IMAGE.jpg, or else "".
func (c captions) of(id string) string {
	if text, ok := c.byID[id]; ok {
		return text
	}
	for _, name := range []string{id + ".txt", strings.TrimSuffix(id, path.Ext(id)) + ".txt"} {
		if f, err := c.folder.Open(name); err == nil {
			text, err := io.ReadAll(io.LimitReader(f, maxCaption+utf8.UTFMax))
			f.Close()
			if err == nil {
				return caption(string(text))
			}
		}
	}
	return ""
}

// caption returns text on one line and within bounds.
func caption(text string) string {
	if len(text) > maxCaption {
		text = text[:maxCaption]
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
}
