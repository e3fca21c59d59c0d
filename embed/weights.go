package embed

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Weights tells how rare words are. Make it with [Learn] or unmarshal it. It
// does not change and is safe for concurrent use.
type Weights struct {
	captions int
	counts   map[string]int // in how many captions a stem or group occurs
}

// Learn counts in how many captions each word occurs: words that many captions
// share then tell little, rare ones much.
func Learn(captions []string) *Weights {
	w := &Weights{captions: len(captions), counts: make(map[string]int)}
	for _, caption := range captions {
		for _, t := range terms(caption) {
			if !t.isPair() {
				w.counts[t.key]++
			}
		}
	}
	return w
}

// rarity returns how much a term tells: the logarithm of how many times more
// captions there are than ones with the term (the idf of BM25). That of a pair
// is the mean of its words'. Nil weights are those of the lexicon.
func (w *Weights) rarity(t term) float64 {
	if t.isPair() {
		return (w.rarityOf(t.pair[0]) + w.rarityOf(t.pair[1])) / 2
	}
	return w.rarityOf(t.key)
}

// levelRarity is the rarity of words by how common the lexicon has them, all
// others first: what idf gives a word of one caption in 400, in 20, in 55, in
// 150. Nearer together than counts would have them, since the lexicon may err.
var levelRarity = [...]float64{6, 3, 4, 5}

func (w *Weights) rarityOf(key string) float64 {
	if w == nil {
		return theLexicon().rarity(key)
	}
	n := float64(w.counts[key])
	return math.Log1p((float64(w.captions) - n + 0.5) / (n + 0.5))
}

func (l *lexicon) rarity(key string) float64 {
	if key[:1] == groupMark { // a group is more common than its words, and vaguer
		return levelRarity[l.common[key[1:]]] / 2
	}
	return levelRarity[l.common[key]]
}

// wire is how Weights marshal.
type wire struct {
	Captions int            `json:"captions"`
	Words    map[string]int `json:"words"`
}

// MarshalJSON returns the counts.
func (w *Weights) MarshalJSON() ([]byte, error) { return json.Marshal(wire{w.captions, w.counts}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Weights) UnmarshalJSON(data []byte) error {
	var v wire
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("embed: read weights: %w", err)
	}
	if v.Captions < 0 {
		return errors.New("embed: read weights: the number of captions is negative")
	}
	for word, n := range v.Words {
		if n < 0 || n > v.Captions {
			return fmt.Errorf("embed: read weights: %q occurs in %d of %d captions", word, n, v.Captions)
		}
	}
	w.captions, w.counts = v.Captions, v.Words
	return nil
}
