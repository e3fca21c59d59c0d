package tokenizer

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter cuts a text into pieces that are tokenised apart.
type splitter func(string) []string

func readSplitter(data json.RawMessage, depth int) ([]splitter, error) {
	var p struct {
		Type          string            `json:"type"`
		Pretokenizers []json.RawMessage `json:"pretokenizers"`
		Pattern       pattern           `json:"pattern"`
		Behavior      string            `json:"behavior"`
		Invert        bool              `json:"invert"`
		PrefixSpace   bool              `json:"add_prefix_space"`
		UseRegex      *bool             `json:"use_regex"`
		Replacement   string            `json:"replacement"`
		PrependScheme string            `json:"prepend_scheme"`
		Split         *bool             `json:"split"`
	}
	if err := part(data, &p, depth); err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	switch p.Type {
	case "":
		return nil, nil
	case "Sequence":
		return sequence(p.Pretokenizers, depth, readSplitter)
	case "WhitespaceSplit":
		return []splitter{strings.Fields}, nil
	case "Split":
		find, err := p.Pattern.compile()
		if err != nil {
			return nil, fmt.Errorf("pre_tokenizer Split: %w", err)
		}
		cut, ok := behaviours[p.Behavior]
		if !ok {
			return nil, fmt.Errorf("pre_tokenizer Split: behavior %q is not known", p.Behavior)
		}
		return []splitter{func(s string) []string { return cut(spans(s, find, p.Invert)) }}, nil
	case "ByteLevel":
		return byteLevel(p.PrefixSpace, p.UseRegex == nil || *p.UseRegex)
	case "Metaspace":
		if p.PrependScheme == "first" {
			// It would need to know which piece is the first of the text.
			return nil, fmt.Errorf("pre_tokenizer Metaspace: prepend_scheme %q is not known", p.PrependScheme)
		}
		always := p.PrependScheme == "always" || p.PrependScheme == "" && p.PrefixSpace
		return []splitter{metaspace(p.Replacement, always, p.Split == nil || *p.Split)}, nil
	}
	return nil, fmt.Errorf("pre_tokenizer %q is not known", p.Type)
}

// span is a piece of a text that matches a pattern, or lies between matches.
type span struct {
	text  string
	match bool
}

func spans(s string, find finder, invert bool) (found []span) {
	end := 0
	for _, m := range find(s) {
		if m[0] > end {
			found = append(found, span{s[end:m[0]], invert})
		}
		found = append(found, span{s[m[0]:m[1]], !invert})
		end = m[1]
	}
	if end < len(s) {
		found = append(found, span{s[end:], invert})
	}
	return found
}

// behaviours say what becomes of what a Split matches.
var behaviours = map[string]func([]span) []string{
	"Removed": func(all []span) (pieces []string) {
		for _, s := range all {
			if !s.match {
				pieces = append(pieces, s.text)
			}
		}
		return pieces
	},
	"Isolated": func(all []span) (pieces []string) {
		for _, s := range all {
			pieces = append(pieces, s.text)
		}
		return pieces
	},
	"MergedWithPrevious": func(all []span) (pieces []string) {
		before := false // whether the piece before matched nothing
		for _, s := range all {
			if s.match && before {
				pieces[len(pieces)-1] += s.text
			} else {
				pieces = append(pieces, s.text)
			}
			before = !s.match
		}
		return pieces
	},
	"MergedWithNext": mergedWithNext,
}

func mergedWithNext(all []span) (pieces []string) {
	open := false // whether the piece before matched and waits for its next
	for _, s := range all {
		if !s.match && open {
			pieces[len(pieces)-1] += s.text
		} else {
			pieces = append(pieces, s.text)
		}
		open = s.match
	}
	return pieces
}

// gpt2 is how GPT-2 splits before it looks at bytes, but for runs of blanks, of
// which the last belongs to the word behind it.
const gpt2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+`

// byteLevel writes each byte of a text as one printable character.
func byteLevel(prefixSpace, useRegex bool) ([]splitter, error) {
	re, err := expression(gpt2)
	if err != nil {
		return nil, err
	}
	return []splitter{func(s string) []string {
		if prefixSpace && !strings.HasPrefix(s, " ") {
			s = " " + s
		}
		pieces := []string{s}
		if useRegex {
			pieces = gpt2Words(s, re)
		}
		for i, p := range pieces {
			pieces[i] = printable(p)
		}
		return pieces
	}}, nil
}

func gpt2Words(s string, re *regexp.Regexp) (pieces []string) {
	for s != "" {
		end := re.FindStringIndex(s)[1] // every character begins a match
		if last, size := utf8.DecodeLastRuneInString(s[:end]); end < len(s) && size < end && unicode.IsSpace(last) {
			end -= size
		}
		pieces = append(pieces, s[:end])
		s = s[end:]
	}
	return pieces
}

// byteChars are the characters that stand for the bytes: printable Latin-1
// for itself, the others in order from U+0100 on (Radford et al. 2019).
var byteChars = func() (chars [256]rune) {
	next := rune(0x100)
	for b := range chars {
		r := rune(b)
		if r > ' ' && r < 0x7f || r > 0xa0 && r != 0xad {
			chars[b] = r
			continue
		}
		chars[b] = next
		next++
	}
	return chars
}()

func printable(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(byteChars[s[i]])
	}
	return b.String()
}

// metaspace writes blanks as a visible character that begins a piece.
func metaspace(mark string, prepend, split bool) splitter {
	find := literal(mark)
	return func(s string) []string {
		s = strings.ReplaceAll(s, " ", mark)
		if prepend && !strings.HasPrefix(s, mark) {
			s = mark + s
		}
		if !split {
			return []string{s}
		}
		return mergedWithNext(spans(s, find, false))
	}
}
