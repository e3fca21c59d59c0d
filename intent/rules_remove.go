package intent

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// maxCuts bounds how often a thing that is named again and again is taken out.
const maxCuts = 16

// remove takes out whatever the text names, with what belongs to it.
func (s *sketch) remove(thing string) {
	text := phrase.Read(thing)
	for k, wanted := range text.Phrases {
		if k > 0 && !joins(text.Tokens[wanted.Start-1]) {
			break
		}
		if wanted.Head == "" {
			continue
		}
		for n := range maxCuts {
			i := s.find(wanted)
			if i < 0 || !s.hasColours(i, wanted) || n > 0 && !s.hasMods(i, wanted) {
				break
			}
			s.cut(i)
		}
	}
}

// hasColours reports whether phrase i has the colours of the wanted one.
func (s *sketch) hasColours(i int, wanted phrase.Phrase) bool {
	return !slices.ContainsFunc(wanted.Mods, func(m string) bool { return words.IsColour(m) && !hasQuality(s.phrases()[i], m) })
}

// hasMods reports whether phrase i has all qualities of the wanted one.
func (s *sketch) hasMods(i int, wanted phrase.Phrase) bool {
	return !slices.ContainsFunc(wanted.Mods, func(m string) bool { return !hasQuality(s.phrases()[i], m) })
}

// cut takes phrase i out, with the phrases behind it that say where it is, and
// what joins it to the text.
func (s *sketch) cut(i int) {
	ps := s.phrases()
	from, to := ps[i].From, s.end(i)
	before := s.word(from - 1)
	after := s.mark(to) && slices.ContainsFunc(ps[i+1:], func(p phrase.Phrase) bool { return p.From == to+1 && p.Link == "" })
	switch {
	case after && ps[i].From < ps[i].Start: // the first of several: what led to it leads to the next
		from, to = ps[i].Start, to+1
	case before == "and" || before == "or":
		from--
	case from > 0 && s.text.Tokens[from-1].Text == ",":
		from--
	case from == 0 && s.mark(to):
		to++
	}
	s.splice(from, to, nil)
	if tokens := s.text.Tokens; len(tokens) > 0 && words.IsPreposition(tokens[0].Word) {
		s.splice(0, 1, nil)
	}
	s.joinLast(i)
}

// end returns where phrase i ends with what it does and with the phrases that
// say where it is. Those at the end of the text, as in "a burger and a coke on
// a table", and behind a verb of the main thing are not only its own.
func (s *sketch) end(i int) int {
	ps := s.phrases()
	own := ps[i].End
	for own < len(s.text.Tokens) && slices.Contains(ps[i].Actions, s.text.Tokens[own].Word) {
		own++
	}
	if i == s.main() && own > ps[i].End {
		return own
	}
	to := own
	for k := i + 1; k < len(ps) && ps[k].From <= to && belongs(ps[k]); k++ {
		to = ps[k].End
		if nearest[ps[k].Head] {
			own = to
		}
	}
	last := to == len(s.text.Tokens) || !s.mark(to)
	if last && (s.mark(ps[i].From-1) || i == s.main()) {
		return own
	}
	return to
}

// nearest are the nouns of phrases that say only where the thing right before
// them is: "on the left".
var nearest = map[string]bool{"left": true, "right": true, "wall": true, "side": true, "middle": true, "centre": true, "center": true, "corner": true}

// joinLast puts "and" before the last of several things, where phrase i was
// one behind it.
func (s *sketch) joinLast(i int) {
	ps := s.phrases()
	if i < 2 || i-1 >= len(ps) || i < len(ps) && ps[i].Link == "" {
		return
	}
	k := i - 1
	for k > 0 && ps[k].Link != "" && belongs(ps[k]) {
		k--
	}
	if at := ps[k].From - 1; ps[k].Link == "" && at > 0 && s.text.Tokens[at].Text == "," {
		s.splice(at, at+1, words.Tokens("and"))
	}
}

// belongs reports whether a phrase tells where the one before it is, rather
// than where the picture is.
func belongs(p phrase.Phrase) bool {
	return words.IsPreposition(p.Link) && p.Link != "with" && words.Time(p.Head) == "" && words.Weather(p.Head) == "" && !words.IsPlace(p.Head)
}

func (s *sketch) word(i int) string {
	if i < 0 || i >= len(s.text.Tokens) {
		return ""
	}
	return s.text.Tokens[i].Word
}

// mark reports whether token i joins members of a list.
func (s *sketch) mark(i int) bool {
	return i >= 0 && i < len(s.text.Tokens) && joins(s.text.Tokens[i])
}

func joins(t words.Token) bool { return t.Text == "," || t.Word == "and" || t.Word == "or" }
