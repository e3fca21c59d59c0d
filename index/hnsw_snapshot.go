package index

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
	"github.com/imagescope/imagescope/internal/kernel"
)

// A snapshot is the graph of an [HNSW] without what it holds of the entries:
// these are stored elsewhere, under their IDs, and the snapshot saves joining
// them to a graph again. Whoever stores it adds a checksum, and a note of
// which entries were there: those stored since are to be given to Upsert.
//
// All numbers are little-endian:
//
//	magic       8 bytes, "IMGHNSW" and the version, 2
//	m           uint32
//	dim         uint32, components of a vector; 0 where there never was one
//	seed        uint64
//	gauge       uint64 nodes; for each group of queries, the hardest first,
//	            uint64 widths for each of gaugeKs; float32 aims where each but
//	            the last ends; float64 cost
//	slots       uint32, how many
//	entry       uint32, a slot, or 2³²-1 if there is no entry
//	IDs         for each slot a uvarint length and the bytes; length 0 where
//	            it holds no entry
//	links       for each slot 2m uint32, slots; 2³²-1 ends those that are fewer
//	upper links for each slot m uint32 for each layer above 0 that it is in,
//	            which follows from m, seed and slot; those of one slot from
//	            layer 1 up
const snapshotMagic = "IMGHNSW\x02"

// errSnapshot means that a snapshot is damaged, or of another version.
var errSnapshot = errors.New("not a graph that can be read")

// errParameters means that a snapshot is of a graph with another M or Seed.
var errParameters = errors.New("a graph with other parameters")

// snapshotHeader is what comes before the IDs.
type snapshotHeader struct {
	Magic  [len(snapshotMagic)]byte
	M, Dim uint32
	Seed   uint64
	Gauge  struct {
		Nodes  uint64
		Widths [gaugeGroups][len(gaugeKs)]uint64
		Aims   [gaugeGroups - 1]float32
		Cost   float64
	}
	Slots, Entry uint32
}

// writeGraph writes a snapshot. Upsert and Delete wait for it, searches do not.
func (h *HNSW) writeGraph(ctx context.Context, out io.Writer) error {
	if err := h.writer.take(ctx); err != nil {
		return err
	}
	defer h.writer.leave()
	p := h.withDefaults()
	header := snapshotHeader{
		Magic: [len(snapshotMagic)]byte([]byte(snapshotMagic)),
		M:     uint32(p.M), Dim: uint32(h.table.rows.dim), Seed: p.Seed,
		Slots: uint32(h.table.ids.size), Entry: none,
	}
	header.Gauge.Nodes, header.Gauge.Aims, header.Gauge.Cost = uint64(h.gauge.nodes), h.gauge.aims, h.gauge.cost
	for group, widths := range h.gauge.widths {
		for i, width := range widths {
			header.Gauge.Widths[group][i] = uint64(width)
		}
	}
	if h.graph != nil {
		header.Entry = h.graph.entry
	}
	w := bufio.NewWriterSize(out, 1<<16)
	if err := binary.Write(w, binary.LittleEndian, header); err != nil {
		return err
	}
	for slot := range header.Slots {
		id := h.table.ids.at(slot)
		if _, err := w.Write(binary.AppendUvarint(nil, uint64(len(id)))); err != nil {
			return err
		}
		if _, err := w.WriteString(id); err != nil {
			return err
		}
	}
	for layer := range 2 {
		for slot := range header.Slots {
			links := h.graph.base.at(slot)
			if layer > 0 {
				links = h.graph.higher(slot, h.graph.top(slot))
			}
			if err := binary.Write(w, binary.LittleEndian, links); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return w.Flush()
}

// readGraph returns an index with the graph of a snapshot and the entries that
// load returns for its IDs. Load reports false for one that is not to be used:
// deleted or changed since. The parameters must be those that the graph was
// made with; Ef and Threads may differ.
//
// Errors are errSnapshot, errParameters, [imagescope.ErrDimension] for an entry
// that cannot be of this graph, and those of in, load and ctx. A snapshot that
// lies costs at most some times the memory of its own size and that of what
// load returns, and none makes it panic; whether links are good ones only its
// checksum tells.
func readGraph(ctx context.Context, in io.Reader, p Parameters, load func(id string) (imagescope.Entry, bool, error)) (*HNSW, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(in, 1<<16)
	header, err := readHeader(r, p.withDefaults())
	if err != nil {
		return nil, err
	}
	h := &HNSW{Parameters: p}
	if header.Dim == 0 {
		return h, nil
	}
	h.table.rows.dim = int(header.Dim)
	h.graph = newGraph(p.withDefaults(), &h.table.rows)
	h.gauge = gauge{nodes: int(header.Gauge.Nodes), aims: header.Gauge.Aims, cost: header.Gauge.Cost}
	for group, widths := range header.Gauge.Widths {
		for i, width := range widths {
			h.gauge.widths[group][i] = int(width)
		}
	}
	ids, err := readIDs(ctx, r, header.Slots)
	if err != nil {
		return nil, err
	}
	if err := h.graph.readLinks(r, header); err != nil {
		return nil, err
	}
	if err := h.fill(ctx, ids, load); err != nil {
		return nil, err
	}
	if h.table.ids.count == 0 {
		empty := &HNSW{Parameters: p}
		empty.table.rows.dim = int(header.Dim)
		return empty, nil
	}
	h.graph.nodes = len(ids)
	h.fresh = max(0, len(ids)-h.gauge.nodes)
	h.graph.enter(h.table.alive())
	h.graph.entry = header.Entry
	if len(h.dead) > 0 {
		p := p.withDefaults()
		if err := h.mend(ctx, p); err != nil {
			return nil, err
		}
		if err := h.connect(ctx, p.EfConstruction); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func readHeader(r io.Reader, p Parameters) (header snapshotHeader, err error) {
	if err := binary.Read(r, binary.LittleEndian, &header); err != nil {
		return header, damaged(err)
	}
	var widths []uint64
	for _, group := range header.Gauge.Widths {
		widths = append(widths, group[:]...)
	}
	cost := header.Gauge.Cost
	switch {
	case string(header.Magic[:]) != snapshotMagic:
		return header, fmt.Errorf("it begins with %q: %w", header.Magic, errSnapshot)
	case int(header.M) != p.M || header.Seed != p.Seed:
		return header, fmt.Errorf("with M %d and Seed %d where %d and %d are asked for: %w", header.M, header.Seed, p.M, p.Seed, errParameters)
	case header.Slots > followed || header.Dim == 0 && header.Slots > 0, p.Bits == 8 && header.Dim > kernel.MaxInt8Dim:
		return header, fmt.Errorf("%d slots of %d components: %w", header.Slots, header.Dim, errSnapshot)
	case header.Gauge.Nodes > followed || slices.Max(widths) > followed || !(cost >= 0 && cost <= followed) || (slices.Min(widths) == 0) != (header.Gauge.Nodes == 0):
		return header, fmt.Errorf("gauge %+v: %w", header.Gauge, errSnapshot)
	case header.Slots == 0 != (header.Entry == none) || header.Entry != none && header.Entry >= header.Slots:
		return header, fmt.Errorf("entry %d of %d slots: %w", header.Entry, header.Slots, errSnapshot)
	}
	return header, nil
}

// damaged turns the end of a snapshot where there should be more into
// errSnapshot.
func damaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("it ends too early: %w", errSnapshot)
	}
	return err
}

// maxID is the length of the longest ID that is read.
const maxID = 1 << 20

// readIDs reads n IDs. Memory grows with what is there to be read.
func readIDs(ctx context.Context, r *bufio.Reader, n uint32) ([]string, error) {
	var ids []string
	for range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		length, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, damaged(err)
		}
		if length > maxID {
			return nil, fmt.Errorf("an ID of %d bytes: %w", length, errSnapshot)
		}
		id := make([]byte, length)
		if _, err := io.ReadFull(r, id); err != nil {
			return nil, damaged(err)
		}
		ids = append(ids, string(id))
	}
	return ids, nil
}

// readLinks reads the links of all layers and checks that they lead to nodes
// of the same layer.
func (g *graph) readLinks(r io.Reader, header snapshotHeader) error {
	block := make([]uint32, 2*g.m)
	for slot := range header.Slots {
		if err := binary.Read(r, binary.LittleEndian, block); err != nil {
			return damaged(err)
		}
		if !g.sound(block, 0, header.Slots) {
			return fmt.Errorf("links %d: %w", block, errSnapshot)
		}
		g.base.resize(int(slot) + 1)
		copy(g.base.at(slot), block)
	}
	for slot := range header.Slots {
		top := g.top(slot)
		if top == 0 {
			continue
		}
		g.raise(slot, top)
		links := g.higher(slot, top)
		if err := binary.Read(r, binary.LittleEndian, links); err != nil {
			return damaged(err)
		}
		for layer := range top {
			if !g.sound(links[layer*g.m:(layer+1)*g.m], layer+1, header.Slots) {
				return fmt.Errorf("links %d: %w", links, errSnapshot)
			}
		}
	}
	return nil
}

// sound reports whether a block of links of a layer leads to nodes of it and
// ends where it should.
func (g *graph) sound(block []uint32, layer int, slots uint32) bool {
	end := slices.Index(block, none)
	if end < 0 {
		end = len(block)
	}
	for _, link := range block[:end] {
		if link >= slots || g.top(link) < layer {
			return false
		}
	}
	return !slices.ContainsFunc(block[end:], func(link uint32) bool { return link != none })
}

// fill puts entries into their slots. Those that are not there are dead.
func (h *HNSW) fill(ctx context.Context, ids []string, load func(id string) (imagescope.Entry, bool, error)) error {
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		var e imagescope.Entry
		var ok bool
		if id != "" {
			var err error
			if e, ok, err = load(id); err != nil {
				return err
			}
		}
		_, twice := h.table.ids.find(id)
		if twice {
			return fmt.Errorf("the ID %q twice: %w", id, errSnapshot)
		}
		h.table.ids.resize(i + 1)
		h.table.live = h.table.live.resized(i + 1)
		h.graph.norms = append(h.graph.norms, 0)
		if !ok {
			h.dead = append(h.dead, uint32(i))
			continue
		}
		e.ID = id
		if err := contract.Entries([]imagescope.Entry{e}, h.table.rows.dim); err != nil {
			return err
		}
		h.table.rows.resize(i + 1)
		if h.graph.codes != nil {
			h.graph.codes.resize(i + 1)
		}
		h.table.put(uint32(i), e)
		h.graph.measure(uint32(i))
	}
	if h.table.ids.count > 0 {
		h.table.rows.resize(len(ids))
		if h.graph.codes != nil {
			h.graph.codes.resize(len(ids))
		}
	}
	return nil
}
