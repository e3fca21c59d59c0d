package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// replace puts a thing in the place of another. Where that is not named, or
// the main thing is to be what it is already, the thing is added.
func (s *sketch) replace(was, thing string) {
	i := s.findText(was)
	if was == change.Main && !s.has(thing) {
		i = s.main()
	}
	if i < 0 {
		s.add(thing)
		return
	}
	p, by := s.phrases()[i], lowered(words.Tokens(thing))
	if ps := phrase.Of(by).Phrases; len(ps) > 0 && ps[0].Start == 0 && ps[0].Article == "" && ps[0].Count == 0 && !ps[0].Many && (p.Article == "a" || p.Article == "an") {
		by = append([]words.Token{{Text: "a", Word: "a"}}, by...)
	}
	s.splice(p.Start, p.End, by)
	s.agree(i)
}

// agree gives the verb behind phrase i its plural form.
func (s *sketch) agree(i int) {
	if i >= len(s.phrases()) || !s.phrases()[i].Many {
		return
	}
	end := s.phrases()[i].End
	w := s.word(end)
	verb := strings.TrimSuffix(w, "s")
	if w == "is" || w == "was" {
		verb = map[string]string{"is": "are", "was": "were"}[w]
	}
	if verb != w && words.IsVerb(verb) || words.IsCopula(w) && verb != w {
		s.splice(end, end+1, words.Tokens(verb))
	}
}

// add puts a thing into the text: what is there already takes on its number
// and qualities.
func (s *sketch) add(thing string) {
	tokens := lowered(words.Tokens(thing))
	text := phrase.Of(tokens)
	if len(text.Phrases) == 0 {
		s.append(tokens, false)
		return
	}
	first := text.Phrases[0]
	if words.IsAbstract(first.Head) && len(text.Phrases) == 1 || first.Article == "fewer" || first.Article == "less" && first.Count == 0 {
		return
	}
	i := s.find(first)
	if i < 0 || first.Start > 0 {
		s.append(plainTokens(tokens, first), first.Start == 0)
		return
	}
	if p := s.phrases()[i]; p.Head != first.Head && words.Names(p.Head, first.Head) && !counts[first.Article] {
		s.specify(p, first, tokens)
		if i = s.find(first); i < 0 { // its words read otherwise in the text
			return
		}
	}
	s.count(i, number(s.phrases()[i], first))
	if i = s.find(first); i >= 0 {
		s.adjectives(i, qualities(first), first.Article == "more")
	}
	rest := tokens[first.End:]
	if len(rest) == 0 || s.hasAll(text.Phrases[1:]) && len(first.Actions) == 0 {
		return
	}
	if i = s.find(first); i >= 0 {
		s.behave(i, rest)
	}
}

// counts are the articles that count from what was there.
var counts = map[string]bool{"more": true, "less": true, "fewer": true, "another": true}

// specify gives a phrase the noun of a more special one: "two people" become
// "two children", or "a woman".
func (s *sketch) specify(p, special phrase.Phrase, tokens []words.Token) {
	if special.Article != "" || special.Count > 0 {
		s.splice(p.Start, p.End, tokens[:special.End])
		return
	}
	noun := special.Head
	if p.Many {
		noun = words.Plural(noun)
	}
	s.splice(p.End-1, p.End, words.Tokens(noun))
}

func (s *sketch) hasAll(ps []phrase.Phrase) bool {
	return !slices.ContainsFunc(ps, func(p phrase.Phrase) bool { return s.find(p) < 0 })
}

// plainTokens returns a thing in the words of a description: "another dog" is
// "a dog", "bigger dogs" are "big dogs".
func plainTokens(tokens []words.Token, first phrase.Phrase) []words.Token {
	var out []words.Token
	for i, t := range tokens {
		base, ok := positive(t.Word)
		switch {
		case i >= first.End || words.IsDeterminer(t.Word) && ok || t.Word == "a":
		case t.Word == "another":
			t = words.Token{Text: "a", Word: "a"}
		case !ok && i < first.End-1:
			continue
		case ok && base != t.Word:
			t = words.Token{Text: base, Word: base}
		}
		out = append(out, t)
	}
	return fixArticles(out)
}

// append adds words at the end: a thing after "with", or as one more of those
// that stand there.
func (s *sketch) append(tokens []words.Token, thing bool) {
	if len(tokens) == 0 {
		return
	}
	end := len(s.text.Tokens)
	var join []words.Token
	switch first := tokens[0].Word; {
	case end == 0:
		if first == "with" {
			tokens = tokens[1:]
		}
	case !thing && (words.IsPreposition(first) || words.IsVerb(first)):
	case s.endsInList():
		if ps := s.phrases(); s.word(ps[len(ps)-1].From-1) == "and" && ps[len(ps)-1].Link == "" {
			s.splice(ps[len(ps)-1].From-1, ps[len(ps)-1].From, words.Tokens(","))
			end = len(s.text.Tokens)
		}
		join = []words.Token{{Text: "and", Word: "and"}}
	default:
		join = []words.Token{{Text: "with", Word: "with"}}
	}
	s.splice(end, end, append(join, tokens...))
}

// endsInList reports whether the text ends in things that "with" led to.
func (s *sketch) endsInList() bool {
	ps := s.phrases()
	for i := len(ps) - 1; i >= 0; i-- {
		switch {
		case ps[i].Link == "with":
			return true
		case ps[i].Link != "" && !belongs(ps[i]):
			return false
		}
	}
	return false
}

// number returns how many there are of a phrase after a wanted one is added: 0
// where it does not say.
func number(p, wanted phrase.Phrase) int {
	had := max(p.Count, 1)
	known := p.Count > 0 || !p.Many
	switch {
	case wanted.Article == "another" && known:
		return had + 1
	case wanted.Article == "more" && wanted.Count > 0 && known:
		return had + wanted.Count
	case (wanted.Article == "less" || wanted.Article == "fewer") && wanted.Count > 0:
		return max(0, p.Count-wanted.Count)
	case wanted.Article == "more":
		return 0
	}
	return wanted.Count
}

// count makes phrase i tell of n things.
func (s *sketch) count(i, n int) {
	p := s.phrases()[i]
	if n == 0 || n == p.Count || n == 1 && !p.Many {
		return
	}
	var tokens []words.Token
	for k := p.Start; k < p.End; k++ {
		w := s.word(k)
		if _, isNumber := words.Number(w); isNumber || words.IsDeterminer(w) || words.IsQuantity(w) || w == "of" {
			continue
		}
		tokens = append(tokens, s.text.Tokens[k])
	}
	if len(tokens) == 0 {
		return
	}
	noun := p.Head
	if n > 1 {
		noun = words.Plural(noun)
	}
	tokens[len(tokens)-1] = words.Token{Text: noun, Word: noun}
	s.splice(p.Start, p.End, append(words.Tokens(words.Spell(n)), tokens...))
	s.agree(i)
}
