package embed

import (
	"bufio"
	"bytes"
	_ "embed" // for the files of the lexicon
	"iter"
	"strings"
	"sync"

	"github.com/imagescope/imagescope/internal/words"
)

// The files of the lexicon. They say themselves how they are to be read.
var (
	//go:embed lexicon/common.txt
	commonText []byte
	//go:embed lexicon/groups.txt
	groupsText []byte
	//go:embed lexicon/forms.txt
	formsText []byte
)

// lexicon is what [Words] knows of English.
type lexicon struct {
	forms  map[string]string   // a word to the one that stands for it
	common map[string]int      // a stem to how common it is: 1 most, 0 least
	groups map[string][]string // a stem to the names of its groups
	places map[string]int      // a stem or group to its own component, from 0 on
}

// theLexicon returns the lexicon, which must not be changed.
var theLexicon = sync.OnceValue(func() *lexicon {
	l := &lexicon{
		forms: map[string]string{}, common: map[string]int{}, groups: map[string][]string{}, places: map[string]int{},
	}
	for forms, one := range lines(formsText) {
		for _, form := range strings.Fields(forms) {
			l.forms[form] = strings.TrimSpace(one)
		}
	}
	for level, list := range lines(commonText) {
		for _, w := range strings.Fields(list) {
			stem := l.stem(w)
			if l.common[stem] == 0 {
				l.common[stem] = int(level[0] - '0')
			}
			l.place(stem)
		}
	}
	for group := range lines(groupsText) {
		l.addGroup(strings.Fields(group))
	}
	return l
})

// lines walks over the lines of a file that are no comments, each cut at its
// first colon.
func lines(text []byte) iter.Seq2[string, string] {
	return func(yield func(before, after string) bool) {
		for scanner := bufio.NewScanner(bytes.NewReader(text)); scanner.Scan(); {
			before, after, _ := strings.Cut(scanner.Text(), ":")
			if !strings.HasPrefix(before, "#") && !yield(before, after) {
				return
			}
		}
	}
}

// stem returns what a lower-case word counts as.
func (l *lexicon) stem(word string) string {
	if one, ok := l.forms[word]; ok {
		word = one
	}
	return words.Stem(word)
}

func (l *lexicon) place(key string) {
	if _, ok := l.places[key]; !ok {
		l.places[key] = len(l.places)
	}
}

// groupMark begins the name of a group, so that it is no stem.
const groupMark = "="

// addGroup adds a group of words, named after the first.
func (l *lexicon) addGroup(members []string) {
	name := groupMark + l.stem(members[0])
	l.place(name)
	for _, w := range members {
		stem := l.stem(w)
		l.groups[stem] = append(l.groups[stem], name)
	}
}
