package scene

import (
	"image/color"
	"math/rand/v2"
)

// horizonOf is where sky and land meet, in pixels from the top.
const (
	seaHorizon  = 152
	landHorizon = 222
)

func drawMeadow(p *pen, s Scene) {
	drawSky(p.lit(), s, landHorizon)
	p.fade(hex(0x8cc9a5), 170, hex(0x9fd3a0), 230, from(0, 206).
		curve(80, 160, 150, 168, 240, 200).curve(320, 160, 420, 170, 480, 196).to(480, 260, 0, 260))
	p.fade(hex(0x78c070), 195, hex(0x8bcb6e), 260, from(0, 232).
		curve(110, 190, 190, 204, 290, 226).curve(350, 200, 430, 200, 480, 218).to(480, 290, 0, 290))
	p.fade(hex(0x74bd55), 230, hex(0x4f9f45), 360, from(0, 246).
		curve(130, 226, 300, 250, 480, 236).to(480, 360, 0, 360))
	drawTufts(p, hex(0x3c8539), 250, 110, 46)
}

// drawTufts scatters tufts of grass over a strip that begins at the height y.
func drawTufts(p *pen, c color.RGBA, y, depth float32, n int) {
	rng := rand.New(rand.NewPCG(2, uint64(n)))
	for range n {
		d := rng.Float32()
		q := p.in(frame{x: rng.Float32() * Width, y: y + d*depth, scale: 0.5 + 0.8*d})
		q.fill(sheer(c, 0.7), arc(1.6, 0, 0, -1, -6, -4, -8), arc(1.6, 0, 0, 0, -6, 0, -10), arc(1.6, 0, 0, 1, -6, 4, -8))
	}
}

// seaColors are those of water at the horizon and near by; it has the light
// of the sky, not that of things.
var seaColors = map[Time][2]color.RGBA{
	Day:    {hex(0x2f86c4), hex(0x5cc4d8)},
	Sunset: {hex(0x8d5590), hex(0xe88a78)},
	Night:  {hex(0x121d4e), hex(0x2a4488)},
}

// drawWater draws water between two heights with what glitters on it.
func drawWater(p *pen, s Scene, top, bottom float32) {
	p = p.lit()
	c := seaColors[s.Time]
	if s.Weather != Fair {
		gray := overcast[s.Time][1]
		c[0], c[1] = mix(c[0], gray, 0.6), mix(c[1], gray, 0.6)
	}
	p.fade(c[0], top, c[1], bottom, box(0, top, Width, bottom-top))
	rng := rand.New(rand.NewPCG(9, 4))
	for i := range 34 {
		d := float32(i) / 34
		y := top + 3 + d*(bottom-top-6)
		x, w := rng.Float32()*Width, (8+14*rng.Float32())*(0.5+d)
		p.fill(sheer(white, 0.16+0.2*d), roundBox(x, y, w, 1.4+d, 1))
	}
	if s.Weather == Fair && s.Time != Day {
		drawGlitter(p, s.Time, top, bottom)
	}
}

// drawGlitter draws the path of light below the sun or the moon.
func drawGlitter(p *pen, t Time, top, bottom float32) {
	x, c := float32(402), hex(0xe6ecff)
	if t == Sunset {
		x, c = 150, hex(0xffe2a0)
	}
	rng := rand.New(rand.NewPCG(1, 8))
	for y := top + 2; y < bottom-2; y += 5 {
		d := (y - top) / (bottom - top)
		w := 12 + 34*d*rng.Float32() + 10*rng.Float32()
		p.fill(sheer(c, 0.6-0.3*d), roundBox(x-w/2+8*(rng.Float32()-0.5), y, w, 2.2, 1.1))
	}
}

func drawBeach(p *pen, s Scene) {
	drawSky(p.lit(), s, seaHorizon)
	drawWater(p, s, seaHorizon, 256)
	p.fill(sheer(white, 0.75), from(0, 240).curve(110, 218, 200, 252, 300, 236).curve(380, 224, 430, 246, 480, 234).
		to(480, 270, 0, 270))
	p.fill(hex(0xd9b67c), from(0, 245).curve(110, 224, 200, 258, 300, 241).curve(380, 230, 430, 251, 480, 239).
		to(480, 280, 0, 280))
	p.fade(hex(0xf2d89a), 245, hex(0xe3bd78), 360, from(0, 254).curve(110, 232, 200, 266, 300, 250).
		curve(380, 238, 430, 260, 480, 248).to(480, 360, 0, 360))
	rng := rand.New(rand.NewPCG(5, 5))
	for range 60 {
		p.fill(sheer(hex(0xb98f52), 0.5), disc(rng.Float32()*Width, 268+rng.Float32()*90, 0.7+rng.Float32()))
	}
}

func drawMountains(p *pen, s Scene) {
	drawSky(p.lit(), s, landHorizon)
	p.fade(hex(0x8fa9cf), 90, hex(0xb8cbe2), 230, polygon(0, 190, 50, 140, 96, 168, 160, 100, 226, 170, 280, 128,
		330, 166, 396, 96, 452, 150, 480, 132, 480, 240, 0, 240))
	for _, m := range [][3]float32{{96, 84, 118}, {352, 64, 140}, {226, 118, 96}} {
		drawPeak(p, m[0], m[1], m[2])
	}
	p.fade(hex(0x5c9a6d), 210, hex(0x74b076), 240, from(0, 222).curve(90, 204, 150, 226, 240, 220).
		curve(340, 208, 400, 226, 480, 214).to(480, 244, 0, 244))
	drawWater(p, s, 232, 262)
	p.fade(hex(0x7cbd5c), 252, hex(0x539f48), 360, from(0, 240).curve(40, 240, 70, 262, 150, 262).to(330, 262).
		curve(410, 262, 440, 240, 480, 240).to(480, 360, 0, 360))
	drawTufts(p, hex(0x3f8a3c), 272, 88, 36)
}

// drawPeak draws a mountain with its top at x, y, half as wide as w on either
// side, lit from the right and with snow on it.
func drawPeak(p *pen, x, y, w float32) {
	foot := float32(236)
	h := foot - y
	p.fill(hex(0x6d82a8), polygon(x-w, foot, x, y, x+w, foot))
	p.fill(hex(0x57698f), polygon(x-w, foot, x, y, x+0.12*w, y+0.45*h, x-0.1*w, foot))
	at := func(side, t float32) (float32, float32) { return x + side*t*w, y + t*h }
	lx, ly := at(-1, 0.30)
	rx, ry := at(1, 0.32)
	p.fill(hex(0xf6faff), polygon(x, y, rx, ry, x+0.16*w, y+0.24*h, x+0.06*w, y+0.38*h, x-0.06*w, y+0.25*h,
		x-0.16*w, y+0.36*h, lx, ly))
	p.fill(sheer(hex(0xb9c9e4), 0.8), polygon(x, y, x+0.01*w, y+0.3*h, x-0.06*w, y+0.25*h, x-0.16*w, y+0.36*h, lx, ly))
}

func drawDesert(p *pen, s Scene) {
	drawSky(p.lit(), s, landHorizon)
	p.fade(hex(0xc97f5c), 150, hex(0xdb9c70), 220, polygon(286, 222, 300, 168, 318, 160, 372, 160, 384, 172, 398, 222))
	p.fade(hex(0xc97f5c), 170, hex(0xdb9c70), 220, polygon(40, 222, 52, 186, 98, 184, 112, 222))
	p.fade(hex(0xf0c27e), 195, hex(0xe5ad66), 270, from(0, 216).curve(90, 190, 150, 204, 250, 222).
		curve(330, 196, 430, 200, 480, 214).to(480, 280, 0, 280))
	p.fade(hex(0xf6cf8d), 225, hex(0xdfa45c), 360, from(0, 250).curve(120, 222, 230, 262, 330, 240).
		curve(400, 226, 450, 236, 480, 244).to(480, 360, 0, 360))
	for i := range 5 {
		y := 282 + 17*float32(i)
		p.fill(sheer(hex(0xc98a48), 0.35), arc(1.6, 20+60*float32(i), y, 90+60*float32(i), y-12, 170+60*float32(i), y))
	}
}

func drawSnow(p *pen, s Scene) {
	drawSky(p.lit(), s, landHorizon)
	p = p.under(thingLight(p.light)) // snow is bright even at night
	p.fade(hex(0xc2d6ea), 160, hex(0xdbe8f4), 240, from(0, 204).curve(70, 168, 130, 176, 210, 206).
		curve(300, 160, 400, 168, 480, 200).to(480, 260, 0, 260))
	p.fade(hex(0xdceaf6), 200, hex(0xeaf3fa), 280, from(0, 236).curve(110, 200, 220, 212, 300, 232).
		curve(380, 206, 440, 212, 480, 226).to(480, 290, 0, 290))
	p.fade(hex(0xf7fbfe), 240, hex(0xdfeaf5), 360, from(0, 252).curve(140, 230, 310, 256, 480, 240).to(480, 360, 0, 360))
	rng := rand.New(rand.NewPCG(6, 1))
	for range 16 {
		x, y := rng.Float32()*Width, 268+84*rng.Float32()
		p.fill(sheer(hex(0xb4cbe2), 0.6), arc(1.8, x, y, x+14, y-5, x+30, y))
	}
}
