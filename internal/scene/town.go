package scene

import (
	"image/color"
	"math/rand/v2"
)

func drawStreet(p *pen, s Scene) {
	drawSky(p.lit(), s, landHorizon)
	far := mix(skyColors[s.Time][2], hex(0x5c6c90), 0.45)
	for i, h := range []float32{96, 132, 84, 118, 150, 90, 126, 104} {
		p.lit().fill(far, box(float32(i)*60, 250-h-40, 62, h+40))
	}
	rng := rand.New(rand.NewPCG(4, 2))
	x := float32(-8)
	for _, b := range []struct {
		w, h  float32
		color uint32
	}{{92, 138, 0xd98e73}, {76, 176, 0x8fa6bd}, {104, 122, 0xe8cf9a}, {82, 164, 0xb98f9d}, {96, 140, 0x8fb59d},
		{70, 180, 0xcfa98a}} {
		drawBuilding(p, s.Time, x, b.w, b.h, hex(b.color), rng)
		x += b.w
	}
	p.fade(hex(0xc9c9cf), 252, hex(0xb5b6bf), 284, box(0, 252, Width, 32))
	p.fill(hex(0x8e909b), box(0, 282, Width, 5))
	p.fade(hex(0x666a78), 287, hex(0x565a69), 360, box(0, 287, Width, 73))
	for i := range 8 {
		p.fill(hex(0xeef0f2), box(8+64*float32(i), 349, 34, 4))
	}
	if s.Weather == Rain {
		for _, puddle := range [][2]float32{{90, 352}, {300, 340}, {420, 356}} {
			p.fill(sheer(hex(0xb6c6d6), 0.5), oval(puddle[0], puddle[1], 36, 4))
		}
	}
}

// drawBuilding draws a block of flats above a shop, with light in some of its
// windows in the evening.
func drawBuilding(p *pen, t Time, x, w, h float32, c color.RGBA, rng *rand.Rand) {
	const ground = 254
	top := ground - h
	p.fill(c, box(x, top, w, h))
	p.fill(darker(c, 0.25), box(x-2, top-5, w+4, 6))
	p.fill(sheer(ink, 0.10), box(x+w-6, top, 6, h))
	columns := int(w) / 24
	gap := w / float32(columns)
	for y := top + 12; y < ground-54; y += 26 {
		for i := range columns {
			drawPane(p, t, x+float32(i)*gap+gap/2-6.5, y, 13, 16, rng.Float32() < 0.55)
		}
	}
	drawPane(p, t, x+8, ground-34, w-38, 24, true)
	p.fill(darker(c, 0.45), box(x+w-24, ground-34, 16, 34))
	awning := lighter(darker(c, 0.2), 0.1)
	p.fill(awning, polygon(x+6, ground-42, x+w-28, ground-42, x+w-25, ground-31, x+3, ground-31))
}

// drawPane draws a window pane: glass by day, perhaps with light behind it
// later.
func drawPane(p *pen, t Time, x, y, w, h float32, inhabited bool) {
	if t != Day && inhabited {
		p.lit().fill(mix(lamp, hex(0xf0a24e), 0.25), box(x, y, w, h))
		return
	}
	p.fill(mix(glass, hex(0x6f8fb0), 0.35), box(x, y, w, h))
	p.fill(sheer(white, 0.35), polygon(x, y+h*0.6, x+w*0.6, y, x+w*0.8, y, x, y+h*0.85))
}

func drawHarbour(p *pen, s Scene) {
	drawSky(p.lit(), s, seaHorizon+28)
	p.fade(hex(0x7f9fb5), 120, hex(0x93b3a8), 190, from(0, 158).curve(90, 118, 150, 132, 230, 158).
		curve(300, 126, 410, 120, 480, 150).to(480, 196, 0, 196))
	rng := rand.New(rand.NewPCG(8, 3))
	for x := float32(6); x < 474; {
		w, h := 16+14*rng.Float32(), 14+22*rng.Float32()
		c := []color.RGBA{cream, hex(0xe8b08a), hex(0xd9d2c4), hex(0xc98d7a), hex(0xe6cf9a)}[rng.IntN(5)]
		p.fill(c, box(x, 184-h, w, h))
		p.fill(darker(c, 0.3), box(x, 184-h-3, w, 3))
		for y := 184 - h + 4; y < 178; y += 9 {
			drawPane(p, s.Time, x+w/2-4, y, 3, 4, rng.Float32() < 0.6)
			drawPane(p, s.Time, x+w/2+2, y, 3, 4, rng.Float32() < 0.6)
		}
		x += w + 1
	}
	drawWater(p, s, 184, 300)
	p.fade(hex(0xc4b7a4), 292, hex(0xa79a88), 360, box(0, 292, Width, 68))
	p.fill(hex(0x83786b), box(0, 290, Width, 6))
	for i := range 7 {
		x := 12 + 74*float32(i)
		p.fill(sheer(hex(0x7d7264), 0.6), box(x, 316, 52, 1.6), box(x+28, 338, 60, 1.6))
	}
	for _, x := range []float32{30, 240, 450} {
		p.fill(hex(0x4a4d58), roundBox(x-5, 280, 10, 18, 4), roundBox(x-8, 279, 16, 5, 2.5))
	}
}
