package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/imagescope/imagescope"
)

// faults tells in words what went wrong and what was done about it.
func faults(all []imagescope.Fault) []faultView {
	var out []faultView
	for _, f := range first(all, maxListed) {
		what := fmt.Sprintf("Stage %q had trouble, and what it got done was used.", short(string(f.Stage)))
		if f.Skipped {
			what = fmt.Sprintf("Stage %q was skipped: the order before it stands.", short(string(f.Stage)))
		}
		out = append(out, faultView{what, short(f.Reason)})
	}
	if more := len(all) - len(out); more > 0 {
		out = append(out, faultView{What: fmt.Sprintf("There were %d more faults.", more)})
	}
	return out
}

// leftOut tells where a search ran out of its budget, or was sure enough. What
// could not have changed the result is not worth a word.
func leftOut(all []imagescope.Omission) []faultView {
	var out []faultView
	for _, o := range first(all, maxListed) {
		if o.Why == imagescope.UncheckedSettled {
			continue
		}
		what := fmt.Sprintf("Stage %q was cut short, and what it got done was used.", short(string(o.Stage)))
		if o.Skipped {
			what = fmt.Sprintf("Stage %q was left out: the order before it stands.", short(string(o.Stage)))
		}
		out = append(out, faultView{what, short(o.Reason)})
	}
	return out
}

// maxRejected is how many rejected candidates are told of.
const maxRejected = 3

// rejected tells which candidates were kept out, and why.
func rejected(all []imagescope.Rejected) []faultView {
	var out []faultView
	for _, r := range first(all, maxRejected) {
		out = append(out, faultView{fmt.Sprintf("%q was kept out.", short(r.Image.ID)), short(r.Reason)})
	}
	if more := len(all) - len(out); more > 0 {
		out = append(out, faultView{What: fmt.Sprintf("%d more candidates were kept out.", more)})
	}
	return out
}

// costs lists what each stage cost that cost anything, and all of them
// together.
func costs(r imagescope.Result) []costView {
	var out []costView
	for _, stage := range []imagescope.Stage{imagescope.StageInstant, imagescope.StageIntent, imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRefine, imagescope.StageRank} {
		if u := r.Usage[stage]; u != (imagescope.Usage{}) {
			out = append(out, cost(string(stage), u))
		}
	}
	return append(out, cost("together", r.Total()))
}

func cost(name string, u imagescope.Usage) costView {
	return costView{
		Stage:  name,
		Calls:  u.Calls,
		Hits:   u.CacheHits,
		Tokens: u.PromptTokens + u.CompletionTokens,
		Time:   duration(u.Time),
	}
}

// duration returns d with about three digits.
func duration(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

func similarity(s float32) string { return fmt.Sprintf("%.3f", s) }

func holding(c imagescope.Candidate) string {
	return fmt.Sprintf("%d of %d", c.Satisfied, len(c.Answers))
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// sameWord reports whether a reply says no more than the answer read from it.
func sameWord(reply, said string) bool {
	return strings.EqualFold(strings.Trim(reply, " .!\"'"), said)
}

// short returns s as valid UTF-8 on one line, cut to a length that reads well.
func short(s string) string {
	head := s[:min(len(s), 4*maxText)]
	line := strings.Join(strings.Fields(strings.ToValidUTF8(head, "")), " ")
	if len(line) > maxText {
		return strings.ToValidUTF8(line[:maxText], "") + "…"
	}
	if len(head) < len(s) {
		return line + "…"
	}
	return line
}
