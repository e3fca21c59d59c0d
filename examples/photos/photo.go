package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/imagescope/imagescope"
)

// photo is what the index knows of a photo besides its caption and vector. It
// is kept in the metadata of the photo's entry.
type photo struct {
	id      string    // its path below the folder, with slashes
	size    int64     // in bytes
	changed time.Time // when it last was; zero where that tells nothing
	sum     string    // SHA-256 of its bytes, in hexadecimal; empty where they could not be read
	given   string    // the user's caption
	model   string    // that captioned it, as -model has it
}

// The keys of a photo in the metadata of an entry. A key without a value is
// left out. Besides there are tags, the names of the folders that a photo lies
// in, by which it can be found.
const (
	sizeKey    = "photos.size"    // decimal
	changedKey = "photos.changed" // as in RFC 3339
	sumKey     = "photos.sha256"
	givenKey   = "photos.caption"
	modelKey   = "photos.model"
)

// meta returns the photo as metadata.
func (p photo) meta() map[string]string {
	meta := map[string]string{sizeKey: strconv.FormatInt(p.size, 10), modelKey: p.model}
	if !p.changed.IsZero() {
		meta[changedKey] = p.changed.UTC().Format(time.RFC3339Nano)
	}
	if p.sum != "" {
		meta[sumKey] = p.sum
	}
	if p.given != "" {
		meta[givenKey] = p.given
	}
	if dir := path.Dir(p.id); dir != "." {
		meta["tags"] = strings.NewReplacer("/", ", ", "_", " ").Replace(dir) // "Rome_2026/IMG_2034.jpg" is of Rome 2026
	}
	return meta
}

// photoOf returns the photo with the given ID and metadata. What of it cannot
// be read counts as unknown.
func photoOf(id string, meta map[string]string) photo {
	p := photo{id: id, sum: meta[sumKey], given: meta[givenKey], model: meta[modelKey]}
	p.size, _ = strconv.ParseInt(meta[sizeKey], 10, 64)
	p.changed, _ = time.Parse(time.RFC3339Nano, meta[changedKey])
	return p
}

// settled is how long a file must have been left alone for its time to tell
// whether it has changed: clocks of file systems tick as slowly as that.
const settled = 2 * time.Second

// look adds to p what can be told of the photo without opening it. One that
// cannot be looked at will fail when it is opened.
func (p photo) look(folder fs.FS) photo {
	if info, err := fs.Stat(folder, p.id); err == nil {
		p.size = info.Size()
		if time.Since(info.ModTime()) > settled {
			p.changed = info.ModTime()
		}
	}
	return p
}

// same reports whether the photo that was taken in is the one that is there
// now: by size and time and, where these do not tell, by its bytes.
func same(before, now photo, img imagescope.Image) bool {
	if before.given != now.given || before.model != now.model {
		return false
	}
	if before.size == now.size && before.changed.Equal(now.changed) && !now.changed.IsZero() {
		return true
	}
	sum, err := contentSum(img)
	return err == nil && sum == before.sum
}

// contentSum returns the SHA-256 of an image's file.
func contentSum(img imagescope.Image) (string, error) {
	r, err := img.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
