package rehearsal

import (
	"fmt"
	"slices"

	"github.com/imagescope/imagescope/internal/scene"
)

// cirr writes captions/cap.rc2.val.json and image_splits/split.rc2.val.json, of
// changes that one picture answers. A family without its doubles is a subset.
func cirr(fs []family) (*plan, error) {
	type set struct {
		ID            int      `json:"id"`
		Members       []string `json:"members"`
		ReferenceRank int      `json:"reference_rank"`
		TargetRank    int      `json:"target_rank"`
	}
	type entry struct {
		ID        int                `json:"pairid"`
		Reference string             `json:"reference"`
		Target    string             `json:"target_hard"`
		Soft      map[string]float64 `json:"target_soft"`
		Caption   string             `json:"caption"`
		Set       set                `json:"img_set"`
	}
	p := newPlan()
	name := func(i, k int) string { return fmt.Sprintf("dev-%d-%d-img0", i, k) }
	path := func(name string) string { return "dev/" + name + ".png" }
	split := map[string]string{}
	for i, f := range fs {
		for k, s := range f[:similar] {
			p.show(path(name(i, k)), s)
			split[name(i, k)] = "./" + path(name(i, k))
		}
	}
	entries := []entry{}
	for i, f := range fs {
		s := set{ID: i}
		for k := range similar {
			s.Members = append(s.Members, name(i, k))
		}
		for n, c := range apart {
			said, q := f.tell(c, orders)
			from, to := name(i, c.from), name(i, c.to)
			if right := answers(p.pictures, scene.Named{ID: path(from), Scene: f[c.from]}, q.Propositions); !slices.Equal(right, []string{path(to)}) {
				continue // another family has one too
			}
			p.ask(ask(q, enumerate(said), path(from), path(to)))
			s.ReferenceRank, s.TargetRank = c.from, c.to
			entries = append(entries, entry{
				ID: i*len(apart) + n, Reference: from, Target: to, Soft: map[string]float64{to: 1}, Caption: enumerate(said), Set: s,
			})
		}
	}
	p.json("captions/cap.rc2.val.json", entries)
	p.json("image_splits/split.rc2.val.json", split)
	return p, nil
}
