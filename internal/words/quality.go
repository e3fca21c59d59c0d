package words

import "strings"

// IsColour reports whether a lower-case word names a colour.
func IsColour(word string) bool { return colours[word] != "" }

// Quality returns the word that stands for all that say the same of a thing:
// "grey" and "gray", "big" and "large", "bigger" too.
func Quality(word string) string {
	word, known := listedQuality(word)
	if known {
		return word
	}
	return Stem(word)
}

// SameQuality reports whether two words have one [Quality]. It stems only what
// may have one stem, which begins with the letter that the words begin with.
func SameQuality(a, b string) bool {
	if a == b {
		return true
	}
	a, aKnown := listedQuality(a)
	b, bKnown := listedQuality(b)
	if a == b || a == "" || b == "" || a[0] != b[0] {
		return a == b
	}
	if !aKnown {
		a = Stem(a)
	}
	if !bKnown {
		b = Stem(b)
	}
	return a == b
}

// listedQuality returns the word that the tables have for a quality, and
// whether they have one; else the word, a comparative as its plain form.
func listedQuality(word string) (listed string, known bool) {
	word, _ = Positive(word)
	if c := colours[word]; c != "" {
		return c, true
	}
	if q := alike[word]; q != "" {
		return q, true
	}
	return word, false
}

// colours holds a line for each colour: the name that stands for it, and
// others.
var colours = groups(`
	black
	white
	gray grey greyish grayish charcoal
	red reddish
	orange
	yellow yellowish
	green greenish
	blue bluish
	purple violet
	pink pinkish
	brown brownish
	beige cream tan nude
	peach
	coral salmon
	mint
	magenta fuchsia
	gold golden
	silver
	turquoise teal aqua cyan
	navy
	maroon burgundy
	lavender lilac
	khaki
	blond blonde
`)

// alike holds lines of words for the same quality.
var alike = groups(`
	large big huge giant enormous
	small little tiny
	bright brightly light-filled well-lit
	dark dim
	wood wooden
	metal metallic
	colorful colourful multicolored multicoloured
	old elderly aged
	sleeping asleep
	lying laying
	snowy snow-covered
`)

// AreOpposite reports whether a thing that has one quality cannot have the
// other: two colours, or such as "big" and "small".
func AreOpposite(a, b string) bool {
	ca, cb := colours[a], colours[b]
	if ca != "" && cb != "" {
		return ca != cb
	}
	a, b = Quality(a), Quality(b)
	return opposites[a] != "" && opposites[a] != a+"="+b && (opposites[a] == b || opposites[b] == a)
}

// opposites pairs qualities, both ways.
var opposites = func() map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(`
		large small
		long short
		tall short
		bright dark
		light dark
		open closed
		full empty
		old young
		clean dirty
		wet dry
		thick thin
		wide narrow
		wood metal
		plain patterned
		shiny matte
		sleeping awake
		standing lying
		sitting standing
		loose tight
	`) {
		if f := strings.Fields(line); len(f) == 2 {
			a, b := Quality(f[0]), Quality(f[1])
			m[a] = b
			if m[b] == "" {
				m[b] = a
			}
		}
	}
	return m
}()

// Positive returns the plain form of a comparative or superlative: "bigger" →
// "big", "darkest" → "dark". ok is false for any other word.
func Positive(word string) (base string, ok bool) {
	if base := degrees[word]; base != "" {
		return base, true
	}
	for _, ending := range []string{"ier", "iest"} { // "sexier"
		if stem, ok := strings.CutSuffix(word, ending); ok && len(stem) > 2 && !likeComparative[word] {
			return stem + "y", true
		}
	}
	return word, false
}

// IsComparative reports whether a lower-case word compares by its form:
// "bigger", not "biggest".
func IsComparative(word string) bool {
	_, ok := Positive(word)
	return ok && strings.HasSuffix(word, "er")
}

var likeComparative = set(`soldier carrier barrier terrier courier collier frontier cashier chandelier furrier premier`)

// degrees leads from comparatives and superlatives of [adjectives] to them.
var degrees = func() map[string]string {
	m := map[string]string{"better": "good", "farther": "far", "further": "far", "older": "old", "elder": "old"}
	for _, table := range []map[string]bool{adjectives, set("black white red green blue pink brown")} {
		for w := range table {
			for _, stem := range degreeStems(w) {
				m[stem+"er"], m[stem+"est"] = w, w
			}
		}
	}
	for _, w := range []string{"flower", "cover", "leather", "other", "another", "rather", "forest", "cooler", "drawer"} {
		delete(m, w)
	}
	return m
}()

// degreeStems returns what -er may be added to.
func degreeStems(w string) []string {
	last := len(w) - 1
	switch {
	case len(w) < 3 || len(w) > 8:
		return nil
	case w[last] == 'e':
		return []string{w[:last]}
	case w[last] == 'y' && !isVowel(w[last-1]):
		return []string{w[:last] + "i"}
	case !isVowel(w[last]) && isVowel(w[last-1]) && !isVowel(w[last-2]) && w[last] != 'w' && w[last] != 'y':
		return []string{w + w[last:], w}
	}
	return []string{w}
}

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// IsAdjective reports whether a lower-case word says how something is: a
// colour, a size, a state, or the comparative of one.
func IsAdjective(word string) bool {
	if adjectives[word] || IsColour(word) || strings.HasSuffix(word, "less") && len(word) > 5 {
		return true
	}
	if _, ok := Positive(word); ok {
		return true
	}
	if head, tail, ok := strings.Cut(word, "-"); ok && head != "" {
		return IsColour(tail) || strings.HasSuffix(tail, "ed") || adjectives[tail] && tail != "top"
	}
	return false
}

var adjectives = set(`
	big large huge giant enormous small little tiny tall short long wide narrow thick thin fat skinny slim broad deep
	bright dark dim light pale vivid colorful colourful vibrant monochrome plain solid patterned striped floral checkered plaid
	spotted dotted polka-dotted metallic shiny matte sheer transparent glossy sparkly
	old young new modern vintage antique ancient elderly rustic
	round square rectangular oval circular flat curved straight
	open closed shut empty full half-empty crowded busy
	clean dirty messy tidy cluttered neat muddy dusty rusty
	wet dry frozen icy hot cold warm cool
	wooden metal plastic leather
	sunny cloudy rainy snowy foggy misty stormy windy overcast clear
	happy sad angry calm serious playful
	loose tight fitted baggy flowing flowy casual formal elegant fancy simple revealing modest feminine masculine conservative
	sleeveless strapless backless sleeved collared hooded ruffled lacy
	soft hard rough smooth furry fluffy hairy curly bald
	beautiful pretty cute ugly nice good bad cheap
	high low near far close distant alone awake asleep alive dead
	grassy rocky sandy wooded leafy
	urban rural
	visible similar identical different same
	fast slow strong weak heavy fresh ripe raw cooked baked
	bold subtle bland solid-colored
	wild tame
`)

// LooksLikeAdjective reports whether a word that is in no table may say how
// something is, by its ending: "frilly", "animated", "stylish".
func LooksLikeAdjective(word string) bool {
	for _, ending := range []string{"y", "ed", "ful", "ish", "ive", "ous", "ic", "able", "al", "ent", "ant", "ing"} {
		if strings.HasSuffix(word, ending) && len(word) > len(ending)+2 {
			return true
		}
	}
	return IsAdjective(word)
}

// IsAbstract reports whether a noun in the singular names no thing that can be
// seen, but a property of one: "colour", "shape", "angle".
func IsAbstract(noun string) bool { return abstract[noun] }

var abstract = set(`color colour shade tone shape size style number amount quantity angle breed position pose posture distance orientation
	perspective kind type design length way lighting role setting environment`)
