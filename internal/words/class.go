package words

import "strings"

// IsDeterminer reports whether a lower-case word opens a noun phrase: an
// article, a possessive.
func IsDeterminer(word string) bool {
	return determiners[word] || strings.HasSuffix(word, "'s") && !IsFunction(word)
}

var determiners = set(`a an the this that these those some any another each every both all his her its their my your our no other
	more fewer less most only just exactly`)

// IsPreposition reports whether a lower-case word relates a noun to what is
// before it.
func IsPreposition(word string) bool { return prepositions[word] }

var prepositions = set(`in on at of with without by near under over behind beside besides between above below from to into onto through
	across along around round against inside outside next during for while as like than off up down underneath beneath atop
	toward towards among past about after before within alongside upon amid amidst via per front`)

// IsFunction reports whether a lower-case word stands between noun phrases:
// a pronoun, a conjunction, an auxiliary verb, an adverb of place.
func IsFunction(word string) bool { return function[word] }

var function = set(`it he she they him them i you we us me who whom whose which that what where when how why there here it's he's she's
	there's that's they're i'm don't doesn't isn't aren't
	and or but nor so then also too very really quite slightly almost mostly completely now still instead rather
	is are was were be been being am do does did has have had having can could will would shall should may might must
	not n't if because since until once
	upside out away back together apart forward backward backwards forwards upward upwards downward downwards sideways outdoors indoors
	each-other itself himself herself themselves
	something nothing everything anything nobody none
	what's who's where's how's i'd i've you're we're let's`)

// IsCopula reports whether a lower-case word joins a thing to what it is.
func IsCopula(word string) bool { return copulas[word] }

var copulas = set(`is are was were be being been am looks look seems seem appears appear becomes become turns turned gets`)

// IsVerb reports whether a lower-case word is likely a verb when it follows a
// noun: one that captions use, in any form.
func IsVerb(word string) bool { return verbs[word] }

// Gerund returns the form of a verb that captions tell doings in: "sits" is
// "sitting". ok is false for forms that are no present tense.
func Gerund(verb string) (ing string, ok bool) {
	if IsParticiple(verb) {
		return verb, strings.HasSuffix(verb, "ing")
	}
	ing = gerunds[verb]
	return ing, ing != ""
}

// plainVerbs are the verbs that captions use.
const plainVerbs = `make add remove change turn replace keep
		stir stand sit lay hold ride run walk jump fly eat wear swim drive throw catch hang take show
		play look watch sleep rest lean carry pull push feature contain have include surround cover fill cross reach cook work serve
		brush enjoy float pass perform read face move stare feed stick smoke pet attempt kneel slide race overlook touch bend gather
		write point grow kick pour sell give relax skate shine leap land shake sail fall laugh load share lead reflect
		climb peek approach help fight leave balance bite sniff pick blow clean follow hide herd bake chase listen stop place say lick
		haul chew grab operate speak hug fish paddle lift squat type consist spray roll wipe wash break toss row rub bathe fold slice soar
		wade wave depict see glow enter exit wait pose travel graze park dock attach mount decorate line stack top dress
		sled ski surf skateboard snowboard talk drink smile hike bark crawl dive yawn perch nap creep`

// irregularForms are forms of them that no rule makes.
const irregularForms = `stood sat lay lain laid held rode ran flew ate wore swam drove threw caught hung took shown kept fed led hit cut put set
		lying dying tying lies lie taken given eaten driven ridden worn thrown shown hidden drawn flown written grown gone done seen made built bitten`

// verbs holds all forms, gerunds leads from those of the present tense to the
// one in -ing.
var verbs, gerunds = func() (forms map[string]bool, gerunds map[string]string) {
	forms, gerunds = set(irregularForms), map[string]string{"lie": "lying", "lies": "lying"}
	for w := range strings.FieldsSeq(plainVerbs) {
		all := verbForms(w)
		for _, form := range all {
			forms[form] = true
		}
		gerunds[all[0]], gerunds[all[1]] = all[2], all[2]
	}
	return forms, gerunds
}()

// verbForms returns the forms that the rules make of a verb.
func verbForms(w string) []string {
	last := len(w) - 1
	switch {
	case w[last] == 'e' && w[last-1] != 'e':
		return []string{w, w + "s", w[:last] + "ing", w + "d"}
	case w[last] == 'y' && !isVowel(w[last-1]):
		return []string{w, w[:last] + "ies", w + "ing", w[:last] + "ied"}
	case strings.HasSuffix(w, "s") || strings.HasSuffix(w, "ch") || strings.HasSuffix(w, "sh") || strings.HasSuffix(w, "x"):
		return []string{w, w + "es", w + "ing", w + "ed"}
	case len(w) < 6 && !isVowel(w[last]) && isVowel(w[last-1]) && (last < 2 || !isVowel(w[last-2])) && !strings.ContainsRune("wxy", rune(w[last])):
		return []string{w, w + "s", w + w[last:] + "ing", w + w[last:] + "ed", w + "ing", w + "ed"}
	}
	return []string{w, w + "s", w + "ing", w + "ed"}
}

// IsParticiple reports whether a lower-case word has the form of a participle
// and is not one of the nouns that look like it.
func IsParticiple(word string) bool {
	if len(word) < 4 || likeParticiple[word] {
		return false
	}
	return strings.HasSuffix(word, "ing") || strings.HasSuffix(word, "ed")
}

var likeParticiple = set(`building ceiling wedding painting string spring ring king wing swing clothing evening morning railing
	need feed seed weed reed deed used frosting icing opening lighting flooring topping shelving bedding netting awning plumbing drawing thing something nothing
	everything anything seating landing earring lettering stuffing hundred sled shed reed seed weed breed speed feed bed red bunkbed
	duckling gosling sibling sterling herring writing parking living dining shopping vending`)

// IsEnglish reports whether a text has words that only English has: about one
// of six at least. One or two words in plain letters pass.
func IsEnglish(text string) bool {
	all := Split(text)
	known, plain := 0, true
	for _, w := range all {
		plain = plain && strings.IndexFunc(w, func(r rune) bool { return r > 'z' }) < 0
		if isEnglish(w) {
			known++
		}
	}
	return 6*known >= len(all) && known > 0 || plain && len(all) < 3 && len(all) > 0
}

func isEnglish(w string) bool {
	if alsoForeign[w] {
		return false
	}
	one, _ := Singular(w)
	return determiners[w] || prepositions[w] || function[w] || verbs[w] || stop[w] || IsAdjective(w) || IsQuantity(w) ||
		times[w] != "" || weathers[w] != "" || IsPlace(one) || kinds[one] != "" || synonyms[one] != ""
}

// alsoForeign are words of other languages too.
var alsoForeign = set(`a an no in me on as do he i die man was war so hat per am to la le les de des es se son pour sur plus tan bar sale
	mit ist und der das un une el lo los los y o e es con al sin`)
