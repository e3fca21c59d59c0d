package imagescope

import (
	"fmt"
	"math"
	"slices"
)

// unit returns v divided by its Euclidean length, which is taken to be 1e-12
// at least, so that a zero vector stays zero (as in the authors' code).
func unit(v []float32) ([]float64, error) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, ErrNotFinite
	}
	length := max(math.Sqrt(sum), 1e-12)
	u := make([]float64, len(v))
	for i, x := range v {
		u[i] = float64(x) / length
	}
	return u, nil
}

// fuse returns the vector that is stored for an image: (1-τ)·v + τ·c of the
// unit vectors of image and caption. Its inner product with a query is the
// paper's score (section on retrieval), since both of its terms are linear in
// the query. It is not normalised again: its length matters. Without a caption
// (nil) it is the unit image vector.
func fuse(image, caption []float32, tau float64) ([]float32, error) {
	v, err := unit(image)
	if err != nil {
		return nil, fmt.Errorf("image vector: %w", err)
	}
	if caption != nil {
		if len(caption) != len(image) {
			return nil, fmt.Errorf("image vector has %d components and caption vector %d: %w", len(image), len(caption), ErrDimension)
		}
		c, err := unit(caption)
		if err != nil {
			return nil, fmt.Errorf("caption vector: %w", err)
		}
		for i := range v {
			v[i] = (1-tau)*v[i] + tau*c[i]
		}
	}
	return narrow(v), nil
}

// meanUnit returns the mean of the rows' unit vectors: the query for several
// descriptions. There must be at least one row.
func meanUnit(rows [][]float32) ([]float32, error) {
	share := make([]float64, len(rows))
	for i := range share {
		share[i] = 1 / float64(len(rows))
	}
	sum, err := weighted(rows, share)
	return narrow(sum), err
}

// weightedUnit returns the unit vector of the sum of weighted unit vectors.
func weightedUnit(rows [][]float32, weights []float64) ([]float32, error) {
	sum, err := weighted(rows, weights)
	if err != nil {
		return nil, err
	}
	sum, err = unit(narrow(sum))
	return narrow(sum), err
}

// weighted returns the sum of the rows' unit vectors times their weights.
func weighted(rows [][]float32, weights []float64) ([]float64, error) {
	sum := make([]float64, len(rows[0]))
	for m, row := range rows {
		if len(row) != len(sum) {
			return nil, fmt.Errorf("row %d has %d components and row 0 has %d: %w", m, len(row), len(sum), ErrDimension)
		}
		u, err := unit(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", m, err)
		}
		for i, x := range u {
			sum[i] += x * weights[m]
		}
	}
	return sum, nil
}

func isZero(v []float32) bool {
	return !slices.ContainsFunc(v, func(x float32) bool { return x != 0 })
}

func narrow(v []float64) []float32 {
	w := make([]float32, len(v))
	for i, x := range v {
		w[i] = float32(x)
	}
	return w
}

// checkRows returns an error unless an embedder returned as many rows as it
// was given inputs, none of them empty.
func checkRows(rows [][]float32, inputs int) error {
	if len(rows) != inputs {
		return fmt.Errorf("the embedder returned %d rows for %d inputs", len(rows), inputs)
	}
	for i, row := range rows {
		if len(row) == 0 {
			return fmt.Errorf("the embedder returned an empty row for input %d", i)
		}
	}
	return nil
}

// checkMatches returns an error for what an index must not return: a score
// that cannot be compared, or an image twice.
func checkMatches(matches []Match) error {
	seen := make(map[string]bool, len(matches))
	for _, m := range matches {
		if s := float64(m.Score); math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("the index gave %q the score %v: %w", m.ID, m.Score, ErrNotFinite)
		}
		if seen[m.ID] {
			return fmt.Errorf("the index returned %q twice", m.ID)
		}
		seen[m.ID] = true
	}
	return nil
}
