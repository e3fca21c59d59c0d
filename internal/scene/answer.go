package scene

import (
	"slices"
	"strings"
	"unicode"
)

// maxQuestion is how long a question may be, in bytes, to be read at all.
const maxQuestion = 400

// Answer answers a yes/no question about the scene from what is known of it.
// It understands what is there, how many, in which colour, on which side, the
// place, the time and the weather, one or several joined by "and": "Is there
// a dog?", "Are there at least two red boats on the sea?", "Is the car blue?",
// "Is it night?".
//
// A number is meant exactly unless it follows "at least"; two trees and a palm
// tree pass for two trees and for three. A question about all
// ("Are the boats red?") is answered no where there are none. A question with
// any word or relation that it does not know ("Is the cat under the bed?"),
// with a negation or with "or", is not guessed at: known is then false.
func (s Scene) Answer(question string) (yes, known bool) {
	if len(question) > maxQuestion || s.Validate() != nil {
		return false, false
	}
	r := reader{scene: s.filled()}
	words := split(question)
	for len(words) > 0 {
		n, m := longest(words)
		if n == 0 {
			return false, false
		}
		r.read(m)
		words = words[n:]
	}
	return r.answer()
}

// split returns the words of a question in lower case.
func split(question string) []string {
	return strings.FieldsFunc(strings.ToLower(question), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// longest returns how many words at the beginning mean something together, and
// what; 0 where nothing is known to begin with the first.
func longest(words []string) (int, meaning) {
	for n := min(len(words), 3); n > 0; n-- {
		if m, ok := vocabulary[strings.Join(words[:n], " ")]; ok {
			return n, m
		}
	}
	return 0, meaning{}
}

// claim is what a question says of one kind of things.
type claim struct {
	kinds   []Kind
	number  int // 0 is any number from 1
	atLeast bool
	colors  []Color // of those that are counted
	all     []Color // that all of them must have
	sides   []Side
}

// reader goes through the words of a question.
type reader struct {
	scene    Scene
	claims   []claim
	next     claim // what is said before the kind that it is said of
	place    []bool
	relation bool // a word such as "on" waits for what it is about
	unsure   bool
}

func (r *reader) read(m meaning) {
	switch {
	case m.kinds != nil:
		r.unsure = r.unsure || r.relation
		r.next.kinds = m.kinds
		r.claims = append(r.claims, r.next)
		r.next = claim{}
	case m.color != "":
		r.next.colors = append(r.next.colors, m.color)
	case m.number > 0:
		r.next.number = m.number
	case m.role == atLeast:
		r.next.atLeast = true
	case m.role == joins: // "a red and a blue car" is not read
		r.unsure = r.unsure || len(r.next.colors) > 0
	case m.role == relates:
		r.relation = len(r.claims) > 0
	case m.role == worn:
		r.readWorn()
	case m.side != "":
		r.readSide(m.side)
	case m.holds != nil:
		r.place = append(r.place, m.holds(r.scene))
		r.relation = false
	case m.role == picture:
		r.relation = false
	}
}

// readWorn takes the colours before "coat" for those of the people before it.
func (r *reader) readWorn() {
	if len(r.claims) == 0 {
		r.unsure = true
		return
	}
	last := &r.claims[len(r.claims)-1]
	r.unsure = r.unsure || !slices.Equal(last.kinds, []Kind{Person})
	last.colors = append(last.colors, r.next.colors...)
	r.next = claim{}
	r.relation = false
}

func (r *reader) readSide(s Side) {
	r.relation = false
	if len(r.claims) == 0 {
		r.unsure = true
		return
	}
	last := &r.claims[len(r.claims)-1]
	last.sides = append(last.sides, s)
}

// answer says whether all that was read holds.
func (r *reader) answer() (yes, known bool) {
	if len(r.next.colors) > 0 { // "Is the car red?"
		if len(r.claims) == 0 {
			return false, false
		}
		last := &r.claims[len(r.claims)-1]
		last.all = append(last.all, r.next.colors...)
	}
	if r.unsure || r.next.number > 0 || r.next.atLeast || len(r.claims)+len(r.place) == 0 {
		return false, false
	}
	yes = !slices.Contains(r.place, false)
	for _, c := range r.claims {
		holds, sure := c.holds(r.scene)
		if !sure {
			return false, false
		}
		yes = yes && holds
	}
	return yes, true
}

// holds reports whether the claim is true of the scene, and whether that can
// be told: what may be anywhere could be on the side that is asked for.
func (c claim) holds(s Scene) (yes, known bool) {
	n, first, anywhere := 0, 0, false
	for _, it := range s.Items {
		switch {
		case !slices.Contains(c.kinds, it.Kind) || !it.has(c.colors):
			continue
		case !it.isOn(c.sides):
			anywhere = anywhere || it.Side == Anywhere
			continue
		case !it.has(c.all):
			return false, true
		}
		n += it.Count
		if it.Kind == c.kinds[0] {
			first += it.Count
		}
	}
	switch {
	case c.number == 0 || n == 0:
		yes = n > 0
	case c.atLeast:
		yes = n >= c.number
	default:
		yes = n == c.number || first == c.number
	}
	return yes, yes || !anywhere
}

// isOn reports whether the item is known to be on all the sides.
func (it Item) isOn(sides []Side) bool {
	for _, s := range sides {
		if it.Side != s {
			return false
		}
	}
	return true
}

// has reports whether the item is of all the colours.
func (it Item) has(cs []Color) bool {
	own := it.Color
	if own == "" {
		own = kinds[it.Kind].color
	}
	for _, c := range cs {
		if c != own {
			return false
		}
	}
	return true
}
