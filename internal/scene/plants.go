package scene

import "math"

func drawTree(p *pen, l look) {
	p.shadow(2, 0, 34, 5)
	p.fill(hex(0x7b5233), from(-7, 0).bow(-4, -30, -5, -52).to(5, -52).bow(4, -30, 8, 0))
	p.fill(hex(0x7b5233), stroke(4, 0, -40, 15, -58), stroke(4, 0, -34, -14, -52))
	lean := 4 * (l.rng.Float32() - 0.5)
	p.fill(hex(0x2f7d3f), disc(-22, -66, 20), disc(22, -66, 20), disc(lean, -64, 22), disc(lean, -92, 26))
	p.fill(hex(0x46984a), disc(-18, -72, 16), disc(18, -74, 17), disc(lean-2, -96, 21))
	p.fill(hex(0x6bb556), disc(-14, -80, 9), disc(lean+4, -104, 11), disc(24, -80, 7))
}

func drawFirTree(p *pen, l look) {
	p.shadow(2, 0, 30, 5)
	p.fill(hex(0x6e4a30), box(-5, -14, 10, 14))
	c := mix(hex(0x2b6a4d), hex(0x3d7f52), l.rng.Float32())
	for i, w := range []float32{33, 27, 20} {
		y := -10 - 27*float32(i)
		p.fill(darker(c, 0.12*float32(2-i)), from(0, y-46).to(w, y).bow(0, y+8, -w, y))
		p.fill(sheer(lighter(c, 0.3), 0.5), polygon(0, y-46, w*0.94, y-2, w*0.45, y-4))
	}
}

func drawPalmTree(p *pen, _ look) {
	p.shadow(0, 0, 22, 4)
	p.fill(hex(0x9a6d41), from(-8, 0).curve(-4, -50, 2, -80, 14, -112).to(21, -110).curve(12, -80, 6, -40, 7, 0))
	for i := range 6 {
		t := float32(i)
		x := 1.6 * t * (0.5 + t/9)
		p.fill(sheer(hex(0x6d4a2a), 0.55), arc(1.6, x-5.5, -16-16*t, x, -13-16*t, x+7-t/2, -17-16*t))
	}
	for _, leaf := range [][4]float32{{-34, -150, -50, -104}, {-24, -136, -34, -80}, {66, -150, 80, -104},
		{50, -130, 62, -78}, {-4, -166, -32, -138}, {44, -168, 66, -142}} {
		p.fill(hex(0x2f8b47), from(17, -114).bow(leaf[0], leaf[1], leaf[2], leaf[3]).bow(leaf[0]*0.5+10, leaf[1]+24, 17, -110))
	}
	for _, leaf := range [][4]float32{{-20, -148, -46, -122}, {56, -146, 78, -122}, {22, -160, 26, -150}} {
		p.fill(hex(0x54ad55), from(17, -114).bow(leaf[0], leaf[1], leaf[2], leaf[3]).bow(leaf[0]*0.5+9, leaf[1]+18, 17, -111))
	}
	p.fill(hex(0x6b4426), disc(12, -108, 4.5), disc(21, -107, 4.5), disc(16, -103, 4.5))
}

func drawCactus(p *pen, l look) {
	p.shadow(2, 0, 24, 4)
	c := hex(0x3f9156)
	p.fill(c, stroke(20, 0, -4, 0, -82), stroke(12, 0, -34, -24, -34, -26, -58), stroke(12, 0, -46, 24, -46, 26, -70))
	p.fill(c, box(-10, -8, 20, 8))
	p.fill(sheer(lighter(c, 0.5), 0.7), stroke(1.6, -4, -8, -4, -84), stroke(1.6, 4, -8, 4, -84),
		stroke(1.4, -27, -40, -27, -58), stroke(1.4, 25, -52, 26, -69))
	if l.rng.IntN(2) == 0 {
		p.fill(hex(0xf36fa0), disc(-5, -93, 5), disc(5, -93, 5), disc(0, -97, 5))
	}
}

func drawFlower(p *pen, l look) {
	h := 52 + 12*l.rng.Float32()
	p.fill(hex(0x2f7d3f), arc(3.4, 0, 0, -3, -h/2, 0, -h))
	p.fill(hex(0x3f9a4a), from(0, -8).bow(-20, -30, -22, -12).bow(-12, -4, 0, -6), from(0, -14).
		bow(18, -36, 22, -18).bow(12, -8, 0, -12))
	petals := 6
	for i := range petals {
		a := 2 * math.Pi * float64(i) / float64(petals)
		x, y := float32(10.5*math.Cos(a)), float32(10.5*math.Sin(a))
		p.fill(darker(l.color, 0.12), disc(x, y-h, 8.6))
		p.fill(l.color, disc(x, y-h, 7.6))
	}
	middle := hex(0xf7c433)
	if l.color == colors[Yellow] || l.color == colors[Orange] {
		middle = hex(0x7a4a24)
	}
	p.fill(middle, disc(0, -h, 7))
}

func drawPlant(p *pen, _ look) {
	p.shadow(0, 0, 24, 4)
	for _, leaf := range [][4]float32{{-34, -66, -30, -92}, {34, -66, 30, -92}, {-12, -80, -8, -112},
		{16, -80, 12, -108}, {-40, -44, -38, -58}, {40, -44, 38, -58}} {
		p.fill(hex(0x2f8350), from(-2, -30).bow(leaf[0], leaf[1]+20, leaf[2], leaf[3]).bow(leaf[0]*0.3+4, leaf[1], 3, -30))
	}
	p.fill(hex(0x53a866), from(-1, -30).bow(-14, -70, 0, -100).bow(14, -64, 2, -30))
	p.fill(hex(0xc4693f), polygon(-20, -34, 20, -34, 15, 0, -15, 0))
	p.fill(hex(0xd9805a), roundBox(-23, -39, 46, 9, 2))
}
