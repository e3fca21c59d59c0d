package report

import (
	"cmp"
	"html/template"
	"slices"

	"github.com/imagescope/imagescope"
)

// The view types hold what the template shows, in its order. All strings in
// them are cut.
type (
	pageView struct {
		Title, Intro string
		Style        template.CSS
		Searches     []searchView
	}
	searchView struct {
		Title, Text, Carried string
		Reference            *pictureView
		Edits                []editView
		Descriptions         []string
		Propositions         []propositionView
		Stages               []stageView
		Explained            []candidateView
		Faults               []faultView
		Costs                []costView
	}
	editView struct {
		Kind, Text string
	}
	propositionView struct {
		Question, Want string
	}
	stageView struct {
		Name, About string
		Candidates  []candidateView
	}
	candidateView struct {
		Place      int
		Won, Lost  int // places since the stage before
		Picture    pictureView
		Similarity string
		Holding    string // "2 of 3", empty where nothing was checked
		Answers    []answerView
		Verdict    *verdictView
	}
	answerView struct {
		OK                    bool
		Question, Said, Reply string
	}
	verdictView struct {
		Accepted bool
		Reply    string
	}
	faultView struct {
		What, Reason string
	}
	costView struct {
		Stage               string
		Calls, Hits, Tokens int
		Time                string
	}
)

// stageTexts are the names of the stages, and how each orders.
var stageTexts = map[imagescope.Stage][2]string{
	imagescope.StageInstant:  {"At once", "nearest to what is known before any model is asked"},
	imagescope.StageIntent:   {"Understood", ""},
	imagescope.StageRetrieve: {"Retrieved", "nearest to the descriptions first"},
	imagescope.StageVerify:   {"Verified", "by how many propositions hold"},
	imagescope.StageRefine:   {"Refined", "searched once more for what was missing"},
	imagescope.StageRank:     {"Ranked", "the best few looked at closely"},
}

// search shows a search: its question as the last stage knows it, then the
// order after each stage.
func (p pictures) search(s Search) searchView {
	last := s.Stages[len(s.Stages)-1]
	v := searchView{
		Title:  short(s.Title),
		Text:   short(last.Query.Text),
		Faults: slices.Concat(faults(last.Faults), leftOut(last.LeftOut), rejected(last.Rejected)),
		Costs:  costs(last),
	}
	if ref := last.Query.Reference; ref != nil {
		pic := p.picture(*ref)
		v.Reference = &pic
	} else {
		v.Carried = short(last.Query.Carried)
	}
	for _, e := range first(last.Intent.Edits, maxListed) {
		v.Edits = append(v.Edits, editView{short(string(e.Kind)), short(e.Text)})
	}
	for _, d := range first(last.Intent.Descriptions, maxListed) {
		v.Descriptions = append(v.Descriptions, short(d))
	}
	for _, q := range first(last.Propositions, maxListed) {
		v.Propositions = append(v.Propositions, propositionView{short(q.Question), yesNo(q.Want)})
	}
	// A stage that was skipped has the order and the name of the one before it.
	stages := slices.CompactFunc(slices.Clone(s.Stages), func(a, b imagescope.Result) bool { return a.Stage == b.Stage })
	for i, r := range stages {
		shown := maxShown
		if i == len(stages)-1 && s.Shown > 0 {
			shown = min(s.Shown, maxLast)
		}
		v.Stages = append(v.Stages, p.stage(r, shown))
	}
	for i, c := range first(last.Candidates, maxExplained) {
		v.Explained = append(v.Explained, p.explained(last, c, i))
	}
	return v
}

// stage shows the first of a stage's order, and how it differs from the one
// before.
func (p pictures) stage(r imagescope.Result, shown int) stageView {
	texts, ok := stageTexts[r.Stage]
	if !ok {
		texts[0] = short(string(r.Stage))
	}
	v := stageView{Name: texts[0], About: texts[1]}
	for i, c := range first(r.Candidates, shown) {
		view := p.candidate(c, i)
		if was := before(r.Stage, c.Places); was > 0 {
			view.Won, view.Lost = max(was-view.Place, 0), max(view.Place-was, 0)
		}
		v.Candidates = append(v.Candidates, view)
	}
	return v
}

// before returns the place that a candidate had before the stage; 0 for none.
func before(s imagescope.Stage, p imagescope.Places) int {
	switch s {
	case imagescope.StageRetrieve:
		return p.Instant
	case imagescope.StageVerify:
		return p.Retrieve
	case imagescope.StageRefine:
		return p.Verify
	case imagescope.StageRank:
		return cmp.Or(p.Refine, p.Verify, p.Retrieve)
	}
	return 0
}

// candidate shows candidate i without its answers.
func (p pictures) candidate(c imagescope.Candidate, i int) candidateView {
	v := candidateView{
		Place:      i + 1,
		Picture:    p.picture(c.Image),
		Similarity: similarity(c.Similarity),
	}
	if len(c.Answers) > 0 {
		v.Holding = holding(c)
	}
	if c.Verdict != nil {
		v.Verdict = &verdictView{c.Verdict.Accepted, short(c.Verdict.Reply)}
	}
	return v
}

// explained shows candidate i of the result with all that was found about it.
func (p pictures) explained(r imagescope.Result, c imagescope.Candidate, i int) candidateView {
	v := p.candidate(c, i)
	for k, a := range first(c.Answers, min(maxListed, len(r.Propositions))) {
		q := r.Propositions[k]
		answer := answerView{OK: a.Yes == q.Want, Question: short(q.Question), Said: yesNo(a.Yes)}
		if reply := short(a.Reply); !sameWord(reply, answer.Said) {
			answer.Reply = reply
		}
		v.Answers = append(v.Answers, answer)
	}
	return v
}

// first returns the first n elements of list, or all where there are fewer.
func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }
