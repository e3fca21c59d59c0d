package index

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// exportVersion is the version of the format that Export writes.
const exportVersion = 1

// exportHeader is the first line of an export.
type exportHeader struct {
	Version   int    `json:"imagescope_export"`
	Embedder  string `json:"embedder,omitempty"`
	Dimension int    `json:"dimension"`
	Entries   int    `json:"entries"`
}

// exportLine is one of the others.
type exportLine struct {
	ID      exportText                `json:"id"`
	Caption exportText                `json:"caption,omitzero"`
	Meta    map[exportText]exportText `json:"meta,omitempty"`
	Sum     *uint32                   `json:"crc32c,omitempty"` // of the vector's bytes
}

// exportText is a text of an export. JSON holds UTF-8 alone, so that others
// are written in base64 behind a mark, as are those that begin with the mark.
type exportText struct{ text string }

const exportMark = "base64:"

// MarshalText returns what is written.
func (t exportText) MarshalText() ([]byte, error) {
	if utf8.ValidString(t.text) && !strings.HasPrefix(t.text, exportMark) {
		return []byte(t.text), nil
	}
	return base64.StdEncoding.AppendEncode([]byte(exportMark), []byte(t.text)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (t *exportText) UnmarshalText(b []byte) error {
	encoded, ok := bytes.CutPrefix(b, []byte(exportMark))
	if !ok {
		t.text = string(b)
		return nil
	}
	plain, err := base64.StdEncoding.AppendDecode(nil, encoded)
	t.text = string(plain)
	return err
}

// Export writes the index in a form that every language reads and [Import]
// takes into any index, without anything being embedded again: to entries a
// line of JSON for each entry, in order of ID, and to vectors their components
// in the same order, float32, little-endian, nothing between.
//
// The first line tells what follows:
//
//	{"imagescope_export":1,"embedder":"clip","dimension":512,"entries":2}
//	{"id":"a.jpg","caption":"a dog","meta":{"year":"2024"},"crc32c":2774017}
//	{"id":"b.jpg","crc32c":913377216}
//
// crc32c is the checksum (Castagnoli) of the entry's row of vectors and may be
// left out by other writers. A text that is not UTF-8, which JSON cannot hold,
// or that begins with "base64:", is written as "base64:" and its bytes in
// base64.
func (d *Disk) Export(ctx context.Context, entries, vectors io.Writer) error {
	if err := d.exclusively(ctx, func() error { return d.export(ctx, entries, vectors) }); err != nil {
		return fmt.Errorf("index: export: %w", err)
	}
	return nil
}

func (d *Disk) export(ctx context.Context, entries, vectors io.Writer) error {
	lines, rows := bufio.NewWriter(entries), bufio.NewWriter(vectors)
	out := json.NewEncoder(lines)
	out.SetEscapeHTML(false)
	s := d.store.State()
	if err := out.Encode(exportHeader{exportVersion, s.Embedder, s.Dimension, s.Entries}); err != nil {
		return err
	}
	row := make([]byte, 0, 4*s.Dimension)
	err := d.store.Read(ctx, func(r store.Record) error {
		row = row[:0]
		for _, x := range r.Vector {
			row = binary.LittleEndian.AppendUint32(row, math.Float32bits(x))
		}
		if _, err := rows.Write(row); err != nil {
			return err
		}
		return out.Encode(lineOf(r.Entry, crc32.Checksum(row, castagnoli)))
	})
	if err != nil {
		return err
	}
	if err := lines.Flush(); err != nil {
		return err
	}
	return rows.Flush()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func lineOf(e imagescope.Entry, sum uint32) exportLine {
	line := exportLine{ID: exportText{e.ID}, Caption: exportText{e.Caption}, Sum: &sum}
	if len(e.Meta) > 0 {
		line.Meta = make(map[exportText]exportText, len(e.Meta))
	}
	for k, v := range e.Meta {
		line.Meta[exportText{k}] = exportText{v}
	}
	return line
}
