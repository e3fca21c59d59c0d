package change

import (
	"slices"
	"strings"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// Turn reads a turn of a conversation: questions with their answers, such as
// "is there a dog? no, just a cat", or an instruction. An answer that tells
// nothing gives no change. answered tells that it was questions with answers.
func Turn(text string) (changes []Change, answered bool) {
	tokens := read(text)
	pairs := exchanges(tokens)
	if pairs == nil {
		x := exchange{question: withoutLead(trimMarks(tokens))}
		if thing := x.thing(); thing != nil { // a question that waits for its answer says what is wanted
			return []Change{{Kind: Addition, Thing: words.Join(withoutAny(thing, false))}}, false
		}
		return Parse(strings.TrimRight(text, " ?")), false
	}
	var all []Change
	for _, p := range pairs {
		if len(all) >= maxChanges {
			break
		}
		for _, c := range p.changes() {
			if !slices.ContainsFunc(all, func(have Change) bool { return have.says(c) }) {
				all = append(all, c)
			}
		}
	}
	return slices.Clip(all[:min(len(all), maxChanges)]), true
}

// says reports whether a change asks for all that another one does, up to
// articles.
func (c Change) says(other Change) bool {
	bare := func(s string) string { return words.Join(withoutAny(words.Tokens(strings.ToLower(s)), true)) }
	return c.Quality == other.Quality && c.Was == other.Was && bare(c.Thing) == bare(other.Thing)
}

// exchange is a question and its answer.
type exchange struct{ question, answer []words.Token }

// exchanges cuts a text into questions and answers. It returns nil where no
// question is answered.
func exchanges(tokens []words.Token) []exchange {
	var all []exchange
	for len(tokens) > 0 {
		mark := slices.IndexFunc(tokens, func(t words.Token) bool { return t.Text == "?" })
		if mark < 0 {
			break
		}
		rest := tokens[mark+1:]
		end := len(rest)
		if next := slices.IndexFunc(rest, func(t words.Token) bool { return t.Text == "?" }); next >= 0 {
			end = 0 // the answer ends with the last sentence before the next question
			for i, t := range rest[:next] {
				if t.Text == "." || t.Text == "!" {
					end = i + 1
				}
			}
		}
		if end > 0 {
			all = append(all, exchange{withoutLead(trimMarks(tokens[:mark])), trimMarks(rest[:end])})
		}
		tokens = rest[end:]
	}
	return all
}

func trimMarks(tokens []words.Token) []words.Token {
	for len(tokens) > 0 && tokens[0].Word == "" {
		tokens = tokens[1:]
	}
	for len(tokens) > 0 && tokens[len(tokens)-1].Word == "" {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}

// changes returns what an answered question tells.
func (x exchange) changes() []Change {
	if len(x.question) == 0 || len(x.answer) == 0 || isUnsure(x.answer) {
		return nil
	}
	yes, n := polarity(x.answer)
	switch {
	case n == 0:
		return x.told()
	case !yes && isRuledOut(x.answer[n:]):
		return append(x.settled(false), ruledOut(x.answer[n:])...)
	}
	return append(x.settled(yes), more(x.answer[n:], x.subject())...)
}

// ruledOut returns what an answer such as "no pets or people" rules out.
func ruledOut(rest []words.Token) []Change {
	var all []Change
	for _, c := range Parse("no " + words.Join(rest)) {
		if c.Kind == Removal && !isHollow(c.Thing) {
			all = append(all, c)
		}
	}
	return all
}

// settled returns what yes or no to a question says.
func (x exchange) settled(yes bool) []Change {
	if thing := x.thing(); thing != nil {
		text := words.Join(withoutAny(thing, false))
		switch {
		case text == "" || isPronoun(text) || isHollow(text):
			return nil
		case yes:
			return []Change{{Kind: Addition, Thing: text}}
		case isPartly(thing):
			return nil
		}
		return []Change{{Kind: Removal, Thing: text}}
	}
	c, ok := x.statement()
	switch {
	case !ok || aboutPicture(c) || strings.Contains(c.Thing+c.Quality, "same"):
		return nil
	case yes:
		return []Change{c}
	}
	c.Kind = Removal
	return []Change{c}
}

// thing returns what a question asks the presence of, nil for other questions.
func (x exchange) thing() []words.Token {
	q := x.question
	if thing := asked(q, "is there", "are there", "was there", "were there", "do you see", "can you see", "could you see", "do we see", "can we see", "you see",
		"can i see", "see", "is any", "are any", "any", "does it have", "does it show", "does it contain", "does the image show", "does the picture have", "does this have"); thing != nil {
		return thing
	}
	if ps := phrase.Of(q).Phrases; len(ps) > 0 && ps[0].Start == 1 && len(q) == ps[0].End+1 && lastWord(q) == "visible" {
		return q[1:ps[0].End]
	}
	return nil
}

// isPartly reports whether "no" to a question does not mean that there is
// none: "are there other trees", "are there lots of people".
func isPartly(thing []words.Token) bool {
	return slices.ContainsFunc(thing, func(t words.Token) bool {
		_, isNumber := words.Number(t.Word)
		return isNumber || words.IsQuantity(t.Word) && t.Word != "some" || slices.Contains([]string{"other", "another", "else", "more", "lot", "only", "much", "all", "enough"}, t.Word)
	})
}

// aboutPicture reports whether a change is about the photograph and not about
// what it shows: "is it a professional photo", "is the photo in colour".
func aboutPicture(c Change) bool {
	ps := phrase.Read(c.Thing + " " + c.Quality).Phrases
	return len(ps) > 0 && (pictureWords[ps[0].Head] || words.IsAbstract(ps[0].Head))
}

// asked returns what follows one of the openings of a text.
func asked(q []words.Token, openings ...string) []words.Token {
	for _, o := range openings {
		f := strings.Fields(o)
		if len(q) > len(f) && slices.EqualFunc(q[:len(f)], f, func(t words.Token, w string) bool { return t.Word == w }) {
			return q[len(f):]
		}
	}
	return nil
}

// withoutAny drops "any" and, if told to, articles from the beginning, and from
// the end what is no thing.
func withoutAny(tokens []words.Token, articles bool) []words.Token {
	for len(tokens) > 1 && (slices.Contains([]string{"any", "other", "some"}, tokens[0].Word) || articles && slices.Contains([]string{"a", "an", "the"}, tokens[0].Word)) {
		tokens = tokens[1:]
	}
	for {
		n := len(tokens)
		tokens = withoutSeen(tokens)
		for n := len(tokens); n > 1 && slices.Contains([]string{"anywhere", "too", "nearby", "else", "here", "out", "at", "all"}, lastWord(tokens)); n = len(tokens) {
			tokens = tokens[:n-1]
		}
		for _, tail := range [][2]string{{"in", "the"}, {"in", "this"}} { // "in the picture"
			if n := len(tokens); n > 3 && at(tokens, n-3) == tail[0] && at(tokens, n-2) == tail[1] && pictureWords[at(tokens, n-1)] {
				tokens = tokens[:n-3]
			}
		}
		if len(tokens) == n {
			return tokens
		}
	}
}

// statement turns "is the car blue" into the change that makes it so.
func (x exchange) statement() (Change, bool) {
	q := x.question
	verb, rest := at(q, 0), q[1:]
	switch verb {
	case "is", "are", "was", "were", "do", "does", "has", "have":
	default:
		return Change{}, false
	}
	subject := 0
	if ps := phrase.Of(rest).Phrases; isPronoun(at(rest, 0)) {
		subject = 1
	} else if len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != "" {
		subject = ps[0].End
	}
	if subject == 0 || subject >= len(rest) {
		return Change{}, false
	}
	noun, how := rest[:subject], rest[subject:]
	c := Change{Kind: Modification, Thing: words.Join(noun)}
	if picture := pictureWords[lastWord(noun)]; isMain(noun) || picture {
		c.Thing = ""
		if picture {
			how = dropFirst(how, map[string]bool{"taken": true, "shot": true, "set": true})
		}
	}
	switch first := at(how, 0); {
	case first == "have" || first == "has" || verb == "has" || verb == "have":
		how = dropFirst(how, map[string]bool{"have": true, "has": true})
		return Change{Kind: Addition, Thing: words.Join(withoutAny(how, false))}, len(how) > 0
	case first == "look" || first == "seem" || first == "appear":
		how = dropFirst(how[1:], map[string]bool{"to": true, "be": true, "like": true})
	case verb == "do" || verb == "does":
		return Change{}, false
	}
	how = withoutAny(dropFirst(how, map[string]bool{"all": true, "both": true, "really": true}), false)
	if ps := phrase.Of(how).Phrases; c.Thing == "" && len(ps) > 0 && ps[0].Start == 0 && ps[0].Article != "" && ps[0].Head != "" { // "is it a man"
		return Change{Kind: Addition, Thing: words.Join(how)}, true
	}
	c.Quality = words.Join(how)
	return c, c.Quality != ""
}

func isPronoun(w string) bool {
	switch w {
	case "it", "he", "she", "they", "this", "that", "these", "those", "him", "her":
		return true
	}
	return false
}

// subject returns the thing that a question is about, "" for the main one.
func (x exchange) subject() string {
	if thing := x.thing(); thing != nil {
		return words.Join(withoutAny(thing, false))
	}
	if c, ok := x.statement(); ok {
		return c.Thing
	}
	return questioned(x.question)
}

// questioned returns the last thing that a question names.
func questioned(q []words.Token) string {
	text := phrase.Of(q)
	for i := len(text.Phrases) - 1; i >= 0; i-- {
		if p := text.Phrases[i]; p.Head != "" && p.Head != "what" && !words.IsAbstract(p.Head) && !pictureWords[p.Head] {
			return text.Words(p)
		}
	}
	return ""
}

// told returns what the answer to a question other than for yes or no says.
func (x exchange) told() []Change {
	q := x.question
	answer, _ := withoutOpening(x.answer)
	if len(answer) == 0 {
		return nil
	}
	text := words.Join(answer)
	first, next := strings.TrimSuffix(at(q, 0), "'s"), at(q, 1)
	has := func(w string) bool { return slices.ContainsFunc(q, func(t words.Token) bool { return t.Word == w }) }
	switch {
	case first == "how" && next == "many":
		return howMany(q[2:], answer)
	case first == "how":
		return nil
	case (next == "kind" || next == "type" || next == "breed" || next == "sort") && at(q, 2) == "of":
		if ps := phrase.Of(q[3:]).Phrases; len(ps) > 0 && ps[0].Head != "" && isNoun(answer) {
			return []Change{{Kind: Modification, Thing: text, Was: ps[0].Head}}
		}
		return nil
	case isQuality(answer):
		return []Change{quality(x.subject(), answer)}
	case first == "what" && (has("wearing") || has("holding")) && !words.IsParticiple(answer[0].Word):
		verb := "holding"
		if has("wearing") {
			verb = "wearing"
		}
		return []Change{{Kind: Modification, Thing: questioned(q), Quality: verb + " " + text}}
	case first == "what" && has("doing") && (words.IsParticiple(answer[0].Word) || words.IsVerb(answer[0].Word)), first == "where" && words.IsPreposition(answer[0].Word):
		return []Change{{Kind: Modification, Thing: questioned(q), Quality: text}}
	case first == "what" && lastWord(q) == "of" && has("made"):
		return []Change{{Kind: Modification, Thing: questioned(q), Quality: "made of " + text}}
	case isSettingWord(text):
		return []Change{{Kind: Modification, Quality: text}}
	}
	if ps := phrase.Of(answer).Phrases; len(ps) > 0 && ps[0].Start == 0 && ps[0].Head != "" && len(answer) <= 12 {
		return more(answer, x.subject())
	}
	return nil
}

// howMany returns what the answer to "how many" says.
func howMany(asked, answer []words.Token) []Change {
	ps := phrase.Of(asked).Phrases
	n, ok := words.Number(answer[0].Word)
	if !ok || len(ps) == 0 || ps[0].Head == "" || words.IsAbstract(ps[0].Head) {
		return nil
	}
	noun := ps[0].Head
	if n > 1 {
		noun = words.Plural(noun)
	}
	return []Change{{Kind: Modification, Thing: words.Spell(n) + " " + noun}}
}
