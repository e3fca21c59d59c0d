package imagescope

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// syncChunk is how many files are read, or moved, before the next are.
const syncChunk = 512

// move has files take over the entries that are about to go or to change, while
// they are there. Only a file of the same size can be what one of these was:
// others are not read yet.
func (s *syncing) move(ctx context.Context) error {
	var alike []*syncFile
	for _, f := range s.work {
		if f.stamp.err != nil || s.sizes[f.stamp.size] {
			alike = append(alike, f)
		}
	}
	for files := range slices.Chunk(alike, syncChunk) {
		if err := s.read(ctx, files); err != nil {
			return err
		}
		if err := s.touch(ctx, files); err != nil {
			return err
		}
	}
	for moves := range slices.Chunk(inOrder(s.moves(alike)), syncChunk) {
		if err := s.takeOver(ctx, moves, renamed); err != nil {
			return err
		}
		var left []string
		for _, m := range moves {
			if _, ok := s.gone[m.from]; ok && m.last && m.file.fate == renamed {
				left = append(left, m.from)
				delete(s.gone, m.from)
			}
		}
		if err := s.p.removeListed(ctx, left); err != nil {
			return err
		}
	}
	return nil
}

// touch is done with those files that are what their entry was made of.
func (s *syncing) touch(ctx context.Context, files []*syncFile) error {
	var again []move
	for _, f := range files {
		if f.fate != waiting || f.is == "" || f.is != f.was {
			continue
		}
		if f.meta[MetaFile] == f.stamp.String() && !s.lacksLook(f.meta) {
			f.fate = touched
			s.a.report(f.id, nil)
			continue
		}
		again = append(again, move{file: f, from: f.id})
	}
	return s.takeOver(ctx, again, touched)
}

// move is a file that takes over an entry.
type move struct {
	file *syncFile
	from string // the ID of that entry
	last bool   // nobody after it takes the same
	hold bool   // the entry that it replaces is taken over later
}

// moves returns the files that are what an entry was made of that is to go or to
// change, and no entry that stays.
func (s *syncing) moves(files []*syncFile) []move {
	from := map[string]string{}
	for _, f := range slices.Backward(s.work) {
		if f.fate == waiting && f.was != "" {
			from[f.was] = f.id
		}
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.gone))) {
		if was := s.gone[id]; was != "" {
			from[was] = id // rather than one that would be there still
		}
	}
	var moves []move
	for _, f := range files {
		id, ok := from[f.is]
		if f.fate == waiting && f.is != "" && ok && s.known[f.is] == "" {
			moves = append(moves, move{file: f, from: id})
		}
	}
	return moves
}

// inOrder returns moves so that no entry is replaced before the others have
// taken it over: of files that were numbered anew, a.jpg to b.jpg to c.jpg, the
// last goes first. Where files have changed places, one entry is held.
func inOrder(moves []move) []move {
	at := make(map[string]int, len(moves)) // a move by what it replaces
	takers := make(map[string]int, len(moves))
	for i, m := range moves {
		at[m.file.id] = i
		takers[m.from]++
	}
	ordered := make([]move, 0, len(moves))
	placed := make([]bool, len(moves))
	// follow places a move, and then what was waiting for nothing else.
	follow := func(i int) {
		for !placed[i] {
			placed[i] = true
			m := moves[i]
			takers[m.from]--
			m.last = takers[m.from] == 0
			ordered = append(ordered, m)
			next, ok := at[m.from]
			if !ok || takers[m.from] > 0 {
				return
			}
			i = next
		}
	}
	for i, m := range moves {
		if takers[m.file.id] == 0 {
			follow(i)
		}
	}
	for i := range moves { // what is left goes round in circles
		if !placed[i] {
			moves[i].hold = true
			follow(i)
		}
	}
	return ordered
}

// takeOver gives files entries that are in the index, under their own ID, with
// all that these have: vector, caption and metadata. Those whose entry is not
// what it was keep waiting.
func (s *syncing) takeOver(ctx context.Context, moves []move, how fate) error {
	var items []item
	var files []*syncFile
	for _, m := range moves {
		if m.hold {
			it, err := s.get(ctx, m.file.id)
			if err != nil {
				return err
			}
			s.held[m.file.id] = it
		}
		it, err := s.get(ctx, m.from)
		if err != nil {
			return err
		}
		if madeOf(it.image.Meta) != m.file.is {
			delete(s.known, m.file.is)
			continue
		}
		it.image.ID, it.image.Meta = m.file.id, m.file.stamped(it.image.Meta)
		if s.lacksLook(it.image.Meta) {
			if m.file.look == "" {
				m.file.look = m.file.image.look()
			}
			it.image.Meta[MetaLook] = m.file.look
		}
		items, files = append(items, it), append(files, m.file)
	}
	if err := s.p.store(ctx, items); err != nil {
		return err
	}
	for _, f := range files {
		f.fate = how
		s.a.report(f.id, nil)
	}
	return nil
}

// get returns what the indexes have of an image; the zero item where that is
// nothing, or where they have one of before and one of after, since captions are
// stored first and a process may be killed in between.
func (s *syncing) get(ctx context.Context, id string) (item, error) {
	if it, ok := s.held[id]; ok {
		delete(s.held, id)
		return it, nil
	}
	e, err := s.p.cfg.Index.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return item{}, nil
	}
	if err != nil {
		return item{}, err
	}
	it := item{image: Image{ID: id, Caption: e.Caption, Meta: e.Meta}, vector: e.Vector}
	if s.p.cfg.CaptionIndex == nil {
		return it, nil
	}
	c, err := s.p.cfg.CaptionIndex.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound) && strings.TrimSpace(e.Caption) == "":
		return it, nil
	case errors.Is(err, ErrNotFound):
		return item{}, nil
	case err != nil:
		return item{}, err
	case c.Caption != e.Caption || madeOf(c.Meta) != madeOf(e.Meta):
		return item{}, nil
	}
	it.caption = c.Vector
	return it, nil
}
