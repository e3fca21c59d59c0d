package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/run"
)

type (
	// cardView is a query with all that was made of it.
	cardView struct {
		Anchor, ID, Kinds, Why string
		Open                   bool
		Texts                  []string
		Reference              *pictureView
		Tiles                  []tileView
		Runs                   []cardRunView
	}
	tileView struct {
		Number  int
		Picture pictureView
		Target  bool
		Ways    []wayView
	}
	wayView struct {
		Run, Places string
	}
	cardRunView struct {
		Key             keyView
		Name, Made      string
		Text, Carried   string
		Rounds          []string
		Edits           []editView
		Descriptions    []string
		Numbers         []int // of the pictures that were asked about
		Checks          []checkView
		Verdicts        []verdictView
		Trouble         []string
		Calls, Hits     int
		Tokens, Elapsed string
	}
	editView struct {
		Kind, Text string
	}
	checkView struct {
		Question, Want string
		Answers        []answerView
	}
	answerView struct {
		Asked, OK bool
		Said      string
		Reply     string
	}
	verdictView struct {
		Number   int
		Accepted bool
		Reply    string
	}
)

// tile is an image of a card.
type tile struct {
	id, caption string
	run         *oneRun // whose gallery has it
	target      bool
}

// card shows a query in all runs.
func (s *runSet) card(q *question, pictures *album) cardView {
	v := cardView{
		Anchor: q.anchor,
		ID:     cut(q.trace.Query, maxName),
		Kinds:  strings.Join(q.kinds, " "),
		Why:    q.picked,
	}
	for _, t := range first(q.trace.Texts, maxRounds) {
		v.Texts = append(v.Texts, short(t))
	}
	owner := s.runs[slices.IndexFunc(q.traces, func(t *run.Trace) bool { return t != nil })]
	if id := q.trace.Reference; id != "" {
		p := pictures.picture(owner, id, "")
		v.Reference = &p
	}
	tiles := s.tiles(q, owner)
	for i, t := range tiles {
		view := tileView{Number: i + 1, Picture: pictures.picture(t.run, t.id, t.caption), Target: t.target}
		for k, r := range s.runs {
			if trace := q.traces[k]; trace != nil {
				of := *trace
				of.Targets = []string{t.id} // for its own places
				view.Ways = append(view.Ways, wayView{r.letter, r.way(of, lastRound(of))})
			}
		}
		v.Tiles = append(v.Tiles, view)
	}
	for i, r := range s.runs {
		if t := q.traces[i]; t != nil {
			v.Runs = append(v.Runs, r.card(*t, tiles))
		}
	}
	return v
}

// tiles chooses the images of a card: the targets and the best of each run.
func (s *runSet) tiles(q *question, owner *oneRun) []tile {
	captions := map[string]string{}
	for _, t := range q.traces {
		if t == nil {
			continue
		}
		for _, c := range lastRound(*t).Candidates {
			captions[c.Image.ID] = c.Image.Caption
		}
	}
	var all []tile
	add := func(r *oneRun, id string, target bool) {
		if len(all) < maxTiles && !slices.ContainsFunc(all, func(t tile) bool { return t.id == id }) {
			all = append(all, tile{id, captions[id], r, target})
		}
	}
	for _, id := range first(q.trace.Targets, maxTargets) {
		add(owner, id, true)
	}
	for place := range maxTop {
		for i, r := range s.runs {
			if t := q.traces[i]; t != nil {
				if ranking := lastRound(*t).Ranking(r.last()); place < len(ranking) {
					add(r, ranking[place], slices.Contains(t.Targets, ranking[place]))
				}
			}
		}
	}
	return all
}

// card shows what one run made of a query: of its last round, where it has more.
func (r *oneRun) card(t run.Trace, tiles []tile) cardRunView {
	round := lastRound(t)
	total := t.Total()
	v := cardRunView{
		Key:     r.key(),
		Name:    r.label(),
		Made:    made(r.Settings, imagescope.StageRank),
		Text:    short(round.Text),
		Carried: short(round.Carried),
		Calls:   total.Calls,
		Hits:    total.CacheHits,
		Tokens:  thousands(int64(tokens(total))),
		Elapsed: seconds(t.Time.Seconds()),
	}
	if len(t.Rounds) > 1 {
		for i, round := range first(t.Rounds, maxRounds) {
			v.Rounds = append(v.Rounds, fmt.Sprintf("%d: %s", i+1, r.way(t, round)))
		}
	}
	for _, e := range first(round.Intent.Edits, maxLines) {
		v.Edits = append(v.Edits, editView{cut(string(e.Kind), maxName), short(e.Text)})
	}
	for _, d := range first(round.Intent.Descriptions, maxLines) {
		v.Descriptions = append(v.Descriptions, short(d))
	}
	v.looked(round, tiles)
	v.trouble(t, round)
	return v
}

// looked shows the answers and verdicts about the images of the card.
func (v *cardRunView) looked(round run.Round, tiles []tile) {
	var asked []imagescope.Candidate
	for i, t := range tiles {
		k := slices.IndexFunc(round.Candidates, func(c imagescope.Candidate) bool { return c.Image.ID == t.id })
		if k < 0 {
			continue
		}
		c := round.Candidates[k]
		if len(c.Answers) > 0 {
			asked = append(asked, c)
			v.Numbers = append(v.Numbers, i+1)
		}
		if c.Verdict != nil {
			v.Verdicts = append(v.Verdicts, verdictView{i + 1, c.Verdict.Accepted, short(c.Verdict.Reply)})
		}
	}
	for i, p := range first(round.Propositions, maxLines) {
		check := checkView{Question: short(p.Question), Want: yesNo(p.Want)}
		for _, c := range asked {
			var a answerView
			if i < len(c.Answers) {
				a = answerView{Asked: true, OK: c.Answers[i].Yes == p.Want, Said: yesNo(c.Answers[i].Yes)}
				if reply := cut(c.Answers[i].Reply, maxText/4); !strings.EqualFold(strings.Trim(reply, " .!\"'"), a.Said) {
					a.Reply = reply
				}
			}
			check.Answers = append(check.Answers, a)
		}
		v.Checks = append(v.Checks, check)
	}
}

// trouble tells what went wrong or was left out.
func (v *cardRunView) trouble(t run.Trace, round run.Round) {
	add := func(format string, args ...any) {
		if len(v.Trouble) < maxLines {
			v.Trouble = append(v.Trouble, fmt.Sprintf(format, args...))
		}
	}
	if t.Error != "" {
		add("Not answered to the end: %s", short(t.Error))
	}
	for _, id := range t.Missing {
		add("Image %s is missing.", cut(id, maxName))
	}
	for _, f := range round.Faults {
		what := "made do"
		if f.Skipped {
			what = "was skipped"
		}
		add("Stage %s %s: %s", cut(string(f.Stage), maxName), what, short(f.Reason))
	}
	for _, o := range round.LeftOut {
		if o.Why != imagescope.UncheckedSettled {
			add("Stage %s left something out: %s", cut(string(o.Stage), maxName), short(o.Reason))
		}
	}
}
