package scene

import "image/color"

// patch is the colour of a lighter patch of fur.
func patch(c color.RGBA) color.RGBA { return lighter(c, 0.45) }

func drawDog(p *pen, l look) {
	c := l.color
	far := darker(c, 0.22)
	p.shadow(0, 0, 40, 4.5)
	p.fill(far, roundBox(-22, -26, 8, 26, 4), roundBox(16, -26, 8, 26, 4))
	p.fill(c, arc(7, -30, -38, -44, -44, -42, -60)) // tail
	p.fill(c, from(-34, -34).curve(-36, -50, -12, -50, 14, -48).curve(32, -48, 34, -24, 22, -20).
		curve(4, -16, -14, -18, -22, -18).curve(-32, -18, -34, -26, -34, -34))
	p.fill(c, roundBox(-32, -30, 9, 30, 4.5), roundBox(12, -30, 9, 30, 4.5))
	p.fill(patch(c), roundBox(-33, -4.5, 12, 5, 2.5), roundBox(12, -4.5, 12, 5, 2.5))
	p.fill(c, from(8, -42).to(18, -64, 34, -54, 28, -34)) // neck
	p.fill(c, oval(28, -62, 15, 14))
	p.fill(patch(c), roundBox(30, -64, 22, 15, 7.5))
	p.fill(ink, oval(50, -61, 4, 3.4), disc(31, -66, 2.4))
	p.fill(white, disc(31.8, -66.8, 0.8))
	p.fill(darker(c, 0.42), from(14, -72).curve(24, -78, 27, -68, 24, -52).curve(20, -42, 10, -46, 12, -58).
		bow(11, -66, 14, -72)) // ear
	p.fill(sheer(ink, 0.8), arc(1.4, 36, -52, 42, -49, 48, -52))
	collar := hex(0xd33f3f)
	if c == colors[Red] {
		collar = hex(0x2f6fe0)
	}
	p.fill(collar, stroke(4.5, 13, -48, 29, -41))
}

func drawCat(p *pen, l look) {
	c := l.color
	p.shadow(0, 0, 26, 4)
	p.fill(darker(c, 0.14), arc(7, 14, -6, 38, -4, 30, -30))
	p.fill(c, from(-19, 0).curve(-24, -22, -16, -44, 0, -44).curve(16, -44, 24, -22, 19, 0))
	p.fill(patch(c), oval(0, -18, 8.5, 15))
	p.fill(c, roundBox(-13, -12, 11, 12, 5), roundBox(2, -12, 11, 12, 5))
	p.fill(sheer(ink, 0.25), box(-0.7, -12, 1.4, 12))
	p.fill(c, polygon(-19, -52, -17, -76, -3, -64), polygon(19, -52, 17, -76, 3, -64))
	p.fill(hex(0xf2a7a7), polygon(-15.5, -60, -14.8, -70, -8, -64), polygon(15.5, -60, 14.8, -70, 8, -64))
	p.fill(c, oval(0, -53, 20, 16))
	p.fill(patch(c), oval(0, -46, 9, 6.5))
	for _, x := range []float32{-8, 8} {
		p.fill(hex(0xb8e36b), oval(x, -55, 4.2, 4.6))
		p.fill(ink, oval(x, -55, 1.7, 4.2))
	}
	p.fill(hex(0xe88a92), polygon(-3, -49, 3, -49, 0, -45.5))
	whiskers := sheer(lighter(ink, 0.2), 0.8)
	if c == colors[Black] {
		whiskers = sheer(white, 0.7)
	}
	p.fill(whiskers, stroke(0.9, 8, -47, 25, -50), stroke(0.9, 8, -45, 25, -44), stroke(0.9, -8, -47, -25, -50),
		stroke(0.9, -8, -45, -25, -44))
}

func drawSheep(p *pen, l look) {
	c := l.color
	face := hex(0x3a3640)
	if c == colors[Black] {
		face = hex(0x8a7f78)
	}
	p.shadow(0, 0, 34, 4)
	for _, x := range []float32{-20, -11, 9, 18} {
		p.fill(face, roundBox(x, -20, 5.5, 20, 2.5))
	}
	wool := oval(0, -32, 28, 17)
	for _, b := range [][3]float32{{-26, -32, 10}, {-18, -43, 11}, {-3, -47, 12}, {13, -45, 11}, {25, -36, 10},
		{20, -23, 10}, {4, -20, 10}, {-13, -21, 10}} {
		wool = append(wool, disc(b[0], b[1], b[2])...)
	}
	p.fill(c, wool)
	p.fill(sheer(hex(0x6d7c9c), 0.22), arc(2, -20, -34, -14, -28, -8, -34), arc(2, -2, -26, 4, -20, 10, -26),
		arc(2, -4, -42, 2, -36, 8, -42))
	p.fill(face, oval(33, -42, 10, 12), oval(22, -47, 7, 3.6), oval(44, -47, 6, 3.4))
	p.fill(c, disc(33, -53, 6.5), disc(27, -51, 5), disc(39, -51, 5))
	p.fill(white, disc(30, -43, 2.3), disc(37, -43, 2.3))
	p.fill(ink, disc(30.3, -42.6, 1.2), disc(37.3, -42.6, 1.2))
}

func drawRabbit(p *pen, l look) {
	c := l.color
	p.shadow(0, 0, 24, 4)
	p.fill(hex(0x9fb2c8), outlineOfRabbit(1.4))
	p.fill(c, outlineOfRabbit(0))
	p.fill(hex(0xf4b3bb), oval(-7, -66, 2.6, 10), oval(7, -66, 2.6, 10))
	p.fill(patch(c), oval(0, -14, 9, 11))
	p.fill(ink, disc(-6, -45, 2.2), disc(6, -45, 2.2))
	p.fill(hex(0xe88a92), oval(0, -40, 2.6, 1.9))
	p.fill(sheer(ink, 0.3), arc(1.2, -10, -2, -8, -9, -3, -3), arc(1.2, 10, -2, 8, -9, 3, -3))
}

// outlineOfRabbit is a sitting rabbit seen from the front, made wider by the
// given margin.
func outlineOfRabbit(m float32) path {
	p := oval(0, -18, 18+m, 18+m)
	for _, o := range [][4]float32{{0, -43, 14.5, 13}, {-7, -66, 5.5, 15}, {7, -66, 5.5, 15}, {-10, -4, 8, 5},
		{10, -4, 8, 5}, {19, -10, 6, 6}} {
		p = append(p, oval(o[0], o[1], o[2]+m, o[3]+m)...)
	}
	return p
}

func drawBird(p *pen, l look) {
	c := l.color
	lift := 4 * l.rng.Float32()
	p.fill(darker(c, 0.2), from(2, -12).curve(-2, -30-lift, -18, -36-lift, -28, -36-lift).curve(-20, -28, -18, -16, -12, -10))
	p.fill(c, from(-26, -8).to(-36, -14, -34, -2)) // tail
	p.fill(c, from(-28, -8).curve(-14, -18, 8, -20, 20, -14).curve(18, -2, -6, 4, -28, -6), disc(19, -13, 7.5))
	p.fill(lighter(c, 0.25), from(4, -12).curve(4, -32-lift, -6, -42-lift, -16, -46-lift).curve(-12, -32, -16, -22, -14, -10))
	p.fill(hex(0xf5a623), polygon(25, -15.5, 34, -12, 25, -10))
	p.fill(ink, disc(21, -14.5, 1.7))
}

func drawDuck(p *pen, l look) {
	c := l.color
	p.lit().fill(sheer(hex(0x0c2350), 0.2), oval(0, 1, 26, 3.4))
	p.fill(c, from(-26, -20).curve(-22, -12, -8, -16, 4, -14).curve(22, -14, 24, 2, 10, 2).to(-10, 2).
		curve(-24, 2, -26, -10, -26, -20))
	p.fill(c, from(2, -12).to(6, -26, 22, -22, 20, -8), disc(14, -26, 10.5))
	p.fill(darker(c, 0.16), from(-14, -10).curve(-8, -14, 4, -14, 8, -8).curve(4, 0, -10, 0, -14, -10))
	p.fill(hex(0xf08326), from(22, -29).bow(34, -27, 33, -23).bow(26, -20, 21, -22))
	p.fill(ink, disc(16, -28.5, 2))
	p.lit().fill(sheer(white, 0.6), roundBox(-22, 2, 16, 1.8, 0.9), roundBox(0, 3.4, 20, 1.8, 0.9))
}
