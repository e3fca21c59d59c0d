package imagescope

import (
	"fmt"
	"slices"
	"strings"
)

// Cost is what model calls may cost.
type Cost struct {
	Calls  int `json:"calls"`
	Images int `json:"images"` // that are sent, each as often as it is
	// PromptTokens is a rough figure for the text of the prompts, at four bytes
	// a token. How many tokens an image takes depends on the model.
	PromptTokens int `json:"prompt_tokens"`
}

// Add returns the sum of both.
func (c Cost) Add(d Cost) Cost {
	return Cost{c.Calls + d.Calls, c.Images + d.Images, c.PromptTokens + d.PromptTokens}
}

// Times returns the cost of n times the same.
func (c Cost) Times(n int) Cost { return Cost{c.Calls * n, c.Images * n, c.PromptTokens * n} }

// PromptCost returns the cost of a call with this prompt and so many images.
func PromptCost(prompt string, images int) Cost {
	return Cost{Calls: 1, Images: images, PromptTokens: (len(prompt) + 3) / 4}
}

// Coster is a [Captioner], [Interpreter], [Verifier] or [Ranker] that tells
// beforehand what a query may cost at most, by calls of [Ask]. One that asks no
// model tells so with no cost.
type Coster interface {
	// MaxCost returns the most that a query costs with so many candidates, of
	// which stage 1 has none. Calls and Images are bounds that hold; the prompt
	// is as long as it is likely to be. The query's reference may have less
	// known of it than when it is answered.
	MaxCost(q Query, candidates int) Cost
}

// Estimate is what a query may cost at most.
type Estimate struct {
	// Stages is the most that each stage costs by itself.
	Stages map[Stage]Cost `json:"stages"`
	// Unknown are the stages that do not tell, as they are no [Coster].
	Unknown []Stage `json:"unknown,omitempty"`
	// Budget is the one that the query has. It bounds the total.
	Budget Budget `json:"budget,omitzero"`
}

// Total returns the most that all stages cost together, and whether calls and
// images stay below it for certain: known is false where a stage does not tell,
// unless the budget bounds the calls; Images and PromptTokens then leave that
// stage out.
func (e Estimate) Total() (most Cost, known bool) {
	for _, c := range e.Stages {
		most = most.Add(c)
	}
	known = len(e.Unknown) == 0
	if n := e.Budget.Calls; n > 0 && (!known || most.Calls > n) {
		most.Calls, known = n, true
	}
	return most, known
}

// Estimate returns what a search for q may cost at most. It asks no model and
// does not look at the gallery: a search costs less where that is small, where
// the first places are soon settled, where a model answers to the point, and
// where answers come from a cache. What a Reasoner does beyond one call of
// [Ask], such as trying again, is not in it. The error is that of a query that
// makes no sense.
func (p *Pipeline) Estimate(q Query) (Estimate, error) {
	if err := q.validate(); err != nil {
		return Estimate{}, fmt.Errorf("imagescope: estimate: %w", err)
	}
	e := Estimate{Stages: map[Stage]Cost{}, Budget: q.Budget.orElse(p.cfg.Budget)}
	if ref := q.Reference; ref != nil && ref.Caption == "" && p.cfg.Captioner != nil {
		e.add(StageIntent, p.cfg.Captioner, q, 0)
	}
	if ref := q.Reference; ref != nil && strings.TrimSpace(q.Text) == "" {
		q.Text = sameImage
	}
	if p.cfg.Intent != nil {
		e.add(StageIntent, p.cfg.Intent, q, 0)
	}
	if p.cfg.Verify != nil {
		e.add(StageVerify, p.cfg.Verify, q, p.cfg.TopK)
	}
	if p.cfg.RefineBelow > 0 {
		e.add(StageRefine, p.cfg.Intent, q, 0)
		e.add(StageRefine, p.cfg.Verify, q, p.cfg.TopK)
	}
	if p.cfg.Rank != nil {
		e.add(StageRank, p.cfg.Rank, q, p.found(q))
	}
	return e, nil
}

// found returns how many candidates stage 3 is given at most.
func (p *Pipeline) found(q Query) int {
	n := max(q.limit(), p.cfg.TopK)
	if p.cfg.RefineBelow > 0 {
		n += p.cfg.TopK
	}
	return n
}

func (e *Estimate) add(st Stage, part any, q Query, candidates int) {
	c, ok := part.(Coster)
	if !ok {
		if !slices.Contains(e.Unknown, st) {
			e.Unknown = append(e.Unknown, st)
		}
		return
	}
	e.Stages[st] = e.Stages[st].Add(c.MaxCost(q, candidates))
}
