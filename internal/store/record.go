package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/kernel"
)

// Record is an entry as it is stored.
type Record struct {
	imagescope.Entry
	Sum uint32 // the checksum of all of it
}

// Limits of an entry.
const (
	MaxID   = bbolt.MaxKeySize // bytes of an ID
	MaxText = 1 << 20          // bytes of the caption and the metadata
)

// check returns an error for an entry that cannot be stored.
func check(e imagescope.Entry) error {
	if len(e.ID) > MaxID {
		return fmt.Errorf("an ID of %d bytes, the longest has %d", len(e.ID), MaxID)
	}
	if len(e.Vector) > MaxDimension {
		return fmt.Errorf("%q: a vector of %d components, the longest has %d: %w", e.ID, len(e.Vector), MaxDimension, imagescope.ErrDimension)
	}
	size := len(e.Caption)
	for k, v := range e.Meta {
		size += len(k) + len(v)
	}
	if size > MaxText {
		return fmt.Errorf("%q: a caption and metadata of %d bytes, there may be %d", e.ID, size, MaxText)
	}
	return nil
}

// Sum returns the checksum that an entry has in a store.
func Sum(e imagescope.Entry, half bool) uint32 {
	_, sum := encode(e, half)
	return sum
}

// encode returns the value that is stored for an entry, and its checksum.
func encode(e imagescope.Entry, half bool) ([]byte, uint32) {
	b := make([]byte, 4, 4+4*len(e.Vector)+len(e.Caption)+64)
	if half {
		b = b[:4+2*len(e.Vector)]
		kernel.EncodeHalf(b[4:], e.Vector)
	} else {
		for _, x := range e.Vector {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
	}
	b = appendString(b, e.Caption)
	b = binary.AppendUvarint(b, uint64(len(e.Meta)))
	for _, key := range slices.Sorted(maps.Keys(e.Meta)) {
		b = appendString(appendString(b, key), e.Meta[key])
	}
	sum := checksum(e.ID, b[4:])
	binary.LittleEndian.PutUint32(b, sum)
	return b, sum
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// checksum returns the checksum of an entry.
func checksum[ID string | []byte](id ID, rest []byte) uint32 {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 128), uint32(len(id)))
	sum := crc32.Checksum(append(b, id...), castagnoli)
	return crc32.Update(sum, castagnoli, rest)
}

// decode returns the entry that is stored under an ID.
func decode(id, value []byte, s State) (Record, error) {
	if len(value) < 4 || binary.LittleEndian.Uint32(value) != checksum(id, value[4:]) {
		return Record{}, corrupt("entry %q: its checksum differs", clip(id))
	}
	r := Record{Entry: imagescope.Entry{ID: string(id)}, Sum: binary.LittleEndian.Uint32(value)}
	in := input{rest: value[4:]}
	r.Vector = in.vector(s.Dimension, s.Half)
	r.Caption = in.string()
	r.Meta = in.meta()
	if in.bad || len(in.rest) > 0 || len(id) == 0 || s.Dimension == 0 {
		return Record{}, corrupt("entry %q: it cannot be read", clip(id))
	}
	return r, nil
}

// clip shortens an ID for an error message.
func clip(id []byte) []byte { return id[:min(len(id), 200)] }

// input is what of an entry was not read yet.
type input struct {
	rest []byte
	bad  bool // it ended early, or something in it cannot be
}

// take returns the next n bytes.
func (in *input) take(n uint64) []byte {
	if n > uint64(len(in.rest)) {
		in.bad, n = true, 0
	}
	b := in.rest[:n]
	in.rest = in.rest[n:]
	return b
}

func (in *input) vector(dim int, half bool) []float32 {
	size := 4
	if half {
		size = 2
	}
	b := in.take(uint64(dim * size))
	v := make([]float32, len(b)/size)
	if half {
		kernel.DecodeHalf(v, b)
	} else {
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	}
	in.bad = in.bad || !finite(v)
	return v
}

func finite(v []float32) bool {
	for _, x := range v {
		if x-x != 0 {
			return false
		}
	}
	return true
}

func (in *input) number() uint64 {
	x, n := binary.Uvarint(in.rest)
	if n <= 0 {
		in.bad, n = true, 0
	}
	in.rest = in.rest[n:]
	return x
}

func (in *input) string() string { return string(in.take(in.number())) }

func (in *input) meta() map[string]string {
	n := in.number()
	if n == 0 {
		return nil
	}
	if n > uint64(len(in.rest)/2) { // a key and a value have a byte each at least
		in.bad = true
		return nil
	}
	meta := make(map[string]string, n)
	last := ""
	for i := range n {
		key := in.string()
		if i > 0 && key <= last {
			in.bad = true
		}
		if in.bad {
			return nil
		}
		meta[key], last = in.string(), key
	}
	return meta
}
