package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A form emits the loops of kernels that give the inner products of one query
// with many rows, two rows at a time, for one type of component.
type form struct {
	name      string // in the names of the kernels
	elem, out string // types of a component and of an inner product, the latter of 4 bytes
	shift     uint64 // a component has 1<<shift bytes
	early     int    // lines of each row that gather prefetches before all else

	// dots is called once for each kernel and returns what emits the inner
	// products of query with each of rows, stores them in out, and prefetches
	// the rows that begin at ahead.
	dots func(dim reg.GPVirtual) func(out []operand.Mem, query reg.GPVirtual, rows, ahead []reg.GPVirtual)
}

// bytes returns the size of dim components of 1<<shift bytes.
func (g gen) bytes(dim reg.GPVirtual, shift uint64) reg.GPVirtual {
	if shift == 0 {
		return dim
	}
	size := g.copied(dim)
	g.SHLQ(operand.U8(shift), size)
	return size
}

// gather emits the kernel for rows that a list names. It prefetches the
// beginning of all of them, so that none is waited for alone, and the rest of
// the next two while it reads two.
func (g gen) gather(f form) {
	g.function("dotGather"+f.name+"AVX2", "func(out *"+f.out+", query, rows *"+f.elem+", ids *uint32, dim, count int)",
		"dotGather"+f.name+"AVX2 stores the inner products of query with the count rows that ids name.")
	out, query, rows, ids := g.param("out"), g.param("query"), g.param("rows"), g.param("ids")
	dim, count := g.param("dim"), g.param("count")
	stride := g.bytes(dim, f.shift)
	dots := f.dots(dim)
	row := func(r reg.GPVirtual, i int) {
		g.MOVL(operand.Mem{Base: ids, Disp: 4 * i}, r.As32())
		g.IMULQ(stride, r)
		g.ADDQ(rows, r)
	}
	first, second := operand.Mem{Base: out}, operand.Mem{Base: out, Disp: 4}

	r0, r1, a0, a1 := g.GP64(), g.GP64(), g.GP64(), g.GP64()
	g.announce(f.early, ids, count, stride, rows)
	g.Label("pair")
	g.CMPQ(count, operand.Imm(2))
	g.JL(operand.LabelRef("single"))
	row(r0, 0)
	row(r1, 1)
	g.Comment("The next two rows; where there are none, these again.")
	g.MOVQ(r0, a0)
	g.MOVQ(r1, a1)
	g.CMPQ(count, operand.Imm(3))
	g.JL(operand.LabelRef("known"))
	row(a0, 2)
	g.CMPQ(count, operand.Imm(3))
	g.JE(operand.LabelRef("known"))
	row(a1, 3)
	g.Label("known")
	dots([]operand.Mem{first, second}, query, []reg.GPVirtual{r0, r1}, []reg.GPVirtual{a0, a1})
	g.ADDQ(operand.Imm(8), out)
	g.ADDQ(operand.Imm(8), ids)
	g.SUBQ(operand.Imm(2), count)
	g.JMP(operand.LabelRef("pair"))

	g.Label("single")
	g.CMPQ(count, operand.Imm(1))
	g.JL(operand.LabelRef("done"))
	row(r0, 0)
	dots([]operand.Mem{first}, query, []reg.GPVirtual{r0}, nil)
	g.Label("done")
	g.VZEROUPPER()
	g.RET()
}

// announce emits prefetches of the first lines of all rows, of which there is
// at least one.
func (g gen) announce(lines int, ids, count, stride, rows reg.GPVirtual) {
	id, left := g.copied(ids), g.copied(count)
	r, end := g.GP64(), g.GP64()
	early := g.copied(stride)
	g.CMPQ(early, operand.U32(lines*line))
	g.JLE(operand.LabelRef("announce"))
	g.MOVQ(operand.U32(lines*line), early)
	g.Label("announce")
	g.MOVL(operand.Mem{Base: id}, r.As32())
	g.IMULQ(stride, r)
	g.ADDQ(rows, r)
	g.LEAQ(at(r, early, 0), end)
	g.Label("line")
	g.PREFETCHT0(operand.Mem{Base: r})
	g.ADDQ(operand.U8(line), r)
	g.CMPQ(r, end)
	g.JL(operand.LabelRef("line"))
	g.ADDQ(operand.Imm(4), id)
	g.DECQ(left)
	g.JNE(operand.LabelRef("announce"))
}

// streams emits the kernel for rows that follow one another. It reads them as
// four streams that lie a quarter apart: the processor prefetches each by
// itself, and together they come faster from memory than one, by half.
func (g gen) streams(f form) {
	g.function("dotStreams"+f.name+"AVX2", "func(out *"+f.out+", query, rows *"+f.elem+", dim, quarter int)",
		"dotStreams"+f.name+"AVX2 stores the inner products of query with 4·quarter rows that follow one another.")
	out, query, r0 := g.param("out"), g.param("query"), g.param("rows")
	dim, quarter := g.param("dim"), g.param("quarter")
	stride := g.bytes(dim, f.shift)
	dots := f.dots(dim)

	r1, a0, a1 := g.copied(quarter), g.GP64(), g.GP64()
	g.IMULQ(stride, r1) // bytes of a stream
	g.LEAQ(operand.Mem{Base: r0, Index: r1, Scale: 2}, a0)
	g.LEAQ(at(a0, r1, 0), a1)
	g.ADDQ(r0, r1)
	next := g.GP64()
	g.LEAQ(operand.Mem{Base: out, Index: quarter, Scale: 8}, next)
	apart := g.copied(quarter)
	g.SHLQ(operand.U8(2), apart)
	g.SHLQ(operand.U8(1), quarter)

	g.Label("pair")
	g.CMPQ(quarter, operand.Imm(0))
	g.JE(operand.LabelRef("done"))
	dots([]operand.Mem{{Base: out}, at(out, apart, 0)}, query, []reg.GPVirtual{r0, r1}, []reg.GPVirtual{a0, a1})
	g.ADDQ(stride, r0)
	g.ADDQ(stride, r1)
	g.ADDQ(operand.Imm(4), out)
	g.Comment("The first two streams and the other two take turns.")
	g.XCHGQ(r0, a0)
	g.XCHGQ(r1, a1)
	g.XCHGQ(out, next)
	g.DECQ(quarter)
	g.JMP(operand.LabelRef("pair"))
	g.Label("done")
	g.VZEROUPPER()
	g.RET()
}
