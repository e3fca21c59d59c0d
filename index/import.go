package index

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// ErrExport means that what is imported is damaged, or no export.
var ErrExport = errors.New("not a whole export: export the index again")

// Import adds the entries of an export, in the form that [Disk.Export] writes,
// to any index, or replaces those with the same IDs. An
// [imagescope.NamedIndex], such as a [Disk], must have vectors of the export's
// embedder, unless one of the names is empty, or the error is
// [imagescope.ErrModelMismatch]; one without a name keeps the export's.
//
// Entries are added 256 at a time. On an error those before it stay, and the
// same import can be tried again. Lines and vectors are checked as they come,
// and no more memory is used than for 256 entries of the longest that a Disk
// holds.
func Import(ctx context.Context, to imagescope.VectorIndex, entries, vectors io.Reader) error {
	im := importing{lines: bufio.NewScanner(entries), rows: bufio.NewReader(vectors)}
	im.lines.Buffer(nil, maxLine)
	if err := im.run(ctx, to); err != nil {
		return fmt.Errorf("index: import: after %d entries: %w", im.added, err)
	}
	return nil
}

// maxLine is the longest line of an export: a byte becomes up to six.
const maxLine = 6*(store.MaxID+store.MaxText) + 4<<10

// importBatch is how many entries are added at once.
const importBatch = 256

// importing is an import at work.
type importing struct {
	lines  *bufio.Scanner
	rows   *bufio.Reader
	header exportHeader
	row    []byte
	added  int
}

func (im *importing) run(ctx context.Context, to imagescope.VectorIndex) error {
	if err := im.readHeader(); err != nil {
		return err
	}
	if named, ok := to.(imagescope.NamedIndex); ok {
		if err := named.UseEmbedder(ctx, im.header.Embedder); err != nil {
			return err
		}
	}
	for im.added < im.header.Entries {
		batch := make([]imagescope.Entry, 0, importBatch)
		for len(batch) < min(importBatch, im.header.Entries-im.added) {
			if err := ctx.Err(); err != nil {
				return err
			}
			e, err := im.entry()
			if err != nil {
				return fmt.Errorf("entry %d: %w", im.added+len(batch)+1, err)
			}
			batch = append(batch, e)
		}
		if err := to.Upsert(ctx, batch...); err != nil {
			return err
		}
		im.added += len(batch)
	}
	if im.lines.Scan() {
		return fmt.Errorf("there are more lines than entries: %w", ErrExport)
	}
	if err := im.lines.Err(); err != nil {
		return err
	}
	if _, err := im.rows.ReadByte(); err != io.EOF {
		return errors.Join(fmt.Errorf("there are more vectors than entries: %w", ErrExport), err)
	}
	return nil
}

func (im *importing) readHeader() error {
	line, err := im.line()
	if err != nil {
		return err
	}
	h := &im.header
	if err := json.Unmarshal(line, h); err != nil {
		return fmt.Errorf("its first line: %w: %w", err, ErrExport)
	}
	switch {
	case h.Version == 0:
		return fmt.Errorf("its first line does not say imagescope_export: %w", ErrExport)
	case h.Version != exportVersion:
		return fmt.Errorf("export of version %d: %w", h.Version, ErrVersion)
	case h.Dimension < 0 || h.Dimension > store.MaxDimension || h.Entries < 0 || h.Dimension == 0 && h.Entries > 0:
		return fmt.Errorf("it says that it has %d vectors of %d components: %w", h.Entries, h.Dimension, ErrExport)
	}
	im.row = make([]byte, 4*h.Dimension)
	return nil
}

// line returns the next line.
func (im *importing) line() ([]byte, error) {
	if im.lines.Scan() {
		return im.lines.Bytes(), nil
	}
	if err := im.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line has more than %d bytes: %w", maxLine, ErrExport)
	} else if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("its lines end early: %w", ErrExport)
}

// entry reads the next entry.
func (im *importing) entry() (imagescope.Entry, error) {
	var e imagescope.Entry
	text, err := im.line()
	if err != nil {
		return e, err
	}
	var line exportLine
	if err := json.Unmarshal(text, &line); err != nil {
		return e, fmt.Errorf("its line: %w: %w", err, ErrExport)
	}
	if _, err := io.ReadFull(im.rows, im.row); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("the vectors end early: %w", ErrExport)
		}
		return e, err
	}
	if line.Sum != nil && *line.Sum != crc32.Checksum(im.row, castagnoli) {
		return e, fmt.Errorf("%q: the checksum of its vector differs: %w", line.ID.text, ErrExport)
	}
	e = imagescope.Entry{ID: line.ID.text, Caption: line.Caption.text, Vector: make([]float32, len(im.row)/4)}
	for i := range e.Vector {
		e.Vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(im.row[4*i:]))
	}
	if len(line.Meta) > 0 {
		e.Meta = make(map[string]string, len(line.Meta))
	}
	for k, v := range line.Meta {
		e.Meta[k.text] = v.text
	}
	return e, nil
}
