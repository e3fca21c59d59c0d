package change

import (
	"slices"

	"github.com/imagescope/imagescope/internal/phrase"
	"github.com/imagescope/imagescope/internal/words"
)

// cutSetting parts a clause from the time of day or the weather that it ends
// in: "(the car blue) at night".
func cutSetting(tokens []words.Token) (body, setting []words.Token) {
	ps := phrase.Of(tokens).Phrases
	if len(ps) == 0 {
		return tokens, nil
	}
	p := ps[len(ps)-1]
	if p.End != len(tokens) || p.Denied || words.Time(p.Head) == "" && words.Weather(p.Head) == "" {
		return tokens, nil
	}
	start := p.Start
	if words.IsPreposition(p.Link) {
		start--
	} else if len(ps) > 1 || start > 0 && !slices.Contains([]string{"it", "is", "make", "be", "to"}, at(tokens, start-1)) {
		return tokens, nil
	}
	body, setting = tokens[:start], tokens[start:]
	if onlyFrame(body) {
		body = nil
	}
	return body, setting
}

// onlyFrame reports whether a clause without its setting says nothing: "make
// it", "it is".
func onlyFrame(tokens []words.Token) bool {
	for _, t := range tokens {
		if !slices.Contains([]string{"make", "turn", "it", "is", "be", "should", "to", "change", "into", "set", "show", "the", "photo", "scene", "picture", "image", "taken", "shot", "must", "its"}, t.Word) {
			return false
		}
	}
	return true
}

// isPlace reports whether a clause only says where: "on a beach".
func isPlace(tokens []words.Token) bool {
	first := at(tokens, 0)
	if len(tokens) == 1 && (first == "outdoors" || first == "indoors" || first == "outside" || first == "inside") {
		return true
	}
	if first != "in" && first != "on" && first != "at" && first != "inside" {
		return false
	}
	ps := phrase.Of(tokens).Phrases
	return len(ps) == 1 && ps[0].End == len(tokens) && words.IsPlace(ps[0].Head)
}

// cutView parts a clause that says how the picture is taken from what it then
// says is to be seen: "a close-up (of a cat)". view is nil for other clauses.
func cutView(tokens []words.Token) (view, rest []words.Token) {
	named := slices.IndexFunc(tokens, func(t words.Token) bool { return views[t.Word] })
	for i, t := range tokens {
		next, before := at(tokens, i+1), at(tokens, i-1)
		from := takes[t.Word] && (next == "from" || next == "at" && named > i)
		shot := t.Word == "shot" && i > 0 && !words.IsCopula(before) && !words.IsPreposition(next) || t.Word == "shot" && next == "of"
		if named < 0 && (from || shot) {
			named = i
		}
	}
	if named < 0 && isQuality(tokens) { // "closer"
		named = slices.IndexFunc(tokens, func(t words.Token) bool { return t.Word == "closer" || t.Word == "farther" || t.Word == "further" })
	}
	if named < 0 || slices.ContainsFunc(tokens, func(t words.Token) bool { return t.Word == "same" }) {
		return nil, nil
	}
	for i := named + 1; i+1 < len(tokens); i++ {
		if w := tokens[i].Word; (w == "of" || w == "with" || w == "on") && !isDefinite(tokens[i+1:]) {
			return tokens[:i], tokens[i+1:]
		}
	}
	return tokens, nil
}

var (
	views = map[string]bool{
		"angle": true, "perspective": true, "viewpoint": true, "zoom": true, "zoomed": true, "zooming": true, "zooms": true,
		"close-up": true, "closeup": true, "view": true, "distance": true,
	}
	takes = map[string]bool{"seen": true, "taken": true, "viewed": true, "photographed": true, "shot": true}
)
