package imagescope

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"

	"github.com/imagescope/imagescope/internal/picture"
)

// Keys of the metadata that images are known again by. Config.Fingerprints keeps
// both, and [Pipeline.Sync] the first.
const (
	// MetaHash is the SHA-256 of the file, in 64 hexadecimal digits.
	MetaHash = "imagescope_sha256"
	// MetaLook is what the picture looks like: how its brightness changes from
	// field to field of a grid, in 32 hexadecimal digits, of whose 128 bits near
	// duplicates share most; or "none" for a picture that cannot be read or is of
	// one brightness.
	MetaLook = "imagescope_look"
)

// noLook is a MetaLook for what has none.
const noLook = "none"

// noted are the keys of the metadata that a Pipeline reads off a file. What else
// there is comes from callers.
var noted = append([]string{MetaHash, MetaLook, MetaFile, MetaSaid}, exifKeys...)

// withoutNotes returns a copy of metadata without what was read off a file.
func withoutNotes(meta map[string]string) map[string]string {
	meta = maps.Clone(meta)
	for _, key := range noted {
		delete(meta, key)
	}
	return meta
}

// contentOf returns the hash from an entry's metadata, "" where there is none.
func contentOf(meta map[string]string) string {
	if h := meta[MetaHash]; len(h) == hex.EncodedLen(sha256.Size) {
		return h
	}
	return ""
}

// withFingerprint returns the image with its fingerprints in its metadata. One
// whose bytes cannot be read stays as it is: whoever needs them will say so.
func (m Image) withFingerprint() Image {
	var sum imageSum
	err := guard(func() (err error) {
		sum, err = m.sum()
		return err
	})
	if err != nil {
		return m
	}
	meta := maps.Clone(m.Meta)
	if meta == nil {
		meta = map[string]string{}
	}
	meta[MetaHash], meta[MetaLook] = sum.String(), m.look()
	m.Meta = meta
	return m
}

// look returns the MetaLook of the picture.
func (m Image) look() string {
	var look picture.Look
	var ok bool
	err := guard(func() error {
		img, err := m.Decode()
		if err == nil {
			look, ok = picture.LookOf(img)
		}
		return err
	})
	if err != nil || !ok {
		return noLook
	}
	return look.String()
}
