package rank

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// listing is what a model said about a list of candidates. Numbers count from
// 0 here, and from 1 in the model's words.
type listing struct {
	order    []int                 // every number once, best first
	verdicts []*imagescope.Verdict // by number; nil where the reply has none
}

var errNoRanking = errors.New("it ranks none of the images shown")

// readListing reads the reply about n candidates. Numbers that are none of
// theirs, or come again, are dropped; candidates that the ranking lacks follow
// in the order they have. It is an error if the ranking has no usable number.
func readListing(text string, n int) (listing, error) {
	obj, err := ranked(text)
	if err != nil {
		return listing{}, err
	}
	l := listing{verdicts: readVerdicts(obj["images"], n)}
	for _, number := range numbers(obj["ranking"]) {
		if i := number - 1; i >= 0 && i < n && !slices.Contains(l.order, i) {
			l.order = append(l.order, i)
		}
	}
	if len(l.order) == 0 {
		return listing{}, errNoRanking
	}
	for i := range n {
		if !slices.Contains(l.order, i) {
			l.order = append(l.order, i)
		}
	}
	return l, nil
}

// ranked finds the object with the ranking.
func ranked(text string) (reply.Object, error) {
	if body, ok := reply.Fenced(text); ok {
		if obj, err := reply.Parse(body); err == nil && obj["ranking"] != nil {
			return obj, nil
		}
	}
	return reply.Find(text, "ranking")
}

// numbers reads an array of numbers, or of strings with one each ("Image 2").
// One string may hold all of them ("2 > 1 > 3"). What is none of these is left
// out.
func numbers(raw json.RawMessage) (list []int) {
	add := func(digits string) {
		if n, err := strconv.Atoi(digits); err == nil {
			list = append(list, n)
		}
	}
	if all, ok := reply.String(raw); ok {
		for digits := range strings.FieldsFuncSeq(all, notDigit) {
			add(digits)
		}
		return list
	}
	elements, _ := reply.Array(raw)
	for _, e := range elements {
		s, ok := reply.String(e)
		if !ok {
			add(string(e))
			continue
		}
		for digits := range strings.FieldsFuncSeq(s, notDigit) {
			add(digits)
			break
		}
	}
	return list
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// readVerdicts reads an object from numbers to yes or no.
func readVerdicts(raw json.RawMessage, n int) []*imagescope.Verdict {
	verdicts := make([]*imagescope.Verdict, n)
	var obj reply.Object
	if json.Unmarshal(raw, &obj) != nil {
		return verdicts
	}
	for i := range verdicts {
		value := obj[strconv.Itoa(i+1)]
		yes, known := reply.YesNoValue(value)
		if !known {
			continue
		}
		words, ok := reply.String(value)
		if !ok {
			words = string(value)
		}
		verdicts[i] = &imagescope.Verdict{Accepted: yes, Reply: reply.Brief(words)}
	}
	return verdicts
}

// unusable makes the error for a reply that cannot be read.
func unusable(resp imagescope.Response, err error) error {
	if resp.Truncated {
		err = fmt.Errorf("%w, and was cut off at MaxTokens: allow more, or show fewer images", err)
	}
	return &imagescope.ReplyError{Task: imagescope.TaskCompare, Reply: resp.Text, Err: err}
}

func isUnusable(err error) bool {
	var re *imagescope.ReplyError
	return errors.As(err, &re)
}
