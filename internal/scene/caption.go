package scene

import "strings"

// Caption returns one English sentence that tells everything: "Two red cars on
// a city street at night." It tells what [Scene.Draw] shows.
func (s Scene) Caption() string {
	s = s.filled()
	place := places[s.Place]
	switch {
	case place.indoors:
		return sentence(place.where + moment(s) + " with " + enumerate(s.Items))
	case len(s.Items) == 0:
		_, where, _ := strings.Cut(place.where, " ") // without its "on" or "in"
		return sentence(where + moment(s))
	case place.afloat != "" && s.afloat():
		return sentence(enumerate(s.Items) + " " + place.afloat + moment(s))
	}
	return sentence(enumerate(s.Items) + " " + place.where + moment(s))
}

// afloat reports whether all items are in the water.
func (s Scene) afloat() bool {
	for _, it := range s.Items {
		if kinds[it.Kind].lane != water {
			return false
		}
	}
	return true
}

// moment tells the time and the weather.
func moment(s Scene) string {
	return map[Time]string{Day: " by day", Sunset: " at sunset", Night: " at night"}[s.Time] +
		map[Weather]string{Rain: " in the rain", Snowing: " in falling snow"}[s.Weather]
}

// enumerate tells items: "a dog, two red balls and a kite".
func enumerate(items []Item) string {
	var phrases []string
	for _, it := range items {
		phrases = append(phrases, it.Phrase())
	}
	last := len(phrases) - 1
	if last < 1 {
		return strings.Join(phrases, "")
	}
	return strings.Join(phrases[:last], ", ") + " and " + phrases[last]
}

// numbers are the words for counts, up to MaxCount.
var numbers = [MaxCount + 1]string{"no", "one", "two", "three", "four", "five"}

// Phrase tells one item: "two red balls on the left".
func (it Item) Phrase() string {
	k := kinds[it.Kind]
	var b strings.Builder
	noun := k.one
	if it.Count > 1 {
		noun = k.many
	}
	switch {
	case it.Count > 1:
		b.WriteString(numbers[it.Count] + " ")
	case strings.ContainsRune("aeiou", rune((string(it.Color) + noun)[0])) && it.Kind != Person:
		b.WriteString("an ")
	default:
		b.WriteString("a ")
	}
	b.WriteString(it.colored(noun))
	if k.lane == wall {
		b.WriteString(" on the wall")
	}
	if it.Side != Anywhere {
		b.WriteString(" on the " + string(it.Side))
	}
	return b.String()
}

// colored joins the colour and the noun. People are not coloured, their coats
// are.
func (it Item) colored(noun string) string {
	switch {
	case it.Color == "":
		return noun
	case it.Kind != Person:
		return string(it.Color) + " " + noun
	case it.Count > 1:
		return noun + " in " + string(it.Color) + " coats"
	case it.Color == Orange:
		return noun + " in an orange coat"
	}
	return noun + " in a " + string(it.Color) + " coat"
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }
