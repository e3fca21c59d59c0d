package words

import "strings"

// Singular returns the singular of a lower-case noun, and whether the noun was
// a plural.
func Singular(noun string) (one string, plural bool) {
	if one := irregular[noun]; one != "" {
		return one, true
	}
	if onlySingular[noun] || len(noun) < 4 && noun != "tvs" {
		return noun, false
	}
	if strings.HasSuffix(noun, "ouses") { // "lighthouses", unlike "buses"
		return noun[:len(noun)-1], true
	}
	for _, ending := range []struct{ many, one string }{
		{"ies", "y"}, {"sses", "ss"}, {"shes", "sh"}, {"ches", "ch"}, {"xes", "x"}, {"zzes", "zz"}, {"oes", "o"}, {"uses", "us"},
	} {
		if stem, ok := strings.CutSuffix(noun, ending.many); ok && len(stem) > 1 {
			return stem + ending.one, true
		}
	}
	if strings.HasSuffix(noun, "s") && !strings.HasSuffix(noun, "ss") && !strings.HasSuffix(noun, "us") && !strings.HasSuffix(noun, "is") {
		return noun[:len(noun)-1], true
	}
	return noun, false
}

// Plural returns the plural of a lower-case noun in the singular.
func Plural(noun string) string {
	if many := irregularPlural[noun]; many != "" {
		return many
	}
	last := len(noun) - 1
	switch {
	case last < 1 || onlySingular[noun] && strings.HasSuffix(noun, "s"):
		return noun
	case noun[last] == 'y' && !isVowel(noun[last-1]):
		return noun[:last] + "ies"
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	}
	return noun + "s"
}

// irregular leads from plurals to singulars.
var irregular = func() map[string]string {
	m := make(map[string]string)
	for _, pair := range strings.Fields(plurals) {
		one, many, _ := strings.Cut(pair, "/")
		if one != many {
			m[many] = one
		}
	}
	return m
}()

var irregularPlural = func() map[string]string {
	m := make(map[string]string)
	for _, pair := range strings.Fields(plurals) {
		one, many, _ := strings.Cut(pair, "/")
		if m[one] == "" {
			m[one] = many
		}
	}
	return m
}()

// plurals are those that no rule makes, and those that a rule would unmake
// wrongly.
const plurals = `person/people person/persons man/men woman/women child/children foot/feet tooth/teeth goose/geese mouse/mice
	wolf/wolves calf/calves leaf/leaves knife/knives shelf/shelves bookshelf/bookshelves loaf/loaves half/halves scarf/scarves
	wife/wives life/lives cactus/cacti snowman/snowmen policeman/policemen fireman/firemen fisherman/fishermen
	sheep/sheep deer/deer fish/fish aircraft/aircraft moose/moose bison/bison
	bus/buses bus/busses lens/lenses house/houses horse/horses nose/noses vase/vases rose/roses case/cases suitcase/suitcases
	bookcase/bookcases purse/purses nurse/nurses mouse/mouses blouse/blouses cheese/cheeses base/bases shoe/shoes toe/toes
	canoe/canoes hoe/hoes movie/movies cookie/cookies tie/ties pie/pies selfie/selfies hoodie/hoodies zombie/zombies
	brownie/brownies smoothie/smoothies zookeeper/zookeepers axe/axes bruise/bruises`

// onlySingular are nouns that end like a plural.
var onlySingular = set(`glass grass dress bus gas lens canvas christmas tennis cactus octopus bass class cross mattress
	glasses sunglasses scissors jeans pants shorts trousers clothes binoculars pajamas leggings series species chess moss
	brass boss octopus virus campus mess kiss iris trellis chassis`)

// Names reports whether the noun general, in the singular, is a fair word for
// what the noun special names: the same thing, another word for it, or a kind
// of it ("animal" for "dog").
func Names(general, special string) bool {
	if general == special || alikeStart(general, special) && Stem(general) == Stem(special) {
		return true
	}
	if s := synonyms[special]; s != "" {
		special = s
	}
	if s := synonyms[general]; s != "" {
		general = s
	}
	if general == special {
		return true
	}
	for up := range strings.FieldsSeq(kinds[special]) {
		if Names(general, up) {
			return true
		}
	}
	return false
}

// alikeStart saves most stemming: words with one stem begin alike.
func alikeStart(a, b string) bool {
	return len(a) > 2 && len(b) > 2 && a[:3] == b[:3]
}

// synonyms holds lines of nouns for the same thing.
var synonyms = groups(`
	person somebody someone anyone anybody human individual
	child kid toddler
	baby infant
	man guy gentleman
	woman lady
	photo picture image photograph pic
	bicycle bike
	motorcycle motorbike
	airplane plane aeroplane jet
	car automobile sedan
	television tv
	sofa couch
	umbrella parasol
	boat sailboat ship
	bookshelf bookcase
	campfire bonfire fire
	phone cellphone smartphone telephone
	refrigerator fridge
	ocean sea
	road street
	harbour harbor port
	puppy pup
	kitten kitty
	cup mug
	donut doughnut
	laptop notebook
	trousers pants
	rabbit bunny
	bag handbag purse
	picture-frame frame
	coat jacket
	lens objective
`)

// kinds leads from things to what they are a kind of.
var kinds = func() map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(`
		person: man woman child baby boy girl player skier surfer rider skateboarder snowboarder batter pitcher driver chef policeman fireman soldier bride groom teenager adult pedestrian
		child: boy girl
		animal: dog cat bird duck rabbit sheep horse cow elephant zebra giraffe bear monkey goat pig wolf fox lion tiger deer fish goose chicken penguin gorilla panda kitten puppy squirrel
		dog: puppy
		cat: kitten
		bird: duck goose chicken penguin pigeon seagull owl parrot eagle swan
		vehicle: car bus truck van motorcycle taxi train tractor
		tree: fir palm pine oak
		food: pizza sandwich cake bread fruit donut burger salad soup pasta
		fruit: apple banana orange strawberry lemon
		room: bedroom bathroom kitchen office classroom
		furniture: chair table sofa bed bookshelf desk cabinet
	`) {
		up, list, _ := strings.Cut(line, ":")
		for w := range strings.FieldsSeq(list) {
			m[w] = strings.TrimSpace(m[w] + " " + strings.TrimSpace(up))
		}
	}
	return m
}()
