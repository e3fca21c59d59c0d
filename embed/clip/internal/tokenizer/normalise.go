package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normaliser rewrites a text before it is split.
type normaliser func(string) string

func readNormaliser(data json.RawMessage, depth int) ([]normaliser, error) {
	var n struct {
		Type        string            `json:"type"`
		Normalizers []json.RawMessage `json:"normalizers"`
		Pattern     pattern           `json:"pattern"`
		Content     string            `json:"content"`
		Left        bool              `json:"strip_left"`
		Right       bool              `json:"strip_right"`
		Prepend     string            `json:"prepend"`
		Charsmap    []byte            `json:"precompiled_charsmap"`
	}
	if err := part(data, &n, depth); err != nil {
		return nil, fmt.Errorf("normalizer: %w", err)
	}
	switch n.Type {
	case "":
		return nil, nil
	case "Sequence":
		return sequence(n.Normalizers, depth, readNormaliser)
	case "NFC":
		return []normaliser{norm.NFC.String}, nil
	case "NFD":
		return []normaliser{norm.NFD.String}, nil
	case "NFKC":
		return []normaliser{norm.NFKC.String}, nil
	case "NFKD":
		return []normaliser{norm.NFKD.String}, nil
	case "Lowercase":
		return []normaliser{lower}, nil
	case "Prepend":
		return []normaliser{func(s string) string {
			if s == "" {
				return s
			}
			return n.Prepend + s
		}}, nil
	case "Strip":
		return []normaliser{func(s string) string {
			if n.Left {
				s = strings.TrimLeftFunc(s, unicode.IsSpace)
			}
			if n.Right {
				s = strings.TrimRightFunc(s, unicode.IsSpace)
			}
			return s
		}}, nil
	case "Replace":
		find, err := n.Pattern.compile()
		if err != nil {
			return nil, fmt.Errorf("normalizer Replace: %w", err)
		}
		return []normaliser{func(s string) string { return replaced(s, find, n.Content) }}, nil
	case "Precompiled":
		m, err := readCharsmap(n.Charsmap)
		if err != nil {
			return nil, fmt.Errorf("normalizer Precompiled: %w", err)
		}
		return []normaliser{m.apply}, nil
	}
	return nil, fmt.Errorf("normalizer %q is not known", n.Type)
}

// lower lowers each character by itself: no rule looks at its neighbours, so
// that a final sigma is like any other. One character becomes two.
func lower(s string) string {
	if strings.ContainsRune(s, 'İ') {
		s = strings.ReplaceAll(s, "İ", "i\u0307")
	}
	return strings.Map(unicode.ToLower, s)
}

func replaced(s string, find finder, by string) string {
	var b strings.Builder
	end := 0
	for _, m := range find(s) {
		b.WriteString(s[end:m[0]])
		b.WriteString(by)
		end = m[1]
	}
	if end == 0 {
		return s
	}
	b.WriteString(s[end:])
	return b.String()
}
