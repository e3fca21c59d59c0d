package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// qualify makes a thing, or where it is "" the main one or the whole picture,
// so as a quality says: an adjective, a number, a time of day, a place, or
// what it does.
func (s *sketch) qualify(thing, quality string) {
	how := words.Tokens(quality)
	if thing == "" && s.setting(how) {
		return
	}
	i := s.main()
	if thing != "" {
		i = s.findText(thing)
	}
	n, isNumber := words.Number(how[0].Word)
	said := words.Tokens(plain(quality))
	switch {
	case len(said) == 0:
	case i < 0 && thing != "":
		s.append(words.Tokens(withArticle(thing, qualified(thing, quality))), true)
	case i < 0:
		s.append(said, false)
	case isNumber && len(how) == 1:
		s.count(i, n)
	case standsBefore(how):
		s.lose(said)
		s.adjectives(i, said, how[0].Word == "more")
	case s.saysAll(how):
	default:
		s.behave(i, how)
	}
}

// withArticle gives what is told of "the bed" an article of its own: "a red
// bed".
func withArticle(thing, said string) string {
	if ps := phrase.Read(thing).Phrases; len(ps) > 0 && ps[0].Article == "the" && !ps[0].Many {
		return "a " + said
	}
	return said
}

// saysAll reports whether the text has all the words already that mean
// something.
func (s *sketch) saysAll(how []words.Token) bool {
	return !slices.ContainsFunc(how, func(t words.Token) bool {
		return t.Word != "" && !words.IsStop(t.Word) && !slices.ContainsFunc(s.text.Tokens, func(have words.Token) bool {
			return words.SameQuality(have.Word, t.Word)
		})
	})
}

// lose takes out what qualities such as "sleeveless" say is not there.
func (s *sketch) lose(how []words.Token) {
	for _, t := range how {
		if part, ok := strings.CutSuffix(t.Word, "less"); ok && len(part) > 2 {
			s.remove(part)
		}
	}
}

// standsBefore reports whether a quality can stand before a noun.
func standsBefore(how []words.Token) bool {
	adjectives := 0
	for _, t := range how {
		switch {
		case words.IsAdjective(t.Word):
			adjectives++
		case t.Word == "more" || t.Word == "less" || t.Word == "a" || t.Word == "all" || t.Word == "both":
		case words.IsPreposition(t.Word) || words.IsVerb(t.Word) && !strings.HasSuffix(t.Word, "ed") || words.IsDeterminer(t.Word) || words.IsFunction(t.Word) && t.Word != "and" || strings.HasSuffix(t.Word, "ing"):
			return false
		}
	}
	return adjectives > 0 || len(how) <= 2
}

// plain returns a quality in the words of a description: "much darker and more
// colourful" is "dark and colourful". It is "" for what only compares, or says
// less of something.
func plain(quality string) string {
	var out []string
	less := false
	for _, t := range words.Tokens(quality) {
		word, ok := positive(t.Word)
		switch {
		case t.Word == "less":
			less = true
		case !ok || t.Text == "," || less:
			less = false
		default:
			out = append(out, word)
		}
	}
	for len(out) > 0 && out[0] == "and" {
		out = out[1:]
	}
	for len(out) > 0 && (out[len(out)-1] == "and" || out[len(out)-1] == "or") {
		out = out[:len(out)-1]
	}
	return strings.Join(out, " ")
}

// positive returns a quality that a description can tell: "bigger" is "big".
// ok is false for what only compares.
func positive(word string) (string, bool) {
	switch word {
	case "different", "similar", "same", "fewer", "less", "more", "much", "other", "another", "only",
		"colored", "coloured", "very", "pretty", "quite", "really", "slightly", "bit", "a", "all", "both", "fairly", "too", "so", "mostly":
		return "", false
	}
	base, _ := words.Positive(word)
	return base, true
}

// behave makes phrase i do or be what the words say, in the place of what it
// did: "sitting on a bench", "in a basket".
func (s *sketch) behave(i int, how []words.Token) {
	p := s.phrases()[i]
	to := p.End
	if s.gathers {
		s.gather(to, how)
		return
	}
	if words.IsVerb(how[0].Word) || words.IsParticiple(how[0].Word) {
		for to < len(s.text.Tokens) && (slices.Contains(p.Actions, s.word(to)) || words.IsCopula(s.word(to))) {
			to++
		}
		if ps := s.phrases(); to > p.End && len(how) > 1 && i+1 < len(ps) && ps[i+1].From <= to && belongs(ps[i+1]) {
			to = ps[i+1].End
		}
	}
	s.splice(p.End, to, how)
}

// gather tells behind the phrase that ends at the token, beside what it does
// already, what else it does.
func (s *sketch) gather(end int, how []words.Token) {
	if words.IsVerb(how[0].Word) && !words.IsParticiple(how[0].Word) {
		s.splice(end, end, append(words.Tokens("that"), how...))
		return
	}
	if words.IsCopula(s.word(end)) {
		end++
	}
	if next := s.word(end); words.IsParticiple(how[0].Word) && words.IsParticiple(next) {
		how = append(slices.Clone(how), words.Tokens("and")...)
	}
	s.splice(end, end, how)
}
