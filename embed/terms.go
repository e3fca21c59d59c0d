package embed

import (
	"strconv"
	"strings"

	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/rows"
	"github.com/imagescope/imagescope/internal/words"
)

// term is one thing that a text is found by: a stem, a group of words that
// mean much the same, or a pair of neighbouring stems.
type term struct {
	key   string
	pair  [2]string // the stems of a pair, else empty
	count float64   // how often the text has it; less than 1 for what pixels say
}

func (t term) isPair() bool { return t.pair[0] != "" }

// termList collects terms, each once, in the order in which they are found.
type termList struct {
	terms []term
	at    map[string]int
}

func (l *termList) add(t term) {
	if i, ok := l.at[t.key]; ok {
		l.terms[i].count += t.count
		return
	}
	l.at[t.key] = len(l.terms)
	l.terms = append(l.terms, t)
}

// addWord adds a stem with its groups.
func (l *termList) addWord(stem string, count float64) {
	l.add(term{key: stem, count: count})
	for _, g := range theLexicon().groups[stem] {
		l.add(term{key: g, count: count})
	}
}

// terms returns what a text is found by. Of the part that [Colours] measured,
// a colour counts by its share.
func terms(text string) []term {
	said, measured := splitMeasured(reply.Cut(text, rows.MaxText))
	list := &termList{at: make(map[string]int)}
	before := ""
	for _, w := range words.Split(said) {
		if words.IsStop(w) {
			continue
		}
		stem := theLexicon().stem(w)
		list.addWord(stem, 1)
		if before != "" {
			list.add(term{key: before + " " + stem, pair: [2]string{before, stem}, count: 1})
		}
		before = stem
	}
	list.addMeasured(measured)
	return list.terms
}

// impressionCount is what an impression, such as "dark", counts beside a word
// that somebody said.
const impressionCount = 0.25

// addMeasured adds the terms of a sentence that [Colours] wrote.
func (l *termList) addMeasured(sentence string) {
	colours, impression, _ := strings.Cut(strings.TrimPrefix(sentence, opening), ";")
	for part := range strings.SplitSeq(colours, ",") {
		percent, name, _ := strings.Cut(strings.TrimSpace(part), "% ")
		if n, err := strconv.Atoi(percent); err == nil && n > 0 {
			l.addWord(theLexicon().stem(name), float64(n)/100)
		}
	}
	for part := range strings.SplitSeq(impression, ",") {
		if word := strings.Fields(part); len(word) == 1 { // "wide format." is no impression
			l.addWord(theLexicon().stem(word[0]), impressionCount)
		}
	}
}
