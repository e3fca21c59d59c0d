package index

import (
	"fmt"
	"testing"
)

// TestConnect follows all links from the entry: they must lead to every entry,
// also with as few links as there can be, of groups of equal vectors, and after
// half of the entries were replaced and a fourth deleted.
func TestConnect(t *testing.T) {
	all := collections(8)
	for _, c := range []collection{all[0], all[3], all[5]} {
		for _, m := range []int{2, 3, 16} {
			for _, n := range []int{20, 300} {
				t.Run(fmt.Sprintf("%s/M %d/%d entries", c.name, m, n), func(t *testing.T) {
					entries := c.entries(n)
					h := built(t, Parameters{M: m, EfConstruction: 20}, entries)
					checkConnected(t, h)
					var gone []string
					for i := range n / 4 {
						entries[2*i] = c.entry(2*i, 2)
						gone = append(gone, entries[4*i+1].ID)
					}
					if err := h.Upsert(t.Context(), entries[:n/2]...); err != nil {
						t.Fatal(err)
					}
					if err := h.Delete(t.Context(), gone...); err != nil {
						t.Fatal(err)
					}
					// Those that are replaced here are enough to be led around.
					for i := range entries {
						entries[i] = c.entry(i, 3)
					}
					if err := h.Upsert(t.Context(), entries...); err != nil {
						t.Fatal(err)
					}
					checkConnected(t, h)
				})
			}
		}
	}
}

func checkConnected(t *testing.T, h *HNSW) {
	t.Helper()
	reached := map[uint32]bool{h.graph.entry: true}
	for queue := []uint32{h.graph.entry}; len(queue) > 0; queue = queue[1:] {
		for _, link := range h.graph.links(queue[0], 0) {
			if !reached[link] {
				reached[link] = true
				queue = append(queue, link)
			}
		}
	}
	for _, slot := range h.table.alive() {
		if !reached[slot] {
			t.Errorf("no links lead to the entry %q in slot %d", h.table.ids.at(slot), slot)
		}
	}
}
