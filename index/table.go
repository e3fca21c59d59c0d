package index

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/imagescope/imagescope"
)

// table holds entries by slot, a small number that stands for an ID. Vectors
// lie apart from the rest, which searches read only for what they return.
type table struct {
	rows    rows[float32]
	ids     ids     // "" where a slot holds no entry
	notes   []note  // none at the slots behind the last that needs one
	live    set     // the slots that hold entries
	columns columns // their metadata, by key and value
}

// note is what is held of an entry beside its vector and ID.
type note struct {
	caption string
	meta    map[string]string
}

// resize sets the number of slots. New ones hold no entry; those that there
// are no more must hold none.
func (t *table) resize(n int) {
	t.ids.resize(n)
	t.notes = t.notes[:min(n, len(t.notes))]
	t.live = t.live.resized(n)
	t.rows.resize(n)
}

// reserve makes room for n more entries with vectors of dim components.
func (t *table) reserve(n, dim int) {
	t.rows.dim = dim
	n += t.ids.size
	t.rows.data, t.ids.places = t.rows.roomy(n), t.ids.roomy(n)
}

// put stores a copy of e in a slot: one in use or the next.
func (t *table) put(slot uint32, e imagescope.Entry) {
	if int(slot) == t.ids.size {
		t.resize(t.ids.size + 1)
	}
	copy(t.rows.at(slot), e.Vector)
	t.describe(slot, e.ID, note{e.Caption, maps.Clone(e.Meta)})
}

// describe says what entry a slot with its vector holds. No other may have the
// same ID.
func (t *table) describe(slot uint32, id string, n note) {
	if t.ids.at(slot) != id {
		t.ids.remove(slot)
		t.ids.put(slot, id)
		t.live.add(slot)
	}
	t.setNote(slot, n)
}

func (t *table) setNote(slot uint32, n note) {
	t.columns.remove(slot, t.note(slot).meta)
	if t.columns == nil && len(n.meta) > 0 {
		t.columns = make(columns)
	}
	t.columns.insert(slot, n.meta)
	if missing := int(slot) + 1 - len(t.notes); missing > 0 {
		if n.caption == "" && n.meta == nil {
			return
		}
		t.notes = append(t.notes, make([]note, missing)...)
	}
	t.notes[slot] = n
}

// note returns what is held of an entry beside its vector and ID.
func (t *table) note(slot uint32) note {
	if int(slot) >= len(t.notes) {
		return note{}
	}
	return t.notes[slot]
}

// vacate has a slot hold no entry.
func (t *table) vacate(slot uint32) {
	t.ids.remove(slot)
	t.live.remove(slot)
	t.setNote(slot, note{})
}

// remove empties a slot and moves the last entry into it.
func (t *table) remove(slot uint32) {
	last := uint32(t.ids.size - 1)
	t.vacate(slot)
	if slot != last {
		copy(t.rows.at(slot), t.rows.at(last))
		id, n := t.ids.at(last), t.note(last)
		t.vacate(last)
		t.describe(slot, id, n)
	}
	t.resize(int(last))
}

// each calls f for the slots of those IDs that there are.
func (t *table) each(ids []string, f func(slot uint32)) {
	for _, id := range ids {
		if slot, ok := t.ids.find(id); ok {
			f(slot)
		}
	}
}

// alive returns the slots that hold entries, ascending.
func (t *table) alive() []uint32 {
	return slices.AppendSeq(make([]uint32, 0, t.ids.count), t.live.all())
}

// get returns a copy of the entry with this ID.
func (t *table) get(ctx context.Context, id string) (imagescope.Entry, error) {
	if err := ctx.Err(); err != nil {
		return imagescope.Entry{}, fmt.Errorf("index: get: %w", err)
	}
	slot, ok := t.ids.find(id)
	if !ok {
		return imagescope.Entry{}, fmt.Errorf("index: get %q: %w", id, imagescope.ErrNotFound)
	}
	n := t.note(slot)
	return imagescope.Entry{ID: id, Vector: slices.Clone(t.rows.at(slot)), Caption: n.caption, Meta: maps.Clone(n.meta)}, nil
}

// match returns what a search says of a hit.
func (t *table) match(h hit) imagescope.Match {
	n := t.note(h.slot)
	return imagescope.Match{ID: t.ids.at(h.slot), Score: h.score, Caption: n.caption, Meta: n.meta}
}
