// Package scene draws small pictures of which everything is known: where they
// are, what is in them, how many, in what colour, by day or by night. They
// stand in for photographs where none may be shipped: each [Scene] can be
// drawn, told in a sentence and asked about, so a demonstration has pictures
// worth looking at and a test has the truth to compare an answer with.
//
// All functions may be called at once from several goroutines. The same scene
// has the same pixels in every run.
package scene

import (
	"fmt"
	"image"
)

// Width and Height are the size of every picture, in pixels.
const (
	Width  = 480
	Height = 360
)

// Scene tells what is in a picture. Its zero value is a meadow by day, empty
// and in fair weather.
type Scene struct {
	Place   Place   `json:"place,omitempty"`
	Time    Time    `json:"time,omitempty"`
	Weather Weather `json:"weather,omitempty"` // not to be seen indoors
	Items   []Item  `json:"items,omitempty"`   // from back to front, from left to right
}

// Item is some things of one kind and colour, side by side.
type Item struct {
	Kind  Kind  `json:"kind"`
	Color Color `json:"color,omitempty"` // "" is the kind's usual colour, and goes without saying
	Count int   `json:"count,omitempty"` // 0 means 1; at most [MaxCount]
	Side  Side  `json:"side,omitempty"`
}

// MaxCount is how many things an [Item] holds at most: more could not be
// counted at a glance.
const MaxCount = 5

// Place is where a scene is.
type Place string

// The places. The zero value is taken for [Meadow].
const (
	Meadow     Place = "meadow"
	Beach      Place = "beach"
	Street     Place = "street"
	Mountains  Place = "mountains"
	Desert     Place = "desert"
	Snow       Place = "snow"
	Harbour    Place = "harbour"
	Bedroom    Place = "bedroom"
	LivingRoom Place = "living room"
)

// Time is the time of day of a scene.
type Time string

// The times of day. The zero value is taken for [Day].
const (
	Day    Time = "day"
	Sunset Time = "sunset"
	Night  Time = "night"
)

// Weather is what falls from the sky.
type Weather string

// The kinds of weather.
const (
	Fair    Weather = ""
	Rain    Weather = "rain"
	Snowing Weather = "snowing"
)

// Side is the part of the picture where an item is.
type Side string

// The sides. Anywhere leaves it to the drawing, and the caption is silent.
const (
	Anywhere Side = ""
	Left     Side = "left"
	Right    Side = "right"
)

// Draw returns the picture, [Width] by [Height]. What [Scene.Validate] would
// object to is left out; instead of an unknown place there is a meadow, and
// instead of an unknown time it is day.
func (s Scene) Draw() image.Image {
	s = s.filled()
	p := newPen(lightOf(s))
	place := places[s.Place]
	place.draw(p, s)
	for _, t := range arrange(s) {
		p := p.in(t.frame).under(thingLight(p.light))
		t.kind.draw(p, look{color: colors[t.color], time: s.Time, rng: t.rng})
	}
	drawWeather(p, s)
	return p.img
}

// Validate returns an error that names what cannot be drawn: a word that is
// none of the constants, a count out of range, a thing in a place that has no
// room for it (a boat in a bedroom), or a colour for a kind that has only one.
func (s Scene) Validate() error {
	s = s.spelled()
	place, ok := places[s.Place]
	if !ok {
		return fmt.Errorf("scene: Place is %q: use one of the constants, such as Beach", s.Place)
	}
	if _, ok := lights[s.Time]; !ok {
		return fmt.Errorf("scene: Time is %q: use Day, Sunset or Night", s.Time)
	}
	if s.Weather != Fair && s.Weather != Rain && s.Weather != Snowing {
		return fmt.Errorf("scene: Weather is %q: use Fair, Rain or Snowing", s.Weather)
	}
	if s.Weather != Fair && place.indoors {
		return fmt.Errorf("scene: Weather is %q in a %s: indoors it is Fair", s.Weather, place.name)
	}
	for i, it := range s.Items {
		if err := it.validate(place); err != nil {
			return fmt.Errorf("scene: Items[%d]%w", i, err)
		}
	}
	return nil
}

// validate returns an error that begins with the field, ".Kind is …".
func (it Item) validate(p place) error {
	k, ok := kinds[it.Kind]
	switch {
	case !ok:
		return fmt.Errorf(".Kind is %q: use one of the constants, such as Car", it.Kind)
	case it.Count < 0 || it.Count > MaxCount:
		return fmt.Errorf(".Count is %d: use 1 to %d, or 0 for 1", it.Count, MaxCount)
	case it.Side != Anywhere && it.Side != Left && it.Side != Right:
		return fmt.Errorf(".Side is %q: use Left, Right or Anywhere", it.Side)
	case it.Color != "" && k.plain:
		return fmt.Errorf(".Color is %q: a %s has only its own", it.Color, k.one)
	}
	if _, ok := p.laneOf(k); !ok {
		return fmt.Errorf(".Kind is %q: there is no place for it in a %s", it.Kind, p.name)
	}
	if _, ok := colors[it.Color]; it.Color != "" && !ok {
		return fmt.Errorf(".Color is %q: use one of the constants, such as Red", it.Color)
	}
	return nil
}

// spelled returns the scene with the zero values of place and time spelled out.
func (s Scene) spelled() Scene {
	if s.Place == "" {
		s.Place = Meadow
	}
	if s.Time == "" {
		s.Time = Day
	}
	return s
}

// filled returns the scene with all zero values spelled out, what belongs to
// the place added, and what cannot be drawn left out.
func (s Scene) filled() Scene {
	s = s.spelled()
	if _, ok := places[s.Place]; !ok {
		s.Place = Meadow
	}
	if _, ok := lights[s.Time]; !ok {
		s.Time = Day
	}
	place := places[s.Place]
	if place.indoors || s.Weather != Rain && s.Weather != Snowing {
		s.Weather = Fair
	}
	var items []Item
	if f := place.fixture; f != "" && s.count(f) == 0 {
		items = append(items, Item{Kind: f, Count: 1})
	}
	for _, it := range s.Items {
		if it.validate(place) != nil {
			continue
		}
		it.Count = max(it.Count, 1)
		items = append(items, it)
	}
	s.Items = items
	return s
}

// count returns how many things of a kind there are.
func (s Scene) count(k Kind) int {
	n := 0
	for _, it := range s.Items {
		if it.Kind == k {
			n += max(it.Count, 1)
		}
	}
	return n
}
