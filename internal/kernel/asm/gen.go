package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gen emits instructions. A kernel here never writes through a pointer but
// the one to its results, and calls nothing.
type gen struct{ *build.Context }

// function begins a function.
func (g gen) function(name, signature string, doc ...string) {
	g.Function(name)
	g.Attributes(attr.NOSPLIT)
	g.Pragma("noescape")
	g.SignatureExpr(signature)
	g.Doc(doc...)
}

// param loads a parameter.
func (g gen) param(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// copied returns a new register with the value of r.
func (g gen) copied(r reg.GPVirtual) reg.GPVirtual {
	c := g.GP64()
	g.MOVQ(r, c)
	return c
}

// at is the memory disp bytes behind base + index.
func at(base, index reg.GPVirtual, disp int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}

// zeroed returns n vector registers that hold zeros.
func (g gen) zeroed(n int) []reg.VecVirtual {
	regs := make([]reg.VecVirtual, n)
	for i := range regs {
		regs[i] = g.YMM()
		g.VPXOR(regs[i], regs[i], regs[i])
	}
	return regs
}

const line = 64 // bytes of a cache line
