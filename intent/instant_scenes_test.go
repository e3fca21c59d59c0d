package intent_test

import (
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/index"
	"github.com/imagescope/imagescope/intent"
)

// TestInstantTextWeight searches for changed scenes by instant answers alone,
// and prints how many come first and within the first ten for each weight of
// the text, with the words read and not. The default must be near the best.
func TestInstantTextWeight(t *testing.T) {
	images, edits, before := changedScenes(*scenes, 4)
	for _, composer := range []imagescope.Composer{nil, intent.Rules{}} {
		ix := new(index.Flat)
		find := func(a *float64) (first, ten float64) {
			p, err := imagescope.New(imagescope.Config{
				Embedder: embed.Words{}, Index: ix, Instant: &imagescope.Instant{TextWeight: a, Composer: composer},
			})
			if err != nil {
				t.Fatal(err)
			}
			if a == nil {
				if err := p.Add(t.Context(), images...); err != nil {
					t.Fatal(err)
				}
			}
			for i, e := range edits {
				q := imagescope.Change(imagescope.Image{ID: before[i].Caption()}, e.ways[i%len(e.ways)])
				for r, err := range p.Stages(t.Context(), q) {
					if err != nil {
						t.Fatal(err)
					}
					switch placeOf(r, e.after.Caption()) {
					case 0:
					case 1:
						first, ten = first+1, ten+1
					default:
						ten++
					}
					break
				}
			}
			n := float64(len(edits))
			return 100 * first / n, 100 * ten / n
		}
		first, ten := find(nil)
		var best, bestTen float64
		for tenths := 1; tenths < 10; tenths += 2 {
			a := float64(tenths) / 10
			one, among := find(&a)
			best, bestTen = max(best, one), max(bestTen, among)
			t.Logf("words read: %-5v weight %.1f: R@1 %5.1f %%, R@10 %5.1f %%", composer != nil, a, one, among)
		}
		t.Logf("words read: %-5v default   : R@1 %5.1f %%, R@10 %5.1f %% of %d changes, %d images", composer != nil, first, ten, len(edits), len(images))
		if first < best-5 || ten < bestTen-2 {
			t.Errorf("words read: %v: the default finds %.1f %% first and %.1f %% within ten, the best weight %.1f %% and %.1f %%", composer != nil, first, ten, best, bestTen)
		}
	}
}

// placeOf returns the place of an image among the first ten, 0 if it is not.
func placeOf(r imagescope.Result, id string) int {
	for i, c := range r.Candidates[:min(10, len(r.Candidates))] {
		if c.Image.ID == id {
			return i + 1
		}
	}
	return 0
}
