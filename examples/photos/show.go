package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/imagescope/imagescope"
)

// show writes a result: what was looked for, a table of what was found, and
// what went wrong.
func (g *gallery) show(con *console, r imagescope.Result, why bool) {
	if d := r.Intent.Descriptions; len(d) > 0 && d[len(d)-1] != r.Query.Text {
		fmt.Fprintf(con.out, "looking for: %s\n", caption(d[len(d)-1]))
	}
	if len(r.Candidates) > 0 {
		fmt.Fprintln(con.out, tableOf(r, con.width))
	} else {
		fmt.Fprintln(con.out, "nothing found: a photo is found by what its caption says of it, or its name and colours where it has none")
	}
	if why {
		for i := range r.Candidates {
			fmt.Fprintln(con.out, r.Explain(i))
		}
	}
	for _, f := range r.Faults {
		how := "made do"
		if f.Skipped {
			how = "was skipped"
		}
		fmt.Fprintf(con.err, "note: the stage %s %s: %s\n", f.Stage, how, f.Reason)
	}
	fmt.Fprintf(con.out, "%d of %d photos in %s%s\n", len(r.Candidates), g.photos, g.dir, cost(r.Total()))
}

// cost tells what a search took of a model, if anything.
func cost(u imagescope.Usage) string {
	if u.Calls == 0 {
		return ""
	}
	return fmt.Sprintf("; %d model calls, %d tokens, %v", u.Calls, u.PromptTokens+u.CompletionTokens, u.Time.Round(time.Millisecond))
}

// Widths in columns of the terminal.
const (
	defaultWidth = 100 // where there is no terminal
	minWidth     = 70
	otherColumns = 30 // all of the table but photo and caption
	minCaption   = 16
)

// tableOf returns a table of what was found, no wider than the terminal if
// that is not very narrow.
func tableOf(r imagescope.Result, width int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	t.SuppressTrailingSpaces()
	t.AppendHeader(table.Row{"", "photo", "score", "holds", "caption"})
	longest := 0
	for i, c := range r.Candidates {
		id := caption(c.Image.ID)
		longest = max(longest, text.StringWidth(id))
		t.AppendRow(table.Row{i + 1, id, fmt.Sprintf("%.2f", c.Similarity), holding(c), caption(c.Image.Caption)})
	}
	left := max(cmp.Or(width, defaultWidth), minWidth) - otherColumns
	name := min(longest, left-minCaption) // a photo is called by its name, so that comes first
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "photo", WidthMax: name, WidthMaxEnforcer: snip},
		{Name: "score", Align: text.AlignRight},
		{Name: "caption", WidthMax: left - name, WidthMaxEnforcer: snip},
	})
	return t.Render()
}

// snip cuts a text to a width and marks the cut.
func snip(s string, width int) string {
	if text.StringWidth(s) <= width {
		return s
	}
	return text.Snip(s, width, "…")
}

// holding tells how many of the questions about a candidate were answered as
// wanted, and whether the last stage took it.
func holding(c imagescope.Candidate) string {
	var s string
	if len(c.Answers) > 0 {
		s = fmt.Sprintf("%d of %d", c.Satisfied, len(c.Answers))
	}
	if c.Verdict != nil && c.Verdict.Accepted {
		s += " ✓"
	}
	return s
}
