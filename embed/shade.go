package embed

import (
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/lucasb-eyer/go-colorful"
)

// shade is a colour in OKLab (Björn Ottosson, 2020), a space in which equal
// distances look equally far apart: l is the lightness from 0 to 1, a runs
// from green to red, b from blue to yellow.
type shade struct{ l, a, b float64 }

func shadeOf(r, g, b uint8) shade {
	l, a, bb := colorful.Color{R: float64(r) / 255, G: float64(g) / 255, B: float64(b) / 255}.OkLab()
	return shade{l, a, bb}
}

// name returns the basic colour name of the nearest prototype.
func (s shade) name() string {
	best, nearest := "", math.Inf(1)
	for _, p := range prototypes() {
		if d := s.distance(p.shade); d < nearest {
			best, nearest = p.name, d
		}
	}
	return best
}

// distance is the squared distance. Lightness counts for a half: names are
// given by hue more than by how light a thing is.
func (s shade) distance(o shade) float64 {
	l, a, b := s.l-o.l, s.a-o.a, s.b-o.b
	return l*l/4 + a*a + b*b
}

// prototype is an example in OKLab.
type prototype struct {
	name  string
	shade shade
}

// prototypes returns the examples in the order of their names, so that of two
// as near as each other always the same one counts.
var prototypes = sync.OnceValue(func() []prototype {
	var list []prototype
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		for _, rgb := range examples[name] {
			list = append(list, prototype{name, shadeOf(uint8(rgb>>16), uint8(rgb>>8), uint8(rgb))})
		}
	}
	return list
})

// examples are shades that people would call by the name without hesitating,
// chosen by eye, as 0xRRGGBB. The names are the eleven basic colour terms of
// English (Berlin and Kay, Basic Color Terms, 1969).
var examples = map[string][]uint32{
	"black":  {0x000000, 0x181818, 0x141820, 0x201812},
	"grey":   {0x484848, 0x707070, 0x989898, 0xb8b8b8},
	"white":  {0xffffff, 0xe8e8e8, 0xf0ece4, 0xe6ecf2},
	"red":    {0xff0000, 0xc81818, 0x8b0000, 0xd84038, 0x701018, 0xa04040},
	"orange": {0xff8000, 0xe86818, 0xffa040, 0xd87820},
	"yellow": {0xffff00, 0xf0d020, 0xfff080, 0xc8a800, 0xe8d060},
	"green":  {0x008000, 0x00c000, 0x284818, 0x789848, 0x90d070, 0x586830, 0x386040, 0x80a080, 0x20a080, 0x588878, 0x404830, 0xb0c8a8, 0x80a898},
	"blue":   {0x0000ff, 0x1848a0, 0x80b0e0, 0x000060, 0x4890d8, 0x00a0c8, 0x507898, 0x203048, 0xb0d0f0, 0x384860, 0x8098b0, 0x70a0b0},
	"purple": {0x800080, 0x683898, 0xb080d0, 0x480880, 0x604878, 0x483048, 0x8870a0, 0x7070e0},
	"pink":   {0xffc0cb, 0xff69b4, 0xe07098, 0xf0a0b0, 0xff1090, 0xd8a8b0},
	"brown":  {0x804010, 0x583818, 0xa07048, 0xc8a078, 0x382010, 0x786048, 0xd8b890, 0x906850, 0xa89878, 0x504030},
}
