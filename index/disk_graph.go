package index

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/store"
)

// graphFile is the file with the graph of a [Disk]:
//
//	"IMGRAPH" and the version, 1   8 bytes
//	CRC-32C of the rest            4 bytes
//	how many entries, n            4 bytes
//	their checksums in the store   4n bytes, in the order of the snapshot
//	a snapshot, by writeGraph
//
// An entry whose checksum is another than that in the store was changed since.
const graphFile = "graph"

const graphMagic = "IMGRAPH\x01"

// saveGraph writes the graph as it is. The file before it stays until then.
func (d *Disk) saveGraph(ctx context.Context) error {
	unfinished := d.path(graphFile + ".new")
	f, err := os.Create(unfinished)
	if err != nil {
		return err
	}
	if err := errors.Join(d.writeGraphFile(ctx, f), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := store.Replace(unfinished, d.path(graphFile)); err != nil {
		return err
	}
	d.changed = 0
	return nil
}

func (d *Disk) writeGraphFile(ctx context.Context, f *os.File) error {
	if _, err := f.Write(make([]byte, len(graphMagic)+4)); err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	sums, err := d.sums(ctx)
	if err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint32(len(sums))); err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, sums); err != nil {
		return err
	}
	if err := d.graph.writeGraph(ctx, w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = f.WriteAt(binary.LittleEndian.AppendUint32([]byte(graphMagic), sum.Sum32()), 0)
	return err
}

// sums returns the checksums that the entries have in the store, in the order
// of a snapshot.
func (d *Disk) sums(ctx context.Context) ([]uint32, error) {
	half := d.store.State().Half
	t := &d.graph.table
	sums := make([]uint32, 0, t.ids.count)
	for slot := range uint32(t.ids.size) {
		id, n := t.ids.at(slot), t.note(slot)
		if id == "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sums = append(sums, store.Sum(imagescope.Entry{ID: id, Vector: t.rows.at(slot), Caption: n.caption, Meta: n.meta}, half))
	}
	return sums, nil
}

// checkGraph reads all of the file and compares its checksum. It returns its
// size, 0 if there is none.
func checkGraph(ctx context.Context, path string) (int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	head := make([]byte, len(graphMagic)+4)
	_, err = io.ReadFull(f, head)
	sum := crc32.New(castagnoli)
	size := int64(len(head))
	for n := int64(0); err == nil; size += n {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err = io.CopyN(sum, f, 1<<20)
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, err
	}
	if string(head[:len(graphMagic)]) != graphMagic || binary.LittleEndian.Uint32(head[len(graphMagic):]) != sum.Sum32() {
		return 0, fmt.Errorf("%s: its checksum differs: %w (or remove it: it is only a cache)", path, ErrCorrupt)
	}
	return size, nil
}

// loadGraph returns an HNSW with the graph of a file and those of the records
// that are as they were. It takes these out of the records.
func loadGraph(ctx context.Context, path string, p Parameters, records map[string]store.Record) (*HNSW, error) {
	size, err := checkGraph(ctx, path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, len(graphMagic)+8)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head[len(graphMagic)+4:]))
	if n > (size-int64(len(head)))/4 {
		return nil, fmt.Errorf("%s: %d checksums in %d bytes: %w", path, n, size, ErrCorrupt)
	}
	sums := make([]uint32, n)
	if err := binary.Read(f, binary.LittleEndian, sums); err != nil {
		return nil, err
	}
	return readGraph(ctx, f, p, func(id string) (imagescope.Entry, bool, error) {
		r, ok := records[id]
		ok = ok && len(sums) > 0 && sums[0] == r.Sum
		sums = sums[min(1, len(sums)):]
		if ok {
			delete(records, id)
		}
		return r.Entry, ok, nil
	})
}
