package scene

func drawCar(p *pen, l look) {
	p.shadow(0, 0, 66, 6)
	p.fill(l.color, from(-42, -26).curve(-32, -50, -26, -52, -6, -52).curve(20, -52, 26, -44, 38, -27).to(38, -22, -42, -22))
	p.fill(l.color, from(-60, -12).bow(-62, -27, -50, -29).to(36, -29).bow(60, -27, 61, -12).bow(61, -7, 54, -7).
		to(-54, -7).bow(-60, -7, -60, -12))
	p.fill(darker(l.color, 0.28), roundBox(-60, -13, 121, 6, 3))
	p.fill(sheer(white, 0.28), roundBox(-50, -27, 96, 2.4, 1.2))
	pane := mix(glass, hex(0x6f8fb0), 0.3)
	p.fill(pane, from(-36, -29).curve(-30, -46, -26, -47, -8, -47).to(-8, -29), from(-3, -29).to(-3, -47).
		curve(14, -47, 20, -42, 30, -29))
	p.fill(sheer(ink, 0.45), box(-6.4, -29, 1.6, 20))
	p.fill(sheer(ink, 0.6), roundBox(0, -24, 9, 2.2, 1))
	p.fill(hex(0xd8433c), roundBox(-61, -23, 5, 7, 2))
	drawHeadlight(p, l, 57, -20)
	drawWheel(p, -33, -9, 12)
	drawWheel(p, 33, -9, 12)
}

func drawWheel(p *pen, x, y, r float32) {
	p.fill(ink, disc(x, y, r))
	p.fill(hex(0xc9ced6), disc(x, y, r*0.52))
	p.fill(hex(0x7e8592), disc(x, y, r*0.2))
}

// drawHeadlight shines from dusk on.
func drawHeadlight(p *pen, l look, x, y float32) {
	if l.time == Day {
		p.fill(hex(0xfff3c4), oval(x, y, 4, 4.5))
		return
	}
	out := p.lit()
	out.fill(hex(0xfff3c4), oval(x, y, 4, 4.5))
	out.beam(sheer(hex(0xffefb0), 0.36), x, 70, polygon(x, y-3, x+70, y-2, x+70, y+22, x, y+4))
	out.glow(sheer(hex(0xffefb0), 0.7), x, y, 20)
}

func drawBus(p *pen, l look) {
	p.shadow(0, 0, 92, 6)
	p.fill(l.color, roundBox(-86, -86, 172, 77, 10))
	p.fill(darker(l.color, 0.22), roundBox(-86, -22, 172, 13, 5))
	p.fill(sheer(white, 0.7), box(-86, -38, 172, 4))
	pane := mix(glass, hex(0x6f8fb0), 0.25)
	for i := range 4 {
		p.fill(pane, roundBox(-78+31*float32(i), -74, 26, 28, 4))
	}
	p.fill(pane, roundBox(48, -74, 32, 56, 4))
	p.fill(darker(l.color, 0.3), box(63, -74, 2, 56))
	if l.time != Day {
		p.lit().fill(sheer(lamp, 0.75), roundBox(-78, -74, 119, 28, 4))
		for i := range 3 {
			p.fill(l.color, box(-52+31*float32(i), -74, 5, 28))
		}
	}
	drawHeadlight(p, l, 81, -18)
	drawWheel(p, -50, -11, 14)
	drawWheel(p, 40, -11, 14)
}

func drawBicycle(p *pen, l look) {
	p.shadow(0, 0, 52, 4)
	tyre := ink
	for _, x := range []float32{-30, 30} {
		p.fill(tyre, ring(x, -20, 18, 3.4))
		p.fill(sheer(hex(0xdfe3e8), 0.9), stroke(0.9, x-16, -20, x+16, -20), stroke(0.9, x, -36, x, -4),
			stroke(0.9, x-11, -31, x+11, -9), stroke(0.9, x-11, -9, x+11, -31))
		p.fill(tyre, disc(x, -20, 3))
	}
	p.fill(l.color, stroke(4.4, -30, -20, -14, -46, 20, -46, -2, -20, -30, -20), stroke(4.4, -17, -52, -2, -20),
		stroke(4.4, 30, -20, 19, -54))
	p.fill(tyre, stroke(4, 19, -55, 26, -60, 31, -56), roundBox(-27, -57, 19, 5.5, 2.7), disc(-2, -20, 5),
		stroke(3, -2, -20, 4, -10, 9, -10))
}

func drawBoat(p *pen, l look) {
	p.lit().fill(sheer(hex(0x0c2350), 0.22), oval(0, 3, 52, 5))
	p.fill(wood, box(-4, -92, 3.6, 74))
	p.fill(cream, from(1, -88).bow(34, -52, 40, -26).to(1, -26))
	p.fill(l.color, from(1, -57).to(25.5, -57).bow(33, -44, 36, -38).to(1, -38))
	p.fill(mix(l.color, cream, 0.15), from(-6, -84).bow(-14, -44, -36, -26).to(-6, -26))
	p.fill(l.color, from(-48, -20).to(50, -20).bow(42, 2, 28, 4).to(-28, 4).bow(-42, 0, -48, -20))
	p.fill(darker(l.color, 0.3), from(-43, -6).to(43, -6).bow(36, 4, 28, 4).to(-28, 4).bow(-38, 3, -43, -6))
	p.fill(cream, box(-48, -22, 98, 4))
	p.fill(l.color, polygon(-3, -92, -3, -104, 14, -98))
	p.lit().fill(sheer(white, 0.6), roundBox(-38, 4, 30, 2, 1), roundBox(2, 6, 34, 2, 1))
}

func drawHotAirBalloon(p *pen, l look) {
	y := float32(24) // it floats: its basket hangs below the height of the lane
	p.fill(sheer(ink, 0.8), stroke(1.4, -15, y-42, -8, y-14), stroke(1.4, 15, y-42, 8, y-14))
	envelope := func(w float32) path {
		return from(-12*w, y-38).curve(-18*w, y-52, -40*w, y-66, -40*w, y-88).curve(-40*w, y-138, 40*w, y-138, 40*w, y-88).
			curve(40*w, y-66, 18*w, y-52, 12*w, y-38)
	}
	stripe := lighter(l.color, 0.62)
	if l.color == colors[White] {
		stripe = colors[Gray]
	}
	p.fill(l.color, envelope(1))
	p.fill(stripe, envelope(0.66))
	p.fill(l.color, envelope(0.3))
	p.fill(sheer(ink, 0.10), from(12, y-38).curve(18, y-52, 40, y-66, 40, y-88).
		curve(40, y-112, 22, y-125, 4, y-125).curve(40, y-100, 24, y-60, 4, y-38))
	if l.time != Day {
		p.lit().glow(sheer(hex(0xffc766), 0.8), 0, y-50, 36)
	}
	p.fill(hex(0xa9713f), roundBox(-10, y-16, 20, 15, 3))
	p.fill(hex(0x7d4f2a), box(-11, y-17, 22, 3.4))
}
