package imagescope

// Candidate is an image on its way through the stages.
type Candidate struct {
	Image Image `json:"image"`

	// Similarity is the retrieval score: the mean over the descriptions of
	// (1-τ)·cos(description, image) + τ·cos(description, caption). It says this
	// too where several lists were fused, whose order it then does not give. In
	// the order of an [Instant] answer, and where Result.Composed is
	// [ComposedAlone], it is that with the composed vector.
	Similarity float32 `json:"similarity"`
	// Fused is the sum of 1/(60+place) over the lists that were fused, from
	// which the order of retrieval comes; 0 where there was only one list. It is
	// not comparable across queries.
	Fused float64 `json:"fused,omitempty"`

	// Answers holds the answer to each proposition, in their order; nil where
	// the candidate was not checked.
	Answers []Answer `json:"answers,omitempty"`
	// Unchecked says why stage 2 has no Answers, where it knows. It is empty
	// where it has, and where it did not get to the candidate.
	Unchecked Unchecked `json:"unchecked,omitempty"`
	// Satisfied counts the answers that are as wanted.
	Satisfied int `json:"satisfied"`
	// Confidence is how far the answers show that the candidate is what was
	// asked for, from 0 to 1, as the function [Confidence] has it; 0 where the
	// candidate was not checked.
	Confidence float64 `json:"confidence"`

	// Verdict is what stage 3 said; nil where it did not look.
	Verdict *Verdict `json:"verdict,omitempty"`

	// Duplicates are the IDs of the images that Config.Collapse shows this one for,
	// in the order of retrieval: those that came up as the best were looked for, and
	// not all that the gallery has, which [Duplicates] finds.
	Duplicates []string `json:"duplicates,omitempty"`

	// Places tells how the candidate moved.
	Places Places `json:"places"`
}

// Unchecked is a reason for which stage 2 has no answers about a candidate.
type Unchecked string

// The reasons of [Unchecked].
const (
	// UncheckedSettled: its answers could not have changed the places that
	// matter, and it was left out on purpose. It stands behind these.
	UncheckedSettled Unchecked = "settled"
	// UncheckedBudget: the budget of the query was spent. It keeps the place that
	// it had.
	UncheckedBudget Unchecked = "budget"
	// UncheckedSure: Config.Gate found the result sure enough, and left out a
	// whole stage. It is in Omission.Why; no candidate is marked so.
	UncheckedSure Unchecked = "sure"
	// UncheckedFault: the model could not be asked about it, or it has nothing
	// that can be checked. It keeps the place that it had.
	UncheckedFault Unchecked = "fault"
)

// RetrievalScore returns what retrieval ordered the candidate by: Fused where
// several lists were fused, else Similarity.
func (c Candidate) RetrievalScore() float64 {
	if c.Fused > 0 {
		return c.Fused
	}
	return float64(c.Similarity)
}

// Answer is what a [Verifier] found about one proposition.
type Answer struct {
	Yes   bool   `json:"yes"`             // the answer to the proposition's question
	Reply string `json:"reply,omitempty"` // the words that it was read from

	// Confidence is how sure the model is of this answer, from 0.5, a guess, to
	// 1; less than a guess counts as one. 0 means that nothing is known of it,
	// and counts as 1.
	Confidence float64 `json:"confidence,omitempty"`
}

// Verdict is what a [Ranker] found about one candidate.
type Verdict struct {
	Accepted bool   `json:"accepted"`        // the candidate does what the query asks
	Reply    string `json:"reply,omitempty"` // the words that it was read from
}

// Places holds the 1-based place of a candidate after each stage; 0 for a
// stage that has not run or was skipped.
type Places struct {
	Instant  int `json:"instant,omitempty"`
	Retrieve int `json:"retrieve"`
	Verify   int `json:"verify,omitempty"`
	Refine   int `json:"refine,omitempty"` // where it is the first that is set, the round of refining found the candidate
	Rank     int `json:"rank,omitempty"`
}
