package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/report"
)

// shown is how many pictures are listed after each stage.
const shown = 4

// show tells what each stage of a search did.
func show(w io.Writer, s report.Search) {
	last := s.Stages[len(s.Stages)-1]
	fmt.Fprintf(w, "\n── %s: %q", s.Title, last.Query.Text)
	if ref := last.Query.Reference; ref != nil {
		fmt.Fprintf(w, "\n   to %s: %s", ref.ID, ref.Caption)
	}
	if last.Query.Carried != "" {
		fmt.Fprintf(w, "\n   going on from: %s", last.Query.Carried)
	}
	fmt.Fprintln(w)
	showIntent(w, last)
	for _, r := range s.Stages {
		showStage(w, r)
	}
	for _, f := range last.Faults {
		fmt.Fprintf(w, "   fault      %s: %s\n", f.Stage, f.Reason)
	}
	fmt.Fprintf(w, "   why        %s\n", strings.ReplaceAll(last.Explain(0), "\n", "\n              "))
}

func showIntent(w io.Writer, r imagescope.Result) {
	label := "1 intent"
	for _, e := range r.Intent.Edits {
		row(w, label, "%-12s %s", e.Kind, e.Text)
		label = ""
	}
	for _, d := range r.Intent.Descriptions {
		row(w, label, "looking for  %q", d)
		label = ""
	}
}

// showStage lists the first pictures after a stage, with what decided.
func showStage(w io.Writer, r imagescope.Result) {
	label := map[imagescope.Stage]string{
		imagescope.StageRetrieve: "  retrieve",
		imagescope.StageVerify:   "2 verify",
		imagescope.StageRank:     "3 rank",
	}[r.Stage]
	if r.Stage == imagescope.StageVerify {
		for _, p := range r.Propositions {
			want := "no"
			if p.Want {
				want = "yes"
			}
			row(w, label, "%s %s is wanted", p.Question, want)
			label = ""
		}
	}
	for i, c := range r.Candidates[:min(shown, len(r.Candidates))] {
		row(w, label, "%d. %-36s %s", i+1, c.Image.ID, reason(r.Stage, c))
		label = ""
	}
}

// reason is what decided on a candidate's place in a stage.
func reason(s imagescope.Stage, c imagescope.Candidate) string {
	switch {
	case s == imagescope.StageRetrieve:
		return fmt.Sprintf("similarity %.3f", c.Similarity)
	case s == imagescope.StageVerify && c.Answers != nil:
		return fmt.Sprintf("%d of %d hold%s", c.Satisfied, len(c.Answers), moved(c.Places.Retrieve, c.Places.Verify))
	case s == imagescope.StageRank && c.Verdict != nil && c.Verdict.Accepted:
		return "accepted" + moved(c.Places.Verify, c.Places.Rank)
	case s == imagescope.StageRank && c.Verdict != nil:
		return "not accepted" + moved(c.Places.Verify, c.Places.Rank)
	}
	return ""
}

// moved tells how far a candidate has come up or gone down.
func moved(from, to int) string {
	switch {
	case from > to:
		return fmt.Sprintf(", up from %d", from)
	case from < to:
		return fmt.Sprintf(", down from %d", from)
	}
	return ""
}

// row prints a line of a stage, under its label.
func row(w io.Writer, label, format string, args ...any) {
	line := fmt.Sprintf("   %-10s %s", label, fmt.Sprintf(format, args...))
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}
