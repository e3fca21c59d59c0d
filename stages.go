package imagescope

import "context"

// EditKind is one of the five kinds of change that an instruction can ask for
// (paper, section on intent synthesis).
type EditKind string

// The kinds of edits.
const (
	Addition     EditKind = "Addition"     // something that the reference lacks
	Removal      EditKind = "Removal"      // something of the reference that must go
	Modification EditKind = "Modification" // another colour, size, material, count, place
	Comparison   EditKind = "Comparison"   // more or less of something than the reference has
	Retention    EditKind = "Retention"    // something that must stay as it is
)

// Edit is one atomic part of an instruction.
type Edit struct {
	Kind EditKind `json:"kind"` // one of the constants, or whatever else a model wrote
	Text string   `json:"text"`
}

// Intent is what stage 1 makes of a query.
type Intent struct {
	// Edits is the instruction split into its atoms.
	Edits []Edit `json:"edits"`
	// Descriptions say what the wanted image looks like, from bare to full:
	// core elements, enhanced details, comprehensive synthesis. Retrieval uses
	// the mean of their vectors; a conversation carries the first one on.
	Descriptions []string `json:"descriptions"`
	// Propositions are those of stage 2, where the interpreter has made them
	// already; [Verifier.Propose] is then not asked. Empty leaves them to it.
	Propositions []Proposition `json:"propositions,omitempty"`
	// Fallback tells that Descriptions stand in for those that the interpreter
	// failed to give.
	Fallback bool `json:"fallback,omitempty"`
}

// Proposition is one checkable statement about the wanted image.
type Proposition struct {
	Statement string `json:"statement,omitempty"` // what must hold
	Question  string `json:"question"`            // the yes/no question that tests it
	Want      bool   `json:"want"`                // the answer that the instruction wants: true for yes

	// Weight is how much the proposition counts for [Confidence], against the
	// others; 0, and whatever is no positive number, means 1. Counting, the
	// paper's way, does not look at it.
	Weight float64 `json:"weight,omitempty"`
}

// Interpreter is stage 1: it works out what a query asks for.
//
// An error with a usable Intent (one with descriptions) means that the Intent
// is a fallback; the [Pipeline] uses it and reports the error. Calls may
// overlap.
type Interpreter interface {
	Interpret(ctx context.Context, q Query) (Intent, error)
}

// ReferenceViewer is an [Interpreter] that may look at the reference itself. As
// long as ViewsReference reports true, a [Pipeline] does not have
// Config.Captioner describe a reference that has bytes.
type ReferenceViewer interface {
	Interpreter
	ViewsReference() bool
}

// Verifier is stage 2: it checks candidates against propositions. Calls of
// both methods may overlap.
type Verifier interface {
	// Propose turns an intent into propositions. No proposition is a valid
	// answer: nothing then moves.
	Propose(ctx context.Context, q Query, in Intent) ([]Proposition, error)

	// Verify checks the first limit candidates (all where there are fewer),
	// fills in their Answers, one for each proposition, and Satisfied, and
	// orders them by how many propositions hold, stably. Those behind limit
	// keep their places. It returns the same candidates, reordered, in the
	// slice that it was given or another one. The [Pipeline] takes over their
	// order, Answers, Unchecked, Satisfied and Verdict, and nothing else; it works out
	// Confidence from the Answers.
	//
	// An error with candidates means that some of them could not be checked
	// and kept their places; the [Pipeline] uses the order and reports the
	// error. An error without candidates leaves the order as it was.
	Verify(ctx context.Context, props []Proposition, cs []Candidate, limit int) ([]Candidate, error)
}

// Ranker is stage 3: it looks closely at the best few and settles the order.
// What [Verifier] says of the candidates and errors that Verify returns holds
// here too. Calls may overlap.
type Ranker interface {
	Rank(ctx context.Context, q Query, in Intent, cs []Candidate) ([]Candidate, error)
}

// TopVerifier is a [Verifier] that can do with fewer calls where only the
// leading places have to be right. A [Pipeline] asks for as many as the query's
// limit and what its [TopRanker] looks at, unless Config.Exhaustive is set.
type TopVerifier interface {
	Verifier

	// VerifyTop does what Verify does, but only the first top places have to
	// be as Verify would have them: the same candidates, in the same order,
	// with the same Answers. Candidates that it leaves out for that reason have
	// no Answers and are marked with [UncheckedSettled]; they follow somewhere
	// behind the first top. They are no reason for an error.
	VerifyTop(ctx context.Context, props []Proposition, cs []Candidate, limit, top int) ([]Candidate, error)
}

// TopRanker is a [Ranker] that tells how many leading candidates it looks at.
// It must neither read nor move those behind them. Of a Ranker that does not
// tell, a [Pipeline] assumes that it looks at all.
type TopRanker interface {
	Ranker

	// Top returns how many candidates Rank looks at, at most.
	Top() int
}

// InterpreterFunc makes a function an [Interpreter].
type InterpreterFunc func(ctx context.Context, q Query) (Intent, error)

// Interpret calls f.
func (f InterpreterFunc) Interpret(ctx context.Context, q Query) (Intent, error) { return f(ctx, q) }

// RankerFunc makes a function a [Ranker].
type RankerFunc func(ctx context.Context, q Query, in Intent, cs []Candidate) ([]Candidate, error)

// Rank calls f.
func (f RankerFunc) Rank(ctx context.Context, q Query, in Intent, cs []Candidate) ([]Candidate, error) {
	return f(ctx, q, in, cs)
}
