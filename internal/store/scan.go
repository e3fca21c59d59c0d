package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
)

var (
	stateBucket   = []byte("state")
	vectorsBucket = []byte("vectors") // after the state in order, and so in a scan
)

// scan reads a file of entries, checks all of it and calls each for all entries
// in order of ID, and before them expect, as Options says. Both may be nil.
func (s *Store) scan(ctx context.Context, f *os.File, expect func(entries, dim int), each func(Record) error) (State, error) {
	info, err := f.Stat()
	if err != nil {
		return State{}, err
	}
	c := census{file: f, expect: expect, each: each}
	err = c.take(ctx, info.Size())
	if err == nil {
		err = s.fits(c.state)
	}
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return c.state, nil
}

// fits returns an error for a state that is not what the store was opened for.
func (s *Store) fits(state State) error {
	if state.Sequence < s.head.acknowledged {
		return fmt.Errorf("its last change is number %d where number %d was acknowledged: %w (or remove the file %s to go on without what is lost)",
			state.Sequence, s.head.acknowledged, ErrCorrupt, s.path(headFile))
	}
	return state.fits(s.opts.Embedder)
}

// census reads a file of entries and counts them.
type census struct {
	file   io.ReaderAt
	expect func(entries, dim int)
	each   func(Record) error
	tree   *tree
	state  State // as the file says; the entries counted are in found

	found struct {
		entries int
		digest  uint64
	}
}

// take reads all of the file, which has size bytes.
func (c *census) take(ctx context.Context, size int64) error {
	m, err := newestMeta(c.file, size)
	if err != nil {
		return err
	}
	c.tree = newTree(c.file, m.high)
	buckets := map[string][]byte{}
	err = c.tree.walk(ctx, m.root, 0, nil, nil, func(e element) error {
		if !e.bucket || len(buckets) == 2 {
			return corrupt("it holds more than a file of entries does")
		}
		buckets[string(e.key)] = bytes.Clone(e.value)
		return nil
	})
	if err != nil {
		return err
	}
	if err := c.bucket(ctx, buckets[string(stateBucket)], c.readState); err != nil {
		return err
	}
	if c.state.Version == 0 {
		return corrupt("it has no state")
	}
	if n := int64(c.state.Entries); c.expect != nil && n > 0 && n <= size/c.state.vectorSize() {
		c.expect(c.state.Entries, c.state.Dimension)
	}
	if err := c.bucket(ctx, buckets[string(vectorsBucket)], c.readEntry); err != nil {
		return err
	}
	if c.found.entries != c.state.Entries || c.found.digest != c.state.Digest {
		return corrupt("it holds %d entries with the digest %x where there should be %d with %x",
			c.found.entries, c.found.digest, c.state.Entries, c.state.Digest)
	}
	return nil
}

// bucket reads a bucket: the page of its root, uint64, a number that is not
// used here, and the root itself where the page is 0.
func (c *census) bucket(ctx context.Context, value []byte, each func(key, value []byte) error) error {
	const size = 16
	if len(value) < size {
		return corrupt("a part of it is missing")
	}
	plain := func(e element) error {
		if e.bucket {
			return corrupt("it holds more than a file of entries does")
		}
		return each(e.key, e.value)
	}
	c.tree.last = nil
	if root := order.Uint64(value); root != 0 {
		return c.tree.walk(ctx, root, 0, nil, nil, plain)
	}
	root := page(value[size:])
	if len(root) < headerSize || root.kind() != leafKind {
		return corrupt("a part of it is not a leaf")
	}
	return c.tree.leaf(root, nil, nil, plain)
}

func (c *census) readState(key, value []byte) (err error) {
	if string(key) != string(stateKey) {
		return corrupt("it holds more than one state")
	}
	c.state, err = parseState(value)
	return err
}

func (c *census) readEntry(key, value []byte) error {
	r, err := decode(key, value, c.state)
	if err != nil {
		return err
	}
	c.found.entries++
	c.found.digest += uint64(r.Sum)
	if c.each == nil {
		return nil
	}
	return c.each(r)
}
