package phrase

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/words"
)

// reader goes through a text from left to right.
type reader struct {
	text    Text
	at      int
	link    string // waits for the phrase that it leads to
	linkAt  int    // where link, and others before it, begin
	denied  bool   // what comes next is said not to be there
	negated bool   // "not" was read
	free    int    // the number, from 1, of the last phrase that nothing leads to; 0 for none
	copula  copula
}

// copula is what a verb such as "is" makes of what follows it.
type copula int

const (
	none    copula = iota
	tells          // after a noun: what follows says how it is
	tellsIt        // after "it" or "there": adjectives say how what was named is, a noun is a thing of its own
)

func (r *reader) word(i int) string {
	if i < 0 || i >= len(r.text.Tokens) {
		return ""
	}
	return r.text.Tokens[i].Word
}

// step reads one phrase or passes over one token.
func (r *reader) step() {
	w := r.word(r.at)
	switch {
	case w == "":
		r.mark()
	case denies[w]:
		r.leads(w)
		r.denied = true
	case w == "isn't", w == "aren't", w == "wasn't":
		r.negated, r.copula = true, tells
	case negates[w]:
		if r.link == "" && !r.negated {
			r.linkAt = r.at
		}
		r.negated = true
	case words.IsCopula(w):
		r.link, r.copula = "", tells
		if before := r.word(r.at - 1); words.IsFunction(before) && before != "that" && before != "which" && before != "who" {
			r.copula = tellsIt
		}
	case w == "and", w == "or", w == "nor":
	case w == "but":
		r.denied, r.negated = false, false
	case words.IsPreposition(w):
		r.leads(w)
	case words.IsFunction(w) && !words.IsDeterminer(w), w == "that" && r.afterPhrase() && words.IsVerb(r.word(r.at+1)):
	case r.isVerb():
		r.action(w)
	default:
		r.phrase()
		return
	}
	r.at++
}

// leads notes a word that leads to the phrase that comes next.
func (r *reader) leads(w string) {
	if r.link == "" && !r.negated {
		r.linkAt = r.at
	}
	r.link, r.copula = w, none
}

// denies are the words before what is not there, negates those before what is
// not so.
var (
	denies  = map[string]bool{"without": true, "minus": true, "except": true, "excluding": true, "nobody": true, "lacks": true, "lacking": true}
	negates = map[string]bool{"not": true, "never": true, "doesn't": true, "don't": true, "cannot": true, "can't": true}
)

// mark passes over a mark: a sentence ends what was said before it.
func (r *reader) mark() {
	if r.text.Tokens[r.at].Text != "," {
		r.denied, r.negated = false, false
	}
	r.link, r.copula = "", none
}

// isVerb reports whether the token is a verb here and not part of a phrase
// that begins with it.
func (r *reader) isVerb() bool {
	w, next := r.word(r.at), r.word(r.at+1)
	switch {
	case words.IsDeterminer(w) || words.IsAdjective(w):
		return false
	case words.IsParticiple(w):
		return !qualifies(next) || r.afterPhrase()
	}
	before := r.word(r.at - 1)
	isNoun := words.IsPreposition(before) && before != "to" || denies[before] || before == "there" || // "without sails"
		(before == "" || before == "or") && pluralNoun[w] // "pets or people"
	return words.IsVerb(w) && !words.IsPlace(w) && !isNoun
}

// pluralNoun are forms of verbs that are nouns where a sentence begins.
var pluralNoun = map[string]bool{
	"pets": true, "waves": true, "parks": true, "tops": true, "dresses": true, "watches": true, "docks": true, "lines": true, "covers": true,
	"drinks": true, "stacks": true, "cooks": true, "skis": true, "sleds": true, "loads": true, "rides": true, "stands": true,
}

// afterPhrase reports whether a phrase with a noun ends right here.
func (r *reader) afterPhrase() bool {
	last := len(r.text.Phrases) - 1
	return last >= 0 && r.text.Phrases[last].End == r.at && r.text.Phrases[last].Head != ""
}

// qualifies reports whether a word may stand in a phrase, behind its article.
func qualifies(w string) bool {
	return w != "" && !words.IsPreposition(w) && !words.IsFunction(w) && !words.IsDeterminer(w)
}

// action notes a verb of the phrase before.
func (r *reader) action(w string) {
	if i := r.doer(w); i >= 0 && !r.negated {
		if p := &r.text.Phrases[i]; len(p.Actions) < maxActions {
			p.Actions = append(p.Actions, w)
		}
	}
	r.link, r.linkAt, r.copula = w, r.at, none
	r.negated = r.negated && tellsContent[w]
}

// doer returns the phrase that a verb is about: the one before or, for a verb
// such as "sits", or one behind "and", the last that nothing leads to. It is
// -1 where there is none.
func (r *reader) doer(verb string) int {
	i := len(r.text.Phrases) - 1
	if before := r.word(r.at - 1); words.IsParticiple(verb) && before != "and" {
		return i
	}
	if r.free > 0 {
		return r.free - 1
	}
	return i
}

// tellsContent are the verbs whose negation denies what follows.
var tellsContent = map[string]bool{"show": true, "contain": true, "include": true, "feature": true, "wear": true, "see": true}

// phrase reads the phrase that begins here.
func (r *reader) phrase() {
	p := Phrase{Start: r.at, From: r.at, Link: r.link}
	if r.link != "" || r.negated {
		p.From = r.linkAt
	}
	r.counts(&p)
	run, noun := r.run()
	if r.at == p.Start { // unreachable unless a table holds a word of two classes
		r.at++
		return
	}
	p.End = r.at
	settle(&p, run, noun)
	for noun && len(p.Mods) < maxMods && words.IsAdjective(r.word(r.at)) { // "the car blue"
		p.Mods = append(p.Mods, r.word(r.at))
		p.After++
		r.at++
	}
	r.add(p, noun)
}

// counts reads articles and numbers.
func (r *reader) counts(p *Phrase) {
	for ; ; r.at++ {
		w, next := r.word(r.at), r.word(r.at+1)
		n, isNumber := words.Number(w)
		switch {
		case w == "no" && p.Article == "": // not "a no parking sign"
			p.Denied, p.Article = true, w
		case isNumber:
			p.Count = n
		case partitives[w] && next == "of": // "a piece of cake" is cake
		case words.IsQuantity(w) && (next == "of" || words.IsDeterminer(next) || qualifies(next)), w == "lot" && next == "of":
			p.Many = true
		case words.IsDeterminer(w):
			if p.Article == "" || w == "another" || w == "other" {
				p.Article = w
			}
		default:
			return
		}
		if next == "of" {
			r.at++
		}
	}
}

// partitives tell how much of a thing there is.
var partitives = map[string]bool{"piece": true, "pieces": true, "slice": true, "slices": true, "bit": true, "part": true, "kind": true, "kinds": true, "type": true, "types": true, "variety": true}

// run reads the qualities and the noun. noun is false where only qualities
// were found.
func (r *reader) run() (run []string, noun bool) {
	for ; len(run) < maxMods; r.at++ {
		w := r.word(r.at)
		if len(run) > 0 && !noun && r.joinsQualities() {
			continue
		}
		if !qualifies(w) || noun && r.endsNoun(run[len(run)-1]) || len(run) > 0 && words.IsParticiple(w) && !qualifies(r.word(r.at+1)) {
			return run, noun
		}
		run = append(run, w)
		noun = noun || !words.IsAdjective(w) && !words.IsParticiple(w)
	}
	return run, noun
}

// joinsQualities reports whether here is the "and" of "a black and white dog".
func (r *reader) joinsQualities() bool {
	w := r.word(r.at)
	if w != "and" && (w != "" || r.at >= len(r.text.Tokens) || !slices.Contains([]string{",", "&"}, r.text.Tokens[r.at].Text)) {
		return false
	}
	return words.IsAdjective(r.word(r.at+1)) && r.nounAfter(r.at+1)
}

// nounAfter reports whether a noun follows the adjectives from i on. It looks
// a few words ahead.
func (r *reader) nounAfter(i int) bool {
	for end := i + 8; i < end; i++ {
		w := r.word(i)
		if w == "and" && words.IsAdjective(r.word(i+1)) {
			continue
		}
		if !words.IsAdjective(w) {
			return qualifies(w) && !words.IsParticiple(w)
		}
	}
	return false
}

// endsNoun reports whether the word here does not belong to the phrase any
// more, whose last word is given.
func (r *reader) endsNoun(last string) bool {
	w := r.word(r.at)
	n, isNumber := words.Number(w)
	switch {
	case isNumber:
		return n > 0
	case words.IsParticiple(w):
		return strings.HasSuffix(w, "ing") || !qualifies(r.word(r.at+1)) // "a v necked dress"
	case words.IsVerb(w):
		_, plural := words.Singular(last)
		return plural || !alsoNoun[w]
	case alsoNoun[w]:
		return false
	}
	return words.IsAdjective(w) && !r.nounAfter(r.at)
}

// alsoNoun are verbs and adjectives that are nouns after a noun in the
// singular: "city park", "traffic light".
var alsoNoun = map[string]bool{
	"park": true, "top": true, "dress": true, "watch": true, "place": true, "dock": true, "line": true, "cover": true,
	"drink": true, "stack": true, "cook": true, "ski": true, "surf": true, "light": true, "square": true,
}

// settle sorts the words of a phrase into qualities and noun.
func settle(p *Phrase, run []string, noun bool) {
	last := len(run) - 1
	switch {
	case last < 0:
	case run[last] == "one" || run[last] == "ones": // "a bigger one"
		p.Mods = slices.Clone(run[:last])
	case !noun && p.Article == "" && p.Count == 0: // "darker and longer"
		p.Mods = run
	default:
		var plural bool
		p.Head, plural = words.Singular(run[last])
		p.Mods = slices.Clone(run[:last])
		p.Many = p.Many || plural || p.Count > 1
	}
}

// add takes up a phrase, or what it tells of the one before.
func (r *reader) add(p Phrase, noun bool) {
	last := len(r.text.Phrases) - 1
	bare := p.Article == "" && p.Count == 0 && !p.Many && p.Link == ""
	if last >= 0 && bare && (r.copula == tells || r.copula == tellsIt && !noun) {
		if s := &r.text.Phrases[last]; !r.negated {
			told := p.Mods
			if p.Head != "" {
				told = append(told, p.Head)
			}
			told = told[:min(len(told), maxMods-len(s.Mods))]
			s.Mods = append(s.Mods, told...)
			s.After += len(told)
		}
	} else {
		p.Denied = p.Denied || r.denied || r.negated
		r.text.Phrases = append(r.text.Phrases, p)
		if p.Link == "" {
			r.free = len(r.text.Phrases)
		}
	}
	after, next := r.word(r.at), r.word(r.at+1)
	r.denied = p.Denied && (after == "or" || after == "nor" || after == "and" && qualifies(next))
	r.link, r.negated = "", false
	if after != "and" {
		r.copula = none
	}
}
