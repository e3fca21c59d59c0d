package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/imagescope/imagescope"
)

// TestCraftedState has files claim more entries than they have room for: nobody
// is to make room for them.
func TestCraftedState(t *testing.T) {
	for _, entries := range []int{1000, 1 << 40, math.MaxInt} {
		dir := t.TempDir()
		s, err := Open(t.Context(), dir, Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		state := s.state
		state.Entries, state.Dimension, state.Sequence = entries, MaxDimension, state.Sequence+1
		if err := errors.Join(s.commit(func(*bbolt.Tx) (State, error) { return state, nil }), s.Close()); err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), dir, Options{Expect: func(n, dim int) { t.Errorf("%d vectors of %d are expected", n, dim) }}, nil)
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d entries that are not there: error %v, want ErrCorrupt", entries, err)
		}
	}
}

// TestCrafted changes a file so that all its checksums stay right.
func TestCrafted(t *testing.T) {
	tests := []struct {
		name  string
		craft func(c crafted)
	}{
		{"the last entry of a leaf is left out", func(c crafted) {
			order.PutUint16(c.leaf(0)[10:], uint16(c.leaf(0).count()-1))
		}},
		{"a branch is left out", func(c crafted) {
			order.PutUint16(c.branch()[10:], uint16(c.branch().count()-1))
		}},
		{"an entry is an old version", func(c crafted) {
			old, _ := encode(imagescope.Entry{ID: "00", Vector: make([]float32, 256), Caption: "aa"}, false)
			e, err := c.leaf(0).leaf(0)
			if err != nil || len(e.value) != len(old) {
				panic("the first entry is another")
			}
			copy(e.value, old)
		}},
		{"two entries change places", func(c crafted) {
			p := c.leaf(0)
			first, second := p[headerSize:headerSize+elementSize], p[headerSize+elementSize:headerSize+2*elementSize]
			was := bytes.Clone(first)
			copy(first, second)
			copy(second, was)
			order.PutUint32(first[4:], order.Uint32(first[4:])+elementSize)
			order.PutUint32(second[4:], order.Uint32(second[4:])-elementSize)
		}},
		{"a leaf runs over into a page of others", func(c crafted) {
			for i := range c.branch().count() {
				if next := c.leaf(i).id() + 1; next < c.high() && c.used(next) {
					order.PutUint32(c.leaf(i)[12:], 1)
					return
				}
			}
			panic("no two pages lie side by side")
		}},
		{"a page is its own child", func(c crafted) {
			order.PutUint64(c.branch()[headerSize+8:], c.branch().id())
		}},
		{"two branches lead to one child", func(c crafted) {
			order.PutUint64(c.branch()[headerSize+8:], c.leaf(1).id())
		}},
		{"a child is page 0", func(c crafted) { order.PutUint64(c.branch()[headerSize+8:], 0) }},
		{"a child is far away", func(c crafted) { order.PutUint64(c.branch()[headerSize+8:], 1<<60) }},
		{"a page runs over very far", func(c crafted) { order.PutUint32(c.leaf(0)[12:], 1<<32-1) }},
		{"a branch begins behind its child", func(c crafted) {
			e, err := c.branch().branch(1)
			if err != nil {
				panic(err)
			}
			e.key[len(e.key)-1]++
		}},
		{"a branch has no key", func(c crafted) { order.PutUint32(c.branch()[headerSize+4:], 0) }},
		{"an element is far away", func(c crafted) { order.PutUint32(c.leaf(0)[headerSize+4:], 1<<32-1) }},
		{"a value is very long", func(c crafted) { order.PutUint32(c.leaf(0)[headerSize+12:], 1<<32-1) }},
		{"a leaf is a branch", func(c crafted) { order.PutUint16(c.leaf(0)[8:], branchKind) }},
		{"a list of free pages", func(c crafted) { c.meta(32, 2) }},
		{"a root that is none", func(c crafted) { c.meta(16, 1<<40) }},
		{"no pages", func(c crafted) { c.meta(40, 0) }},
		{"more pages than there are", func(c crafted) { c.meta(40, c.high()+1) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(t.Context(), dir, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var entries []imagescope.Entry
			for i := range 40 {
				entries = append(entries, imagescope.Entry{ID: fmt.Sprintf("%02d", i), Vector: make([]float32, 256), Caption: "bb"})
			}
			if err := errors.Join(s.Change(t.Context(), entries, nil), s.Compact(t.Context()), s.Close()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, entriesFile)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			test.craft(crafted(b))
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := Open(t.Context(), dir, Options{}, nil); !errors.Is(err, ErrCorrupt) {
				t.Errorf("Open = %v, %v, want ErrCorrupt", s, err)
			}
		})
	}
}

// crafted is the content of a compact file of entries: one branch above leaves.
type crafted []byte

func (c crafted) page(id uint64) page { return page(c[id*pageSize : (id+1)*pageSize]) }
func (c crafted) high() uint64        { return uint64(len(c) / pageSize) }

// branch returns the only page of branches.
func (c crafted) branch() page {
	for id := uint64(2); id < c.high(); id++ {
		if c.page(id).id() == id && c.page(id).kind() == branchKind {
			return c.page(id)
		}
	}
	panic("there is no branch")
}

// leaf returns a child of the branch.
func (c crafted) leaf(i int) page {
	e, err := c.branch().branch(i)
	if err != nil {
		panic(err)
	}
	return c.page(e.child)
}

// used reports whether a page is the branch or one of its children.
func (c crafted) used(id uint64) bool {
	used := c.branch().id() == id
	for i := range c.branch().count() {
		used = used || c.leaf(i).id() == id
	}
	return used
}

// meta sets a number in the first two pages and makes their checksums right.
func (c crafted) meta(at int, x uint64) {
	for id := range uint64(2) {
		m := c.page(id)[headerSize:]
		order.PutUint64(m[at:], x)
		sum := fnv.New64a()
		sum.Write(m[:56])
		order.PutUint64(m[56:], sum.Sum64())
	}
}
