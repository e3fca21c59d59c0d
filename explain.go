package imagescope

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Explain says in words why candidate i (from 0) is where it is: how it was
// found, which propositions hold, what stage 3 said of it. It returns "" for
// an i outside of Candidates. The text has several lines and no line break at
// its end. It can be shown on a terminal: control characters in names and
// replies are replaced.
func (r Result) Explain(i int) string {
	if i < 0 || i >= len(r.Candidates) {
		return ""
	}
	return r.explain(fmt.Sprintf("%d.", i+1), r.Candidates[i])
}

// ExplainRejected says in words why rejected candidate i (from 0) is not among
// the results. It is to Rejected what [Result.Explain] is to Candidates.
func (r Result) ExplainRejected(i int) string {
	if i < 0 || i >= len(r.Rejected) {
		return ""
	}
	return r.explain("–", r.Rejected[i].Candidate) + "\n   rejected: " + plain(r.Rejected[i].Reason)
}

func (r Result) explain(mark string, c Candidate) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", mark, plain(c.Image.ID))
	if c.Image.Caption != "" {
		fmt.Fprintf(&b, ": %s", short(c.Image.Caption))
	}
	if c.Places.Instant > 0 {
		fmt.Fprintf(&b, "\n   instant:  place %d", c.Places.Instant)
	}
	switch {
	case c.Places.Retrieve > 0 || c.Places == Places{}:
		fmt.Fprintf(&b, "\n   retrieve: place %d", c.Places.Retrieve)
	case c.Places.Instant == 0:
		b.WriteString("\n   retrieve: not found")
	}
	fmt.Fprintf(&b, ", similarity %.3f", c.Similarity)
	if c.Fused > 0 {
		fmt.Fprintf(&b, ", fused %.4f", c.Fused)
	}
	if c.Places.Retrieve > 0 || c.Places.Instant > 0 {
		b.WriteString(r.Composed.by())
	}
	r.explainVerify(&b, c)
	if c.Places.Refine > 0 {
		r.explainRefine(&b, c)
	}
	r.explainRank(&b, c)
	explainDuplicates(&b, c)
	return b.String()
}

// shownDuplicates is how many duplicates are named.
const shownDuplicates = 3

func explainDuplicates(b *strings.Builder, c Candidate) {
	for i, id := range c.Duplicates {
		switch {
		case i == shownDuplicates:
			fmt.Fprintf(b, " and %d more", len(c.Duplicates)-i)
			return
		case i == 0:
			b.WriteString("\n   shown for: ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(plain(id))
	}
}

func (r Result) explainVerify(b *strings.Builder, c Candidate) {
	place := c.Places.Verify
	if place == 0 {
		place = c.Places.Refine // it was checked in that round
	}
	switch {
	case place == 0:
		return
	case len(c.Answers) == 0:
		fmt.Fprintf(b, "\n   verify:   place %d, not checked%s", place, c.Unchecked.because())
		return
	}
	fmt.Fprintf(b, "\n   verify:   place %d, %d of %d propositions hold", place, c.Satisfied, len(c.Answers))
	if slices.ContainsFunc(c.Answers, func(a Answer) bool { return a.Confidence > 0 }) {
		fmt.Fprintf(b, ", confidence %.2f", c.Confidence)
	}
	for k, a := range c.Answers {
		if k >= len(r.Propositions) {
			break
		}
		p := r.Propositions[k]
		mark := "✗"
		if a.Yes == p.Want {
			mark = "✓"
		}
		fmt.Fprintf(b, "\n     %s %s %s", mark, short(p.Question), yesNo(a.Yes))
		if a.Confidence > 0 {
			fmt.Fprintf(b, " (confidence %.2f)", a.Confidence)
		}
		fmt.Fprintf(b, ", wanted %s", yesNo(p.Want))
		if a.Reply != "" {
			fmt.Fprintf(b, " (%s)", short(a.Reply))
		}
	}
}

// by says in words what the images were searched for with.
func (c ComposedSearch) by() string {
	switch c {
	case ComposedAlone:
		return ", by the composed vector"
	case ComposedFused:
		return ", by the composed vector and the descriptions"
	}
	return ""
}

// because returns the reason in words that can follow a statement.
func (u Unchecked) because() string {
	switch u {
	case UncheckedSettled:
		return ": its answers could not have changed the places that matter"
	case UncheckedBudget:
		return ": the budget of the query was spent"
	case UncheckedFault:
		return ": it could not be asked about"
	}
	return ""
}

func (r Result) explainRefine(b *strings.Builder, c Candidate) {
	fmt.Fprintf(b, "\n   refine:   place %d", c.Places.Refine)
	if r.Refinement != nil && c.Places.Retrieve == 0 && c.Places.Instant == 0 {
		fmt.Fprintf(b, ", found when it was searched for %q", short(r.Refinement.Unmet))
	}
}

func (r Result) explainRank(b *strings.Builder, c Candidate) {
	if c.Places.Rank == 0 {
		return
	}
	fmt.Fprintf(b, "\n   rank:     place %d, ", c.Places.Rank)
	switch {
	case c.Verdict == nil:
		b.WriteString("not looked at")
		return
	case c.Verdict.Accepted:
		b.WriteString("accepted")
	default:
		b.WriteString("not accepted")
	}
	if c.Verdict.Reply != "" {
		fmt.Fprintf(b, " (%s)", short(c.Verdict.Reply))
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// short returns s on one line, plain and cut to a length that reads well.
func short(s string) string {
	const most = 160
	line := plain(strings.Join(strings.Fields(head(s, 4*most)), " "))
	if cut := head(line, most); cut != line || len(s) > 4*most {
		return cut + "…"
	}
	return line
}

// plain returns s without what would move a cursor, begin a line or turn the
// text around.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
