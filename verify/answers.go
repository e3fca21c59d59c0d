package verify

import (
	"strconv"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// readAnswer reads the reply to a single question.
func (v *Verifier) readAnswer(resp imagescope.Response) imagescope.Answer {
	switch v.opts.Confidence {
	case Stated:
		return v.readRatedSingle(resp.Text)
	case Probability:
		return weigh(v.readBare(resp.Text), resp.YesNo)
	}
	return v.readBare(resp.Text)
}

func (v *Verifier) readBare(text string) imagescope.Answer {
	yes := reply.HasYes(text)
	if v.opts.Lenient {
		yes, _ = reply.YesNo(text)
	}
	return imagescope.Answer{Yes: yes, Reply: reply.Brief(text)}
}

// readAnswers reads the reply to n questions: a JSON object whose members are
// the questions' numbers from 1. A question that it does not answer with yes
// or no is nil.
func (v *Verifier) readAnswers(text string, n int) []*imagescope.Answer {
	answers := make([]*imagescope.Answer, n)
	obj, err := numbered(text)
	if err != nil {
		return answers
	}
	for k := range answers {
		raw := obj[strconv.Itoa(k+1)]
		if v.opts.Confidence == Stated {
			answers[k] = readRated(raw)
			continue
		}
		if yes, known := reply.YesNoValue(raw); known {
			words, ok := reply.String(raw)
			if !ok {
				words = string(raw)
			}
			answers[k] = &imagescope.Answer{Yes: yes, Reply: reply.Brief(words)}
		}
	}
	return answers
}

// numbered finds the object with the answers.
func numbered(text string) (reply.Object, error) {
	if body, ok := reply.Fenced(text); ok {
		if obj, err := reply.Parse(body); err == nil && obj["1"] != nil {
			return obj, nil
		}
	}
	return reply.Find(text, "1")
}
