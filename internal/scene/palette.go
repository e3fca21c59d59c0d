package scene

import "image/color"

// Color is the name of a colour.
type Color string

// The colours that a caption can name.
const (
	Red    Color = "red"
	Orange Color = "orange"
	Yellow Color = "yellow"
	Green  Color = "green"
	Blue   Color = "blue"
	Purple Color = "purple"
	Pink   Color = "pink"
	Brown  Color = "brown"
	Black  Color = "black"
	White  Color = "white"
	Gray   Color = "gray"
)

// colors are chosen so that each is told by its name at a glance, also in the
// light of the evening.
var colors = map[Color]color.RGBA{
	Red:    hex(0xe0342f),
	Orange: hex(0xf5892a),
	Yellow: hex(0xfbd031),
	Green:  hex(0x3ea34d),
	Blue:   hex(0x2f6fe0),
	Purple: hex(0x8a45c4),
	Pink:   hex(0xf78fb8),
	Brown:  hex(0x8b5a34),
	Black:  hex(0x2b2b33),
	White:  hex(0xfafaf7),
	Gray:   hex(0x98a0aa),
}

// Colours that many drawings use.
var (
	ink   = hex(0x2a2c38) // outlines, eyes, tyres
	wood  = hex(0x8a5f3c)
	cream = hex(0xfdf6e3)
	glass = hex(0xbfe3f2)
	lamp  = hex(0xffd873) // light in a window
	white = hex(0xffffff)
)

// light is what the time of day does to colours: all are drawn towards its
// colour by a share from 0 to 1.
type light struct {
	color color.RGBA
	share float32
}

// on returns how c looks in the light.
func (l light) on(c color.RGBA) color.RGBA {
	lit := mix(c, l.color, l.share)
	lit.A = c.A
	return lit
}

var lights = map[Time]light{
	Day:    {},
	Sunset: {hex(0xb0482f), 0.20},
	Night:  {hex(0x10183f), 0.48},
}

// lightOf returns the light of a scene. A lamp burns in a room at night.
func lightOf(s Scene) light {
	if !places[s.Place].indoors {
		return lights[s.Time]
	}
	switch s.Time {
	case Night:
		return light{hex(0x1c1a44), 0.42}
	case Sunset:
		return light{hex(0xd0683f), 0.14}
	}
	return light{}
}

// thingLight returns the light of things in a landscape in the light l: they
// stand out a little, so that their colours can be told at night.
func thingLight(l light) light {
	l.share *= 0.66
	return l
}

// hex returns the opaque colour 0xRRGGBB.
func hex(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

// sheer returns c with the given opacity, from 0 to 1.
func sheer(c color.RGBA, opacity float32) color.RGBA {
	c.A = uint8(opacity * 255)
	return c
}

// mix returns the colour at t on the way from a to b; t is brought to between
// 0 and 1.
func mix(a, b color.RGBA, t float32) color.RGBA {
	t = min(max(t, 0), 1)
	part := func(x, y uint8) uint8 { return uint8(float32(x) + (float32(y)-float32(x))*t + 0.5) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), part(a.A, b.A)}
}

func darker(c color.RGBA, t float32) color.RGBA  { return mix(c, hex(0x14162a), t) }
func lighter(c color.RGBA, t float32) color.RGBA { return mix(c, white, t) }
