package verify

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/words"
)

// question is what a yes/no question claims of a picture.
type question struct {
	claims []claim
	any    bool // one claim is enough: "a dog or a cat"
}

// claim is one thing that must hold: that something is there, or when, in
// which weather or where the picture was taken.
type claim struct {
	thing   phrase.Phrase
	atLeast bool   // the thing's number is the smallest that will do
	side    string // where in the picture the thing is: "left", "right"
	time    string // as of words.Time
	weather string // as of words.Weather
	indoors *bool  // whether the picture is taken indoors
}

// readQuestion reads a proposition by its question, or by its statement where
// it has no question.
func readQuestion(p imagescope.Proposition) question {
	text := p.Question
	if strings.TrimSpace(text) == "" {
		text = p.Statement
	}
	r := questionReader{least: -1}
	r.tokens = r.withoutLeast(words.Tokens(reply.Cut(text, maxQuestion)))
	return r.read()
}

type questionReader struct {
	tokens []words.Token
	least  int // where "at least" stood; -1 for nowhere
	q      question
}

// withoutLeast takes "at least" out of the tokens and notes where it was.
func (r *questionReader) withoutLeast(tokens []words.Token) []words.Token {
	for i := 0; i+1 < len(tokens); i++ {
		if tokens[i].Word == "at" && tokens[i+1].Word == "least" {
			r.least = i
			return slices.Delete(tokens, i, i+2)
		}
	}
	return tokens
}

func (r *questionReader) read() question {
	text := phrase.Of(r.tokens)
	covered := 0
	for _, p := range text.Phrases {
		r.between(covered, p.Start)
		r.claim(p)
		covered = p.End
	}
	r.between(covered, len(r.tokens))
	return r.q
}

// between reads the words that belong to no thing.
func (r *questionReader) between(from, to int) {
	for i := from; i < to; i++ {
		w := r.tokens[i].Word
		last := i == len(r.tokens)-1
		switch {
		case words.Weather(w) != "":
			r.add(claim{weather: words.Weather(w)})
		case w == "outdoors" || w == "outside" && last:
			r.add(claim{indoors: new(bool)})
		case w == "indoors" || w == "inside" && last:
			yes := true
			r.add(claim{indoors: &yes})
		case w == "or":
			r.q.any = true
		}
	}
}

// maxClaims is how many things of one question are looked for. What it asks
// beyond is left out.
const maxClaims = 16

func (r *questionReader) add(c claim) {
	if len(r.q.claims) < maxClaims {
		r.q.claims = append(r.q.claims, c)
	}
}

// claim reads what a phrase claims.
func (r *questionReader) claim(p phrase.Phrase) {
	p.Mods = slices.DeleteFunc(slices.Clone(p.Mods), func(m string) bool { return seenWords[m] })
	p.Actions = slices.DeleteFunc(slices.Clone(p.Actions), func(a string) bool { return seenWords[a] || worn[a] })
	if isSide(p) == "" && frames[p.Head] && len(p.Mods) > 0 { // "at night time", "a red colour"
		p.Head = ""
	}
	word := p.Head
	if word == "" && len(p.Mods) > 0 {
		word = p.Mods[len(p.Mods)-1]
	}
	before := len(r.q.claims) - 1
	switch {
	case words.Time(word) != "":
		r.add(claim{time: words.Time(word), thing: phrase.Phrase{Denied: p.Denied}})
	case words.Weather(word) != "":
		r.add(claim{weather: words.Weather(word), thing: phrase.Phrase{Denied: p.Denied}})
	case isSnowfall(p):
		r.add(claim{weather: words.Weather("snowfall"), thing: phrase.Phrase{Denied: p.Denied}})
	case isSide(p) != "":
		if before >= 0 {
			r.q.claims[before].side = isSide(p)
		}
	case frames[p.Head] && (len(p.Mods) == 0 || p.Head != "time"), p.Head == "" && len(p.Mods) == 0:
	default:
		r.add(claim{thing: p, atLeast: r.least >= p.Start && r.least < p.End})
	}
}

func isSnowfall(p phrase.Phrase) bool { return p.Head == "snow" && slices.Contains(p.Mods, "falling") }

// isSide returns the side of the picture that a phrase names.
func isSide(p phrase.Phrase) string {
	for _, side := range []string{"left", "right"} {
		if p.Head == side || (p.Head == "side" || p.Head == "hand") && slices.Contains(p.Mods, side) {
			return side
		}
	}
	return ""
}

// frames are nouns that stand for the picture or a part of it, and say nothing
// of what it shows.
var frames = set(`image picture photo photograph scene background foreground view frame color colour time top middle centre center
	front back bottom edge corner distance side way shot kind type lot it`)

// seenWords only say that something is to be seen.
var seenWords = set(`visible present shown seen pictured depicted taken there show see contain have include feature depict shot set located`)

// worn are verbs that captions leave out: "a woman in a hat".
var worn = set(`wear wears wearing wore have has having`)

func set(table string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(table) {
		m[w] = true
	}
	return m
}
