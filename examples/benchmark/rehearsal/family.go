package rehearsal

import (
	"math/rand/v2"
	"slices"

	"github.com/imagescope/imagescope/internal/scene"
)

// traits are the ways in which the pictures of a family may differ.
type traits uint8

const (
	when      traits = 1 << iota // another time of day
	hue                          // the first things have another colour
	many                         // there are more of the second things
	gone                         // the third things are gone
	elsewhere                    // all of it is at another place
)

// asked are the traits that instructions speak of.
const asked = when | hue | many

// members are the pictures of a family: one to begin with, one that differs from
// it in all that is asked, such as miss it by one thing, or have all of it at
// another place, and two that differ from the first ones in what nobody asks
// for.
var members = []traits{0, asked, hue | many, when | many, when | hue, asked | elsewhere, asked | gone, gone}

// similar is how many members are told apart by what instructions ask for: the
// size of a subset of CIRR.
const similar = 6

// family is a few scenes that are easily taken for one another.
type family []scene.Scene

// families returns n families, the same ones for the same seed. No two scenes
// have the same caption.
func families(seed uint64, n int) []family {
	rng := rand.New(rand.NewPCG(seed, 0xfa111e5))
	taken := map[string]bool{}
	var all []family
	for batch := seed; len(all) < n; batch++ {
		for _, s := range scene.Random(batch, 50*(n+1)) {
			if len(all) == n {
				break
			}
			f, ok := familyOf(rng, s)
			if !ok || slices.ContainsFunc(f, func(s scene.Scene) bool { return taken[s.Caption()] }) {
				continue
			}
			for _, s := range f {
				taken[s.Caption()] = true
			}
			all = append(all, f)
		}
	}
	return all
}

var hues = []scene.Color{scene.Red, scene.Blue, scene.Green, scene.White, scene.Black, scene.Yellow}

// familyOf makes a family of a scene of three items or more, if it has room for
// what is to change.
func familyOf(rng *rand.Rand, s scene.Scene) (family, bool) {
	if len(s.Items) < 3 {
		return nil, false
	}
	s.Items = slices.Clone(s.Items[:3])
	for i := range s.Items {
		s.Items[i].Count = max(s.Items[i].Count, 1)
	}
	s.Items[1].Count = 2
	time := other(rng, s.Time, scene.Day, scene.Sunset, scene.Night)
	color := other(rng, s.Items[0].Color, hues...)
	place := other(rng, s.Place, scene.Meadow, scene.Beach, scene.Mountains, scene.Snow, scene.Harbour, scene.Desert, scene.Street)
	if s.Place == scene.Bedroom {
		place = scene.LivingRoom
	} else if s.Place == scene.LivingRoom {
		place = scene.Bedroom
	}
	var f family
	for _, t := range members {
		m := s
		m.Items = slices.Clone(s.Items)
		if t&when != 0 {
			m.Time = time
		}
		if t&hue != 0 {
			m.Items[0].Color = color
		}
		if t&many != 0 {
			m.Items[1].Count = 3
		}
		if t&gone != 0 {
			m.Items = m.Items[:2]
		}
		if t&elsewhere != 0 {
			m.Place = place
		}
		if m.Validate() != nil {
			return nil, false
		}
		f = append(f, m)
	}
	// The first colour has to be told as well.
	return f, s.Items[0].Color != ""
}

func other[T comparable](rng *rand.Rand, not T, from ...T) T {
	for {
		if v := from[rng.IntN(len(from))]; v != not {
			return v
		}
	}
}
