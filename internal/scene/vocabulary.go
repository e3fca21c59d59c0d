package scene

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// meaning is what a word in a question contributes: one of the fields.
type meaning struct {
	kinds  []Kind
	color  Color
	number int
	side   Side
	holds  func(Scene) bool // something about place, time or weather
	role   role
}

type role uint8

const (
	holdsTogether role = iota // "is", "there", "the"
	atLeast
	joins
	relates // "on", "of"
	worn    // "coat"
	picture // "photo", as in "in the photo"
)

// vocabulary holds all that questions may consist of, in lower case, several
// words joined by spaces.
var vocabulary = func() map[string]meaning {
	v := map[string]meaning{
		"at least": {role: atLeast},
		"and":      {role: joins},
		"left":     {side: Left}, "right": {side: Right},
		"single": {number: 1}, "grey": {color: Gray},
	}
	add := func(m meaning, words string) {
		for _, w := range strings.Fields(words) {
			v[w] = m
		}
	}
	add(meaning{}, "is it are there the this that these those a an any some with to it's does do can you see "+
		"show shows shown visible contain contains have has only exactly just wearing taken standing time hand side")
	add(meaning{role: relates}, "in on of by at")
	add(meaning{role: picture}, "image picture photo scene background")
	add(meaning{role: worn}, "coat coats jacket jackets")
	addKinds(v)
	addMoments(v)
	for _, p := range places {
		for _, f := range p.features {
			m := meaning{holds: func(s Scene) bool { return slices.Contains(places[s.Place].features, f) }}
			v[f], v[f+"s"] = m, m
		}
	}
	for c := range colors {
		v[string(c)] = meaning{color: c}
	}
	for n := 1; n <= MaxCount; n++ {
		v[numbers[n]] = meaning{number: n}
		v[strconv.Itoa(n)] = meaning{number: n}
	}
	return v
}()

// synonyms are other words for kinds, and words for several kinds at once. A
// fir is a tree, a hot-air balloon is a balloon.
var synonyms = map[string][]Kind{
	"tree trees":                         {Tree, FirTree, PalmTree},
	"balloon balloons":                   {Balloon, HotAir},
	"fir firs":                           {FirTree},
	"palm palms":                         {PalmTree},
	"animal animals":                     {Bird, Cat, Dog, Duck, Rabbit, Sheep},
	"vehicle vehicles":                   {Bus, Car},
	"sailboat sailboats sailing ship":    {Boat},
	"bike bikes":                         {Bicycle},
	"couch couches":                      {Sofa},
	"parasol parasols":                   {Umbrella},
	"somebody someone anyone man woman":  {Person},
	"persons child":                      {Person},
	"puppy puppies":                      {Dog},
	"kitten kittens":                     {Cat},
	"bookcase bookcases shelf bookshelf": {Bookshelf},
	"fire bonfire":                       {Campfire},
}

func addKinds(v map[string]meaning) {
	for name, k := range kinds {
		for _, word := range []string{k.one, k.many} {
			v[strings.Join(split(word), " ")] = meaning{kinds: []Kind{name}}
		}
	}
	for words, ks := range synonyms {
		for _, w := range strings.Fields(words) {
			v[w] = meaning{kinds: ks}
		}
	}
}

// addMoments adds the words for times and weather, and for what they show.
func addMoments(v map[string]meaning) {
	at := func(t Time) func(Scene) bool { return func(s Scene) bool { return s.Time == t } }
	is := func(w Weather) func(Scene) bool { return func(s Scene) bool { return s.Weather == w } }
	starry := func(s Scene) bool { return s.Time == Night && s.Weather == Fair }
	indoors := func(s Scene) bool { return places[s.Place].indoors }
	words := map[string]func(Scene) bool{
		"day daytime daylight": at(Day),
		"sunset dusk evening":  at(Sunset),
		"night nighttime dark": at(Night),
		"rain raining rainy":   is(Rain),
		"snowing snowfall":     is(Snowing),
		"moon star stars":      starry,
		"outdoors outside":     func(s Scene) bool { return !indoors(s) },
		"indoors":              indoors,
		"sunny":                func(s Scene) bool { return s.Time == Day && s.Weather == Fair && !indoors(s) },
		"sun":                  func(s Scene) bool { return s.Time != Night && s.Weather == Fair && (s.Time == Sunset || !indoors(s)) },
	}
	for _, key := range slices.Sorted(maps.Keys(words)) {
		for _, w := range strings.Fields(key) {
			v[w] = meaning{holds: words[key]}
		}
	}
	v["falling snow"] = meaning{holds: is(Snowing)}
	v["living room"] = meaning{holds: func(s Scene) bool { return s.Place == LivingRoom }}
}
