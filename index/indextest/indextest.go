// Package indextest checks that an [imagescope.VectorIndex] keeps what its
// documentation promises.
//
// It compares the index with a plain model of one. Vectors have whole numbers
// as components, small enough that inner products are exact in float32 in any
// order of summation, and so scores and ties are compared without tolerance.
package indextest

import (
	"context"
	"errors"
	"testing"

	"github.com/imagescope/imagescope"
)

// Options says how an index may differ from one that is exact and in memory.
type Options struct {
	// Reopen closes an index and opens what it has stored, for those that
	// outlive the process. nil means that the index does not.
	Reopen func(t *testing.T, ix imagescope.VectorIndex) imagescope.VectorIndex
	// Recall is the share of the true nearest that searches of the Size
	// entries must find on average, for those that approximate; 0 means 1. Of
	// a few entries all must be found whatever Recall is.
	Recall float64
	// Size is how many entries the largest test adds; 0 means 2000.
	Size int
}

// Run tests the index that open returns, an empty one at each call. Each
// subtest calls open at least once and uses what it is given in parallel with
// no other. opts may be nil.
func Run(t *testing.T, open func(t *testing.T) imagescope.VectorIndex, opts *Options) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.check(newSubject(t, open, opts))
			if errors.Is(err, errSkip) {
				t.Skip(err)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// cases are the tests. They return errors and report nothing themselves, so
// that it can be tested that they fail.
var cases = []struct {
	name  string
	check func(*subject) error
}{
	{"empty", checkEmpty},
	{"order", checkOrder},
	{"lengths", checkLengths},
	{"zero", checkZero},
	{"k", checkK},
	{"match", checkMatch},
	{"get", checkGet},
	{"replace", checkReplace},
	{"twice in one upsert", checkTwice},
	{"delete", checkDelete},
	{"ids", checkIDs},
	{"retained", checkRetained},
	{"refused entries", checkRefusedEntries},
	{"refused queries", checkRefusedQueries},
	{"dimension", checkDimension},
	{"context", checkContext},
	{"entries", checkEntries},
	{"embedder", checkEmbedder},
	{"sync", checkSync},
	{"filters", checkFilters},
	{"random filters", checkRandomFilters},
	{"random changes", checkRandomChanges},
	{"large", checkLarge},
	{"concurrent", checkConcurrent},
	{"reopen", checkReopen},
}

var errSkip = errors.New("the index does not do this")

// subject is what a case tests.
type subject struct {
	ctx    context.Context
	opts   Options
	open   func() imagescope.VectorIndex
	reopen func(imagescope.VectorIndex) imagescope.VectorIndex
}

func newSubject(t *testing.T, open func(t *testing.T) imagescope.VectorIndex, opts *Options) *subject {
	s := &subject{ctx: t.Context(), open: func() imagescope.VectorIndex { return open(t) }}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Recall == 0 {
		s.opts.Recall = 1
	}
	if s.opts.Size == 0 {
		s.opts.Size = 2000
	}
	s.reopen = func(ix imagescope.VectorIndex) imagescope.VectorIndex {
		if s.opts.Reopen == nil {
			return ix
		}
		return s.opts.Reopen(t, ix)
	}
	return s
}

// with opens an index and adds entries to it.
func (s *subject) with(entries ...imagescope.Entry) (imagescope.VectorIndex, error) {
	ix := s.open()
	return ix, ix.Upsert(s.ctx, entries...)
}
