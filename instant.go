package imagescope

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Instant answers a query from vectors alone, before any model is asked. What
// is searched for is composed of what is known at once:
//
//	q = (1-a)·reference + a·text + Σ wanted - Σ unwanted
//
// of unit vectors, normalised: of the reference image, of the query's text, and
// of what its words want and rule out. In a conversation the description that
// it carries takes the place of the reference, and a is ½; without either the
// text counts whole.
//
// [Pipeline.Stages] yields this answer first, as [StageInstant], while the
// interpreter is at work already. Where that fails for a query with a reference
// the answer stands for retrieval as well, in place of the text as it is.
// It costs one call of the embedder for the texts, and one more for a reference
// that is not in the index; these are waited for, and no model is.
//
// Where there is a vector that a [ComposedEmbedder] made of reference and text,
// that is searched for instead, and Composition is empty: such a model has read
// the words. With [ComposedAlone] retrieval itself is as quick, and there is no
// instant answer beside it.
type Instant struct {
	// TextWeight is a, from 0 to 1; nil means [DefaultTextWeight].
	TextWeight *float64
	// Composer reads what is wanted and ruled out; nil leaves both sums empty.
	// intent.Rules{} is one.
	Composer Composer
}

// DefaultTextWeight is the weight of the text against the reference in an
// instant answer. It lies between those that find most changed scenes first
// where only the text counts, 0.5, and where words are read as well, 0.1, and
// is within 4 % of both (TestInstantTextWeight of package intent).
const DefaultTextWeight = 0.3

// carriedTextWeight is a in a conversation, where both sides are descriptions:
// with a of 0.3 a third as many scenes come first (TestFusionOnScenes).
const carriedTextWeight = 0.5

// Composer tells without a model, in microseconds, what the words of a query
// want in the image and what not. Calls may overlap.
type Composer interface {
	Compose(q Query) Composition
}

// Composition is what a query asks for, in short texts such as "a red car".
type Composition struct {
	Wanted   []string `json:"wanted,omitempty"`   // what the wanted image has, and the reference lacks
	Unwanted []string `json:"unwanted,omitempty"` // what the wanted image lacks
}

// maxParts bounds each side of a composition. What goes beyond is dropped.
const maxParts = 32

func (i *Instant) validate() error {
	switch {
	case i == nil:
		return nil
	case i.TextWeight != nil && !(*i.TextWeight >= 0 && *i.TextWeight <= 1):
		return fmt.Errorf("Config.Instant.TextWeight is %v: it is a share, from 0 to 1", *i.TextWeight)
	case isEmpty(i.Composer):
		return fmt.Errorf("Config.Instant.Composer holds a nil %T: leave the field nil for none", i.Composer)
	}
	return nil
}

// textWeight returns TextWeight or its default.
func (i *Instant) textWeight() float64 {
	if i.TextWeight == nil {
		return DefaultTextWeight
	}
	return *i.TextWeight
}

// instant is the answer before stage 1, which it sets going.
func (s *search) instant(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if ok, err := s.instantComposed(ctx); ok || err != nil {
		return err
	}
	var composition Composition
	err := s.run(ctx, StageInstant, func(ctx context.Context) error {
		vector, err := s.compose(ctx, &composition)
		if err == nil {
			s.all, err = s.find(ctx, vector, [][]float32{vector})
		}
		return err
	})
	if err != nil {
		return s.fault(ctx, StageInstant, true, err)
	}
	s.result.Composition = &composition
	s.setPlaces(StageInstant)
	return nil
}

// compose returns the vector of the query and fills in what it consists of.
func (s *search) compose(ctx context.Context, c *Composition) ([]float32, error) {
	q := s.result.Query
	if composer := s.p.cfg.Instant.Composer; composer != nil {
		read := composer.Compose(q)
		c.Wanted, c.Unwanted = told(read.Wanted), told(read.Unwanted)
	}
	texts := []string{q.Text}
	texts = append(append(texts, c.Wanted...), c.Unwanted...)
	if q.Reference == nil {
		texts = append(texts, told([]string{q.Carried})...)
	}
	rows, err := s.embedTexts(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	base, err := s.referenceVector(ctx)
	if err != nil {
		return nil, fmt.Errorf("embed the reference: %w", err)
	}
	if n := 1 + len(c.Wanted) + len(c.Unwanted); n < len(rows) {
		base, rows = rows[n], rows[:n]
	}
	weights := []float64{s.textWeight(base != nil)}
	for range c.Wanted {
		weights = append(weights, 1)
	}
	for range c.Unwanted {
		weights = append(weights, -1)
	}
	if base != nil {
		rows, weights = append(rows, base), append(weights, 1-weights[0])
	}
	return weightedUnit(rows, weights)
}

// textWeight returns the share of the text where it stands beside something
// else that is known.
func (s *search) textWeight(beside bool) float64 {
	q := s.result.Query
	switch {
	case !beside:
		return 1
	case q.Reference == nil:
		return carriedTextWeight
	case q.Text == sameImage:
		return 0
	}
	return s.p.cfg.Instant.textWeight()
}

// told returns the texts that say something, as many as are used.
func told(texts []string) []string {
	var all []string
	for _, t := range texts {
		if strings.TrimSpace(t) != "" && len(all) < maxParts {
			all = append(all, t)
		}
	}
	return all
}

// referenceVector returns the vector of the reference: that of the index, or
// else one that is made of its bytes, or of its caption. It is nil where there
// is no reference, or nothing is known of it.
func (s *search) referenceVector(ctx context.Context) ([]float32, error) {
	ref := s.result.Query.Reference
	if ref == nil {
		return nil, nil
	}
	if !s.uploaded && ref.ID != "" {
		entry, err := s.p.cfg.Index.Get(ctx, ref.ID)
		if err == nil {
			return orNil(entry.Vector), nil
		}
		if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	it := &item{image: *ref}
	err := s.p.embed(ctx, []*item{it})
	if (err != nil || isZero(it.vector)) && strings.TrimSpace(ref.Caption) != "" {
		rows, terr := s.embedTexts(ctx, []string{ref.Caption})
		if terr != nil {
			return nil, errors.Join(err, terr)
		}
		return orNil(rows[0]), nil
	}
	return orNil(it.vector), err
}

// orNil returns v, or nil for one of zeros, which says nothing.
func orNil(v []float32) []float32 {
	if isZero(v) {
		return nil
	}
	return v
}
