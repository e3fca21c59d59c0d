package imagescope

import "context"

// Collapse is which duplicates a result shows once. They are known by their
// metadata, which Config.Fingerprints and [Pipeline.Sync] keep; images without are
// all shown.
type Collapse string

const (
	// CollapseNone shows all.
	CollapseNone Collapse = ""
	// CollapseExact shows files with the same content once.
	CollapseExact Collapse = "exact"
	// CollapseNear also shows what nearly looks the same once, as [Duplicates] and
	// [DefaultDuplicateDistance] have it.
	CollapseNear Collapse = "near"
)

func (c Collapse) isKnown() bool {
	switch c {
	case CollapseNone, CollapseExact, CollapseNear:
		return true
	}
	return false
}

// lookalikes returns what tells duplicates.
func (c Collapse) lookalikes() *lookalikes {
	if c == CollapseNear {
		return newLookalikes(DefaultDuplicateDistance)
	}
	return newLookalikes(-1)
}

// mostCollapsed is how many times the candidates that are wanted retrieval asks
// for, where duplicates are among them.
const mostCollapsed = 16

// distinct returns the k best of what f allows, of which none duplicates another
// or the reference. It is fewer where the index has so many duplicates that the
// best 16·k are of fewer.
func (s *search) distinct(ctx context.Context, mean []float32, queries [][]float32, k int, f Filter) ([]Candidate, error) {
	for want := k; ; want *= 2 {
		found, err := s.best(ctx, mean, queries, want, f)
		if err != nil || s.p.cfg.Collapse == CollapseNone {
			return found, err
		}
		kept, err := s.collapse(ctx, found)
		if err != nil {
			return nil, err
		}
		if len(kept) >= k || len(found) < want || want >= mostCollapsed*k {
			return kept[:min(k, len(kept))], nil
		}
	}
}

// collapse keeps the first of duplicates, which names the others. Those of the
// reference are no results, as it is none itself.
func (s *search) collapse(ctx context.Context, found []Candidate) ([]Candidate, error) {
	l := s.p.cfg.Collapse.lookalikes()
	if q := s.result.Query; q.Reference != nil && !q.KeepReference {
		if err := s.recogniseReference(ctx); err != nil {
			return nil, err
		}
		l.add(*s.reference)
	}
	before := l.count
	kept := found[:0:0]
	for _, c := range found {
		switch group, _ := l.add(likenessOf(c.Image.Meta)); {
		case group < before:
		case group-before == len(kept):
			kept = append(kept, c)
		default:
			first := &kept[group-before]
			first.Duplicates = append(first.Duplicates, c.Image.ID)
		}
	}
	return kept, nil
}

// recogniseReference finds out, once, what the reference is known again by: what
// the gallery has of it, or else its bytes. One of which nothing can be found out
// has no duplicates.
func (s *search) recogniseReference(ctx context.Context) error {
	if s.reference != nil {
		return nil
	}
	ref := *s.result.Query.Reference
	var known likeness
	if !s.uploaded && ref.ID != "" {
		if e, err := s.p.cfg.Index.Get(ctx, ref.ID); err == nil {
			known = likenessOf(e.Meta)
		} else if ctx.Err() != nil {
			return done(ctx)
		}
	}
	if known == (likeness{}) && ref.HasBytes() {
		known = likenessOf(ref.withFingerprint().Meta)
	}
	s.reference = &known
	return nil
}

// unlike returns those of the newcomers that duplicate none of the candidates
// that there are.
func (s *search) unlike(newcomers []Candidate) []Candidate {
	if s.p.cfg.Collapse == CollapseNone {
		return newcomers
	}
	l := s.p.cfg.Collapse.lookalikes()
	known := map[string]bool{}
	add := func(c Candidate) {
		known[c.Image.ID] = true
		l.add(likenessOf(c.Image.Meta))
	}
	for _, c := range s.all {
		add(c)
	}
	for _, r := range s.result.Rejected {
		add(r.Candidate)
	}
	before := l.count
	var unlike []Candidate
	for _, c := range newcomers {
		if known[c.Image.ID] {
			unlike = append(unlike, c)
		} else if group, _ := l.add(likenessOf(c.Image.Meta)); group >= before {
			unlike = append(unlike, c)
		}
	}
	return unlike
}
