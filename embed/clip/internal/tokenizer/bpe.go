package tokenizer

import (
	"container/heap"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// bpe merges neighbouring tokens, always the pair that was learnt first
// (Sennrich et al. 2016).
type bpe struct {
	vocab        map[string]int64
	merges       map[[2]int64]merge
	suffix       string // ends the last token of a piece
	prefix       string // begins all but the first
	unknown      int64
	hasUnknown   bool
	fuse         bool    // one unknown token for several unknown characters in a row
	bytes        []int64 // tokens of the 256 bytes, for characters that are not in the vocabulary; nil without
	ignoreMerges bool    // a piece that is a token is that token
}

// merge is what a pair becomes; a lower rank goes first.
type merge struct {
	rank int
	to   int64
}

func readBPE(data json.RawMessage) (*bpe, error) {
	var m struct {
		Vocab        map[string]int64  `json:"vocab"`
		Merges       []json.RawMessage `json:"merges"`
		Unknown      *string           `json:"unk_token"`
		Prefix       *string           `json:"continuing_subword_prefix"`
		Suffix       *string           `json:"end_of_word_suffix"`
		Fuse         bool              `json:"fuse_unk"`
		ByteFallback bool              `json:"byte_fallback"`
		IgnoreMerges bool              `json:"ignore_merges"`
		Dropout      *float64          `json:"dropout"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if m.Dropout != nil && *m.Dropout != 0 {
		return nil, errors.New("dropout is not known")
	}
	pairs := make([][2]string, len(m.Merges))
	for i, raw := range m.Merges {
		pair, err := readPair(raw)
		if err != nil {
			return nil, fmt.Errorf("merge %d: %w", i, err)
		}
		pairs[i] = pair
	}
	b := &bpe{vocab: m.Vocab, fuse: m.Fuse, ignoreMerges: m.IgnoreMerges}
	if m.Prefix != nil {
		b.prefix = *m.Prefix
	}
	if m.Suffix != nil {
		b.suffix = *m.Suffix
	}
	if m.Unknown != nil {
		if b.unknown, b.hasUnknown = b.vocab[*m.Unknown]; !b.hasUnknown {
			return nil, fmt.Errorf("unk_token %q is not in the vocabulary", *m.Unknown)
		}
	}
	if m.ByteFallback {
		b.bytes = make([]int64, 256)
		for i := range b.bytes {
			id, ok := b.vocab[fmt.Sprintf("<0x%02X>", i)]
			if !ok {
				return nil, fmt.Errorf("byte_fallback: byte %d is not in the vocabulary", i)
			}
			b.bytes[i] = id
		}
	}
	return b, b.learn(pairs)
}

// readPair reads a merge, which is a text of two tokens or a list of them.
func readPair(raw json.RawMessage) (pair [2]string, err error) {
	if len(raw) > 0 && raw[0] == '[' {
		var list []string
		if err := json.Unmarshal(raw, &list); err != nil || len(list) != 2 {
			return pair, errors.New("it is no pair")
		}
		return [2]string(list), nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return pair, err
	}
	return cutPair(text)
}

func cutPair(text string) (pair [2]string, err error) {
	a, b, ok := strings.Cut(text, " ")
	if !ok || a == "" || b == "" || strings.Contains(b, " ") {
		return pair, fmt.Errorf("%.40q is no pair", text)
	}
	return [2]string{a, b}, nil
}

func (b *bpe) learn(pairs [][2]string) error {
	b.merges = make(map[[2]int64]merge, len(pairs))
	for rank, p := range pairs {
		first, ok1 := b.vocab[p[0]]
		second, ok2 := b.vocab[p[1]]
		to, ok3 := b.vocab[p[0]+strings.TrimPrefix(p[1], b.prefix)]
		if !ok1 || !ok2 || !ok3 {
			return fmt.Errorf("merge %d, of %.40q and %.40q, has a token that is not in the vocabulary", rank, p[0], p[1])
		}
		b.merges[[2]int64{first, second}] = merge{rank, to}
	}
	return nil
}

func (b *bpe) tokens(piece string) []int64 {
	if b.ignoreMerges {
		if id, ok := b.vocab[piece]; ok {
			return []int64{id}
		}
	}
	return b.merge(b.characters(piece))
}

// characters returns a token for each character of a piece.
func (b *bpe) characters(piece string) (ids []int64) {
	unknownBefore := false
	for i, r := range piece {
		c := string(r)
		end := i+len(c) == len(piece)
		token := c
		if i > 0 {
			token = b.prefix + token
		}
		if end {
			token += b.suffix
		}
		if id, ok := b.vocab[token]; ok {
			ids, unknownBefore = append(ids, id), false
			continue
		}
		switch {
		case b.bytes != nil:
			for k := range len(token) {
				ids = append(ids, b.bytes[token[k]])
			}
			unknownBefore = false
		case b.hasUnknown && !(b.fuse && unknownBefore):
			ids = append(ids, b.unknown)
			unknownBefore = true
		}
	}
	return ids
}

// symbol is a token on its way, linked to its neighbours.
type symbol struct {
	id         int64
	prev, next int // -1 at the ends
	gone       bool
}

func (b *bpe) merge(ids []int64) []int64 {
	symbols := make([]symbol, len(ids))
	for i, id := range ids {
		symbols[i] = symbol{id: id, prev: i - 1, next: i + 1}
	}
	if len(symbols) > 0 {
		symbols[len(symbols)-1].next = -1
	}
	var q candidates
	consider := func(at int) {
		if at < 0 || symbols[at].next < 0 {
			return
		}
		pair := [2]int64{symbols[at].id, symbols[symbols[at].next].id}
		if m, ok := b.merges[pair]; ok {
			heap.Push(&q, candidate{m, at, pair})
		}
	}
	for i := range symbols {
		consider(i)
	}
	for len(q) > 0 {
		c := heap.Pop(&q).(candidate)
		s := &symbols[c.at]
		if s.gone || s.next < 0 || [2]int64{s.id, symbols[s.next].id} != c.pair {
			continue
		}
		next := &symbols[s.next]
		next.gone = true
		s.id, s.next = c.to, next.next
		if s.next >= 0 {
			symbols[s.next].prev = c.at
		}
		consider(s.prev)
		consider(c.at)
	}
	ids = ids[:0]
	for _, s := range symbols {
		if !s.gone {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// candidate is a pair that can be merged.
type candidate struct {
	merge
	at   int
	pair [2]int64
}

// candidates is a heap: lowest rank first, then leftmost.
type candidates []candidate

func (q candidates) Len() int { return len(q) }
func (q candidates) Less(i, j int) bool {
	return q[i].rank < q[j].rank || q[i].rank == q[j].rank && q[i].at < q[j].at
}
func (q candidates) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *candidates) Push(x any)   { *q = append(*q, x.(candidate)) }
func (q *candidates) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
