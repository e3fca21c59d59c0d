package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/fnv"
	"io"
)

// What bbolt's files are made of, by its package internal/common.
const (
	pageSize   = 16 << 10
	headerSize = 16 // id uint64, kind uint16, count uint16, overflow uint32
	metaSize   = 64 // magic, version, page size, flags uint32; root, sequence, freelist, high, change, checksum uint64

	branchKind = 1
	leafKind   = 2

	magic       = 0xED0CDAED
	boltVersion = 2
	noFreelist  = 1<<64 - 1
)

// maxDepth is more than the levels of any tree: a page has at least two
// children, except for roots.
const maxDepth = 40

var order = binary.NativeEndian

// meta is what the newest of the first two pages says.
type meta struct {
	root, high, change uint64 // high is the first page that was never used
}

var zeros [pageSize]byte

// newestMeta returns the meta page that bbolt would start from.
func newestMeta(f io.ReaderAt, size int64) (meta, error) {
	if size < 4*pageSize {
		return meta{}, corrupt("it has %d bytes where the smallest has %d", size, 4*pageSize)
	}
	var newest meta
	found := false
	buf := make([]byte, pageSize)
	for id := range int64(2) {
		if err := readAt(f, buf, id*pageSize); err != nil {
			return meta{}, err
		}
		// bbolt looks for the second one in the rest of the first.
		if rest := buf[headerSize+metaSize:]; !bytes.Equal(rest, zeros[:len(rest)]) {
			return meta{}, corrupt("page %d has data where none belongs", id)
		}
		m, ok, err := parseMeta(buf[headerSize:headerSize+metaSize], size)
		if err != nil {
			return meta{}, err
		}
		if ok && (!found || m.change > newest.change) {
			newest, found = m, true
		}
	}
	if !found {
		return meta{}, corrupt("it does not begin like a file of entries")
	}
	return newest, nil
}

// parseMeta reads a meta page. It is not ok where bbolt would pass it over; it
// is an error where bbolt would take it and this package could not.
func parseMeta(b []byte, size int64) (m meta, ok bool, err error) {
	sum := fnv.New64a()
	sum.Write(b[:56])
	if order.Uint32(b) != magic || order.Uint32(b[4:]) != boltVersion || order.Uint64(b[56:]) != sum.Sum64() {
		return meta{}, false, nil
	}
	m = meta{root: order.Uint64(b[16:]), high: order.Uint64(b[40:]), change: order.Uint64(b[48:])}
	switch {
	case order.Uint32(b[8:]) != pageSize:
		return meta{}, false, corrupt("its pages have %d bytes where this package writes %d", order.Uint32(b[8:]), pageSize)
	case m.high > uint64(size)/pageSize:
		return meta{}, false, corrupt("it was cut short: %d bytes where there should be %d pages", size, m.high)
	case m.change > 1 && order.Uint64(b[32:]) != noFreelist:
		return meta{}, false, corrupt("it has a list of free pages where this package writes none")
	}
	return m, true, nil
}

// tree reads trees of pages.
type tree struct {
	file io.ReaderAt
	high uint64
	seen []uint64         // a bit for each page
	bufs [maxDepth][]byte // for the page read at each depth
	last []byte           // the largest key yet in the tree that is read
}

func newTree(f io.ReaderAt, high uint64) *tree {
	return &tree{file: f, high: high, seen: make([]uint64, high/64+1)}
}

// page reads a page of a tree and marks it as seen.
func (t *tree) page(id uint64, depth int) (page, error) {
	if depth == maxDepth {
		return nil, corrupt("page %d is deeper in its tree than any can be", id)
	}
	if id < 2 || id >= t.high {
		return nil, corrupt("page %d is none of the %d", id, t.high)
	}
	var header [headerSize]byte
	if err := readAt(t.file, header[:], int64(id)*pageSize); err != nil {
		return nil, err
	}
	p := page(header[:])
	end := id + uint64(p.overflow()) + 1
	if p.id() != id || end > t.high {
		return nil, corrupt("page %d says that it is %d and %d more", id, p.id(), p.overflow())
	}
	for i := id; i < end; i++ {
		if t.seen[i/64]>>(i%64)&1 != 0 {
			return nil, corrupt("page %d is used twice", i)
		}
		t.seen[i/64] |= 1 << (i % 64)
	}
	size := int((end - id) * pageSize)
	if cap(t.bufs[depth]) < size {
		t.bufs[depth] = make([]byte, size)
	}
	p = page(t.bufs[depth][:size])
	return p, readAt(t.file, p, int64(id)*pageSize)
}

// readAt fills b from an offset at which the file had that many bytes.
func readAt(f io.ReaderAt, b []byte, offset int64) error {
	_, err := f.ReadAt(b, offset)
	if err == io.EOF {
		return corrupt("it was cut short at or behind byte %d", offset)
	}
	return err
}

// walk calls each for the elements of a tree's leaves, in order. Keys must lie
// in [from, below); nil is open. What each is given is valid until it returns.
func (t *tree) walk(ctx context.Context, id uint64, depth int, from, below []byte, each func(element) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := t.page(id, depth)
	if err != nil {
		return err
	}
	if p.kind() == leafKind {
		return t.leaf(p, from, below, each)
	}
	if p.kind() != branchKind || p.count() == 0 {
		return corrupt("page %d is of kind %d and has %d children", id, p.kind(), p.count())
	}
	for i := range p.count() {
		e, err := p.branch(i)
		if err != nil {
			return err
		}
		if len(e.key) == 0 || !within(e.key, from, below) || i > 0 && bytes.Compare(e.key, t.last) <= 0 {
			return corrupt("page %d: branch %d is out of order", id, i)
		}
		end := below
		if i+1 < p.count() {
			next, err := p.branch(i + 1)
			if err != nil {
				return err
			}
			end = next.key
		}
		if err := t.walk(ctx, e.child, depth+1, e.key, end, each); err != nil {
			return err
		}
	}
	return nil
}

// leaf calls each for the elements of a leaf.
func (t *tree) leaf(p page, from, below []byte, each func(element) error) error {
	for i := range p.count() {
		e, err := p.leaf(i)
		if err != nil {
			return err
		}
		if !within(e.key, from, below) || bytes.Compare(e.key, t.last) <= 0 {
			return corrupt("page %d: element %d is out of order", p.id(), i)
		}
		if err := each(e); err != nil {
			return err
		}
		t.last = append(t.last[:0], e.key...)
	}
	return nil
}

// within reports whether a key lies in [from, below).
func within(key, from, below []byte) bool {
	return bytes.Compare(key, from) >= 0 && (below == nil || bytes.Compare(key, below) < 0)
}
