package scene

import "image/color"

func drawBed(p *pen, l look) {
	blanket := l.color
	if blanket == colors[White] {
		blanket = hex(0xf2f1ee)
	}
	p.shadow(0, 0, 100, 6)
	p.fill(wood, roundBox(-94, -88, 12, 88, 4), roundBox(84, -52, 10, 52, 4), box(-88, -26, 176, 14))
	p.fill(darker(wood, 0.15), roundBox(-94, -88, 6, 88, 3))
	p.fill(hex(0xfaf8f2), roundBox(-82, -44, 168, 24, 8))
	p.fill(hex(0xdfe6ef), roundBox(-80, -60, 46, 20, 10))
	p.fill(white, roundBox(-78, -60, 44, 17, 8.5))
	p.fill(blanket, from(-38, -49).bow(0, -56, 84, -49).to(86, -14, -38, -14).bow(-44, -30, -38, -49))
	p.fill(darker(blanket, 0.16), from(-38, -49).bow(-30, -52, -22, -51).bow(-28, -30, -22, -14).to(-38, -14).
		bow(-44, -30, -38, -49))
	p.fill(sheer(ink, 0.10), arc(1.6, 4, -50, 0, -30, 6, -15), arc(1.6, 46, -51, 42, -32, 48, -15))
}

func drawSofa(p *pen, l look) {
	c := l.color
	p.shadow(0, 0, 90, 6)
	p.fill(darker(wood, 0.3), box(-72, -8, 8, 8), box(64, -8, 8, 8))
	p.fill(darker(c, 0.12), roundBox(-74, -76, 148, 56, 14))
	p.fill(sheer(ink, 0.18), box(-1, -72, 2, 34))
	p.fill(c, roundBox(-66, -44, 66, 26, 8), roundBox(0, -44, 66, 26, 8))
	p.fill(darker(c, 0.22), box(-70, -24, 140, 16))
	p.fill(lighter(c, 0.08), roundBox(-86, -54, 26, 48, 12), roundBox(60, -54, 26, 48, 12))
	cushion := hex(0xf3d27a)
	if c == colors[Yellow] || c == colors[Orange] {
		cushion = cream
	}
	p.fill(cushion, polygon(-58, -40, -50, -66, -26, -60, -33, -36))
	p.fill(sheer(ink, 0.12), polygon(-58, -40, -33, -36, -26, -60, -30, -61, -37, -40))
}

func drawChair(p *pen, l look) {
	c := l.color
	p.shadow(0, 0, 30, 4)
	p.fill(darker(c, 0.25), stroke(5, -15, -34, -18, -2), stroke(5, 19, -34, 22, -2))
	p.fill(c, stroke(5.5, -22, -92, -20, -2), stroke(5.5, 12, -34, 14, -2))
	p.fill(c, roundBox(-25, -94, 9, 62, 4), roundBox(-25, -42, 48, 9, 4))
	p.fill(darker(c, 0.15), roundBox(-25, -36, 48, 4, 2))
}

func drawLamp(p *pen, l look) {
	p.shadow(0, 0, 20, 3.5)
	p.fill(hex(0x55596a), roundBox(-16, -5, 32, 5, 2.5), box(-1.8, -110, 3.6, 106))
	shade := polygon(-14, -142, 14, -142, 27, -104, -27, -104)
	if l.time == Day {
		p.fill(l.color, shade)
		p.fill(sheer(ink, 0.12), polygon(4, -142, 14, -142, 27, -104, 10, -104))
		return
	}
	out := p.lit()
	out.glow(sheer(hex(0xffdf94), 0.62), 0, -116, 130)
	out.fill(lighter(l.color, 0.25), shade)
	out.fill(sheer(hex(0xfff2c4), 0.5), oval(0, -112, 17, 9))
}

func drawBookshelf(p *pen, l look) {
	c := l.color
	p.shadow(0, 0, 40, 4)
	p.fill(darker(c, 0.4), box(-36, -138, 72, 138))
	spines := []color.RGBA{colors[Red], colors[Blue], colors[Yellow], colors[Green], cream, colors[Purple], colors[Orange]}
	for row := range 4 {
		y := -104 + 33*float32(row)
		x := float32(-30)
		for x < 24 {
			w, h := 5+4*l.rng.Float32(), 18+8*l.rng.Float32()
			p.fill(spines[l.rng.IntN(len(spines))], box(x, y-h, w, h))
			x += w + 0.8
		}
		p.fill(c, box(-36, y, 72, 4.5))
	}
	p.fill(c, box(-38, -141, 76, 6), box(-38, -140, 5, 140), box(33, -140, 5, 140), box(-36, -5, 72, 5))
}

// drawPoster hangs a poster on the wall: its middle is at the lane's height.
func drawPoster(p *pen, l look) {
	p.lit().fill(sheer(ink, 0.16), box(-25, -34, 56, 76))
	p.fill(white, box(-28, -38, 56, 76))
	c := l.color
	p.fill(mix(c, cream, 0.25), box(-24, -34, 48, 68))
	switch l.rng.IntN(3) {
	case 0: // hills under a sun
		p.fill(lamp, disc(8, -14, 8))
		p.fill(darker(c, 0.35), polygon(-24, 34, -24, 14, -8, -6, 6, 12, 14, 4, 24, 18, 24, 34))
	case 1: // circles
		p.fill(darker(c, 0.3), disc(-4, -6, 17))
		p.fill(lamp, disc(-4, -6, 11))
		p.fill(darker(c, 0.5), box(-16, 20, 32, 4), box(-10, 27, 20, 3))
	default: // a star
		p.fill(cream, star(0, -6, 18))
		p.fill(darker(c, 0.45), box(-16, 20, 32, 4), box(-10, 27, 20, 3))
	}
}

// star has five points at the distance r from x, y.
func star(x, y, r float32) path {
	unit := []float32{0, -1, 0.225, -0.309, 0.951, -0.309, 0.363, 0.118, 0.588, 0.809, 0, 0.382, -0.588, 0.809,
		-0.363, 0.118, -0.951, -0.309, -0.225, -0.309}
	xy := make([]float32, len(unit))
	for i, v := range unit {
		xy[i] = []float32{x, y}[i%2] + v*r
	}
	return polygon(xy...)
}

// drawGuitar hangs a guitar on the wall, its neck up.
func drawGuitar(p *pen, l look) {
	c := l.color
	p.lit().fill(sheer(ink, 0.14), oval(4, 14, 17, 15), oval(4, 38, 24, 20))
	p.fill(hex(0x5a3a22), box(-3.4, -62, 6.8, 70))
	p.fill(hex(0x3c2716), roundBox(-6, -76, 12, 18, 2))
	for i := range 3 {
		y := -73 + 5*float32(i)
		p.fill(hex(0xd8dbe0), disc(-8, y, 2), disc(8, y, 2))
	}
	body := append(oval(0, 8, 17, 15), oval(0, 34, 24, 20)...)
	body = append(body, box(-13, 8, 26, 24)...)
	p.fill(darker(c, 0.35), scaled(body, 1.06, 0, 24))
	p.fill(mix(c, hex(0xf0b060), 0.22), body)
	p.fill(ink, disc(0, 14, 7.5))
	p.fill(hex(0x3c2716), roundBox(-11, 38, 22, 5, 2))
	for _, x := range []float32{-2, 0, 2} {
		p.fill(sheer(hex(0xf2ead8), 0.85), box(x-0.35, -60, 0.7, 100))
	}
}

// scaled returns the outline drawn larger around a point.
func scaled(outline path, by, cx, cy float32) path {
	out := make(path, len(outline))
	for i, s := range outline {
		for j, q := range s.points {
			s.points[j] = point{cx + (q.x-cx)*by, cy + (q.y-cy)*by}
		}
		out[i] = s
	}
	return out
}
