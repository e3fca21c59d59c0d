package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// State is what a store says of itself.
type State struct {
	Version   int    `json:"version"`            // of the format
	Embedder  string `json:"embedder,omitempty"` // the name of what makes the vectors
	Half      bool   `json:"half,omitempty"`     // whether they are kept in half precision
	Dimension int    `json:"dimension"`          // of the vectors, 0 before the first
	Entries   int    `json:"entries"`            // how many there are
	Digest    uint64 `json:"digest"`             // the sum of their checksums
	Sequence  uint64 `json:"sequence"`           // the number of the last change
}

// vectorSize returns how many bytes a vector takes in the file, at least one.
func (s State) vectorSize() int64 {
	if s.Half {
		return max(1, 2*int64(s.Dimension))
	}
	return max(1, 4*int64(s.Dimension))
}

const version = 1

// MaxDimension is how many components a vector may have.
const MaxDimension = 1 << 16

var (
	stateKey   = []byte("state")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// putState writes the state into its bucket.
func putState(b *bbolt.Bucket, s State) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return b.Put(stateKey, append(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli)), text...))
}

func parseState(b []byte) (State, error) {
	var s State
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return s, corrupt("the checksum of its state differs")
	}
	if err := json.Unmarshal(b[4:], &s); err != nil {
		return s, corrupt("its state cannot be read: %v", err)
	}
	if s.Version != version {
		return s, fmt.Errorf("version %d: %w", s.Version, ErrVersion)
	}
	if s.Dimension < 0 || s.Dimension > MaxDimension || s.Entries < 0 || s.Dimension == 0 && s.Entries > 0 {
		return s, corrupt("its state says that it holds %d vectors of %d components", s.Entries, s.Dimension)
	}
	return s, nil
}
