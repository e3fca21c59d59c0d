package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// pattern is what a file says to look for: a text, or a regular expression in
// the manner of Oniguruma.
type pattern struct {
	String *string
	Regex  *string
}

// finder returns the places of matches, as begin and end in bytes, in order and
// apart.
type finder func(text string) [][2]int

func (p pattern) compile() (finder, error) {
	switch {
	case p.String != nil && *p.String != "":
		return literal(*p.String), nil
	case p.Regex != nil && *p.Regex != "":
		re, err := expression(*p.Regex)
		if err != nil {
			return nil, err
		}
		return all(re), nil
	}
	return nil, errors.New("there is no pattern")
}

func literal(want string) finder {
	return func(text string) (found [][2]int) {
		for at := 0; ; {
			i := strings.Index(text[at:], want)
			if i < 0 {
				return found
			}
			found = append(found, [2]int{at + i, at + i + len(want)})
			at += i + len(want)
		}
	}
}

// blank is Unicode's white space as a part of a character class; \s of package
// regexp knows only that of ASCII.
const blank = `\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`

// expression compiles a regular expression. Those that look around or back are
// refused: package regexp takes time in proportion to the text, whatever a
// stranger's file asks for.
func expression(source string) (*regexp.Regexp, error) {
	translated, err := translate(source)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", source, err)
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", source, err)
	}
	return re, nil
}

// all finds what an expression matches, empty matches left out.
func all(re *regexp.Regexp) finder {
	return func(text string) (found [][2]int) {
		for _, m := range re.FindAllStringIndex(text, -1) {
			if m[0] < m[1] {
				found = append(found, [2]int(m))
			}
		}
		return found
	}
}

// translate has \s mean what it does in a tokenizer.json.
func translate(source string) (string, error) {
	var b strings.Builder
	class := false
	for i := 0; i < len(source); i++ {
		c := source[i]
		escaped := c == '\\' && i+1 < len(source)
		switch {
		case escaped && source[i+1] == 's' && class:
			b.WriteString(blank)
			i++
		case escaped && source[i+1] == 's':
			b.WriteString("[" + blank + "]")
			i++
		case escaped && source[i+1] == 'S' && class:
			return "", errors.New("\\S in a class is not known")
		case escaped && source[i+1] == 'S':
			b.WriteString("[^" + blank + "]")
			i++
		case escaped:
			b.WriteString(source[i : i+2])
			i++
		default:
			class = class && c != ']' || c == '['
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// maxDepth bounds sequences of sequences.
const maxDepth = 8

// part reads one part of a tokenizer.json; null leaves v as it is.
func part(data json.RawMessage, v any, depth int) error {
	switch {
	case depth > maxDepth:
		return fmt.Errorf("it is nested more than %d deep", maxDepth)
	case len(data) == 0:
		return nil
	}
	return json.Unmarshal(data, v)
}

// sequence reads parts one after another.
func sequence[T any](parts []json.RawMessage, depth int, read func(json.RawMessage, int) ([]T, error)) (all []T, err error) {
	for _, p := range parts {
		more, err := read(p, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}
