package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/examples/benchmark/dataset"
)

// asker asks queries of a pipeline.
type asker struct {
	pipeline *imagescope.Pipeline
	gallery  *gallery
	settings Settings
	goOn     bool // whatever models do
}

// ask answers one query. The error is one that ends the run: it is about more
// than the query, which is to be asked again.
func (a *asker) ask(ctx context.Context, q dataset.Query) (Trace, error) {
	t := Trace{Query: q.ID, Group: q.Group, Texts: q.Texts, Reference: q.Reference, Targets: q.Targets, Rounds: []Round{}}
	begin := time.Now()
	err := a.searches(ctx, q, &t)
	t.Time = time.Since(begin)
	if err != nil && (ctx.Err() != nil || !aboutQuery(err)) {
		return Trace{}, fmt.Errorf("query %s: %w", q.ID, err)
	}
	if err != nil {
		t.Error = err.Error()
	}
	return t, nil
}

// errReference means that a query's reference is missing.
var errReference = errors.New("its reference is missing")

// aboutQuery reports whether an error says that a query cannot be answered,
// whatever the state of models and disk.
func aboutQuery(err error) bool {
	return errors.Is(err, errReference) || errors.Is(err, imagescope.ErrEmptyQuery)
}

func (a *asker) searches(ctx context.Context, q dataset.Query, t *Trace) error {
	for _, id := range slices.Concat([]string{q.Reference}, q.Targets, q.Subset) {
		if id != "" && !a.gallery.has(id) && !slices.Contains(t.Missing, id) {
			t.Missing = append(t.Missing, id)
		}
	}
	if slices.Contains(t.Missing, q.Reference) {
		return fmt.Errorf("image %s: %w", q.Reference, errReference)
	}
	if len(q.Texts) > 1 {
		return a.dialogue(ctx, q, t)
	}
	round, err := a.search(q, a.pipeline.Stages(ctx, a.query(q, q.Texts[0])))
	if err != nil {
		return err
	}
	t.Rounds = append(t.Rounds, round)
	if !a.settings.Search.Subset || q.Subset == nil {
		return nil
	}
	among := a.query(q, q.Texts[0])
	among.Filter.Only = q.Subset
	round, err = a.search(q, a.pipeline.Stages(ctx, among))
	if err == nil {
		t.Subset = &round
	}
	return err
}

// dialogue asks the rounds of a dialogue, one after the other.
func (a *asker) dialogue(ctx context.Context, q dataset.Query, t *Trace) error {
	chat, texts := a.pipeline.Chat(), rounds(a.settings.Dataset, q)
	if len(texts) < len(q.Texts) {
		chat.Open(q.Texts[0])
	}
	for i, text := range texts {
		turn := a.query(q, text)
		if i > 0 {
			turn.Reference = nil // from here on the conversation carries it
		}
		round, err := a.search(q, chat.Stages(ctx, turn))
		if err != nil {
			return fmt.Errorf("round %d: %w", i+1, err)
		}
		t.Rounds = append(t.Rounds, round)
	}
	return nil
}

func (a *asker) query(q dataset.Query, text string) imagescope.Query {
	query := imagescope.Query{Text: text, Limit: a.settings.Search.Depth, KeepReference: a.settings.Search.KeepReference}
	if q.Reference != "" {
		query.Reference = &imagescope.Image{ID: q.Reference}
	}
	if a.gallery.groups {
		query.Filter.Where = []imagescope.Condition{imagescope.Is(groupKey, q.Group)}
	}
	return query
}

// search follows one search to its end.
func (a *asker) search(q dataset.Query, stages iter.Seq2[imagescope.Result, error]) (Round, error) {
	var round Round
	var last imagescope.Result
	begin := time.Now()
	for r, err := range stages {
		if err != nil {
			return Round{}, err
		}
		if r.Stage != last.Stage {
			round.Stages = append(round.Stages, Stage{r.Stage, r.IDs()})
		}
		last = r
	}
	round.Time = time.Since(begin)
	round.Text, round.Carried = last.Query.Text, last.Query.Carried
	round.Intent, round.Propositions, round.Refinement = last.Intent, last.Propositions, last.Refinement
	round.Faults, round.LeftOut, round.Usage = last.Faults, last.LeftOut, last.Usage
	for i, c := range last.Candidates {
		if i < Shown || c.Answers != nil || c.Unchecked != "" || c.Verdict != nil || slices.Contains(q.Targets, c.Image.ID) {
			c.Image = imagescope.Image{ID: c.Image.ID, Caption: c.Image.Caption} // without what was read of its file
			round.Candidates = append(round.Candidates, c)
		}
	}
	for _, f := range last.Faults {
		if !a.goOn && modelGone(f.Err) {
			return Round{}, fmt.Errorf("%s: %w (run the same again when it is there, or go on without by -keep-going)", f.Stage, f.Err)
		}
	}
	return round, nil
}

// modelGone reports whether a fault is no reply to what was asked: the model
// cannot be reached, does not let in, or is not known.
func modelGone(err error) bool {
	var status *imagescope.StatusError
	if errors.As(err, &status) {
		switch status.Code {
		case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound:
			return true
		}
	}
	return errors.As(err, new(*imagescope.DownError)) || imagescope.Temporary(err)
}
