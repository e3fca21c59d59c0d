package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	lanes      = 8                 // components in a register
	sums       = 4                 // running sums of an inner product, of lanes each
	block      = lanes * sums      // components that go once through all sums
	blockBytes = 4 * block         // blockBytes of a block
	laneBytes  = blockBytes / sums // blockBytes of a register
)

// float32s emits the kernels of float32 vectors. All add in one order, that
// of [kernel.Dot], so that all give the same bits.
func (g gen) float32s() {
	mask := g.maskTable()

	g.function("dotFloat32AVX2", "func(a, b *float32, dim int) float32",
		"dotFloat32AVX2 returns the inner product of two vectors of dim components.")
	a, b, dim := g.param("a"), g.param("b"), g.param("dim")
	acc := g.fma(a, []reg.GPVirtual{b}, nil, g.edges(dim, mask), "")
	sum := g.total(g.merged(acc[0]))
	g.Store(sum, g.ReturnIndex(0))
	g.VZEROUPPER()
	g.RET()

	f := form{name: "Float32", elem: "float32", out: "float32", shift: 2, early: 4}
	f.dots = func(dim reg.GPVirtual) func([]operand.Mem, reg.GPVirtual, []reg.GPVirtual, []reg.GPVirtual) {
		e := g.edges(dim, mask)
		return func(out []operand.Mem, query reg.GPVirtual, rows, ahead []reg.GPVirtual) {
			for i, acc := range g.fma(query, rows, ahead, e, fmt.Sprint(len(rows))) {
				g.VMOVSS(g.total(g.merged(acc)), out[i])
			}
		}
	}
	g.gather(f)
	g.streams(f)
	g.atLeast(mask)
	g.fetch()
}

// maskTable emits 32 words of ones and 32 of zeros. Read from the r-th last
// one on, they are the mask of the first r components of a block.
func (g gen) maskTable() operand.Mem {
	table := g.StaticGlobal("mask")
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range block {
		var two operand.U64
		if i < block/2 {
			two = 1<<64 - 1
		}
		g.AddDatum(8*i, two)
	}
	return table
}

// edges tells where the whole blocks of a vector end and what remains.
type edges struct {
	whole reg.GPVirtual // blockBytes of the whole blocks
	rest  reg.GPVirtual // components behind them, fewer than a block
	mask  reg.GPVirtual // address of their mask
}

func (g gen) edges(dim reg.GPVirtual, table operand.Mem) edges {
	e := edges{whole: g.copied(dim), rest: g.copied(dim), mask: g.GP64()}
	g.ANDQ(operand.I8(-block), e.whole)
	g.SHLQ(operand.U8(2), e.whole)
	g.LEAQ(table.Offset(4*block), e.mask)
	g.ANDQ(operand.I8(block-1), e.rest)
	g.SHLQ(operand.U8(2), e.rest)
	g.SUBQ(e.rest, e.mask)
	return e
}

// fma emits the sums of the products of query with each of rows. The labels
// end in suffix.
func (g gen) fma(query reg.GPVirtual, rows, ahead []reg.GPVirtual, e edges, suffix string) [][]reg.VecVirtual {
	acc := make([][]reg.VecVirtual, len(rows))
	for i := range rows {
		acc[i] = g.zeroed(sums)
	}
	off := g.GP64()
	g.XORQ(off, off)
	q := g.YMM()

	prefetch := func() {
		for _, a := range ahead {
			for d := 0; d < blockBytes; d += line {
				g.PREFETCHT0(at(a, off, d))
			}
		}
	}
	g.CMPQ(off, e.whole)
	g.JGE(operand.LabelRef("rest" + suffix))
	g.Label("blocks" + suffix)
	prefetch()
	for s := range sums {
		g.VMOVUPS(at(query, off, laneBytes*s), q)
		for i, r := range rows {
			g.VFMADD231PS(at(r, off, laneBytes*s), q, acc[i][s])
		}
	}
	g.ADDQ(operand.U8(blockBytes), off)
	g.CMPQ(off, e.whole)
	g.JL(operand.LabelRef("blocks" + suffix))

	g.Label("rest" + suffix)
	g.CMPQ(e.rest, operand.Imm(0))
	g.JE(operand.LabelRef("summed" + suffix))
	prefetch()
	for s := range sums {
		g.maskedFMA(query, rows, off, e, s, func(i int) reg.VecVirtual { return acc[i][s] })
	}
	g.Label("summed" + suffix)
	return acc
}

// maskedFMA adds the products of what remains for the running sum s.
func (g gen) maskedFMA(query reg.GPVirtual, rows []reg.GPVirtual, off reg.GPVirtual, e edges, s int, acc func(row int) reg.VecVirtual) {
	m, q, r := g.YMM(), g.YMM(), g.YMM()
	g.VMOVUPS(operand.Mem{Base: e.mask, Disp: laneBytes * s}, m)
	g.VMASKMOVPS(at(query, off, laneBytes*s), m, q)
	for i, row := range rows {
		g.VMASKMOVPS(at(row, off, laneBytes*s), m, r)
		g.VFMADD231PS(r, q, acc(i))
	}
}

// merged adds the four running sums lane by lane.
func (g gen) merged(acc []reg.VecVirtual) reg.VecVirtual {
	g.VADDPS(acc[1], acc[0], acc[0])
	g.VADDPS(acc[3], acc[2], acc[2])
	g.VADDPS(acc[2], acc[0], acc[0])
	return acc[0]
}

// total adds the lanes of v: neighbours, then pairs, then halves.
func (g gen) total(v reg.VecVirtual) reg.Register {
	g.VHADDPS(v, v, v)
	g.VHADDPS(v, v, v)
	high := g.XMM()
	g.VEXTRACTF128(operand.Imm(1), v, high)
	g.VADDPS(high, v.AsX(), v.AsX())
	return v.AsX()
}
