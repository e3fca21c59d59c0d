package weaviate

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/imagescope/imagescope"
)

// object is an entry as Weaviate holds it.
type object struct {
	Class      string         `json:"class,omitempty"`
	ID         string         `json:"id,omitempty"`
	Vector     []float32      `json:"vector"`
	Properties map[string]any `json:"properties"`
}

func (ix *Index) objectOf(e imagescope.Entry) (object, error) {
	meta := make(map[string]string, len(e.Meta))
	props := map[string]any{"image_id": encode(e.ID), "caption": encode(e.Caption)}
	for key, value := range e.Meta {
		meta[encode(key)] = encode(value)
		props["t_"+propertyOf(key)] = comparable(value)
		if v, ok := imagescope.Number(value); ok {
			props["n_"+propertyOf(key)] = finite(v)
		}
	}
	text, err := json.Marshal(meta)
	props["meta"] = string(text)
	return object{Class: ix.opts.Class, ID: uuid(e.ID), Vector: e.Vector, Properties: props}, err
}

// texts are the properties that an entry is read back from.
type texts struct {
	ID      string `json:"image_id"`
	Caption string `json:"caption"`
	Meta    string `json:"meta"`
}

func (t texts) entry() (imagescope.Entry, error) {
	e := imagescope.Entry{ID: decode(t.ID), Caption: decode(t.Caption)}
	var meta map[string]string
	if err := json.Unmarshal([]byte(t.Meta), &meta); err != nil {
		return e, fmt.Errorf("object of %q: its property meta: %w", e.ID, err)
	}
	if len(meta) > 0 {
		e.Meta = make(map[string]string, len(meta))
	}
	for key, value := range meta {
		e.Meta[decode(key)] = decode(value)
	}
	return e, nil
}

// space is the namespace of the UUIDs, drawn once.
var space = [16]byte{0x5c, 0x1e, 0x9d, 0x6a, 0x0b, 0x7f, 0x4c, 0x35, 0x9a, 0x42, 0xd0, 0x83, 0x71, 0xee, 0x2b, 0x16}

// uuid returns the UUID of version 5 (RFC 9562) for an image's ID.
func uuid(id string) string {
	sum := sha1.Sum(append(space[:], id...))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	h := hex.EncodeToString(u)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func uuids(ids []string) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = uuid(id)
	}
	return list
}

// marker begins texts that are kept in base64.
const marker = "base64:"

// encode returns a text that JSON can hold.
func encode(text string) string {
	if utf8.ValidString(text) && !strings.HasPrefix(text, marker) {
		return text
	}
	return marker + base64.StdEncoding.EncodeToString([]byte(text))
}

func decode(text string) string {
	if rest, ok := strings.CutPrefix(text, marker); ok {
		if data, err := base64.StdEncoding.DecodeString(rest); err == nil {
			return string(data)
		}
	}
	return text
}

// comparable returns a text of which Weaviate keeps every byte, and that it
// orders as the bytes are.
func comparable(text string) string { return "x" + hex.EncodeToString([]byte(text)) }

// finite returns a number that JSON can hold.
func finite(v float64) float64 { return min(max(v, -math.MaxFloat64), math.MaxFloat64) }
