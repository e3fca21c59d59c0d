package scene

func drawHouse(p *pen, l look) {
	p.shadow(4, 0, 68, 6)
	roof := hex(0x6d4a4f)
	if l.color == colors[Brown] || l.color == colors[Black] {
		roof = hex(0xb65a45)
	}
	p.fill(darker(roof, 0.2), box(24, -112, 14, 34))
	p.fill(l.color, box(-54, -66, 108, 66))
	p.fill(darker(l.color, 0.14), box(-54, -66, 108, 7), box(46, -66, 8, 66))
	p.fill(roof, polygon(-66, -62, -34, -106, 34, -106, 66, -62))
	p.fill(darker(roof, 0.22), polygon(-66, -62, -63, -66, 63, -66, 66, -62))
	p.fill(hex(0x7a4a32), roundBox(-10, -38, 20, 38, 2))
	p.fill(lamp, disc(6, -18, 1.6))
	for _, x := range []float32{-43, 21} {
		p.fill(cream, box(x-2, -48, 26, 26))
		drawPane(p, l.time, x, -46, 22, 22, true)
		p.fill(cream, box(x+10, -46, 2, 22), box(x, -36, 22, 2))
		if l.time != Day {
			p.lit().glow(sheer(lamp, 0.35), x+11, -35, 34)
		}
	}
}

func drawLighthouse(p *pen, l look) {
	p.shadow(4, 0, 40, 5)
	p.fill(hex(0x8b8f98), polygon(-34, 0, -24, -12, 24, -12, 34, 0))
	half := func(y float32) float32 { return 12 + 9*(y+130)/118 } // its width at the height y
	for i := range 5 {
		top, bottom := -130+23.6*float32(i), -130+23.6*float32(i+1)
		c := l.color
		if i%2 == 1 {
			c = colors[White]
			if l.color == colors[White] {
				c = colors[Gray]
			}
		}
		p.fill(c, polygon(-half(top), top, half(top), top, half(bottom), bottom, -half(bottom), bottom))
	}
	p.fill(sheer(ink, 0.12), polygon(half(-130)*0.4, -130, half(-130), -130, half(-12), -12, half(-12)*0.4, -12))
	p.fill(ink, box(-19, -134, 38, 5))
	p.fill(lamp, box(-9, -152, 18, 18))
	p.fill(ink, box(-1, -152, 2, 18), dome(0, -151, 13, 11))
	if l.time == Day {
		return
	}
	out := p.lit()
	const reach = 250
	for _, side := range []float32{-1, 1} {
		out.beam(sheer(hex(0xfff2b0), 0.5), 0, reach, polygon(0, -146, side*reach, -172, side*reach, -114, 0, -140))
	}
	out.glow(sheer(hex(0xfff2b0), 1), 0, -143, 40)
}

func drawTent(p *pen, l look) {
	p.shadow(0, 0, 66, 6)
	p.fill(darker(l.color, 0.25), polygon(-22, -66, 22, -70, 60, 0, 20, 0))
	p.fill(l.color, polygon(-22, -68, -60, 0, 22, 0))
	p.fill(lighter(l.color, 0.12), polygon(-22, -68, 22, -72, 60, 0, 24, 0))
	inside := darker(l.color, 0.65)
	if l.time == Night {
		p.lit().fill(hex(0xffcf70), polygon(-22, -50, -38, 0, -4, 0))
		p.lit().glow(sheer(hex(0xffcf70), 0.6), -21, -18, 60)
	} else {
		p.fill(inside, polygon(-22, -50, -38, 0, -4, 0))
	}
	p.fill(sheer(ink, 0.7), stroke(1.6, -22, -68, -24, -76), stroke(1.2, -60, 0, -68, 3), stroke(1.2, 60, 0, 67, 3))
}

func drawBench(p *pen, l look) {
	p.shadow(0, 0, 48, 4)
	p.fill(ink, box(-36, -20, 5, 20), box(31, -20, 5, 20), box(-36, -46, 4, 28), box(32, -46, 4, 28))
	for _, y := range []float32{-46, -36} {
		p.fill(l.color, roundBox(-44, y, 88, 7, 3))
	}
	p.fill(darker(l.color, 0.18), roundBox(-44, -23, 88, 7, 3))
}

func drawSnowman(p *pen, _ look) {
	p.shadow(0, 0, 32, 5)
	snow, shade := hex(0xfdfeff), sheer(hex(0x7f9cc4), 0.28)
	for _, b := range [][2]float32{{-24, 26}, {-61, 19}, {-90, 14}} {
		p.fill(hex(0xa9bdd6), disc(0, b[0], b[1]+1.2))
		p.fill(snow, disc(0, b[0], b[1]))
		p.fill(shade, append(disc(0, b[0], b[1]), oval(-b[1]*0.16, b[0]-b[1]*0.1, -b[1]*0.8, b[1]*0.8)...))
	}
	p.fill(wood, stroke(3, -17, -66, -40, -80), stroke(2, -33, -76, -40, -70), stroke(3, 17, -66, 40, -78),
		stroke(2, 33, -74, 41, -70))
	p.fill(hex(0xd4423c), roundBox(-14, -80, 28, 7, 3.5), roundBox(4, -78, 8, 22, 3))
	p.fill(ink, disc(-5, -93, 1.9), disc(5, -93, 1.9), disc(0, -64, 2), disc(0, -55, 2),
		roundBox(-17, -104, 34, 4, 2), roundBox(-11, -124, 22, 22, 2))
	p.fill(hex(0xd4423c), box(-11, -109, 22, 5))
	p.fill(hex(0xf08a2c), polygon(0, -91, 16, -87, 0, -86))
}

func drawCampfire(p *pen, l look) {
	p.shadow(0, 0, 30, 5)
	p.fill(hex(0x6b4426), stroke(7, -22, -3, 20, -10), stroke(7, 22, -3, -20, -10))
	out := p.lit()
	if l.time != Day {
		out.glow(sheer(hex(0xff9a3c), 0.75), 0, -22, 96)
	}
	flame := func(w, h float32) path {
		return from(-w, -10).curve(-w*1.3, -h*0.45, -w*0.2, -h*0.5, 0, -h).
			curve(w*0.1, -h*0.7, w*1.5, -h*0.5, w, -10).bow(0, -2, -w, -10)
	}
	out.fill(hex(0xf26a21), flame(17, 54))
	out.fill(hex(0xfba92c), flame(11, 38))
	out.fill(hex(0xffe27a), flame(6, 24))
}
