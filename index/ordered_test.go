package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestOrdered compares ordered with a plain list, which grows and shrinks.
func TestOrdered(t *testing.T) {
	for _, values := range []int{1, 3, 200, 1 << 30} {
		t.Run(fmt.Sprint(values, " values"), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(values)))
			type pair struct {
				v    int
				slot uint32
			}
			var list []pair
			var o ordered[int]
			free := func(r *rand.Rand) uint32 {
				for {
					slot := r.Uint32N(10_000)
					if !slices.ContainsFunc(list, func(p pair) bool { return p.slot == slot }) {
						return slot
					}
				}
			}
			for step := range 6000 {
				if grow := step < 3000; len(list) > 0 && r.IntN(10) < 3 != grow {
					i := r.IntN(len(list))
					o.remove(list[i].v, list[i].slot)
					list = slices.Delete(list, i, i+1)
				} else {
					p := pair{r.IntN(values), free(r)}
					list = append(list, p)
					o.insert(p.v, p.slot)
				}
				if step%50 > 0 {
					continue
				}
				low, high := r.IntN(values), r.IntN(values)
				slots := uint32(0)
				for _, p := range list {
					slots = max(slots, p.slot+1)
				}
				want, got := set(nil).resized(int(slots)), set(nil).resized(int(slots))
				for _, p := range list {
					if p.v >= low && p.v <= high {
						want.add(p.slot)
					}
				}
				found := o.span(func(v int) bool { return v >= low }, func(v int) bool { return v > high })
				got.fill(found)
				if d := gocmp.Diff(want, got); d != "" {
					t.Fatalf("step %d, from %d to %d: want is -, got is +\n%s", step, low, high, d)
				}
				if found.count > len(list)/2 {
					t.Fatalf("step %d, from %d to %d: a list of %d, where there are %d in all", step, low, high, found.count, len(list))
				}
				if most := 4*len(list)/blockSlots + 2; len(o.blocks) > most {
					t.Fatalf("%d blocks for %d slots, want %d at most", len(o.blocks), len(list), most)
				}
			}
			for _, p := range list {
				o.remove(p.v, p.slot)
			}
			if len(o.blocks) > 0 {
				t.Errorf("%d blocks are left of nothing", len(o.blocks))
			}
		})
	}
}
