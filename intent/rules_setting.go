package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// setting changes when, in which weather or where the picture is taken, if the
// words say that.
func (s *sketch) setting(how []words.Token) bool {
	switch class := settingOf(how); {
	case class == nil:
		return false
	case isPlace(how):
		s.place(how)
	default:
		s.exchange(situation(how), class)
	}
	return true
}

// settingOf returns what recognises phrases that tell of the same as the
// words: the time, the weather or the place. It is nil for other words.
func settingOf(how []words.Token) func(phrase.Phrase) bool {
	if isStyle(how) {
		return func(phrase.Phrase) bool { return false } // captions seldom tell
	}
	ps := phrase.Of(how).Phrases
	if len(ps) != 1 {
		return nil
	}
	word := ps[0].Head
	if word == "" && len(ps[0].Mods) == 1 {
		word = ps[0].Mods[0]
	}
	switch {
	case words.Time(word) != "":
		return func(p phrase.Phrase) bool { return words.Time(p.Head) != "" }
	case words.Weather(word) != "":
		return func(p phrase.Phrase) bool { return words.Weather(p.Head) != "" }
	case isPlace(how):
		return func(p phrase.Phrase) bool { return words.IsPreposition(p.Link) && words.IsPlace(p.Head) }
	}
	return nil
}

func isSetting(how []words.Token) bool { return settingOf(how) != nil }

// isStyle reports whether the words say of the whole picture how it looks, or
// that it is taken indoors or outdoors.
func isStyle(how []words.Token) bool {
	if len(how) == 1 {
		switch how[0].Word {
		case "outdoors", "outside", "indoors", "inside":
			return true
		}
	}
	if len(how) < 2 || how[0].Word != "in" {
		return false
	}
	switch strings.TrimPrefix(words.Join(how[1:]), "a ") {
	case "color", "colour", "greyscale", "grayscale", "black and white", "sepia":
		return true
	}
	return false
}

// isPlace reports whether the words say where: "on a beach".
func isPlace(how []words.Token) bool {
	ps := phrase.Of(how).Phrases
	return len(ps) == 1 && words.IsPlace(ps[0].Head) && ps[0].From < ps[0].Start
}

// tellsSetting reports whether the text says when, in which weather or where,
// as the quality does.
func (s *sketch) tellsSetting(quality string) bool {
	class := settingOf(words.Tokens(quality))
	return class != nil && slices.ContainsFunc(s.phrases(), class)
}

// situations are how captions tell times and weathers that an instruction
// names by one word.
var situations = map[string]string{
	"night": "at night", "day": "by day", "sunset": "at sunset", "sunrise": "at sunrise",
	"rain": "in the rain", "snowfall": "in falling snow", "fog": "in fog", "sunny": "in sunshine", "stormy": "in a storm", "cloudy": "under a cloudy sky",
}

// situation returns a setting as captions tell it: "night" is "at night", "a
// sunny day" is "on a sunny day".
func situation(how []words.Token) []words.Token {
	if len(how) == 1 {
		for _, class := range []string{words.Time(how[0].Word), words.Weather(how[0].Word)} {
			if said := situations[class]; said != "" {
				return words.Tokens(said)
			}
		}
	}
	if !words.IsDeterminer(how[0].Word) {
		return how
	}
	said := "in "
	switch words.Time(how[len(how)-1].Word) {
	case "day", "night":
		said = "on "
	case "sunset", "sunrise":
		said = "at "
	}
	return words.Tokens(said + words.Join(how))
}

// exchange puts a setting in the place of those that is says, or at the end.
func (s *sketch) exchange(by []words.Token, is func(phrase.Phrase) bool) {
	ps := s.phrases()
	i := slices.IndexFunc(ps, is)
	if i < 0 {
		s.splice(len(s.text.Tokens), len(s.text.Tokens), by)
		return
	}
	s.splice(ps[i].From, ps[i].End, by)
}

// place puts the picture somewhere else.
func (s *sketch) place(how []words.Token) {
	main := s.main()
	for i, p := range s.phrases() {
		if i != main && words.IsPreposition(p.Link) && words.IsPlace(p.Head) {
			s.splice(p.From, p.End, how)
			return
		}
	}
	s.splice(len(s.text.Tokens), len(s.text.Tokens), how)
}

// takeView notes how the picture is taken, as far as captions tell that.
func (s *sketch) takeView(view string) {
	if said := seen(view); said != "" {
		s.splice(len(s.text.Tokens), len(s.text.Tokens), words.Tokens(", "+said))
	}
}

// seen returns how a caption tells a view, "" where it says nothing by itself:
// "change the angle".
func seen(view string) string {
	tokens := words.Tokens(view)
	for i, t := range tokens {
		switch t.Word {
		case "zoom", "zoomed", "zooms", "zooming":
			if i+1 < len(tokens) && tokens[i+1].Word == "out" {
				return "from a distance"
			}
			return "close-up"
		case "close-up", "closeup":
			return "close-up"
		case "closer", "close":
			return "close-up"
		case "farther", "further":
			return "from a distance"
		case "from":
			if i+1 < len(tokens) && !slices.ContainsFunc(tokens[i:], func(t words.Token) bool {
				return t.Word == "same" || t.Word == "different" || t.Word == "another" || t.Word == "closer" || t.Word == "close" || t.Word == "farther" || t.Word == "further"
			}) {
				return "seen " + words.Join(tokens[i:])
			}
		}
	}
	return ""
}
