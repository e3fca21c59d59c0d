package change

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// understand makes a change of the kind of a cue and what its slots stand for.
func understand(kind string, s slots) Change {
	thing := words.Join(s["THING"])
	switch kind {
	case "Count": // "the number of WAS to THING"
		if _, ok := words.Number(thing); ok {
			thing += " " + words.Join(s["WAS"])
		}
		return Change{Kind: Modification, Thing: thing}
	case "Quality":
		return told(s)
	case "Not":
		c := told(s)
		c.Kind = Removal
		return c
	case "Same":
		return Change{Kind: Retention, Thing: "everything"}
	case "Different":
		return Change{Kind: Modification, Thing: words.Join(s["NOUN"]), Quality: "different"}
	case "Is":
		return is(slices.Concat(s["THING"], s["WHERE"]))
	case "Become":
		c := is(s["THING"])
		c.replaceMain()
		return c
	case "Instead":
		return instead(s)
	case "Replace":
		return replacement(s["WAS"], s["THING"])
	case string(Addition):
		return addition(s["THING"])
	}
	return Change{Kind: Kind(kind), Thing: thing}
}

// addition is a thing that must be there. "Two of them" and "a red colour" say
// how the main thing is.
func addition(thing []words.Token) Change {
	ps := phrase.Of(thing).Phrases
	if isQuality(thing) { // "has more black"
		return quality("", thing)
	}
	if n := len(thing); n > 2 && at(thing, n-2) == "of" && at(thing, n-1) == "them" {
		return number(thing[:n-2])
	}
	if len(ps) == 1 && words.IsAbstract(ps[0].Head) && len(ps[0].Mods) > 0 && ps[0].Start == 0 && ps[0].End == len(thing) {
		return quality("", words.Tokens(strings.Join(ps[0].Mods, " ")))
	}
	c := Change{Kind: Addition, Thing: words.Join(thing)}
	if compares(thing) {
		c.Kind = Comparison
	}
	return c
}

// number says how many of the main thing there are.
func number(tokens []words.Token) Change {
	for _, t := range tokens {
		if _, ok := words.Number(t.Word); ok {
			return Change{Kind: Modification, Quality: t.Word}
		}
	}
	return Change{Kind: Comparison, Quality: words.Join(tokens)}
}

// told says how a noun is to be, or what it does, or where it is.
func told(s slots) Change {
	noun := s["NOUN"]
	subject := words.Join(noun)
	if isMain(noun) {
		subject = ""
	}
	how := slices.Concat(s["HOW"], s["DOING"], s["WHERE"], s["REST"])
	if of := at(how, 0) == "of"; of && words.IsAbstract(lastWord(noun)) { // "the colour of the truck …"
		if ps := phrase.Of(how).Phrases; len(ps) > 0 && ps[0].Head != "" && ps[0].End < len(how) {
			subject, how = words.Join(how[ps[0].Start:ps[0].End]), withoutLead(how[ps[0].End:])
			how = slices.DeleteFunc(how, func(t words.Token) bool { return t.Word == "with" || t.Word == "to" })
		}
	}
	ps := phrase.Of(how).Phrases
	switch {
	case len(how) == 0:
		return Change{Kind: Modification, Thing: subject, Told: true}
	case isQuality(how):
		return quality(subject, how)
	case s["REST"] == nil && subject != "" && !isDefinite(noun): // "have two dogs running", "put a ball on the grass"
		return Change{Kind: Addition, Thing: subject + " " + words.Join(how)}
	case subject != "" && namesAnother(ps): // "make the dog a cat"
		return replacement(noun, how)
	case subject == "" && s["REST"] != nil:
		return is(how)
	}
	return Change{Kind: Modification, Thing: subject, Quality: words.Join(how)}
}

func lastWord(tokens []words.Token) string { return at(tokens, len(tokens)-1) }

// namesAnother reports whether what a thing is to be is a thing itself.
func namesAnother(ps []phrase.Phrase) bool {
	return len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != "" && (ps[0].Article != "" || ps[0].Count > 0)
}

// isDefinite reports whether a noun phrase speaks of something that is there.
func isDefinite(noun []words.Token) bool {
	switch at(noun, 0) {
	case "the", "his", "her", "its", "their", "this", "these", "both", "it", "them":
		return true
	}
	return false
}

// instead is what is wanted in the place of WAS. What is wanted may be asked
// for in any way: "make the dog black instead of brown".
func instead(s slots) Change {
	c := one(s["THING"])
	was := s["WAS"]
	if was == nil {
		was = s["NOUN"]
	}
	if c.Quality == "" && c.Kind != Removal && !isQuality(was) && !isMain(was) {
		c.Kind, c.Was, c.Told = Modification, words.Join(was), false
	}
	return c
}

// replacement is WAS giving way to THING.
func replacement(was, thing []words.Token) Change {
	c := Change{Kind: Modification, Thing: words.Join(thing), Was: words.Join(was)}
	first := at(thing, 0)
	switch {
	case thing == nil:
		return Change{Kind: Removal, Thing: c.Was}
	case isQuality(thing):
		return quality(owner(was), thing)
	case first == "be" && len(thing) > 1:
		return Change{Kind: Modification, Thing: owner(was), Quality: words.Join(thing[1:])}
	case words.IsParticiple(first) && words.IsVerb(first):
		return Change{Kind: Modification, Thing: owner(was), Quality: c.Thing}
	case len(was) == 1 && (isPronoun(was[0].Word) || was[0].Word == "them"): // "turn it into a dog"
		c.Was = Main
	case isMain(was):
		c.Was = ""
	}
	return c
}

// replaceMain has the thing that a change makes of "it" take the place of the
// main thing: "make it a dog". A place is only wanted.
func (c *Change) replaceMain() {
	ps := phrase.Read(c.Thing).Phrases
	if c.Kind == Modification && c.Was == "" && c.Quality == "" && namesAnother(ps) && !words.IsPlace(ps[0].Head) {
		c.Was = Main
	}
}

// owner returns the thing that a property is one of: "the truck" of "the
// colour of the truck", "" for the main thing, and else what is given.
func owner(tokens []words.Token) string {
	ps := phrase.Of(tokens).Phrases
	switch {
	case isMain(tokens), len(ps) == 1 && words.IsAbstract(ps[0].Head):
		return ""
	case len(ps) > 1 && words.IsAbstract(ps[0].Head) && ps[1].Link == "of":
		return words.Join(tokens[ps[1].Start:ps[1].End])
	}
	return words.Join(tokens)
}

// is says what the main thing, or the picture, is or does.
func is(tokens []words.Token) Change {
	if isQuality(tokens) {
		return quality("", tokens)
	}
	ps := phrase.Of(tokens).Phrases
	switch {
	case len(ps) == 1 && ps[0].Head == "" && ps[0].Count > 0: // "is only one", "are four"
		return number(tokens)
	case len(ps) == 1 && words.IsAbstract(ps[0].Head) && ps[0].Start == 0:
		return addition(tokens)
	case namesAnother(ps), len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != "" && ps[0].Many:
		c := addition(tokens)
		if c.Kind == Addition {
			c.Kind = Modification
		}
		return c
	}
	return Change{Kind: Modification, Quality: words.Join(tokens)}
}

// quality says how a thing is to be.
func quality(thing string, how []words.Token) Change {
	if n := len(how); n > 2 && how[n-2].Word == "in" { // "white in colour"
		how = how[:n-2]
	}
	for len(how) > 1 && (how[0].Word == "a" || how[0].Word == "in") {
		how = how[1:]
	}
	for len(how) > 1 && colourWords[lastWord(how)] { // "a lighter colour"
		how = how[:len(how)-1]
	}
	c := Change{Kind: Modification, Thing: thing, Quality: words.Join(how)}
	for _, t := range how {
		if words.IsComparative(t.Word) || t.Word == "more" || t.Word == "less" {
			c.Kind = Comparison
		}
	}
	return c
}

var colourWords = map[string]bool{"color": true, "colour": true, "colored": true, "coloured": true, "colors": true, "colours": true}

// isMain reports whether the tokens stand for the main thing or the picture.
func isMain(tokens []words.Token) bool {
	s := strings.TrimPrefix(strings.ToLower(words.Join(tokens)), "the ")
	return mainNames[s]
}

var mainNames = map[string]bool{
	"it": true, "this": true, "that": true, "them": true, "they": true, "these": true, "he": true, "she": true, "image": true, "picture": true,
	"photo": true, "scene": true, "everything": true, "entire content": true, "entire contents": true, "content": true, "item": true,
}
