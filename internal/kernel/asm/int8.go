package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// int8s emits the kernels of 8-bit vectors. Products of two components are
// added in pairs to 32 bits, where no pair of any two components overflows.
func (g gen) int8s() {
	g.function("dotInt8AVX2", "func(a, b *int8, dim int) int32",
		"dotInt8AVX2 returns the inner product of two vectors of dim components.")
	a, b, dim := g.param("a"), g.param("b"), g.param("dim")
	sum := g.madd(a, []reg.GPVirtual{b}, nil, dim, "")
	g.Store(sum[0], g.ReturnIndex(0))
	g.VZEROUPPER()
	g.RET()

	f := form{name: "Int8", elem: "int8", out: "int32", early: 8}
	f.dots = func(dim reg.GPVirtual) func([]operand.Mem, reg.GPVirtual, []reg.GPVirtual, []reg.GPVirtual) {
		return func(out []operand.Mem, query reg.GPVirtual, rows, ahead []reg.GPVirtual) {
			for i, sum := range g.madd(query, rows, ahead, dim, fmt.Sprint(len(rows))) {
				g.MOVL(sum, out[i])
			}
		}
	}
	g.gather(f)
}

// madd emits the inner products of query with each of rows. The labels end in
// suffix.
func (g gen) madd(query reg.GPVirtual, rows, ahead []reg.GPVirtual, dim reg.GPVirtual, suffix string) []reg.GPVirtual {
	const width = 16 // components in a register, widened to 16 bits
	acc := g.zeroed(len(rows))
	off, end := g.GP64(), g.GP64()
	g.XORQ(off, off)
	g.LEAQ(operand.Mem{Base: off, Disp: line}, end)
	q, r := g.YMM(), g.YMM()

	step := func(d int) {
		g.VPMOVSXBW(at(query, off, d), q)
		for i, row := range rows {
			g.VPMOVSXBW(at(row, off, d), r)
			g.VPMADDWD(q, r, r)
			g.VPADDD(r, acc[i], acc[i])
		}
	}
	g.Label("lines" + suffix)
	g.CMPQ(end, dim)
	g.JG(operand.LabelRef("steps" + suffix))
	for _, a := range ahead {
		g.PREFETCHT0(at(a, off, 0))
	}
	for d := 0; d < line; d += width {
		step(d)
	}
	g.MOVQ(end, off)
	g.ADDQ(operand.U8(line), end)
	g.JMP(operand.LabelRef("lines" + suffix))

	g.Label("steps" + suffix)
	g.LEAQ(operand.Mem{Base: off, Disp: width}, end)
	g.CMPQ(end, dim)
	g.JG(operand.LabelRef("reduce" + suffix))
	step(0)
	g.MOVQ(end, off)
	g.JMP(operand.LabelRef("steps" + suffix))

	g.Label("reduce" + suffix)
	sum := make([]reg.GPVirtual, len(rows))
	for i, v := range acc {
		half := g.XMM()
		g.VEXTRACTI128(operand.Imm(1), v, half)
		g.VPADDD(half, v.AsX(), v.AsX())
		g.VPHADDD(v.AsX(), v.AsX(), v.AsX())
		g.VPHADDD(v.AsX(), v.AsX(), v.AsX())
		sum[i] = g.GP32()
		g.VMOVD(v.AsX(), sum[i])
	}

	x, y := g.GP32(), g.GP32()
	g.Label("rest" + suffix)
	g.CMPQ(off, dim)
	g.JGE(operand.LabelRef("summed" + suffix))
	g.MOVBLSX(at(query, off, 0), x)
	for i, row := range rows {
		g.MOVBLSX(at(row, off, 0), y)
		g.IMULL(x, y)
		g.ADDL(y, sum[i])
	}
	g.INCQ(off)
	g.JMP(operand.LabelRef("rest" + suffix))
	g.Label("summed" + suffix)
	return sum
}
