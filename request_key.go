package imagescope

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
)

// requestKey tells requests apart: two with the same key are the same question
// to the same model.
type requestKey [sha256.Size]byte

// keyVersion begins what every key is a hash of. A change of what follows, or
// of how replies are kept, needs another one.
const keyVersion = "imagescope request 1"

// keyOf returns the key of a request to the model of the given name. It covers
// all that a Request says, fields that are added later included, and of images
// what they show, not what they are called: the same picture under another ID
// is the same question. Every part is preceded by its length, so that no two
// different lists of parts give the same bytes.
//
// It reads each image's file, but decodes none.
func keyOf(ctx context.Context, model string, req Request) (requestKey, error) {
	sums := make([]imageSum, len(req.Images))
	for i, img := range req.Images {
		if ctx.Err() != nil {
			return requestKey{}, done(ctx)
		}
		var err error
		if sums[i], err = img.sum(); err != nil {
			return requestKey{}, err
		}
	}
	return keyWith(model, req, func(h hash.Hash, i int) { writePart(h, sums[i].hash[:]) })
}

// keyWith returns the key of a request whose i-th image is told from others by
// what image writes.
func keyWith(model string, req Request, image func(h hash.Hash, i int)) (requestKey, error) {
	rest := req
	rest.Prompt, rest.Images = "", nil
	if rest.MaxTokens <= 0 {
		rest.MaxTokens = DefaultMaxTokens
	}
	fields, err := json.Marshal(rest)
	if err != nil {
		return requestKey{}, fmt.Errorf("the request cannot be told from others: %w", err)
	}
	h := sha256.New()
	for _, part := range []string{keyVersion, model, req.Prompt, string(fields)} {
		writePart(h, []byte(part))
	}
	for i := range req.Images {
		image(h, i)
	}
	return requestKey(h.Sum(nil)), nil
}

// writePart writes a part behind its length.
func writePart(h hash.Hash, part []byte) {
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(part))))
	h.Write(part)
}
