package change

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// isUnsure reports whether an answer tells nothing.
func isUnsure(answer []words.Token) bool {
	text := strings.ToLower(words.Join(answer))
	return slices.ContainsFunc(unsure, func(s string) bool { return strings.Contains(text, s) })
}

var unsure = []string{
	"know", "can't tell", "cannot tell", "can't see", "cannot see", "cant see", "cant tell", "not sure", "unsure", "maybe", "possibly", "perhaps",
	"hard to say", "hard to tell", "could be", "might be", "impossible", "not certain", "unclear", "don't see", "can't say", "not visible", "n/a",
	"can not tell", "can not see", "probably", "can't really", "too many to", "dont", "i guess", "unable", "that i can see", "notable", "don’t",
}

// polarity returns whether an answer says yes or no, and how many words that
// takes; 0 where it says neither.
func polarity(answer []words.Token) (yes bool, n int) {
	first, next, last := at(answer, 0), at(answer, 1), lastWord(answer)
	switch {
	case first == "not" && (next == "really" || next == "that" || next == "at"), first == "n" && next == "o":
		return false, len(answer)
	case slices.Contains([]string{"no", "nope", "none", "nah", "neither", "not"}, first):
		return false, 1
	case slices.Contains([]string{"yes", "yeah", "yep", "yup", "ya", "sure", "correct", "definitely"}, first):
		return true, 1
	case last == "yes":
		return true, len(answer)
	case denied(answer):
		return false, len(answer)
	case first == "it" && (next == "is" || next == "does") && len(answer) == 2, first == "they" && next == "are" && len(answer) == 2, first == "looks" && next == "like" && at(answer, 2) == "it":
		return true, len(answer)
	}
	return false, 0
}

// denied reports whether an answer is a sentence such as "it doesn't look so".
func denied(answer []words.Token) bool {
	return isPronoun(at(answer, 0)) && slices.ContainsFunc(answer[:min(4, len(answer))], func(t words.Token) bool {
		return t.Word == "not" || strings.HasSuffix(t.Word, "n't")
	})
}

// isRuledOut reports whether what follows "no" in an answer is what is not
// there: "no cars", not "no, a bird" or "no just a bird".
func isRuledOut(rest []words.Token) bool {
	if len(rest) == 0 || rest[0].Word == "" {
		return false
	}
	switch rest[0].Word {
	case "just", "but", "it", "he", "she", "they", "there", "the", "a", "an", "only", "really", "i", "because", "it's", "they're", "he's", "she's", "not", "this", "his", "her":
		return false
	}
	ps := phrase.Of(rest).Phrases
	return len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != "" && ps[0].Count == 0
}

// openings begin an answer, or what it adds to yes or no, and say nothing.
var openings = []string{
	"it is", "it's", "they are", "they're", "he is", "he's", "she is", "she's", "there is", "there are", "there's", "i can see", "i can", "i see", "i just see", "i only see",
	"i think", "i would say", "i'd say", "looks like", "it looks like", "it looks to be", "it looks", "they look", "it appears to be", "it seems to be", "appears to be",
	"seems to be", "it does", "they do", "he does", "she does", "only", "just", "about", "well", "mostly", "looks", "but", "and", "really", "you can see", "we can see", "actually",
}

// withoutOpening drops openings. about tells whether one of them spoke of the
// thing that was asked about, as "it is" does.
func withoutOpening(answer []words.Token) (rest []words.Token, about bool) {
	rest = trimMarks(answer)
	for {
		found := ""
		for _, o := range openings {
			if len(o) > len(found) && asked(rest, o) != nil {
				found = o
			}
		}
		if found == "" {
			return rest, about
		}
		first, _, _ := strings.Cut(strings.ReplaceAll(found, "'", " "), " ")
		about = about || isPronoun(first)
		rest = trimMarks(asked(rest, found))
	}
}

// more returns what an answer adds to yes or no: "(no,) just a bird". What it
// says of "it" is said of the subject of the question.
func more(rest []words.Token, subject string) []Change {
	rest, about := withoutOpening(rest)
	rest = withoutLead(rest)
	if at(rest, 0) == "because" || at(rest, 0) == "as" || at(rest, 0) == "so" {
		return nil
	}
	ps := phrase.Of(rest).Phrases
	if len(ps) == 0 || ps[0].Head == "" && len(ps[0].Mods) == 0 {
		return nil
	}
	var all []Change
	for _, c := range Parse(words.Join(rest)) {
		switch {
		case c.Kind == Retention || c.View || c.Kind == Comparison:
			continue
		case c.Quality == "" && isHollow(c.Thing):
			continue
		case about && c.Thing == "" && c.Quality != "" && !isSettingWord(c.Quality):
			c.Thing = subject
		case c.Told && words.Join(withoutSeen(words.Tokens(c.Thing))) != c.Thing: // "6 people pictured"
			c.Thing = words.Join(withoutSeen(words.Tokens(c.Thing)))
		}
		all = append(all, c)
	}
	return all
}

func withoutSeen(tokens []words.Token) []words.Token {
	for len(tokens) > 1 && slices.Contains([]string{"visible", "pictured", "shown", "seen", "there", "around", "total", "present"}, lastWord(tokens)) {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}

// isHollow reports whether a text names nothing that can be seen.
func isHollow(thing string) bool {
	ps := phrase.Read(thing).Phrases
	return len(ps) == 0 || ps[0].Head == "" && len(ps[0].Mods) == 0 || words.IsAbstract(ps[0].Head) || hollow[ps[0].Head] || ps[0].Head == "" && ps[0].Count == 0
}

var hollow = map[string]bool{"way": true, "thing": true, "one": true, "other": true, "lot": true, "anything": true, "something": true, "else": true, "idea": true, "view": true}

func isSettingWord(quality string) bool {
	_, setting := cutSetting(words.Tokens(quality))
	return len(setting) > 0 || isPlace(words.Tokens(quality))
}
