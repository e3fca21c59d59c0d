package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// atLeast emits the search for a score that is not below a floor.
func (g gen) atLeast(mask operand.Mem) {
	const step = 4 * lanes
	g.function("atLeastAVX2", "func(scores *float32, count int, floor float32) int",
		"atLeastAVX2 returns the number of the first of count scores that is not below floor,",
		"or count.")
	scores, count := g.param("scores"), g.param("count")
	floor := g.YMM()
	x := g.XMM()
	g.Load(g.Param("floor"), x)
	g.VBROADCASTSS(x, floor)
	i, end := g.GP64(), g.GP64()
	g.XORQ(i, i)
	score := func(d int) operand.Mem {
		return operand.Mem{Base: scores, Index: i, Scale: 4, Disp: laneBytes * d}
	}
	hits := make([]reg.VecVirtual, 4)
	for j := range hits {
		hits[j] = g.YMM()
	}
	bits := g.GP32()

	g.Label("blocks")
	g.LEAQ(operand.Mem{Base: i, Disp: step}, end)
	g.CMPQ(end, count)
	g.JG(operand.LabelRef("rest"))
	for j, h := range hits {
		g.VCMPPS(operand.U8(lessOrEqual), score(j), floor, h)
	}
	g.VORPS(hits[1], hits[0], hits[0])
	g.VORPS(hits[3], hits[2], hits[2])
	g.VORPS(hits[2], hits[0], hits[0])
	g.VMOVMSKPS(hits[0], bits)
	g.TESTL(bits, bits)
	g.JNE(operand.LabelRef("rest"))
	g.MOVQ(end, i)
	g.JMP(operand.LabelRef("blocks"))

	g.Comment("The first of these is here, or what is left is less than a block.")
	g.Label("rest")
	g.CMPQ(i, count)
	g.JGE(operand.LabelRef("done"))
	some := g.copied(count)
	g.SUBQ(i, some)
	g.CMPQ(some, operand.Imm(lanes))
	g.JLE(operand.LabelRef("few"))
	g.MOVQ(operand.U32(lanes), some)
	g.Label("few")
	g.Comment("What the mask leaves out is 0. If that is found, it is where count is.")
	from := g.GP64()
	g.LEAQ(mask.Offset(4*block), from)
	g.SHLQ(operand.Imm(2), some)
	g.SUBQ(some, from)
	g.VMOVUPS(operand.Mem{Base: from}, hits[1])
	g.VMASKMOVPS(score(0), hits[1], hits[0])
	g.VCMPPS(operand.U8(lessOrEqual), hits[0], floor, hits[0])
	g.VMOVMSKPS(hits[0], bits)
	g.TESTL(bits, bits)
	g.JNE(operand.LabelRef("found"))
	g.ADDQ(operand.Imm(lanes), i)
	g.JMP(operand.LabelRef("rest"))
	g.Label("found")
	g.BSFL(bits, bits)
	g.ADDQ(bits.As64(), i)
	g.MOVQ(i, count)
	g.Label("done")
	g.Store(count, g.ReturnIndex(0))
	g.VZEROUPPER()
	g.RET()
}

// fetch emits prefetches of the lines from an address on.
func (g gen) fetch() {
	g.function("fetchLines", "func(from *uint32, count int)",
		"fetchLines prefetches count numbers, at least one.")
	from, end := g.param("from"), g.param("count")
	g.LEAQ(operand.Mem{Base: from, Index: end, Scale: 4}, end)
	g.Label("line")
	g.PREFETCHT0(operand.Mem{Base: from})
	g.ADDQ(operand.U8(line), from)
	g.CMPQ(from, end)
	g.JL(operand.LabelRef("line"))
	g.RET()
}

// lessOrEqual is the comparison that is false where one is NaN, and signals
// nothing.
const lessOrEqual = 0x12
