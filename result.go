package imagescope

// Stage names a step of a search.
type Stage string

// The stages, in the order in which they run. Intent and Retrieve together
// are the paper's stage 1; Instant goes before all, where Config.Instant is set.
const (
	StageInstant  Stage = "instant"
	StageIntent   Stage = "intent"
	StageRetrieve Stage = "retrieve"
	StageVerify   Stage = "verify"
	StageRefine   Stage = "refine" // the round that Config.RefineBelow asks for
	StageRank     Stage = "rank"
)

// Result is the answer to a [Query], and how it came about. It marshals to
// JSON; images are then named and not contained.
type Result struct {
	// Query is the request, with what was found out about its reference.
	Query Query `json:"query"`
	// Stage is the last stage whose work is in the order of Candidates.
	Stage Stage `json:"stage"`
	// Intent is what stage 1 made of the query.
	Intent Intent `json:"intent"`
	// Composition is what the order of Candidates was composed of, where that is
	// from an [Instant] answer: the first one, or one that stands because the
	// interpreter failed.
	Composition *Composition `json:"composition,omitempty"`
	// Composed says that the images were searched for with the vector that a
	// [ComposedEmbedder] made of reference and text: with nothing else
	// ([ComposedAlone]), or together with the descriptions ([ComposedFused]). It
	// is empty where these, or what Composition says, had no such company.
	Composed ComposedSearch `json:"composed,omitempty"`
	// Propositions is what stage 2 checked; nil where it did not get that far.
	Propositions []Proposition `json:"propositions,omitempty"`
	// Refinement is what the round of refining looked for; nil where there was
	// none.
	Refinement *Refinement `json:"refinement,omitempty"`
	// Candidates are the images found, best first, Query.Limit at most.
	Candidates []Candidate `json:"candidates"`
	// Rejected are the candidates that Config.MinConfidence kept out, in the
	// order that they had, and why. All of them are named, whatever the limit.
	Rejected []Rejected `json:"rejected,omitempty"`
	// Faults tells what went wrong and was done without, in order of time.
	Faults []Fault `json:"faults,omitempty"`
	// LeftOut tells what was not done, though nothing went wrong, in order of
	// time: the budget was spent, it could not have changed the result, or the
	// result was sure without.
	LeftOut []Omission `json:"left_out,omitempty"`
	// Usage is what each stage cost.
	Usage map[Stage]Usage `json:"usage"`
}

// Fault is one thing that went wrong in a search that was answered all the
// same.
type Fault struct {
	Stage   Stage  `json:"stage"`
	Skipped bool   `json:"skipped"` // the order is that of the stage before; else the stage made do
	Reason  string `json:"reason"`  // Err in words
	Err     error  `json:"-"`
}

// Omission is one thing that a search left out. It is no fault, and no error
// where Config.Strict is set.
type Omission struct {
	Stage Stage `json:"stage"`
	// Why is [UncheckedBudget], [UncheckedSure], or [UncheckedSettled] where the
	// result is the same without.
	Why     Unchecked `json:"why"`
	Skipped bool      `json:"skipped"` // the order is that of the stage before; else the stage went as far as it could
	// Candidates is how many of those that stage 2 should have checked it did
	// not; 0 where it was skipped, and for other stages.
	Candidates int    `json:"candidates,omitempty"`
	Reason     string `json:"reason"` // in words
}

// Total returns the cost of all stages together. Times of stages that overlap
// are added up.
func (r Result) Total() Usage {
	var sum Usage
	for _, u := range r.Usage {
		sum = sum.Add(u)
	}
	return sum
}

// IDs returns the IDs of the candidates, best first.
func (r Result) IDs() []string {
	ids := make([]string, len(r.Candidates))
	for i, c := range r.Candidates {
		ids[i] = c.Image.ID
	}
	return ids
}
