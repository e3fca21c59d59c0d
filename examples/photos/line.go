package main

import (
	"bufio"
	"context"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
)

// line is what somebody typed in a chat.
type line struct {
	command string // say, or one of chatHelp; "" for an empty line
	number  int    // of a photo; 0 for none
	text    string // to say
}

// aboutPhoto matches a line that speaks of a photo by its number: "#2 at
// night", "2 but at night", "2, but at night". A bare number may be a count:
// "2 dogs" looks for two dogs.
var aboutPhoto = regexp.MustCompile(`(?i)^(?:#(\d{1,6})\b[\s,:]*(?:but\b)?|(\d{1,6})[\s,:]+but\b)[\s,:]*(.*)$`)

var askWhy = regexp.MustCompile(`(?i)^why\s+#?(\d{1,6})$`)

func parseLine(s string) line {
	s = strings.TrimSpace(s)
	switch word := strings.ToLower(s); word {
	case "", "help", "show", "undo", "new", "quit":
		return line{command: word}
	case "exit":
		return line{command: "quit"}
	}
	if m := askWhy.FindStringSubmatch(s); m != nil {
		return line{command: "why", number: atoi(m[1])}
	}
	if m := aboutPhoto.FindStringSubmatch(s); m != nil {
		return line{command: "say", number: atoi(m[1] + m[2]), text: m[3]}
	}
	return line{command: "say", text: s}
}

// atoi reads some digits.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits) // digits only, and few
	return n
}

// maxTyped is the longest line, in bytes.
const maxTyped = 64 << 10

// lines yields what is typed, line by line, until there is no more or ctx is
// done. A line that is too long is an error, and ends it. ctx must end after the
// iteration, so that no line is waited for any more; a reading of r that is
// under way cannot be stopped, and ends with r or the program.
func lines(ctx context.Context, r io.Reader) iter.Seq2[string, error] {
	type typed struct {
		text string
		err  error
	}
	return func(yield func(string, error) bool) {
		all := make(chan typed)
		send := func(t typed) bool {
			select {
			case all <- t:
				return true
			case <-ctx.Done():
				return false
			}
		}
		go func() {
			defer close(all)
			s := bufio.NewScanner(r)
			s.Buffer(nil, maxTyped)
			for s.Scan() {
				if !send(typed{text: s.Text()}) {
					return
				}
			}
			if s.Err() != nil {
				send(typed{err: s.Err()})
			}
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case t, ok := <-all:
				if !ok || !yield(t.text, t.err) {
					return
				}
			}
		}
	}
}
