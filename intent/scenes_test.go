package intent_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/intent"
	"github.com/imagescope/imagescope/internal/scene"
	"github.com/imagescope/imagescope/internal/words"
	"github.com/imagescope/imagescope/verify"
)

// TestRulesEditScenes asks for one change to each of many scenes, in the ways
// that people ask. It compares the fullest description with the caption of the
// scene that is so changed, and sees whether the propositions that
// verify.Captions makes of the edits hold there and not before.
func TestRulesEditScenes(t *testing.T) {
	type tally struct{ asked, exact, hold, tell int }
	tallies := map[string]*tally{}
	for i, s := range scene.Random(7, 100) {
		for k, e := range sceneEdits(s) {
			if e.after.Validate() != nil {
				continue
			}
			n := tallies[e.kind]
			if n == nil {
				n = new(tally)
				tallies[e.kind] = n
			}
			n.asked++
			q := imagescope.Change(imagescope.Image{ID: "1", Caption: s.Caption()}, e.ways[(i+k)%len(e.ways)])
			in, err := intent.Rules{}.Interpret(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if got := in.Descriptions[len(in.Descriptions)-1]; sameWords(got, e.after.Caption()) {
				n.exact++
			} else {
				t.Logf("%s\n  %s\n  got  %s\n  want %s", s.Caption(), q.Text, got, e.after.Caption())
			}
			props, err := verify.Captions{}.Propose(t.Context(), q, in)
			if err != nil {
				t.Fatal(err)
			}
			if holds(e.after, props) {
				n.hold++
			}
			if holds(e.after, props) && !holds(s, props) {
				n.tell++
			} else {
				t.Logf("%s\n  %s\n  does not tell it from %s\n  %v", s.Caption(), q.Text, e.after.Caption(), props)
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[kind]
		share := func(part int) float64 { return 100 * float64(part) / float64(n.asked) }
		t.Logf("%-8s %4d asked: %5.1f %% described in the words of the changed scene's caption, %5.1f %% with propositions that hold there, %5.1f %% only there",
			kind, n.asked, share(n.exact), share(n.hold), share(n.tell))
		if share(n.exact) < 95 || share(n.tell) < 95 {
			t.Errorf("%s: %.1f %% are described, %.1f %% told apart, want 95", kind, share(n.exact), share(n.tell))
		}
	}
}

// holds reports whether all propositions of which something is known are true
// of a scene, and there are some.
func holds(s scene.Scene, props []imagescope.Proposition) bool {
	for _, p := range props {
		if yes, known := s.Answer(p.Question); known && yes != p.Want {
			return false
		}
	}
	return len(props) > 0
}

// changedScenes returns a gallery of n random scenes and of these with one
// change each, told by captions that are their IDs, and of every few changes
// the change and the scene before.
func changedScenes(n, every int) (images []imagescope.Image, edits []sceneEdit, before []scene.Scene) {
	ids := map[string]bool{}
	take := func(s scene.Scene) {
		if caption := s.Caption(); !ids[caption] {
			ids[caption] = true
			images = append(images, imagescope.Image{ID: caption, Caption: caption})
		}
	}
	for i, s := range scene.Random(21, n) {
		take(s)
		for k, e := range sceneEdits(s) {
			if e.after.Validate() != nil {
				continue
			}
			take(e.after)
			if (i+k)%every == 0 {
				edits, before = append(edits, e), append(before, s)
			}
		}
	}
	return images, edits, before
}

// sceneEdit is a change to a scene, in words and made.
type sceneEdit struct {
	kind  string
	ways  []string // the instruction, in other words each
	after scene.Scene
}

// sceneEdits returns changes that can be asked of a scene.
func sceneEdits(s scene.Scene) []sceneEdit {
	var edits []sceneEdit
	add := func(kind, ways, thing, value string, change func(*scene.Scene)) {
		after := s
		after.Items = slices.Clone(s.Items)
		change(&after)
		ways = strings.NewReplacer("THING", thing, "VALUE", value).Replace(ways)
		edits = append(edits, sceneEdit{kind, strings.Split(ways, "; "), after})
	}
	for _, to := range []scene.Time{scene.Day, scene.Sunset, scene.Night} {
		if to != s.Time {
			add("time", "make it VALUE; it should be VALUE; change it to VALUE; the same, but at VALUE", "", string(to), func(s *scene.Scene) { s.Time = to })
		}
	}
	for i, it := range s.Items {
		if it.Kind == scene.Person || slices.ContainsFunc(s.Items, func(o scene.Item) bool { return o.Kind == it.Kind && o != it }) {
			continue
		}
		one := string(it.Kind)
		many, name := words.Plural(one), one
		if it.Count > 1 {
			name = many
		}
		for _, to := range []scene.Color{scene.Red, scene.Green} {
			if it.Color != "" && to != it.Color {
				add("colour", "make the THING VALUE; the THING should be VALUE; change the THING to VALUE; paint the THING VALUE; change the colour of the THING to VALUE",
					name, string(to), func(s *scene.Scene) { s.Items[i].Color = to })
			}
		}
		n := it.Count%3 + 2
		add("number", "show VALUE THING; VALUE THING; change the number of THING to VALUE; there should be VALUE THING", many, words.Spell(n),
			func(s *scene.Scene) { s.Items[i].Count = n })
		if len(s.Items) > 1 {
			be := map[bool]string{false: "is", true: "are"}[it.Count > 1]
			add("removal", "remove the THING; take the THING away; without the THING; no THING; the THING VALUE gone; get rid of the THING",
				name, be, func(s *scene.Scene) { s.Items = slices.Delete(s.Items, i, i+1) })
		}
	}
	if !slices.ContainsFunc(s.Items, func(o scene.Item) bool { return o.Kind == scene.Dog }) {
		add("addition", "add THING; with THING; and THING; there should be THING; it should have THING; please add THING too", "a black dog", "",
			func(s *scene.Scene) {
				s.Items = append(s.Items, scene.Item{Kind: scene.Dog, Color: scene.Black, Count: 1})
			})
	}
	return edits
}

// sameWords reports whether two texts have the same words that carry meaning.
func sameWords(a, b string) bool {
	carrying := func(text string) []string {
		var all []string
		for _, w := range words.Split(text) {
			if !words.IsStop(w) {
				all = append(all, words.Stem(w))
			}
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(carrying(a), carrying(b))
}
