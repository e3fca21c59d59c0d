package verify

import (
	"context"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/words"
)

// Propose writes a question for each thing, quality, number, time and place
// that the edits ask for, with the answer that is wanted: "remove the coke"
// gives "Is there a coke?", no. A thing with qualities or a number is asked for
// without them too, so that a candidate with a red boat for two red boats is
// before one with none. What things do is asked only where an edit changes it:
// captions seldom tell. It reads edits of any author: those of
// intent.Rules, of a model, or free text. Edits that no single image can be
// checked for, such as "change the angle", give no question. Without edits the
// text of the query is read. The only error is that of a done context.
func (Captions) Propose(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	edits := in.Edits
	if len(edits) == 0 {
		edits = []imagescope.Edit{{Text: q.Text}}
	}
	p := proposer{main: mainThing(q, in)}
	for _, e := range edits[:min(len(edits), maxEdits)] {
		for _, c := range change.Parse(reply.Cut(e.Text, maxQuestion)) {
			p.change(withKind(c, e.Kind))
		}
	}
	return p.props, nil
}

// withKind gives a change the kind that its edit is said to have, where its
// words alone do not tell: "the dog" is to go, or to stay.
func withKind(c change.Change, kind imagescope.EditKind) change.Change {
	if c.Told && c.Quality == "" && (kind == imagescope.Removal || kind == imagescope.Retention) {
		c.Kind, c.Told = change.Kind(kind), false
	}
	return c
}

// mainThing returns the noun that the query is about, "" where nothing says.
func mainThing(q imagescope.Query, in imagescope.Intent) string {
	for _, text := range append([]string{q.Described()}, in.Descriptions...) {
		for _, p := range phrase.Read(reply.Cut(text, maxCaption)).Phrases {
			if p.Head != "" && !p.Denied && !frames[p.Head] && words.Time(p.Head) == "" {
				if p.Many {
					return words.Plural(p.Head)
				}
				return p.Head
			}
		}
	}
	return ""
}

// proposer collects propositions.
type proposer struct {
	main  string
	props []imagescope.Proposition
}

// ask adds a question, unless it was asked already.
func (p *proposer) ask(question, statement string, want bool) {
	known := slices.ContainsFunc(p.props, func(have imagescope.Proposition) bool { return have.Question == question })
	if !known && len(p.props) < maxPropositions {
		p.props = append(p.props, imagescope.Proposition{Question: question, Statement: statement, Want: want})
	}
}

// change asks for what a change wants.
func (p *proposer) change(c change.Change) {
	want := c.Kind != change.Removal
	switch {
	case c.View:
		if closeUp(c.Quality) {
			p.ask("Is it a close-up?", "It is a close-up.", true)
		}
	case c.Quality != "":
		p.quality(c.Thing, c.Quality, want)
	case !want:
		for _, n := range phrase.Read(c.Thing).Phrases {
			if n.Head != "" && (n.From == 0 || !words.IsPreposition(n.Link)) {
				n.Count, n.Denied = 0, false
				p.exists(n, "", false)
			}
		}
	default:
		if c.Was != "" {
			p.gone(c)
		}
		p.wanted(c.Thing)
	}
}

// closeUp reports whether a view brings its subject nearer.
func closeUp(view string) bool {
	v := strings.ToLower(view)
	return strings.Contains(v, "zoom") && !strings.Contains(v, "out") || strings.Contains(v, "close")
}

// gone asks whether what was replaced is still there.
func (p *proposer) gone(c change.Change) {
	was, now := phrase.Read(c.Was).Phrases, phrase.Read(c.Thing).Phrases
	if len(was) == 0 || len(now) == 0 || was[0].Head == "" || frames[was[0].Head] || words.Names(was[0].Head, now[0].Head) {
		return
	}
	n := was[0]
	n.Count = 0
	p.exists(n, "", false)
}

// wanted asks for the things that a text names, each with what it is beside.
func (p *proposer) wanted(text string) {
	t := phrase.Read(text)
	for i, n := range t.Phrases {
		link := relation(t.Tokens[n.From:n.Start])
		switch {
		case frames[n.Head] || n.Head == "" && len(n.Mods) == 0:
			continue
		case words.Time(n.Head) != "" || words.Weather(n.Head) != "":
			p.quality("", n.Head, !n.Denied)
		case n.Head == "":
			p.quality("", strings.Join(n.Mods, " "), !n.Denied)
		case words.IsPlace(n.Head) && words.IsPreposition(n.Link) && n.Link != "with":
			place := strings.TrimPrefix(named(n), "any ")
			p.ask("Is it "+link+" "+place+"?", "It is "+link+" "+place+".", !n.Denied)
		case i > 0 && words.IsPreposition(t.Tokens[n.From].Word) && n.From == t.Phrases[i-1].End && t.Phrases[i-1].Head != "" && !n.Denied:
			p.exists(bare(t.Phrases[i-1]), " "+link+" "+named(n), true)
		default:
			if b := bare(n); !n.Denied && (n.Count > 0 || len(b.Mods) < len(n.Mods)) {
				p.exists(b, "", true)
			}
			p.exists(n, "", !n.Denied)
		}
	}
}

// relation returns the prepositions of what leads to a phrase: "next to", and
// not a verb before them.
func relation(tokens []words.Token) string {
	i := slices.IndexFunc(tokens, func(t words.Token) bool { return words.IsPreposition(t.Word) })
	if i < 0 {
		return ""
	}
	return words.Join(tokens[i:])
}

// bare returns a phrase without its number and qualities: "teddy bears" of "two
// brown teddy bears". Each is asked for once, so that a candidate which has the
// thing, and not the colour, counts for more than one that has neither.
func bare(n phrase.Phrase) phrase.Phrase {
	n.Count, n.After = 0, 0
	n.Mods = slices.DeleteFunc(slices.Clone(n.Mods), func(m string) bool { return words.IsAdjective(m) || words.IsParticiple(m) })
	return n
}

// exists asks whether something is there, in some relation to something else.
func (p *proposer) exists(n phrase.Phrase, relation string, want bool) {
	statement := "There " + be(n, "is", "are") + " " + named(n) + relation + "."
	if !want {
		statement = "There " + be(n, "is", "are") + " no " + plainName(n) + relation + "."
	}
	p.ask(be(n, "Is", "Are")+" there "+named(n)+relation+"?", statement, want)
}

// quality asks whether a thing, or where it is "" the main one or the picture,
// is as a quality says.
func (p *proposer) quality(thing, quality string, want bool) {
	said := phrase.Of(words.Tokens(quality))
	if len(said.Phrases) == 1 {
		n := said.Phrases[0]
		word := n.Head
		if word == "" && len(n.Mods) > 0 {
			word = n.Mods[0]
		}
		if time := words.Time(word); time != "" {
			p.ask("Is it "+time+"?", "It is "+time+".", want)
			return
		}
		if weather := words.Weather(word); weather != "" {
			p.ask("Is there "+weather+"?", "There is "+weather+".", want)
			return
		}
	}
	subject := phrase.Phrase{Head: p.main}
	if one, many := words.Singular(p.main); many {
		subject.Head, subject.Many = one, true
	}
	if thing != "" {
		ps := phrase.Read(thing).Phrases
		if len(ps) == 0 || ps[0].Head == "" {
			return
		}
		subject = ps[0]
	}
	name := "the " + plainName(subject)
	if subject.Head == "" {
		name = "it"
	}
	if n, ok := words.Number(quality); ok && subject.Head != "" {
		subject.Count, subject.Many = n, n > 1
		p.exists(subject, "", want)
		return
	}
	if how := plainQuality(quality); how != "" {
		p.ask(be(subject, "Is", "Are")+" "+name+" "+how+"?", strings.ToUpper(name[:1])+name[1:]+" "+be(subject, "is", "are")+" "+how+".", want)
	}
}

// plainQuality returns a quality as it can be seen in one picture: "bigger" is
// "big". It is "" for what only compares, such as "different".
func plainQuality(quality string) string {
	var out []string
	for _, t := range words.Tokens(quality) {
		switch t.Word {
		case "different", "similar", "same", "more", "less", "much", "":
			continue
		}
		word, _ := words.Positive(t.Word)
		if ing, ok := words.Gerund(word); ok && len(out) == 0 { // "sit"
			word = ing
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// named returns a phrase as something to ask for: "a coke", "two red boats",
// "any snow".
func named(n phrase.Phrase) string {
	name := plainName(n)
	switch {
	case n.Count > 0:
		return words.Spell(n.Count) + " " + name
	case n.Many:
		return name
	case n.Article == "" && !n.Denied:
		return "any " + name
	case strings.ContainsRune("aeiou", rune(name[0])):
		return "an " + name
	}
	return "a " + name
}

// plainName returns a phrase without article and number.
func plainName(n phrase.Phrase) string {
	var parts []string
	for _, m := range n.Mods {
		if m = plainQuality(m); m != "" {
			parts = append(parts, m)
		}
	}
	noun := n.Head
	if n.Many && noun != "" {
		noun = words.Plural(noun)
	}
	return strings.Join(append(parts, noun), " ")
}

// be chooses between the verbs for one and for several.
func be(n phrase.Phrase, one, many string) string {
	if n.Many || n.Count > 1 {
		return many
	}
	return one
}
