package run

import (
	"slices"
	"time"

	"github.com/imagescope/imagescope"
)

// Stages are those whose rankings a run is scored by, in their order.
var Stages = []imagescope.Stage{
	imagescope.StageInstant, imagescope.StageRetrieve, imagescope.StageVerify, imagescope.StageRefine, imagescope.StageRank,
}

// Trace is all that is known of one query of a run: a line of traces.jsonl,
// written when the query has ended.
type Trace struct {
	Query     string   `json:"query"`               // its ID in the dataset
	Group     string   `json:"group,omitempty"`     // its category: FashionIQ's, else ""
	Texts     []string `json:"texts"`               // as the dataset has them
	Reference string   `json:"reference,omitempty"` // ID of the image to be changed
	Targets   []string `json:"targets,omitempty"`   // IDs of all right images; none where they are secret
	Missing   []string `json:"missing,omitempty"`   // which of these images have no file, or could not be indexed

	// Rounds holds the searches: one, or those of a dialogue in order. After an
	// error the rounds that were answered before it are there.
	Rounds []Round `json:"rounds"`
	// Subset is the search among the query's subset (CIRR's second protocol);
	// nil elsewhere.
	Subset *Round `json:"subset,omitempty"`

	// Error says why the query was not answered to its end; "" where it was. What
	// it did not get to has found nothing, as far as measures go.
	Error string        `json:"error,omitempty"`
	Time  time.Duration `json:"time_ns"` // from the query's begin to its end
}

// Round is one search and how it came about.
type Round struct {
	Text    string `json:"text"`              // what was searched for
	Carried string `json:"carried,omitempty"` // the description that a dialogue went on from

	Intent       imagescope.Intent        `json:"intent"`
	Propositions []imagescope.Proposition `json:"propositions,omitempty"`
	Refinement   *imagescope.Refinement   `json:"refinement,omitempty"`

	// Stages holds the order after each stage that has made one, in order of
	// time. A stage that the run does not have, that failed or that was left out
	// is not there: see Ranking.
	Stages []Stage `json:"stages"`
	// Candidates are, in the last order, the images that stage 2 or 3 has
	// looked at, with answers, verdict and places; and also the first
	// [Shown] and the targets, as far as they were found.
	Candidates []imagescope.Candidate `json:"candidates"`

	Faults  []imagescope.Fault    `json:"faults,omitempty"`
	LeftOut []imagescope.Omission `json:"left_out,omitempty"`
	// Usage is what each stage has cost, [imagescope.StageIntent] among them:
	// calls, tokens, cache hits, time.
	Usage map[imagescope.Stage]imagescope.Usage `json:"usage"`
	Time  time.Duration                         `json:"time_ns"` // of the whole search
}

// Stage is the order after one stage.
type Stage struct {
	Stage   imagescope.Stage `json:"stage"`
	Ranking []string         `json:"ranking"` // image IDs, best first, [Settings].Depth at most
}

// Shown is how many leading candidates of a search are in its trace, whether or
// not a stage has looked at them.
const Shown = 10

// Ranking returns the order after a stage: its own, or that of the stage before
// it where it made none; nil where nothing was found by then.
func (r Round) Ranking(after imagescope.Stage) []string {
	var ranking []string
	for _, s := range r.Stages {
		if slices.Index(Stages, s.Stage) > slices.Index(Stages, after) {
			break
		}
		ranking = s.Ranking
	}
	return ranking
}

// Total returns what all stages of the search have cost together.
func (r Round) Total() imagescope.Usage {
	var sum imagescope.Usage
	for _, u := range r.Usage {
		sum = sum.Add(u)
	}
	return sum
}

// Total returns what the query has cost, all rounds and the subset included.
func (t Trace) Total() imagescope.Usage {
	var sum imagescope.Usage
	for _, r := range t.Searches() {
		sum = sum.Add(r.Total())
	}
	return sum
}

// Faulty reports whether something went wrong: an error, or a fault of a stage.
func (t Trace) Faulty() bool {
	return t.Error != "" || slices.ContainsFunc(t.Searches(), func(r Round) bool { return len(r.Faults) > 0 })
}

// Searches returns all searches of the query: the rounds, then that of the
// subset.
func (t Trace) Searches() []Round {
	all := slices.Clone(t.Rounds)
	if t.Subset != nil {
		all = append(all, *t.Subset)
	}
	return all
}
