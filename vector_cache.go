package imagescope

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
)

// vectorKeyVersion begins what the key of every vector is a hash of. A change of
// what follows, or of how vectors are kept or made, needs another one.
const vectorKeyVersion = "imagescope vector 1"

// cached fills in the vectors of the items that Config.VectorCache has, and
// returns the others.
func (p *Pipeline) cached(items []*item) []*item {
	cache, name := p.cfg.VectorCache, p.cfg.embedderName()
	if cache == nil || name == "" {
		return items
	}
	var others []*item
	for _, it := range items {
		key, ok := p.vectorKey(name, it.image)
		if ok {
			if value, found := cache.get(key); found && it.decode(value) {
				continue
			}
			it.key = &key
		}
		others = append(others, it)
	}
	return others
}

// vectorKey returns a hash of all that the vectors of an image depend on; false
// where its file cannot be read.
func (p *Pipeline) vectorKey(embedder string, img Image) (requestKey, bool) {
	sum, err := img.sum()
	if err != nil && !errors.Is(err, ErrNoImage) {
		return requestKey{}, false
	}
	told := Image{ID: img.ID, Caption: img.Caption, Meta: withoutNotes(img.Meta)}
	words, err := json.Marshal(told)
	if err != nil {
		return requestKey{}, false
	}
	made := struct {
		Tau   float64
		Apart bool
	}{p.tau, p.cfg.CaptionIndex != nil}
	how, err := json.Marshal(made)
	if err != nil {
		return requestKey{}, false
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(vectorKeyVersion), []byte(embedder), how, words, sum.hash[:]} {
		writePart(h, part)
	}
	return requestKey(h.Sum(nil)), true
}

// cache keeps the vectors of items in Config.VectorCache.
func (p *Pipeline) cache(items []*item) {
	for _, it := range items {
		if it.key != nil {
			p.cfg.VectorCache.put(*it.key, it.encode())
		}
	}
}

// encode returns the vectors of an item: the length of the first, its
// components and those of the second, little-endian.
func (it *item) encode() []byte {
	value := binary.LittleEndian.AppendUint32(nil, uint32(len(it.vector)))
	for _, row := range [][]float32{it.vector, it.caption} {
		for _, x := range row {
			value = binary.LittleEndian.AppendUint32(value, math.Float32bits(x))
		}
	}
	return value
}

// decode takes over what encode returned; false for anything else.
func (it *item) decode(value []byte) bool {
	if len(value) < 8 || len(value)%4 != 0 {
		return false
	}
	first := int(binary.LittleEndian.Uint32(value))
	row := make([]float32, len(value)/4-1)
	for i := range row {
		row[i] = math.Float32frombits(binary.LittleEndian.Uint32(value[4*i+4:]))
		if x := float64(row[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	if first < 1 || first > len(row) {
		return false
	}
	if it.vector = row[:first:first]; first < len(row) {
		it.caption = row[first:]
	}
	return true
}
