package reply

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxShare is how many bytes of a text are searched for a share.
const maxShare = 256

// ShareValue reads a JSON value as a share from 0 to 1: a number, or a string
// as [Share] reads it.
func ShareValue(raw json.RawMessage) (share float64, known bool) {
	if s, ok := String(raw); ok {
		return Share(s)
	}
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	return Share(string(raw))
}

// Share reads how sure somebody says to be, as a share from 0 to 1. A number
// up to 1 is a share, a larger one or one with a per cent sign so many per
// cent; "8/10" and "8 out of 10" are fractions. What lies outside is taken for
// the nearer end. Without a number the first word that tells a degree counts,
// such as "high", "probably" or "unsure".
func Share(text string) (share float64, known bool) {
	text = strings.ToLower(text[:min(len(text), maxShare)])
	value, rest, found := number(text)
	if !found {
		return degree(text)
	}
	rest = strings.TrimSpace(rest)
	behind, fraction := strings.CutPrefix(rest, "/")
	if !fraction {
		behind, fraction = strings.CutPrefix(rest, "out of ")
	}
	if fraction {
		if whole, _, ok := leading(strings.TrimSpace(behind)); ok && whole > 0 {
			return within(value / whole), true
		}
	}
	if isPerCent(rest) || value > 1 {
		value /= 100
	}
	return within(value), true
}

// PerCent finds a share that is marked as one among other words: "yes (90%)",
// "no, 0.75". Numbers that may count something else are passed over.
func PerCent(text string) (share float64, known bool) {
	text = strings.ToLower(text[:min(len(text), maxShare)])
	for {
		value, rest, found := number(text)
		if !found {
			return 0, false
		}
		digits := text[:len(text)-len(rest)]
		switch {
		case isPerCent(strings.TrimSpace(rest)):
			return within(value / 100), true
		case value >= 0 && value <= 1 && strings.HasSuffix(strings.TrimRight(digits, "0123456789"), "."):
			return value, true
		}
		text = rest
	}
}

func isPerCent(rest string) bool {
	return strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, "percent") || strings.HasPrefix(rest, "per cent")
}

// number returns the first number in text, and what follows it.
func number(text string) (value float64, rest string, found bool) {
	at := strings.IndexAny(text, "0123456789")
	if at < 0 {
		return 0, "", false
	}
	if at > 0 && text[at-1] == '.' {
		at--
	}
	value, rest, found = leading(text[at:])
	if at > 0 && text[at-1] == '-' {
		value = -value
	}
	return value, rest, found
}

// leading returns the number that text begins with, and what follows it. It
// knows the decimal comma. One too large for a float64 is infinite.
func leading(text string) (value float64, rest string, found bool) {
	end, points := 0, 0
	for end < len(text) {
		c := text[end]
		isPoint := (c == '.' || c == ',') && points == 0 && end+1 < len(text) && text[end+1] >= '0' && text[end+1] <= '9'
		if isPoint {
			points++
		} else if c < '0' || c > '9' {
			break
		}
		end++
	}
	if e := exponent(text[end:]); end > 0 {
		end += e
	}
	value, err := strconv.ParseFloat(strings.Replace(text[:end], ",", ".", 1), 64)
	return value, text[end:], err == nil || value != 0 // out of range is a number too
}

// exponent returns how long the exponent is that text begins with.
func exponent(text string) int {
	digits, ok := strings.CutPrefix(text, "e")
	if !ok {
		return 0
	}
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	more := strings.TrimLeft(digits, "0123456789")
	if len(more) == len(digits) {
		return 0
	}
	return len(text) - len(more)
}

// within returns the nearest share to a value. What is no number is 0.
func within(value float64) float64 {
	if value > 0 {
		return min(value, 1)
	}
	return 0
}

// degrees are the shares that words stand for, near what readers take them for
// (Kent, "Words of Estimative Probability", 1964).
var degrees = map[string]float64{
	"certain": 0.97, "certainly": 0.97, "definitely": 0.97, "absolutely": 0.97, "sure": 0.97, "clearly": 0.97,
	"high": 0.9, "confident": 0.9, "strong": 0.9,
	"likely": 0.75, "probably": 0.75, "probable": 0.75, "medium": 0.75, "moderate": 0.75, "fairly": 0.75,
	"low": 0.6, "possibly": 0.6, "maybe": 0.6, "perhaps": 0.6, "weak": 0.6,
	"unsure": 0.5, "uncertain": 0.5, "unclear": 0.5, "guess": 0.5, "unlikely": 0.5, "unknown": 0.5, "not": 0.5, "none": 0.5,
}

func degree(text string) (share float64, known bool) {
	for word := range strings.FieldsFuncSeq(text, notLetter) {
		if share, known = degrees[word]; known {
			return share, true
		}
	}
	return 0, false
}
