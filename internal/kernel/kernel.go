// Package kernel has the inner loops of the indexes: inner products of two
// vectors, and of one query with many rows, in 32-bit floating point and in
// 8-bit integers; what makes vectors smaller, 8-bit codes and half precision;
// and the search for large scores.
//
// # Rows
//
// Rows lie one behind the other in one slice: row i of an array of dim
// components a row is rows[i*dim : (i+1)*dim]. The slices may begin anywhere;
// none must be aligned. Vectors may have any length, 0 included.
//
// # Bits
//
// The float32 functions add in an order that depends on the length alone, so
// all of them give the same bits for the same two vectors, in whatever form
// and beside whatever other rows these are asked for: a scan and a graph
// search agree on scores, and so on ties. Exchanging the two vectors changes
// nothing either. On processors with AVX2 and FMA there are 32 running sums,
// product i going to the sum i modulo 32 by a fused multiply-add; elsewhere
// there are 4, without fused operations. The two differ in the last bits. In
// both, the error is at most about n·2⁻²⁴·Σ|aᵢbᵢ|, and far less as a rule.
// Sums too large for a float32 become infinite, and NaN where infinities of
// both signs meet.
//
// The int8 functions are exact, and so equal everywhere, up to [MaxInt8Dim]
// components. [Quantize], [EncodeHalf] and [DecodeHalf] too give the same
// everywhere.
//
// # Lengths
//
// Callers check what comes from outside. Here, two vectors of different
// length are taken to the length of the shorter, and nothing is computed for
// results that have no row or rows that have no result. A row number beyond
// the array is a programmer's mistake and panics, as an index beyond a slice.
//
// All functions may be called at once from several goroutines, write nothing
// but their first parameter, which must not overlap the others, and allocate
// nothing.
//
// The assembly is generated: see the folder asm.
package kernel

//go:generate go -C asm run .
