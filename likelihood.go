package imagescope

import (
	"math"
	"strings"
)

// Likelihood is how probable it was that a reply began with yes and with no, as
// shares of all that it could have begun with. Both are 0 where nothing is
// known of it.
type Likelihood struct {
	Yes, No float64
}

// Token is a piece of text that a model could have begun its reply with.
type Token struct {
	Text    string
	LogProb float64 // the natural logarithm of its probability
}

// YesNo adds up the probabilities of those tokens that read yes, or true, and
// of those that read no, or false: in any case, with whatever blanks and marks
// stand around the word, and cut short, as some models spell it in pieces. A
// [Reasoner] that is told the likeliest first tokens of a reply makes
// [Response.YesNo] of them.
func YesNo(tokens []Token) Likelihood {
	var l Likelihood
	for _, t := range tokens {
		if math.IsNaN(t.LogProb) {
			continue
		}
		share := math.Exp(min(t.LogProb, 0))
		switch strings.TrimFunc(strings.ToLower(t.Text), notLetter) {
		case "yes", "ye", "y", "true":
			l.Yes += share
		case "no", "n", "false":
			l.No += share
		}
	}
	return l
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

// P returns the probability of a yes, where the reply is yes or no. known is
// false where neither was among what the reply could have begun with.
func (l Likelihood) P() (p float64, known bool) {
	p = l.Yes / (l.Yes + l.No)
	return p, l.Yes >= 0 && l.No >= 0 && p >= 0 && p <= 1 // and no NaN
}
