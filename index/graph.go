package index

import (
	"math"
)

// none ends a list of links that is not full, and stands for no node.
const none = math.MaxUint32

// maxLayer is the highest layer there is. With 16 links one node in 16^15
// would come higher.
const maxLayer = 15

// graph is a hierarchy of neighbourhoods over the slots of vectors (Malkov and
// Yashunin, "Efficient and robust approximate nearest neighbor search using
// Hierarchical Navigable Small World graphs", 2016). Every node is in layer 0,
// and one in m of a layer in the one above. Links lead to near nodes of the
// same layer that lie in different directions.
//
// A node's highest layer follows from its slot and the seed alone, so that a
// slot that is used again keeps it.
type graph struct {
	m       int // links of a node in the layers above 0; in layer 0 there are 2m
	seed    uint64
	entry   uint32            // a node of the highest layer; none if there is no node
	base    rows[uint32]      // links in layer 0
	upper   map[uint32]uint32 // where in above those of a node begin, divided by m
	above   []uint32          // links in the layers above, m for each
	vectors *rows[float32]
	codes   *codes    // of the vectors, to walk by; nil where it is by the vectors
	norms   []float32 // squared lengths of the vectors, or of their codes
	nodes   int       // how many slots are linked
	longest float32   // the largest of norms
	long    long      // the nodes with the longest vectors
}

func newGraph(p Parameters, vectors *rows[float32]) *graph {
	g := &graph{m: p.M, seed: p.Seed, entry: none, base: rows[uint32]{dim: 2 * p.M}, upper: map[uint32]uint32{}, vectors: vectors}
	if p.Bits == 8 {
		g.codes = newCodes(vectors.dim, p.Seed)
	}
	return g
}

// top returns the highest layer of a node.
func (g *graph) top(slot uint32) int {
	// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
	x := g.seed + (uint64(slot)+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	uniform := (float64(x>>11) + 0.5) / (1 << 53)
	return min(int(-math.Log(uniform)/math.Log(float64(g.m))), maxLayer)
}

// block returns the room for the links of a node in a layer.
func (g *graph) block(slot uint32, layer int) []uint32 {
	if layer == 0 {
		return g.base.at(slot)
	}
	return g.higher(slot, layer)[(layer-1)*g.m:]
}

// higher returns the room for the links of a node in the layers above 0, up to
// one.
func (g *graph) higher(slot uint32, layer int) []uint32 {
	from := int(g.upper[slot]) * g.m
	return g.above[from : from+layer*g.m]
}

// raise makes the room that higher returns for a new node.
func (g *graph) raise(slot uint32, top int) {
	g.upper[slot] = uint32(len(g.above) / g.m)
	g.above = append(g.above, make([]uint32, top*g.m)...)
}

// links returns the links of a node in a layer.
func (g *graph) links(slot uint32, layer int) []uint32 {
	block := g.block(slot, layer)
	n := len(block)
	for n > 0 && block[n-1] == none {
		n--
	}
	return block[:n]
}

// setLinks replaces the links of a node in a layer.
func (g *graph) setLinks(slot uint32, layer int, links []uint32) {
	block := g.block(slot, layer)
	for i := copy(block, links); i < len(block); i++ {
		block[i] = none
	}
}

// resize sets the number of slots. The vectors of new ones must be there. They
// are not linked.
func (g *graph) resize(n int) {
	g.base.resize(n)
	if g.codes != nil {
		g.codes.resize(n)
	}
	for slot := len(g.norms); slot < n; slot++ {
		g.norms = append(g.norms, 0)
		if top := g.top(uint32(slot)); top > 0 {
			g.raise(uint32(slot), top)
		}
		g.unlink(uint32(slot))
	}
}

// unlink takes the links of a node away.
func (g *graph) unlink(slot uint32) {
	for layer := range g.top(slot) + 1 {
		g.setLinks(slot, layer, nil)
	}
}

// measure notes the length of a node's vector.
func (g *graph) measure(slot uint32) {
	v := g.vectors.at(slot)
	if g.codes != nil {
		g.norms[slot] = g.codes.set(slot, v)
	} else {
		g.norms[slot] = dot(v, v)
	}
	g.longest = max(g.longest, g.norms[slot])
}

// nearness adds to inner products of a node's vector with those of others what
// makes them order by distance.
//
// The largest inner product is the smallest distance once all vectors have
// been made equally long by one more component, √(longest-|x|²), which is 0 for
// queries (Bachrach et al., "Speeding up the Xbox recommender system using a
// Euclidean transformation for inner-product spaces", 2014). Neighbourhoods
// are made by that distance, and so have no preference for long vectors, which
// would leave short ones without links.
func (g *graph) nearness(scores []float32, slot uint32, others []uint32) {
	norm := g.norms[slot]
	height := g.height(norm)
	for i, other := range others {
		n := g.norms[other]
		rise := height - g.height(n)
		scores[i] -= (norm + n + rise*rise) / 2
	}
}

func (g *graph) height(norm float32) float32 {
	return float32(math.Sqrt(float64(max(0, g.longest-norm))))
}
