package scene

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Random returns n scenes, no two with the same caption, the same ones for the
// same seed. There are many millions to choose from; all pass Validate. n
// below 1 gives none.
func Random(seed uint64, n int) []Scene {
	rng := rand.New(rand.NewPCG(seed, 0x5cee))
	seen := map[string]bool{}
	var out []Scene
	for len(out) < n {
		s := random(rng)
		if c := s.Caption(); !seen[c] {
			seen[c] = true
			out = append(out, s)
		}
	}
	return out
}

// The choices of random, in an order that does not change.
var (
	allPlaces = slices.Sorted(maps.Keys(places))
	allKinds  = slices.Sorted(maps.Keys(kinds))
	allColors = slices.Sorted(maps.Keys(colors))
)

// fur is the colours of what has some.
var fur = []Color{Black, Brown, Gray, Orange, White}

var furry = []Kind{Cat, Dog, Rabbit, Sheep}

// home is where things belong that would be odd elsewhere.
var home = map[Kind][]Place{
	Cactus:   {Desert},
	FirTree:  {Meadow, Mountains, Snow},
	PalmTree: {Beach, Desert, Harbour},
	Snowman:  {Snow},
	Tree:     {Harbour, Meadow, Mountains, Street},
}

// random returns a scene of at most four items.
func random(rng *rand.Rand) Scene {
	s := Scene{
		Place: allPlaces[rng.IntN(len(allPlaces))],
		Time:  []Time{Day, Day, Sunset, Night}[rng.IntN(4)],
	}
	place := places[s.Place]
	if !place.indoors && rng.IntN(6) == 0 {
		s.Weather = []Weather{Rain, Snowing}[rng.IntN(2)]
	}
	for range 1 + rng.IntN(4) {
		it := randomItem(rng)
		fits := it.validate(place) == nil && (home[it.Kind] == nil || slices.Contains(home[it.Kind], s.Place))
		if fits && s.count(it.Kind) == 0 && it.Kind != place.fixture {
			s.Items = append(s.Items, it)
		}
	}
	return s
}

func randomItem(rng *rand.Rand) Item {
	it := Item{
		Kind:  allKinds[rng.IntN(len(allKinds))],
		Count: []int{1, 1, 1, 2, 2, 3, 4}[rng.IntN(7)],
		Side:  []Side{Anywhere, Anywhere, Left, Right}[rng.IntN(4)],
	}
	if k := kinds[it.Kind]; !k.plain && rng.IntN(8) > 0 {
		choice := allColors
		if slices.Contains(furry, it.Kind) {
			choice = fur
		}
		it.Color = choice[rng.IntN(len(choice))]
	}
	// Large things in number would be drawn too small to be told apart.
	if kinds[it.Kind].width > 110 {
		it.Count = min(it.Count, 2)
	}
	return it
}
