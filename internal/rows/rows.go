// Package rows has what embedders that ask a server do before and after: the
// texts that they send, and what they make of the rows that come back.
package rows

import (
	"fmt"
	"math"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// MaxText is how many bytes of a text count: at four bytes a token, some 2,000
// tokens, which is what the smaller embedding models take.
const MaxText = 8 << 10

// Probe is embedded where there is nothing but empty texts, to learn how long
// their rows of zeros must be.
const Probe = "picture"

// Text returns a text as it is sent: in one line, since embedders take line
// breaks badly, of [MaxText] bytes at most, and valid UTF-8.
func Text(text string) string {
	return strings.ToValidUTF8(strings.Join(strings.Fields(reply.Cut(text, MaxText)), " "), "�")
}

// Filled returns the texts that are not empty, as [Text] has them, and where
// each one stood.
func Filled(texts []string) (sent []string, place []int) {
	for i, text := range texts {
		if text = Text(text); text != "" {
			sent, place = append(sent, text), append(place, i)
		}
	}
	return sent, place
}

// Spread returns n rows: those of texts that [Filled] has found, at their
// places, and rows of zeros of the same length elsewhere.
func Spread(rows [][]float32, place []int, n, dim int) [][]float32 {
	all := make([][]float32, n)
	for i, p := range place {
		all[p] = rows[i]
	}
	for i, row := range all {
		if row == nil {
			all[i] = make([]float32, dim)
		}
	}
	return all
}

// Check returns an error unless all rows are finite and of one length. It is
// imagescope.ErrDimension or imagescope.ErrNotFinite.
func Check(rows [][]float32) error {
	for i, row := range rows {
		if len(row) == 0 || len(row) != len(rows[0]) {
			return fmt.Errorf("row %d has %d components and row 0 has %d: %w", i, len(row), len(rows[0]), imagescope.ErrDimension)
		}
		for _, x := range row {
			if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("row %d: %w", i, imagescope.ErrNotFinite)
			}
		}
	}
	return nil
}
