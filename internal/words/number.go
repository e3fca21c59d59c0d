package words

import "strconv"

// numbers are the counts that captions spell out.
var numbers = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// Number returns the number, from 1 to 999, that a word such as "two", "2",
// "single" or "pair" says.
func Number(word string) (n int, ok bool) {
	switch word {
	case "single", "lone", "1":
		return 1, true
	case "both", "couple", "pair", "double":
		return 2, true
	case "triple", "trio":
		return 3, true
	case "dozen":
		return 12, true
	}
	for n, name := range numbers[1:] {
		if word == name {
			return n + 1, true
		}
	}
	if len(word) > 3 {
		return 0, false
	}
	n, err := strconv.Atoi(word)
	return n, err == nil && n > 0
}

// Spell returns a number in words as far as captions spell numbers, and else
// in digits.
func Spell(n int) string {
	if n >= 0 && n < len(numbers) {
		return numbers[n]
	}
	return strconv.Itoa(n)
}

// IsQuantity reports whether a word tells of several things without telling
// how many.
func IsQuantity(word string) bool { return quantities[word] }

var quantities = set(`several many few multiple various numerous some lots bunch group groups row rows herd flock pack crowd
	all both set`)
