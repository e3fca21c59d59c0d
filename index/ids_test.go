package index

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// idModel is what ids should hold: by slot, and by ID.
type idModel struct {
	bySlot []string
	slots  map[string]uint32
}

func checkIDs(t *testing.T, d *ids, want idModel) {
	t.Helper()
	if d.count != len(want.slots) || d.size != len(want.bySlot) {
		t.Fatalf("%d IDs of %d slots, want %d of %d", d.count, d.size, len(want.slots), len(want.bySlot))
	}
	for slot, id := range want.bySlot {
		if got := d.at(uint32(slot)); got != id {
			t.Fatalf("slot %d has ID %.40q, want %.40q", slot, got, id)
		}
	}
	for id, slot := range want.slots {
		if got, ok := d.find(id); !ok || got != slot {
			t.Fatalf("%.40q is in slot %d (%v), want %d", id, got, ok, slot)
		}
	}
}

// FuzzIDs puts, removes and resizes as the bytes say, in ids and in a model of
// them.
func FuzzIDs(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x00\x01\x02\x03"))
	r := rand.New(rand.NewPCG(1, 1))
	for range 4 {
		steps := make([]byte, 2000)
		for i := range steps {
			steps[i] = byte(r.Uint32())
		}
		f.Add(steps)
	}
	f.Fuzz(func(t *testing.T, steps []byte) {
		if len(steps) > 4000 {
			return
		}
		var d ids
		m := idModel{slots: map[string]uint32{}}
		for i := 0; i+2 < len(steps); i += 3 {
			slot := uint32(steps[i])
			for len(m.bySlot) <= int(slot) {
				m.bySlot = append(m.bySlot, "")
				d.resize(len(m.bySlot))
			}
			if old := m.bySlot[slot]; old != "" {
				if removed := d.remove(slot); removed != old {
					t.Fatalf("remove of slot %d: %q, want %q", slot, removed, old)
				}
				delete(m.slots, old)
				m.bySlot[slot] = ""
			}
			// Few different IDs, some of them long, some so long that their
			// length takes more bytes.
			id := strings.Repeat(strconv.Itoa(int(steps[i+1]%64)), 1+int(steps[i+2]%8)*int(steps[i+2]/64)*40)
			if _, taken := m.slots[id]; taken || steps[i+2]%5 == 0 {
				continue
			}
			d.put(slot, id)
			m.bySlot[slot], m.slots[id] = id, slot
		}
		checkIDs(t, &d, m)
		for _, absent := range []string{"", "absent"} {
			if slot, ok := d.find(absent); ok {
				t.Errorf("%q is in slot %d", absent, slot)
			}
		}
		for slot := len(m.bySlot) - 1; slot >= 0; slot-- {
			if id := d.remove(uint32(slot)); id != m.bySlot[slot] {
				t.Fatalf("remove of slot %d: %q, want %q", slot, id, m.bySlot[slot])
			}
			delete(m.slots, m.bySlot[slot])
			d.resize(slot)
		}
		checkIDs(t, &d, idModel{slots: m.slots})
	})
}

// TestHugeID has a length that takes three bytes.
func TestHugeID(t *testing.T) {
	var d ids
	d.resize(40)
	long := strings.Repeat("long", 20_000)
	d.put(33, "before")
	d.put(34, long)
	d.put(35, "behind")
	checkIDs(t, &d, idModel{
		bySlot: append(append(make([]string, 33), "before", long, "behind"), make([]string, 4)...),
		slots:  map[string]uint32{"before": 33, long: 34, "behind": 35},
	})
}
