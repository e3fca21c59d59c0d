package imagescope

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// retrieve is stage 1 and what leads to it. Propositions are made meanwhile.
func (s *search) retrieve(ctx context.Context) error {
	if s.result.Stage == StageRetrieve { // an instant answer was as much
		s.idle = true
		return nil
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.composesAlone() {
		if ok, err := s.retrieveComposed(ctx); ok || err != nil {
			return err
		}
	}
	if err := s.understand(ctx); err != nil {
		return err
	}
	if s.p.cfg.Gate.Similarity == 0 {
		s.propose(ctx)
	}
	if err := s.awaitComposed(ctx); err != nil {
		return err
	}
	m := s.meters[StageRetrieve]
	var err error
	m.time(func() { err = s.candidatesOfIntent(metered(ctx, m)) })
	if ctx.Err() != nil { // an instant answer may stand
		return s.fault(ctx, StageRetrieve, true, fmt.Errorf("%w: %w", errTime, done(ctx)))
	}
	if err != nil {
		return fmt.Errorf("retrieve: %w", err)
	}
	s.setPlaces(StageRetrieve)
	if s.p.cfg.Gate.Similarity > 0 && !s.passRetrieved() {
		s.propose(ctx)
	}
	return nil
}

// begin completes the query, as far as that needs no model, and sets going what
// does. It does so once.
func (s *search) begin(ctx context.Context) error {
	if s.begun {
		return nil
	}
	s.begun = true
	if err := s.result.Query.validate(); err != nil {
		return err
	}
	if err := s.p.cfg.checkSpace(); err != nil {
		return err
	}
	if err := s.resolveReference(ctx); err != nil {
		return err
	}
	s.result.Intent = plainIntent(s.result.Query)
	s.startComposing(ctx)
	if !s.readsLate() {
		s.startReading(ctx)
	}
	return nil
}

// startReading has the query interpreted.
func (s *search) startReading(ctx context.Context) {
	q := s.result.Query
	read := make(chan reading, 1)
	s.read = read
	s.background.Go(func() {
		var r reading
		if err := guard(func() error { r = s.readQuery(ctx, q); return nil }); err != nil {
			r = reading{query: q, err: err}
		}
		read <- r
	})
}

// reading is what the captioner and the interpreter made of a query.
type reading struct {
	query            Query // with the reference's caption
	uncaptioned, err error
	intent           Intent
}

// readQuery asks the captioner and the interpreter.
func (s *search) readQuery(ctx context.Context, q Query) reading {
	r := reading{query: q}
	if ref := q.Reference; ref != nil && ref.Caption == "" && s.p.cfg.Captioner != nil && !s.views(*ref) {
		captioned := *ref
		r.query.Reference = &captioned
		err := s.run(ctx, StageIntent, func(ctx context.Context) (err error) {
			captioned.Caption, err = s.p.cfg.Captioner.Caption(ctx, captioned)
			return err
		})
		if err != nil {
			r.uncaptioned = onImage(ref.ID, "caption", err)
			if ctx.Err() != nil || s.p.cfg.Strict {
				return r
			}
		}
	}
	if s.p.cfg.Intent != nil {
		r.err = s.run(ctx, StageIntent, func(ctx context.Context) (err error) {
			r.intent, err = s.p.cfg.Intent.Interpret(ctx, r.query)
			return err
		})
	}
	return r
}

// understand waits for the intent.
func (s *search) understand(ctx context.Context) error {
	if s.read == nil {
		s.startReading(ctx)
	}
	r := <-s.read
	s.understood = true
	s.result.Query = r.query
	s.result.Intent = plainIntent(r.query)
	if r.uncaptioned != nil {
		if err := s.fault(ctx, StageIntent, false, r.uncaptioned); err != nil {
			return err
		}
	}
	if s.p.cfg.Intent == nil {
		return nil
	}
	usable := len(r.intent.Descriptions) > 0
	err := r.err
	if err == nil && !usable {
		err = errors.New("the interpreter returned no description")
	}
	if err != nil {
		if err := s.fault(ctx, StageIntent, !usable, err); err != nil {
			return err
		}
	}
	if usable {
		s.result.Intent = r.intent
	} else {
		s.result.Intent.Fallback = true
	}
	return nil
}

// propose has the propositions made, unless the intent brings them.
func (s *search) propose(ctx context.Context) {
	q, in := s.result.Query, s.result.Intent
	if len(in.Propositions) > 0 {
		s.proposed.props = slices.Clone(in.Propositions)
		return
	}
	if s.p.cfg.Verify == nil {
		return
	}
	s.share(StageVerify)
	s.background.Go(func() {
		s.proposed.err = s.run(ctx, StageVerify, func(ctx context.Context) (err error) {
			s.proposed.props, err = s.p.cfg.Verify.Propose(ctx, q, in)
			return err
		})
	})
}

// sameImage is the instruction that an empty one stands for (as in the
// authors' reading of CIRR).
const sameImage = "the same image"

// resolveReference completes the query with what the gallery knows of the
// reference.
func (s *search) resolveReference(ctx context.Context) error {
	q := &s.result.Query
	if q.Reference == nil {
		return nil
	}
	if strings.TrimSpace(q.Text) == "" {
		q.Text = sameImage
	}
	ref := *q.Reference
	s.uploaded = ref.HasBytes()
	if ref.Caption == "" && !s.uploaded {
		var err error
		if ref, err = s.galleryImage(ctx, ref); err != nil {
			return err
		}
	}
	ref = ref.within(s.p.cfg.Images, s.p.cfg.Limits)
	q.Reference = &ref
	return nil
}

// views reports whether the interpreter looks at the reference, so that no
// caption is made of it.
func (s *search) views(ref Image) bool {
	v, ok := s.p.cfg.Intent.(ReferenceViewer)
	return ok && ref.HasBytes() && v.ViewsReference()
}

// galleryImage returns the image of the gallery that ref names. One that is
// not in the index, but among the files, will do.
func (s *search) galleryImage(ctx context.Context, ref Image) (Image, error) {
	entry, err := s.p.cfg.Index.Get(ctx, ref.ID)
	if err == nil {
		return Image{ID: ref.ID, Caption: entry.Caption, Meta: entry.Meta}, nil
	}
	if files := s.p.cfg.Images; errors.Is(err, ErrNotFound) && files != nil {
		if _, serr := fs.Stat(files, ref.ID); serr == nil {
			return ref, nil
		}
	}
	return Image{}, fmt.Errorf("reference %q: %w", ref.ID, err)
}

// plainIntent is the intent as far as it goes without an interpreter: the text
// itself beside the reference's caption, or behind what the conversation
// carries, so that the next turn starts from both.
func plainIntent(q Query) Intent {
	in := Intent{Edits: []Edit{{Modification, q.Text}}, Descriptions: []string{q.Text}}
	known := strings.TrimSpace(q.Described())
	switch {
	case known == "":
	case q.Reference != nil:
		in.Descriptions = []string{known, q.Text}
	default:
		in.Descriptions = []string{known + ", " + q.Text}
	}
	return in
}

// candidatesOfIntent finds the candidates. What was found without the intent
// stands where a query with a reference was not understood.
func (s *search) candidatesOfIntent(ctx context.Context) error {
	if s.result.Intent.Fallback && s.result.Query.Reference != nil {
		if s.result.Composition != nil {
			return nil
		}
		if ok, err := s.findComposed(ctx); ok || err != nil {
			return err
		}
	}
	return s.findDescriptions(ctx)
}

// setRetrieved takes over what retrieval has found.
func (s *search) setRetrieved(found []Candidate, query []float32, composed ComposedSearch) {
	places := make(map[string]int, len(s.all))
	for _, c := range s.all {
		places[c.Image.ID] = c.Places.Instant
	}
	s.all, s.query = found, query
	s.result.Composition, s.result.Composed = nil, composed
	for i := range s.all {
		s.all[i].Places.Instant = places[s.all[i].Image.ID]
	}
}

// findDescriptions searches for the descriptions, and for the composed vector
// where there is one.
func (s *search) findDescriptions(ctx context.Context) error {
	mean, queries, err := s.embedDescriptions(ctx, s.result.Intent.Descriptions)
	if err != nil {
		return err
	}
	var composed ComposedSearch
	switch {
	case s.composed == nil:
	case len(s.composed) != len(mean):
		if err := s.giveUpComposed(ctx, fmt.Errorf("it has %d components and a description %d: %w", len(s.composed), len(mean), ErrDimension)); err != nil {
			return err
		}
	case len(queries) == 1 && isZero(mean): // nothing is known of the descriptions
		mean, queries, composed = s.composed, [][]float32{s.composed}, ComposedAlone
	default:
		queries, composed = append(slices.Clip(queries), s.composed), ComposedFused
	}
	found, err := s.find(ctx, mean, queries)
	if err == nil {
		s.setRetrieved(found, mean, composed)
	}
	return err
}

// embedDescriptions returns the vectors to search for, and the mean of all.
func (s *search) embedDescriptions(ctx context.Context, texts []string) (mean []float32, queries [][]float32, err error) {
	rows, err := s.embedTexts(ctx, texts)
	if err != nil {
		return nil, nil, fmt.Errorf("embed %d descriptions: %w", len(texts), err)
	}
	if mean, err = meanUnit(rows); err != nil {
		return nil, nil, fmt.Errorf("embed %d descriptions: %w", len(texts), err)
	}
	queries = [][]float32{mean}
	if s.p.cfg.Fusion == ReciprocalRank {
		if known := slices.DeleteFunc(slices.Clone(rows), isZero); len(known) > 0 {
			queries = known
		}
	}
	return mean, queries, nil
}

func (s *search) embedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	rows, err := embedQueries(ctx, s.p.cfg.Embedder, slices.Clone(texts))
	if err == nil {
		err = checkRows(rows, len(texts))
	}
	return rows, err
}

// find searches for queries. mean is what similarities are taken to.
func (s *search) find(ctx context.Context, mean []float32, queries [][]float32) ([]Candidate, error) {
	q := s.result.Query
	k := q.limit()
	if s.p.cfg.Verify != nil || s.p.cfg.Rank != nil {
		k = max(k, s.p.cfg.TopK)
	}
	filter := q.Filter
	if q.Reference != nil && q.Reference.ID != "" && !q.KeepReference {
		filter.Except = append(slices.Clip(filter.Except), q.Reference.ID)
	}
	found, err := s.distinct(ctx, mean, queries, k, filter)
	if other := s.p.cfg.checkSpace(); other != nil { // an index at a server knows its name by now
		return nil, other
	}
	return found, err
}

// best returns the k best of what f allows.
func (s *search) best(ctx context.Context, mean []float32, queries [][]float32, k int, f Filter) ([]Candidate, error) {
	if len(queries) > 1 || s.p.cfg.CaptionIndex != nil {
		return s.fused(ctx, mean, queries, k, f)
	}
	matches, err := searchIndex(ctx, s.p.cfg.Index, mean, k, f)
	if err != nil {
		return nil, err
	}
	return s.candidates(matches), nil
}

func (s *search) candidates(matches []Match) []Candidate {
	cs := make([]Candidate, len(matches))
	for i, m := range matches {
		img := Image{ID: m.ID, Caption: m.Caption, Meta: m.Meta}
		cs[i] = Candidate{Image: img.within(s.p.cfg.Images, s.p.cfg.Limits), Similarity: m.Score}
	}
	return cs
}
