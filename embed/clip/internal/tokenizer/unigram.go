package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// unigram takes the likeliest of all ways to write a piece in tokens (Kudo
// 2018).
type unigram struct {
	vocab    map[string]unigramToken
	longest  int // of a token, in bytes
	unknown  int64
	penalty  float64 // log probability of an unknown character
	fallback []int64 // tokens of the 256 bytes; nil without
}

type unigramToken struct {
	id    int64
	score float64
}

// unknownPenalty is how far below the rarest token an unknown character is.
const unknownPenalty = 10

func readUnigram(data json.RawMessage) (*unigram, error) {
	var m struct {
		Unknown      *int                 `json:"unk_id"`
		Vocab        [][2]json.RawMessage `json:"vocab"`
		ByteFallback bool                 `json:"byte_fallback"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if m.Unknown == nil || *m.Unknown < 0 || *m.Unknown >= len(m.Vocab) {
		return nil, errors.New("unk_id names no token of the vocabulary")
	}
	u := &unigram{vocab: make(map[string]unigramToken, len(m.Vocab)), unknown: int64(*m.Unknown)}
	lowest := math.Inf(1)
	for i, entry := range m.Vocab {
		var token string
		var score float64
		if err := errors.Join(json.Unmarshal(entry[0], &token), json.Unmarshal(entry[1], &score)); err != nil {
			return nil, fmt.Errorf("vocab %d: %w", i, err)
		}
		u.vocab[token] = unigramToken{int64(i), score}
		u.longest = max(u.longest, len(token))
		lowest = min(lowest, score)
	}
	u.penalty = lowest - unknownPenalty
	if m.ByteFallback {
		u.fallback = make([]int64, 256)
		for i := range u.fallback {
			t, ok := u.vocab[fmt.Sprintf("<0x%02X>", i)]
			if !ok {
				return nil, fmt.Errorf("byte_fallback: byte %d is not in the vocabulary", i)
			}
			u.fallback[i] = t.id
		}
	}
	return u, nil
}

// step is the best way to write a piece up to a place.
type step struct {
	score float64
	from  int
	id    int64
	known bool // whether there is a way
}

func (u *unigram) tokens(piece string) []int64 {
	best := make([]step, len(piece)+1)
	best[0].known = true
	for at, r := range piece {
		here := best[at].score
		reach := func(end int, score float64, id int64) {
			if s := &best[end]; !s.known || here+score > s.score {
				*s = step{here + score, at, id, true}
			}
		}
		one := utf8.RuneLen(r)
		whole := false // whether the character alone is a token
		for end := at + 1; end <= min(len(piece), at+u.longest); end++ {
			if end < len(piece) && !utf8.RuneStart(piece[end]) {
				continue
			}
			if t, ok := u.vocab[piece[at:end]]; ok {
				reach(end, t.score, t.id)
				whole = whole || end == at+one
			}
		}
		if !whole {
			reach(at+one, u.penalty, u.unknown)
		}
	}
	return u.back(piece, best)
}

// back reads the tokens off, from the end. Unknown characters in a row are one
// token, or the tokens of their bytes.
func (u *unigram) back(piece string, best []step) (ids []int64) {
	for at := len(piece); at > 0; at = best[at].from {
		s := best[at]
		switch {
		case s.id != u.unknown:
			ids = append(ids, s.id)
		case u.fallback != nil:
			for k := at - 1; k >= s.from; k-- {
				ids = append(ids, u.fallback[piece[k]])
			}
		case len(ids) == 0 || ids[len(ids)-1] != u.unknown:
			ids = append(ids, u.unknown)
		}
	}
	slices.Reverse(ids)
	return ids
}
