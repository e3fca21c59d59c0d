package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

const headFile = "head"

// head is the file with the number of the last acknowledged change.
type head struct {
	file         *os.File // nil if there is none to read
	acknowledged uint64
	err          error // the first in writing
}

// openHead reads the file. One that is damaged counts as missing.
func openHead(path string, readOnly bool) (*head, error) {
	flag := os.O_RDWR | os.O_CREATE
	if readOnly {
		flag = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flag, 0o644)
	if readOnly && errors.Is(err, fs.ErrNotExist) {
		return &head{}, nil
	}
	if err != nil {
		return nil, err
	}
	var b [12]byte
	if _, err := io.ReadFull(f, b[:]); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, errors.Join(err, f.Close())
	}
	h := &head{file: f}
	if crc32.Checksum(b[:8], castagnoli) == binary.LittleEndian.Uint32(b[8:]) {
		h.acknowledged = binary.LittleEndian.Uint64(b[:])
	}
	return h, nil
}

// acknowledge writes the number of a change. The change is safe without it, so
// that an error is kept for close.
func (h *head) acknowledge(change uint64) {
	h.acknowledged = change
	b := binary.LittleEndian.AppendUint64(nil, change)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	if _, err := h.file.WriteAt(b, 0); err != nil && h.err == nil {
		h.err = err
	}
}

func (h *head) close() error {
	if h.file == nil {
		return nil
	}
	return errors.Join(h.err, h.file.Close())
}
