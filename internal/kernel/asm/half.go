package main

import "github.com/mmcloughlin/avo/operand"

// halves emits the conversions between float32 and half precision, of eight
// components at a time.
func (g gen) halves() {
	const nearestEven = 0
	v := g.YMM()
	g.each("encodeHalfF16C", "func(dst *byte, src *float32, count int)",
		"encodeHalfF16C rounds count components, a multiple of 8, to half precision.",
		func(dst, src operand.Mem) {
			src.Scale, dst.Scale = 4, 2
			g.VMOVUPS(src, v)
			g.VCVTPS2PH(operand.Imm(nearestEven), v, dst)
		})
	g.each("decodeHalfF16C", "func(dst *float32, src *byte, count int)",
		"decodeHalfF16C widens count components, a multiple of 8, from half precision.",
		func(dst, src operand.Mem) {
			src.Scale, dst.Scale = 2, 4
			g.VCVTPH2PS(src, v)
			g.VMOVUPS(v, dst)
		})
}

// each emits a function that converts count components by eight. The memory
// that it gives to convert wants a scale, the bytes of a component.
func (g gen) each(name, signature, doc string, convert func(dst, src operand.Mem)) {
	g.function(name, signature, doc)
	dst, src, count := g.param("dst"), g.param("src"), g.param("count")
	i := g.GP64()
	g.XORQ(i, i)
	g.Label("eights")
	g.CMPQ(i, count)
	g.JGE(operand.LabelRef("done"))
	convert(operand.Mem{Base: dst, Index: i}, operand.Mem{Base: src, Index: i})
	g.ADDQ(operand.Imm(lanes), i)
	g.JMP(operand.LabelRef("eights"))
	g.Label("done")
	g.VZEROUPPER()
	g.RET()
}
