package intent

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// adjectives puts qualities before the noun of phrase i, in the place of those
// that they contradict: colours right before the noun, others before them. With
// keep, colours stand beside those that are there.
func (s *sketch) adjectives(i int, how []words.Token, keep bool) {
	p := s.phrases()[i]
	var colours, others []words.Token
	for _, t := range how {
		switch {
		case t.Word == "and" && len(colours) > 0, words.IsColour(t.Word):
			colours = append(colours, t)
		case t.Word != "and" && t.Word != "" && !hasQuality(p, t.Word):
			others = append(others, t)
		}
	}
	for len(colours) > 0 && colours[len(colours)-1].Word == "and" {
		colours = colours[:len(colours)-1]
	}
	if len(colours) == 1 && hasQuality(p, colours[0].Word) {
		colours = nil
	}
	contradicted := func(k int) bool {
		if keep && words.IsColour(s.word(k)) {
			return false
		}
		return k != p.End-1 && slices.ContainsFunc(slices.Concat(colours, others), func(t words.Token) bool {
			return words.AreOpposite(s.word(k), t.Word) || t.Word == s.word(k)
		})
	}
	open, kept := s.opening(p), []words.Token(nil)
	noun := open
	for noun < p.End-1 && (words.IsAdjective(s.word(noun)) || s.word(noun) == "and") {
		noun++
	}
	for k := open; k < noun; k++ {
		if !contradicted(k) {
			kept = append(kept, s.text.Tokens[k])
		}
	}
	if n := len(kept); n > 0 && len(colours) > 0 && words.IsColour(kept[n-1].Word) {
		colours = append([]words.Token{{Text: "and", Word: "and"}}, colours...)
	}
	by := slices.Concat(others, phrase.Tidy(kept), colours, s.text.Tokens[noun:p.End])
	end := p.End
	for k := p.End; k < s.reach(p); k++ { // "the car is red"
		if contradicted(k) {
			end = s.reach(p)
		}
	}
	s.splice(open, end, by)
}

// opening returns where the qualities of a phrase begin: behind article and
// number.
func (s *sketch) opening(p phrase.Phrase) int {
	k := p.Start
	for k < p.End-1 && (words.IsDeterminer(s.word(k)) || isCount(s.word(k)) || s.word(k) == "of" || s.word(k) == "lot") {
		k++
	}
	return k
}

// reach returns where the qualities told behind a phrase end: "the car is
// red".
func (s *sketch) reach(p phrase.Phrase) int {
	end := p.End
	if words.IsCopula(s.word(end)) {
		end++
	}
	told := end
	for words.IsAdjective(s.word(end)) {
		end++
	}
	if end == told {
		return p.End
	}
	return end
}

func isCount(word string) bool {
	_, ok := words.Number(word)
	return ok || words.IsQuantity(word)
}

// dropQuality takes out that a thing is so: of the main one where thing is "".
func (s *sketch) dropQuality(thing, quality string) {
	i := s.main()
	if thing != "" {
		i = s.findText(thing)
	}
	if i < 0 {
		return
	}
	p := s.phrases()[i]
	for k := p.End - 1; k >= p.Start; k-- {
		for _, q := range words.Split(quality) {
			if words.IsAdjective(q) && words.SameQuality(s.word(k), q) {
				s.splice(k, k+1, nil)
				return
			}
		}
	}
}

// qualities returns what qualifies a phrase, as a description tells it, with
// "and" between colours.
func qualities(p phrase.Phrase) []words.Token {
	var out []words.Token
	for _, m := range p.Mods {
		m, ok := positive(m)
		if !ok {
			continue
		}
		if n := len(out); n > 0 && words.IsColour(m) && words.IsColour(out[n-1].Word) {
			out = append(out, words.Token{Text: "and", Word: "and"})
		}
		out = append(out, words.Token{Text: m, Word: m})
	}
	return out
}
