package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// sketch is a caption that changes are made in. Its noun phrases are read anew
// after each.
type sketch struct {
	text    phrase.Text
	gathers bool      // what a thing does is told beside what it did before
	rest    []*sketch // the sentences after the first, which may tell of the same things again
}

// Bounds on what is changed of a caption: sentences, and tokens of all of them.
// What comes behind is left out.
const (
	maxSentences = 8
	maxTokens    = 300
)

func newSketch(caption string) *sketch {
	s := new(sketch)
	tokens := words.Tokens(withoutMeasured(caption))
	all := sentences(tokens[:min(len(tokens), maxTokens)])
	for i, tokens := range all[:min(len(all), maxSentences)] {
		text := phrase.Of(lowered(tokens))
		if i == 0 {
			s.text = text
		} else {
			s.rest = append(s.rest, &sketch{text: text})
		}
	}
	return s
}

// sentences cuts tokens at the marks that end sentences.
func sentences(tokens []words.Token) [][]words.Token {
	ends := func(t words.Token) bool { return strings.Contains(".;!?", t.Text) }
	var all [][]words.Token
	for len(tokens) > 0 {
		end := slices.IndexFunc(tokens, ends)
		if end < 0 {
			end = len(tokens)
		}
		if end > 0 {
			all = append(all, tokens[:end])
		}
		tokens = tokens[min(end+1, len(tokens)):]
	}
	return all
}

// withoutMeasured drops the sentence with the shares of colours that
// embed.Colours ends captions in: they are those of the picture before the
// change.
func withoutMeasured(caption string) string {
	if i := strings.LastIndex(caption, "Colours: "); i >= 0 && strings.Contains(caption[i:], "%") {
		return caption[:i]
	}
	return caption
}

// lowered returns the tokens with the first in lower case, unless it looks
// like a name or an abbreviation.
func lowered(tokens []words.Token) []words.Token {
	tokens = slices.Clone(tokens)
	if len(tokens) > 0 && strings.ToUpper(tokens[0].Word[:min(1, len(tokens[0].Word))])+tokens[0].Word[min(1, len(tokens[0].Word)):] == tokens[0].Text {
		tokens[0].Text = tokens[0].Word
	}
	return tokens
}

func (s *sketch) phrases() []phrase.Phrase { return s.text.Phrases }

// splice replaces the tokens [from:to) and reads the text anew, if that changes
// it.
func (s *sketch) splice(from, to int, by []words.Token) {
	if slices.Equal(s.text.Tokens[from:to], by) {
		return
	}
	tokens := slices.Replace(slices.Clone(s.text.Tokens), from, to, by...)
	s.text = phrase.Of(fixArticles(phrase.Tidy(tokens)))
}

// fixArticles chooses between "a" and "an" by the letter that follows.
func fixArticles(tokens []words.Token) []words.Token {
	for i := 0; i+1 < len(tokens); i++ {
		if w, next := tokens[i].Word, tokens[i+1].Word; (w == "a" || w == "an") && next != "" {
			article := "a"
			if strings.ContainsRune("aeiou", rune(next[0])) && !strings.HasPrefix(next, "uni") && !strings.HasPrefix(next, "one") {
				article = "an"
			}
			tokens[i] = words.Token{Text: article, Word: article}
		}
	}
	return tokens
}

// sentence returns the text in sentences, "" if there is nothing left.
func (s *sketch) sentence() string {
	said := sentence(words.Join(s.text.Tokens))
	for _, r := range s.rest {
		said += " " + r.sentence()
	}
	return strings.TrimSpace(said)
}

// words returns the text as one that may be carried on: without a full stop at
// the end.
func (s *sketch) words() string {
	said := words.Join(s.text.Tokens)
	if len(s.rest) == 0 {
		return said
	}
	return strings.TrimSuffix(s.sentence(), ".")
}

func sentence(text string) string {
	text = strings.TrimRight(text, " .,")
	if text == "" {
		return ""
	}
	first, size := firstRune(text)
	return strings.ToUpper(first) + text[size:] + "."
}

func firstRune(s string) (string, int) {
	for _, r := range s {
		return string(r), len(string(r))
	}
	return "", 0
}

// main returns the phrase that the caption is about: the first with a noun. It
// is -1 where there is none.
func (s *sketch) main() int {
	return slices.IndexFunc(s.phrases(), func(p phrase.Phrase) bool {
		return p.Head != "" && !p.Denied && words.Time(p.Head) == "" && !pictureNouns[p.Head]
	})
}

// pictureNouns stand at the beginning of captions for the picture itself.
var pictureNouns = map[string]bool{"photo": true, "picture": true, "image": true, "close-up": true, "closeup": true, "view": true, "shot": true}

// find returns the phrase that names what a wanted one names: best the one
// that shares most of its qualities. It is -1 where there is none.
func (s *sketch) find(wanted phrase.Phrase) int {
	best, most := -1, -1
	for i, p := range s.phrases() {
		if wanted.Head == "" || p.Head == "" || p.Denied || !words.Names(wanted.Head, p.Head) && !words.Names(p.Head, wanted.Head) {
			continue
		}
		n := 0
		if p.Head == wanted.Head {
			n++
		}
		for _, m := range wanted.Mods {
			if hasQuality(p, m) {
				n += 2
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

func hasQuality(p phrase.Phrase, quality string) bool {
	return slices.ContainsFunc(p.Mods, func(m string) bool { return words.SameQuality(m, quality) })
}

// findText returns the phrase that a text such as "the red car" names.
func (s *sketch) findText(thing string) int {
	ps := phrase.Read(thing).Phrases
	if len(ps) == 0 {
		return -1
	}
	return s.find(ps[0])
}

// has reports whether the caption names what the text begins with.
func (s *sketch) has(thing string) bool { return s.findText(thing) >= 0 }

// edit makes changes.
func (s *sketch) edit(changes []change.Change) {
	for _, c := range changes {
		main := s.mainNoun()
		s.apply(c)
		for _, r := range s.rest {
			if c := about(c, main); r.concerns(c) {
				r.apply(c)
			}
		}
	}
}

func lastWord(text string) string {
	all := words.Split(text)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// mainNoun returns the noun that the caption is about.
func (s *sketch) mainNoun() string {
	if i := s.main(); i >= 0 {
		return s.phrases()[i].Head
	}
	return ""
}

// mainName returns that noun as the caption has it: "dogs" for several.
func (s *sketch) mainName() string {
	if i := s.main(); i >= 0 && s.phrases()[i].Many {
		return words.Plural(s.phrases()[i].Head)
	}
	return s.mainNoun()
}

// about names the main thing in a change that does not.
func about(c change.Change, main string) change.Change {
	if c.Thing == "" && c.Quality != "" && !c.View && !isSetting(words.Tokens(c.Quality)) {
		c.Thing = main
	}
	return c
}

// concerns reports whether a sentence after the first tells of what a change
// is about.
func (s *sketch) concerns(c change.Change) bool {
	switch {
	case c.View:
		return false
	case c.Was != "":
		return s.has(c.Was)
	case c.Thing == "":
		return s.tellsSetting(c.Quality)
	}
	return s.has(c.Thing)
}

func (s *sketch) apply(c change.Change) {
	switch {
	case c.View:
		s.takeView(c.Quality)
	case c.Kind == change.Removal && c.Quality != "":
		s.dropQuality(c.Thing, c.Quality)
	case c.Kind == change.Removal:
		s.remove(c.Thing)
	case c.Was != "":
		s.replace(c.Was, c.Thing)
	case c.Quality != "":
		s.qualify(c.Thing, c.Quality)
	case c.Kind == change.Retention && isWhole(lastWord(c.Thing)):
	default:
		s.add(c.Thing)
	}
}
