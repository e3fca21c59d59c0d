package verify

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/words"
)

// caption is what is said of a candidate.
type caption struct {
	text      phrase.Text
	sentences []int    // for each phrase, the number of the sentence that it stands in
	qualities []string // for each token, its words.Quality; nil until somebody asks
}

// readCaption reads a caption. ok is false if it has no words.
func readCaption(text string) (c *caption, ok bool) {
	c = &caption{text: phrase.Read(reply.Cut(text, maxCaption))}
	n, at := 0, 0
	for _, p := range c.text.Phrases {
		for ; at < p.Start; at++ {
			if c.text.Tokens[at].Text == "." {
				n++
			}
		}
		c.sentences = append(c.sentences, n)
	}
	return c, len(c.text.Tokens) > 0
}

// finding is whether a claim holds, and the words of the caption that say so;
// none where it is silent.
type finding struct {
	yes   bool
	words []string
}

// answer answers a question by what the caption says.
func (c *caption) answer(q question) imagescope.Answer {
	if len(q.claims) == 0 {
		return imagescope.Answer{Reply: "the question is not understood"}
	}
	yes := !q.any
	var told, against []string
	for _, claim := range q.claims {
		f := c.find(claim)
		if f.yes {
			told = append(told, f.words...)
		} else {
			against = append(against, f.words...)
		}
		if q.any {
			yes = yes || f.yes
		} else {
			yes = yes && f.yes
		}
	}
	if !yes {
		told = against
	}
	return imagescope.Answer{Yes: yes, Reply: quote(told)}
}

// maxQuoted is how many places of a caption are quoted with an answer.
const maxQuoted = 8

// quote tells what the caption says.
func quote(parts []string) string {
	if len(parts) == 0 {
		return "the caption does not say"
	}
	return reply.Brief(`the caption says "` + strings.Join(slices.Compact(parts), `" and "`) + `"`)
}

// find looks for what a claim says.
func (c *caption) find(q claim) finding {
	var f finding
	switch {
	case q.time != "":
		f = c.setting(words.Time, q.time)
	case q.weather != "":
		f = c.setting(words.Weather, q.weather)
		if !f.yes && q.weather == words.Weather("snowfall") {
			f = c.snowfall(f)
		}
	case q.indoors != nil:
		f = c.where(*q.indoors)
	case q.thing.Head == "":
		f = c.quality(q.thing)
	default:
		f = c.thing(q)
	}
	if q.thing.Denied { // "without a dog"
		f.yes = !f.yes
	}
	return f
}

// setting looks for the word of a time or weather.
func (c *caption) setting(class func(string) string, wanted string) finding {
	var f finding
	for _, t := range c.text.Tokens {
		switch got := class(t.Word); {
		case got == "":
		case got == wanted:
			return finding{true, []string{t.Text}}
		case len(f.words) < maxQuoted:
			f.words = append(f.words, t.Text)
		}
	}
	return f
}

func (c *caption) snowfall(f finding) finding {
	for _, p := range c.text.Phrases {
		if isSnowfall(p) && !p.Denied {
			return finding{true, []string{c.text.Words(p)}}
		}
	}
	return f
}

// where looks for places that are indoors, or outdoors.
func (c *caption) where(indoors bool) finding {
	for _, p := range c.text.Phrases {
		if words.IsPlace(p.Head) && !p.Denied && !frames[p.Head] {
			return finding{words.IsIndoors(p.Head) == indoors, []string{c.text.Words(p)}}
		}
	}
	return finding{}
}

// quality looks for a quality of whatever is shown: "is it dark?".
func (c *caption) quality(wanted phrase.Phrase) finding {
	for _, m := range wanted.Mods {
		i := c.indexQuality(m)
		if i < 0 && words.Quality(m) == "dark" {
			i = slices.IndexFunc(c.text.Tokens, func(t words.Token) bool { return words.Time(t.Word) == "night" })
		}
		if i < 0 {
			return finding{}
		}
		if len(wanted.Mods) == 1 {
			return finding{true, []string{c.text.Tokens[i].Text}}
		}
	}
	return finding{yes: len(wanted.Mods) > 0}
}

// thing looks for the phrases that name a thing with its qualities, and counts
// them.
func (c *caption) thing(q claim) finding {
	var held, other []int
	var n counter
	for i, p := range c.text.Phrases {
		if !names(q.thing, p) {
			continue
		}
		switch all := hasAll(q.thing, p); {
		case !p.Denied && !all && q.thing.After > 0 && !isIndefinite(q.thing): // "the boats are red" is said of all
			return finding{false, c.said(i)}
		case p.Denied || !all || q.side != "" && !c.onSide(i, q.side):
			other = append(other, i)
		default:
			held = append(held, i)
			n.add(p, c.sentences[i])
		}
	}
	if n.allows(q.thing.Count, q.atLeast) && c.acts(q.thing.Actions) {
		return finding{true, c.said(held...)}
	}
	return finding{false, c.said(append(held, other...)...)}
}

func isIndefinite(p phrase.Phrase) bool {
	return p.Article == "a" || p.Article == "an" || p.Article == "any"
}

// counter counts things in each sentence of a caption by itself, since a later
// one may tell of the same things again.
type counter struct {
	totals   []total
	sentence int
}

// total is how many things a sentence tells of.
type total struct {
	n     int
	exact bool // the sentence tells the number
}

func (c *counter) add(p phrase.Phrase, sentence int) {
	if len(c.totals) == 0 || sentence != c.sentence && p.Article != "another" {
		c.totals = append(c.totals, total{exact: true})
	}
	c.sentence = sentence
	t := &c.totals[len(c.totals)-1]
	switch {
	case p.Count > 0:
		t.n += p.Count
	case p.Many:
		t.n, t.exact = t.n+2, false
	default:
		t.n++
	}
}

// allows reports whether there may be as many things as wanted; 0 wants any
// number.
func (c *counter) allows(wanted int, atLeast bool) bool {
	return slices.ContainsFunc(c.totals, func(t total) bool {
		return wanted == 0 || t.n == wanted && t.exact || atLeast && t.n >= wanted
	})
}

// said returns the words of phrases by their number, of a denied one with the
// word before it that denies it.
func (c *caption) said(phrases ...int) []string {
	var all []string
	for _, i := range phrases[:min(len(phrases), maxQuoted)] {
		p := c.text.Phrases[i]
		if p.Denied {
			all = append(all, words.Join(c.text.Tokens[p.From:p.End]))
		} else {
			all = append(all, c.text.Words(p))
		}
	}
	return all
}

// names reports whether a phrase of the caption names what is asked for. A
// place is also named by a word before the noun: "a city street".
func names(wanted, p phrase.Phrase) bool {
	return words.Names(wanted.Head, p.Head) || words.IsPlace(wanted.Head) && slices.Contains(p.Mods, wanted.Head)
}

// hasAll reports whether a phrase has all the qualities of the wanted one.
func hasAll(wanted, p phrase.Phrase) bool {
	for _, m := range wanted.Mods {
		for part := range strings.SplitSeq(m, "-") {
			if !slices.ContainsFunc(p.Mods, func(have string) bool {
				return words.SameQuality(have, part) || slices.Contains(strings.Split(have, "-"), part)
			}) {
				return false
			}
		}
	}
	return true
}

// onSide reports whether the caption says that phrase i is on a side.
func (c *caption) onSide(i int, side string) bool {
	ps := c.text.Phrases
	for k := i + 1; k < len(ps) && ps[k].From == ps[k-1].End && words.IsPreposition(ps[k].Link); k++ {
		if isSide(ps[k]) == side {
			return true
		}
	}
	return false
}

// acts reports whether the caption has all the verbs.
func (c *caption) acts(verbs []string) bool {
	for _, v := range verbs {
		if c.indexQuality(v) < 0 {
			return false
		}
	}
	return true
}

// indexQuality returns the first token that says the same of a thing as a word
// does, -1 for none.
func (c *caption) indexQuality(word string) int {
	if c.qualities == nil {
		c.qualities = make([]string, len(c.text.Tokens))
		for i, t := range c.text.Tokens {
			if t.Word != "" {
				c.qualities[i] = words.Quality(t.Word)
			}
		}
	}
	return slices.Index(c.qualities, words.Quality(word))
}
