package scene

import "image/color"

// accent is a colour for stripes that goes with c and leaves no doubt which
// of the two the thing has.
func accent(c color.RGBA) color.RGBA {
	if c == colors[White] {
		return hex(0xc9d1dc)
	}
	return lighter(c, 0.72)
}

func drawBall(p *pen, l look) {
	p.shadow(0, 0, 19, 4)
	p.fill(l.color, disc(0, -18, 18))
	p.fill(accent(l.color), from(-14, -29.5).curve(-4, -24, -4, -12, -14, -6.5).curve(-20, -13, -20, -23, -14, -29.5),
		from(14, -29.5).curve(4, -24, 4, -12, 14, -6.5).curve(20, -13, 20, -23, 14, -29.5))
	p.fill(sheer(ink, 0.12), append(disc(0, -18, 18), oval(-3, -20.5, -14, 14)...))
	p.fill(sheer(white, 0.6), oval(-4, -29, 5, 3))
}

func drawBalloon(p *pen, l look) {
	p.fill(sheer(ink, 0.6), arc(1.2, 0, -30, 8, -10, -2, 6), arc(1.2, -2, 6, -8, 18, 0, 34))
	p.fill(l.color, from(0, -32).curve(-14, -42, -21, -54, -21, -66).curve(-21, -96, 21, -96, 21, -66).
		curve(21, -54, 14, -42, 0, -32))
	p.fill(darker(l.color, 0.15), polygon(0, -34, -5, -27, 5, -27))
	p.fill(sheer(white, 0.5), oval(-8, -74, 4, 8))
}

func drawKite(p *pen, l look) {
	p.fill(sheer(ink, 0.55), arc(1.1, 4, -28, 20, 30, 46, 60))
	p.fill(l.color, polygon(0, -72, 28, -38, 0, 6, -28, -38))
	p.fill(accent(l.color), polygon(0, -72, 28, -38, 0, -38), polygon(0, -38, 0, 6, -28, -38))
	p.fill(sheer(ink, 0.5), stroke(1.2, 0, -72, 0, 6), stroke(1.2, -28, -38, 28, -38))
	p.fill(sheer(ink, 0.6), arc(1.3, 0, 6, -14, 16, -6, 26), arc(1.3, -6, 26, 2, 36, -10, 46))
	for _, q := range [][2]float32{{-8, 18}, {-4, 32}, {-10, 46}} {
		p.fill(l.color, polygon(q[0], q[1], q[0]-8, q[1]-4, q[0]-8, q[1]+4),
			polygon(q[0], q[1], q[0]+8, q[1]-4, q[0]+8, q[1]+4))
	}
}

// drawUmbrella stands a large umbrella in the ground.
func drawUmbrella(p *pen, l look) {
	p.shadow(14, 0, 46, 6)
	p.fill(hex(0xf2ead8), stroke(4, 0, 0, -8, -92))
	edge := func(t float32) (float32, float32) { return -62 + 108*t, -62 + 2*t }
	const tipX, tipY = -8, -104
	panels := []color.RGBA{l.color, accent(l.color), l.color, accent(l.color), l.color}
	for i, c := range panels {
		n := float32(len(panels))
		x0, y0 := edge(float32(i) / n)
		x1, y1 := edge(float32(i+1) / n)
		p.fill(c, from(tipX, tipY).bow(x0+0.12*(tipX-x0), y0-30, x0, y0).bow((x0+x1)/2, y0-7, x1, y1).
			bow(x1+0.12*(tipX-x1), y1-30, tipX, tipY))
	}
	p.fill(hex(0xf2ead8), disc(tipX, tipY-2, 3))
}

// skins and hairs are those that people have.
var (
	skins = []color.RGBA{hex(0xf3c9a5), hex(0xd9a070), hex(0xa56b43), hex(0x7a4a2d)}
	hairs = []color.RGBA{hex(0x2e2220), hex(0x5a3825), hex(0xc98f3f), hex(0x8f3f24)}
)

// drawPerson draws someone in a coat of the given colour.
func drawPerson(p *pen, l look) {
	skin, hair := skins[l.rng.IntN(len(skins))], hairs[l.rng.IntN(len(hairs))]
	c := l.color
	p.shadow(0, 0, 24, 4)
	p.fill(hex(0x3d4a68), roundBox(-11, -36, 10, 34, 4), roundBox(1, -36, 10, 34, 4))
	p.fill(ink, roundBox(-13, -5, 14, 6, 3), roundBox(1, -5, 14, 6, 3))
	p.fill(skin, disc(-22, -40, 4.5), disc(22, -40, 4.5))
	p.fill(darker(c, 0.15), arc(10, -12, -72, -24, -62, -22, -46), arc(10, 12, -72, 24, -62, 22, -46))
	p.fill(c, from(-9, -80).bow(0, -84, 9, -80).bow(17, -76, 16, -64).to(20, -28).bow(0, -22, -20, -28).
		to(-16, -64).bow(-17, -76, -9, -80))
	p.fill(sheer(ink, 0.22), box(-0.7, -78, 1.4, 52))
	p.fill(sheer(white, 0.8), disc(4, -66, 1.5), disc(4, -54, 1.5), disc(4, -42, 1.5))
	p.fill(darker(skin, 0.1), box(-4, -88, 8, 9))
	p.fill(hair, disc(0, -100, 15))
	if l.rng.IntN(2) == 0 {
		p.fill(hair, roundBox(-15, -102, 30, 24, 8))
		p.fill(c, roundBox(-10, -83, 20, 7, 3))
	}
	p.fill(skin, oval(0, -96, 11.5, 12))
	p.fill(hair, from(-13, -98).curve(-10, -118, 12, -118, 13, -98).bow(4, -106, -4, -107).bow(-10, -104, -13, -98))
	p.fill(ink, disc(-4.4, -96, 1.5), disc(4.4, -96, 1.5))
	p.fill(hex(0xb5483f), arc(1.5, -4, -90, 0, -86.5, 4, -90))
}
