package scene

import "image/color"

func drawBedroom(p *pen, s Scene) {
	drawRoom(p, hex(0xcfe0e6), hex(0xd3a878))
	drawWindow(p, s.Time, 344, 46, 104, 112, hex(0x7d9cc0))
	p.fill(hex(0xe9e2d6), oval(250, 332, 150, 22))
	p.fill(hex(0xd8cdbb), ovalRing(250, 332, 138, 18, 3))
}

func drawLivingRoom(p *pen, s Scene) {
	drawRoom(p, hex(0xf0dcc0), hex(0xb9835a))
	drawWindow(p, s.Time, 32, 46, 104, 112, hex(0xc2745a))
	p.fill(hex(0x9fb3a6), roundBox(76, 314, 330, 36, 6))
	p.fill(hex(0xc6d3ca), roundBox(86, 319, 310, 26, 4))
}

// ovalRing is the rim of an oval.
func ovalRing(cx, cy, rx, ry, width float32) path {
	return append(oval(cx, cy, rx, ry), oval(cx, cy, -(rx-width), ry-width)...)
}

// drawRoom draws a wall and a wooden floor.
func drawRoom(p *pen, wallColor, floor color.RGBA) {
	p.fade(wallColor, 0, darker(wallColor, 0.06), 264, box(0, 0, Width, 264))
	p.fade(darker(floor, 0.12), 264, floor, 360, box(0, 264, Width, 96))
	for i, y := range []float32{280, 299, 322} {
		p.fill(sheer(darker(floor, 0.4), 0.5), box(0, y, Width, 1.4))
		for x := float32(40 + 50*i); x < Width; x += 150 {
			p.fill(sheer(darker(floor, 0.4), 0.5), box(x, y, 1.4, 20))
		}
	}
	p.fill(hex(0xfaf7f0), box(0, 256, Width, 9))
	p.fill(sheer(ink, 0.12), box(0, 265, Width, 2))
}

// drawWindow draws a window with what is seen of the sky in it, and curtains.
func drawWindow(p *pen, t Time, x, y, w, h float32, curtain color.RGBA) {
	p.fill(hex(0xfdfbf5), box(x-6, y-6, w+12, h+12))
	sky := skyColors[t]
	out := p.lit()
	out.fade(sky[0], y, mix(sky[1], sky[2], 0.6), y+h, box(x, y, w, h))
	switch t {
	case Night:
		for _, star := range [][2]float32{{18, 22}, {40, 58}, {28, 84}, {84, 78}, {60, 20}} {
			out.fill(sheer(cream, 0.9), disc(x+star[0], y+star[1], 1.3))
		}
		drawMoon(out, x+w*0.7, y+h*0.36, 12)
	case Sunset:
		out.fill(hex(0xfff0a8), dome(x+w*0.45, y+h*0.86, 20, 20))
	default:
		out.in(frame{x: x + w*0.6, y: y + h*0.42, scale: 0.5}).fill(white, cloud())
	}
	p.fill(mix(hex(0x8cc07a), skyColors[t][0], 0.25), from(x, y+h).to(x, y+h*0.86).
		curve(x+w*0.3, y+h*0.74, x+w*0.7, y+h*0.92, x+w, y+h*0.8).to(x+w, y+h))
	p.fill(hex(0xfdfbf5), box(x+w/2-2, y, 4, h), box(x, y+h*0.45, w, 4))
	p.fill(hex(0xe9e4da), box(x-10, y+h+4, w+20, 7))
	for _, side := range []frame{{x: x - 8, scale: 1}, {x: x + w + 8, scale: 1, flip: true}} {
		q := p.in(side)
		q.fill(curtain, from(-10, y-12).to(26, y-12).curve(26, y+h*0.5, 12, y+h*0.6, 8, y+h+22).to(-10, y+h+22))
		q.fill(sheer(darker(curtain, 0.4), 0.5), arc(1.6, 2, y-10, 4, y+h*0.5, -2, y+h+20),
			arc(1.6, 14, y-10, 14, y+h*0.4, 4, y+h+18))
	}
	p.fill(wood, roundBox(x-26, y-16, w+52, 5, 2.5))
}
