package scene

import (
	"image/color"
	"math/rand/v2"
)

// skyColors are those of the sky from the zenith over the middle to the
// horizon.
var skyColors = map[Time][3]color.RGBA{
	Day:    {hex(0x4aa5e6), hex(0x8ccbf2), hex(0xd8f1fb)},
	Sunset: {hex(0x54428f), hex(0xe4687a), hex(0xffc873)},
	Night:  {hex(0x0a1030), hex(0x1a2760), hex(0x3f4f95)},
}

// overcast are the same under clouds that cover all of it.
var overcast = map[Time][3]color.RGBA{
	Day:    {hex(0x8497a8), hex(0xa3b3bf), hex(0xc9d3d9)},
	Sunset: {hex(0x6b5c80), hex(0xa8758a), hex(0xd9a184)},
	Night:  {hex(0x0f1428), hex(0x1d2440), hex(0x353e60)},
}

// drawSky draws the sky down to the horizon, with what is seen in it at that
// time. The pen must be lit: a sky brings its own light.
func drawSky(p *pen, s Scene, horizon float32) {
	c := skyColors[s.Time]
	if s.Weather != Fair {
		c = overcast[s.Time]
	}
	middle := float32(int(horizon * 0.55)) // between two rows of pixels
	p.fade(c[0], 0, c[1], middle, box(0, 0, Width, middle))
	p.fade(c[1], middle, c[2], horizon, box(0, middle, Width, horizon-middle))
	switch {
	case s.Weather != Fair:
		drawClouds(p, s.Place, mix(c[0], c[1], 0.4), 0.9, 1.5)
		return
	case s.Time == Day:
		drawSun(p, 402, 62, 24, hex(0xfff3b8))
		drawClouds(p, s.Place, white, 0.92, 1)
	case s.Time == Sunset:
		drawSun(p, 150, horizon-14, 34, hex(0xfff0a8))
		drawClouds(p, s.Place, hex(0xffb3a0), 0.55, 1)
	default:
		drawStars(p, horizon)
		drawMoon(p, 402, 62, 24)
		drawClouds(p, s.Place, hex(0x4a5aa0), 0.28, 0.8)
	}
}

func drawSun(p *pen, x, y, r float32, c color.RGBA) {
	p.glow(sheer(c, 0.75), x, y, r*4.5)
	p.fill(c, disc(x, y, r))
}

// drawMoon draws a waxing crescent.
func drawMoon(p *pen, x, y, r float32) {
	p.glow(sheer(hex(0xdfe6ff), 0.45), x, y, r*4)
	p.fill(hex(0xfff6d8), from(x+0.34*r, y-0.94*r).
		curve(x-1.5*r, y-1.35*r, x-1.5*r, y+1.35*r, x+0.34*r, y+0.94*r).
		curve(x-0.62*r, y+0.55*r, x-0.62*r, y-0.55*r, x+0.34*r, y-0.94*r))
}

func drawStars(p *pen, horizon float32) {
	rng := rand.New(rand.NewPCG(7, 11))
	for range 60 {
		x, y := rng.Float32()*Width, rng.Float32()*horizon*0.92
		r := 0.6 + 1.1*rng.Float32()*rng.Float32()
		p.fill(sheer(hex(0xfffbe6), 0.4+0.6*rng.Float32()), disc(x, y, r))
	}
}

// drawClouds draws a few clouds, which are others at each place.
func drawClouds(p *pen, at Place, c color.RGBA, opacity, size float32) {
	rng := randomOf(at, placed{})
	for _, f := range []frame{{x: 84, y: 66, scale: 1}, {x: 232, y: 44, scale: 0.72}, {x: 326, y: 112, scale: 0.6}} {
		f.x += 70 * (rng.Float32() - 0.5)
		f.y += 24 * (rng.Float32() - 0.5)
		f.scale *= size * (0.85 + 0.3*rng.Float32())
		f.flip = rng.IntN(2) == 0
		p.in(f).fill(sheer(c, opacity), cloud())
	}
}

// cloud is 120 wide, its flat underside at 0. It is one outline, so that a
// sheer one has no seams.
func cloud() path {
	p := roundBox(-60, -22, 120, 22, 11)
	for _, puff := range [][3]float32{{-28, -22, 20}, {4, -30, 27}, {34, -19, 16}} {
		p = append(p, disc(puff[0], puff[1], puff[2])...)
	}
	return p
}

// drawWeather lets rain or snow fall in front of everything.
func drawWeather(p *pen, s Scene) {
	rng := rand.New(rand.NewPCG(3, 5))
	p = p.lit()
	switch s.Weather {
	case Rain:
		for range 150 {
			x, y := rng.Float32()*(Width+40), rng.Float32()*Height
			length := 10 + 10*rng.Float32()
			p.fill(sheer(hex(0xdcecf7), 0.55), stroke(1.4, x, y, x-0.3*length, y+length))
		}
	case Snowing:
		for range 170 {
			x, y := rng.Float32()*Width, rng.Float32()*Height
			p.fill(sheer(white, 0.9), disc(x, y, 1.2+2.2*rng.Float32()))
		}
	}
}
