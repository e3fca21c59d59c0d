package intent

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// core describes only what the changes name: "blue car at night".
func core(changes []change.Change, after *sketch) string {
	var d draft
	for _, c := range changes {
		switch thing := plainThing(c, after); {
		case c.View:
			d.settings = join(d.settings, seen(c.Quality))
		case c.Kind == change.Removal:
		case c.Thing != "" && c.Quality == "":
			d.add(thing)
		case c.Thing != "":
			d.qualify(thing, c.Quality)
		case settingText(c.Quality) != "":
			d.settings = join(d.settings, settingText(c.Quality))
		default:
			d.qualify(after.mainName(), c.Quality)
		}
	}
	return d.text()
}

// plainThing returns the thing of a change as a description names it: what is
// another one, or one more, as the edited caption counts it.
func plainThing(c change.Change, after *sketch) string {
	tokens := lowered(words.Tokens(c.Thing))
	if c.Kind == change.Retention && isWhole(lastWord(c.Thing)) {
		return ""
	}
	ps := phrase.Of(tokens).Phrases
	if len(ps) == 0 || ps[0].Start > 0 {
		return words.Join(tokens)
	}
	first := ps[0]
	switch {
	case words.IsAbstract(first.Head) && len(ps) == 1, first.Article == "fewer", first.Article == "less" && first.Count == 0:
		return ""
	case first.Article == "more" || first.Article == "another" || first.Article == "less":
		if i := after.find(first); i >= 0 {
			return after.text.Words(after.phrases()[i])
		}
	}
	if c.Quality != "" {
		return words.Join(tokens)
	}
	return words.Join(plainTokens(tokens, first))
}

// isWhole reports whether a noun stands for all of the picture.
func isWhole(noun string) bool { return pictureNouns[noun] || noun == "everything" }

// settingText returns a setting as captions tell it, "" for other qualities.
func settingText(quality string) string {
	blank := newSketch("")
	if !blank.setting(words.Tokens(quality)) {
		return ""
	}
	return blank.words()
}

// enhanced describes what the changes name in the words that the edited
// caption has for it, beside what the caption is about: "A blue car at night."
func enhanced(changes []change.Change, after *sketch) string {
	var d draft
	phrases, main := after.phrases(), after.main()
	if main >= 0 {
		d.add(after.text.Words(phrases[main]))
	}
	for _, c := range changes {
		thing := plainThing(c, after)
		i := main
		if thing != "" {
			i = after.findText(thing)
		}
		switch how := words.Tokens(c.Quality); {
		case c.View:
			d.settings = join(d.settings, seen(c.Quality))
		case c.Kind == change.Removal || thing == "" && c.Thing != "":
		case thing == "" && settingText(c.Quality) != "":
			d.settings = join(d.settings, settingText(c.Quality))
		case i < 0 && c.Quality != "":
			d.add(qualified(thing, c.Quality))
		case i < 0:
			d.add(thing)
		case c.Quality != "" && !standsBefore(how):
			d.behave(after.text.Words(phrases[i]), c.Quality)
		case c.Quality == "" && len(phrase.Read(thing).Phrases) > 1:
			d.behave(after.text.Words(phrases[i]), behind(thing))
		default:
			d.add(after.text.Words(phrases[i]))
		}
	}
	return sentence(d.text())
}

// behind returns what a text says after its first noun phrase.
func behind(thing string) string {
	text := phrase.Read(thing)
	return words.Join(text.Tokens[text.Phrases[0].End:])
}

// qualified returns a thing with a quality: "blue car", "dog next to a tree".
func qualified(thing, quality string) string {
	var d draft
	d.qualify(thing, quality)
	return d.text()
}

// draft is a description in the making.
type draft struct {
	things   []string
	settings []string
}

// add takes up a thing, unless it is there.
func (d *draft) add(thing string) {
	for _, have := range d.things {
		if len(have) > len(thing) && thing != "" && strings.EqualFold(have[:len(thing)+1], thing+" ") {
			return
		}
	}
	d.things = join(d.things, thing)
}

// qualify takes up a quality of a thing: before the noun, or behind it.
func (d *draft) qualify(thing, quality string) {
	said := plain(quality)
	tokens := words.Tokens(thing)
	for len(tokens) > 1 && words.IsDeterminer(tokens[0].Word) {
		tokens = tokens[1:]
	}
	thing = words.Join(tokens)
	if n, ok := words.Number(said); ok && n > 1 && thing != "" {
		thing = words.Plural(thing)
	}
	switch {
	case said == "":
		return
	case standsBefore(words.Tokens(quality)) || thing == "":
		for i, have := range d.things {
			if have == thing || strings.HasSuffix(have, " "+thing) && thing != "" {
				before := strings.TrimSuffix(have, thing)
				d.things[i] = before + newWords(said, before) + thing
				return
			}
		}
		d.add(strings.TrimSpace(said + " " + thing))
	default:
		d.behave(thing, quality)
	}
}

// newWords returns those words of a text, each with a space behind it, that
// another text lacks, and no "and" in front.
func newWords(text, before string) string {
	var b strings.Builder
	known := words.Split(before)
	for w := range strings.FieldsSeq(text) {
		if !slices.Contains(known, w) && !(w == "and" && b.Len() == 0) {
			b.WriteString(w + " ")
		}
	}
	return strings.TrimSuffix(b.String(), "and ")
}

// behave says what a thing does, or where it is, behind it.
func (d *draft) behave(thing, how string) {
	for i, have := range d.things {
		if strings.EqualFold(have, thing) {
			d.things[i] = have + " " + how
			return
		}
	}
	d.add(thing + " " + how)
}

// join adds a text to a list, unless it is empty or there already.
func join(list []string, text string) []string {
	for _, have := range list {
		if strings.EqualFold(have, text) {
			return list
		}
	}
	if text == "" {
		return list
	}
	return append(list, text)
}

// text writes things as a list and settings behind it.
func (d *draft) text() string {
	var b strings.Builder
	for i, t := range d.things {
		switch {
		case i > 0 && i == len(d.things)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(t)
	}
	for _, s := range d.settings {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}
