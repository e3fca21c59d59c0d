package tokenizer

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/rivo/uniseg"
)

// charsmap is sentencepiece's table of how characters are normalised: a double
// array trie over UTF-8 from what is replaced to where its replacement begins
// in a run of texts, each ended by a zero byte.
type charsmap struct {
	trie  []uint32
	texts string
}

func readCharsmap(data []byte) (charsmap, error) {
	if len(data) < 4 {
		return charsmap{}, errors.New("the table is cut off")
	}
	size := binary.LittleEndian.Uint32(data)
	data = data[4:]
	if size%4 != 0 || int64(size) > int64(len(data)) {
		return charsmap{}, errors.New("the table is cut off")
	}
	m := charsmap{trie: make([]uint32, size/4), texts: string(data[size:])}
	for i := range m.trie {
		m.trie[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	return m, nil
}

// graphemeBytes is the length from which a cluster of characters is looked up
// character by character only, as the reference does.
const graphemeBytes = 6

func (m charsmap) apply(s string) string {
	var b strings.Builder
	state := -1
	for s != "" {
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		if len(cluster) < graphemeBytes {
			if to, ok := m.find(cluster); ok {
				b.WriteString(to)
				continue
			}
		}
		for _, r := range cluster {
			c := string(r)
			if to, ok := m.find(c); ok {
				c = to
			}
			b.WriteString(c)
		}
	}
	return b.String()
}

// find returns what the shortest known beginning of s is replaced by.
func (m charsmap) find(s string) (string, bool) {
	at := uint32(0)
	unit, ok := m.unit(at)
	if !ok {
		return "", false
	}
	at ^= offset(unit)
	for i := range len(s) {
		c := uint32(s[i])
		if c == 0 {
			return "", false
		}
		at ^= c
		if unit, ok = m.unit(at); !ok || unit&(1<<31|0xff) != c {
			return "", false
		}
		at ^= offset(unit)
		if unit>>8&1 == 1 { // something ends here
			leaf, ok := m.unit(at)
			begin := int64(leaf & (1<<31 - 1))
			if !ok || begin > int64(len(m.texts)) {
				return "", false
			}
			to, _, _ := strings.Cut(m.texts[begin:], "\x00")
			return to, true
		}
	}
	return "", false
}

func (m charsmap) unit(at uint32) (uint32, bool) {
	if int64(at) >= int64(len(m.trie)) {
		return 0, false
	}
	return m.trie[at], true
}

func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }
