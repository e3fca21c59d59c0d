package imagescope

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Fusion is how the descriptions of an intent are searched for together.
type Fusion int

const (
	// MeanVector searches once, for the mean of the descriptions' unit vectors:
	// the score of the paper.
	MeanVector Fusion = iota
	// ReciprocalRank searches for each description apart, all at once, and
	// orders by the sum over the lists of 1/(60+place): reciprocal rank fusion,
	// with the constant of Cormack, Clarke and Büttcher, "Reciprocal rank fusion
	// outperforms Condorcet and individual rank learning methods", SIGIR 2009.
	// Each list is 100 long, or as long as the candidates that are wanted.
	// Images with equal scores share the first of their places; a description
	// of which the embedder knows nothing (a row of zeros) has no list.
	ReciprocalRank
)

// rankConstant is the k of Cormack et al., and fusionDepth how long the lists
// are at least. The hundredth place of one list counts a third of a first.
const (
	rankConstant = 60
	fusionDepth  = 100
)

// lists searches each space for each query, all at once. The lists come in a
// fixed order.
func (s *search) lists(ctx context.Context, queries [][]float32, k int, f Filter) ([][]Match, error) {
	spaces := []VectorIndex{s.p.cfg.Index}
	if s.p.cfg.CaptionIndex != nil {
		spaces = append(spaces, s.p.cfg.CaptionIndex)
	}
	lists := make([][]Match, len(spaces)*len(queries))
	g, ctx := errgroup.WithContext(ctx)
	for i, space := range spaces {
		for j, query := range queries {
			g.Go(func() (err error) {
				lists[i*len(queries)+j], err = searchIndex(ctx, space, query, k, f)
				return err
			})
		}
	}
	return lists, g.Wait()
}

// searchIndex is Search of an index that is not trusted to keep its contract.
func searchIndex(ctx context.Context, index VectorIndex, query []float32, k int, f Filter) (matches []Match, err error) {
	err = guard(func() (err error) {
		if matches, err = index.Search(ctx, query, k, f); err == nil {
			err = checkMatches(matches)
		}
		return err
	})
	return matches, err
}

// fuseRanks returns the sum of 1/(60+place) for each image of the lists.
func fuseRanks(lists [][]Match) map[string]float64 {
	places := map[string][]int{}
	for _, list := range lists {
		place := 0
		for i, m := range list {
			if i == 0 || m.Score != list[i-1].Score {
				place = i + 1
			}
			places[m.ID] = append(places[m.ID], place)
		}
	}
	scores := make(map[string]float64, len(places))
	for id, all := range places {
		slices.Sort(all) // equal places then make equal sums, whichever lists they are of
		for _, place := range all {
			scores[id] += 1 / float64(rankConstant+place)
		}
	}
	return scores
}

// fused returns the k best of several lists. What orders equal ones is the
// similarity, then the ID.
func (s *search) fused(ctx context.Context, mean []float32, queries [][]float32, k int, f Filter) ([]Candidate, error) {
	lists, err := s.lists(ctx, queries, max(k, fusionDepth), f)
	if err != nil {
		return nil, err
	}
	scores := fuseRanks(lists)
	if len(scores) == 0 {
		return nil, nil
	}
	f.Only = slices.Sorted(maps.Keys(scores))
	matches, err := s.similarities(ctx, mean, f)
	if err != nil {
		return nil, fmt.Errorf("similarities of %d images: %w", len(f.Only), err)
	}
	cs := s.candidates(matches)
	for i := range cs {
		cs[i].Fused = scores[cs[i].Image.ID]
	}
	slices.SortFunc(cs, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Fused, a.Fused), cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.Image.ID, b.Image.ID))
	})
	return cs[:min(k, len(cs))], nil
}

// similarities returns the images that f names and Config.Index holds, with
// the score that they have where ranks are not fused.
func (s *search) similarities(ctx context.Context, mean []float32, f Filter) ([]Match, error) {
	var images, captions []Match
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		images, err = searchIndex(ctx, s.p.cfg.Index, mean, len(f.Only), f)
		return err
	})
	if s.p.cfg.CaptionIndex != nil {
		g.Go(func() (err error) {
			captions, err = searchIndex(ctx, s.p.cfg.CaptionIndex, mean, len(f.Only), f)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	told := make(map[string]float32, len(captions))
	for _, m := range captions {
		told[m.ID] = m.Score
	}
	images = slices.Clone(images)
	for i, m := range images {
		if score, ok := told[m.ID]; ok {
			images[i].Score = float32((1-s.p.tau)*float64(m.Score) + s.p.tau*float64(score))
		}
	}
	return images, nil
}
