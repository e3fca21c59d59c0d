package imagescope

import (
	"context"
	"errors"
	"fmt"
)

// ComposedSearch is how a query with a reference image is searched for where
// Config.Embedder is a [ComposedEmbedder]. The vector is made of the reference
// and the text of the query as it was given: in a conversation that of the
// turn, and nothing of what it carries, as a reference takes precedence. It is
// made while the interpreter is at work, by one call of the embedder more.
type ComposedSearch string

const (
	// ComposedFused searches for the composed vector and for the descriptions of
	// the intent, and fuses the orders as [ReciprocalRank] says: where Fusion is
	// [MeanVector] both count the same, otherwise the composed vector counts as
	// much as one description. It is the default, as the two err in different
	// ways: the vector knows of the picture what no caption says, and the
	// descriptions know what the interpreter has reasoned. Without an
	// interpreter, and where it fails, there are no descriptions that are worth
	// as much, and the vector alone is searched for, as with [ComposedAlone].
	ComposedFused ComposedSearch = "fused"
	// ComposedAlone searches for the composed vector and nothing else. Retrieval
	// then waits for no model, and [Pipeline.Stages] yields it at once. The query
	// is still interpreted, meanwhile, where Verify or Rank is set or in a
	// [Chat]; otherwise nothing would come of that, and it is left out. With
	// Gate.Similarity it is interpreted after retrieval, if need be.
	ComposedAlone ComposedSearch = "alone"
	// ComposedOff makes no use of it.
	ComposedOff ComposedSearch = "off"
)

func (c ComposedSearch) isKnown() bool {
	switch c {
	case "", ComposedFused, ComposedAlone, ComposedOff:
		return true
	}
	return false
}

func isComposed(e Embedder) bool {
	_, ok := e.(ComposedEmbedder)
	return ok
}

// composing is what comes of a call of EmbedComposed.
type composing struct {
	vector []float32
	err    error
}

// startComposing has the reference and the text embedded together, where the
// embedder can and the reference has a picture.
func (s *search) startComposing(ctx context.Context) {
	embedder, ok := s.p.cfg.Embedder.(ComposedEmbedder)
	ref := s.result.Query.Reference
	if !ok || s.p.cfg.Composed == ComposedOff || ref == nil || !ref.HasBytes() {
		return
	}
	input := Composed{Image: *ref, Text: s.result.Query.Text}
	if input.Text == sameImage {
		input.Text = ""
	}
	made := make(chan composing, 1)
	s.composing = made
	s.background.Go(func() {
		var c composing
		c.err = s.run(ctx, StageRetrieve, func(ctx context.Context) error {
			rows, err := embedder.EmbedComposed(ctx, []Composed{input})
			if err == nil {
				err = checkRows(rows, 1)
			}
			if err == nil {
				c.vector, err = meanUnit(rows)
			}
			return err
		})
		made <- c
	})
}

// composes reports whether the query has a composed vector, or may yet have.
func (s *search) composes() bool { return s.composing != nil || s.composed != nil }

// composesAlone reports whether nothing but the composed vector is searched
// for.
func (s *search) composesAlone() bool {
	return s.composes() && (s.p.cfg.Composed == ComposedAlone || s.p.cfg.Intent == nil)
}

// awaitComposed waits for the composed vector. One of zeros says nothing.
func (s *search) awaitComposed(ctx context.Context) error {
	if s.composing == nil {
		return nil
	}
	c := <-s.composing
	s.composing = nil
	switch {
	case c.err == nil:
		s.composed = orNil(c.vector)
		return nil
	case errors.Is(c.err, errors.ErrUnsupported) && s.p.cfg.Composed != ComposedAlone:
		return nil
	}
	return s.giveUpComposed(ctx, c.err)
}

// giveUpComposed makes it a fault that there is no composed vector.
func (s *search) giveUpComposed(ctx context.Context, err error) error {
	s.composed = nil
	return s.fault(ctx, StageRetrieve, false, fmt.Errorf("the vector of reference and text together: %w", err))
}

// findComposed searches for the composed vector alone. It reports whether
// there is one.
func (s *search) findComposed(ctx context.Context) (bool, error) {
	if s.composed == nil {
		return false, nil
	}
	found, err := s.find(ctx, s.composed, [][]float32{s.composed})
	if err != nil {
		return false, s.giveUpComposed(ctx, err)
	}
	s.setRetrieved(found, s.composed, ComposedAlone)
	return true, nil
}

// retrieveComposed is retrieval that waits for no model. It reports whether
// there is such an order.
func (s *search) retrieveComposed(ctx context.Context) (ok bool, err error) {
	if err := s.awaitComposed(ctx); err != nil {
		return false, err
	}
	m := s.meters[StageRetrieve]
	m.time(func() { ok, err = s.findComposed(metered(ctx, m)) })
	if !ok || err != nil {
		return false, err
	}
	s.setPlaces(StageRetrieve)
	if s.passRetrieved() && s.chat {
		return true, s.understand(ctx)
	}
	if s.p.cfg.Intent != nil && (s.ended || !s.needsReading()) {
		s.result.LeftOut = append(s.result.LeftOut, Omission{
			Stage: StageIntent, Why: UncheckedSettled, Skipped: true, Reason: "the composed vector was searched for, and no stage behind asks for the intent",
		})
	}
	return true, nil
}

// needsReading reports whether something behind retrieval asks for the intent
// or the reference's caption.
func (s *search) needsReading() bool {
	return s.chat || s.p.cfg.Verify != nil || s.p.cfg.Rank != nil
}

// readsLate reports whether the query is not to be read before retrieval is
// over, and perhaps not at all.
func (s *search) readsLate() bool {
	return s.composesAlone() && (!s.needsReading() || s.p.cfg.Gate.Similarity > 0 && !s.chat)
}

// readAfter has stage 1 follow retrieval where that went first.
func (s *search) readAfter(ctx context.Context) error {
	if s.understood || !s.needsReading() {
		s.idle = true
		return nil
	}
	s.idle = s.p.cfg.Verify != nil || s.p.cfg.Rank != nil // whose results show it
	if err := s.understand(ctx); err != nil {
		return err
	}
	s.propose(ctx)
	return nil
}

// instantComposed is the instant answer where there is a composed vector. Where
// that alone is searched for it is retrieval already. It reports whether there
// is such an order.
func (s *search) instantComposed(ctx context.Context) (ok bool, err error) {
	if s.composesAlone() {
		return s.retrieveComposed(ctx)
	}
	if err := s.awaitComposed(ctx); err != nil {
		return false, err
	}
	s.meters[StageInstant].time(func() { ok, err = s.findComposed(ctx) })
	if ok {
		s.result.Composition = new(Composition)
		s.setPlaces(StageInstant)
	}
	return ok, err
}
