package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/imagescope/imagescope"
)

// ErrReply means that a service answered, and not with the vectors that it was
// asked for.
var ErrReply = errors.New("the service's reply is not what its protocol says: is it the right Protocol, and Options.URL?")

// answer is a reply of any protocol: Cohere has its vectors in Embeddings, the
// others have them in Data.
type answer struct {
	Data []struct {
		Index     *int        `json:"index"`
		Embedding []component `json:"embedding"`
	} `json:"data"`
	Embeddings struct {
		Float [][]component `json:"float"`
	} `json:"embeddings"`
	Usage struct {
		TotalTokens int `json:"total_tokens"`
	} `json:"usage"`
}

// component is a number of a vector. null, which Go would read as 0, is NaN.
type component float32

// UnmarshalJSON implements [json.Unmarshaler].
func (c *component) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		*c = component(math.NaN())
		return nil
	}
	x, err := strconv.ParseFloat(string(data), 32)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // which is an infinity
		return fmt.Errorf("%.20q is no component of a vector", data)
	}
	*c = component(x)
	return nil
}

// parse reads a reply.
func parse(data []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return answer{}, fmt.Errorf("%w: %v; it begins with %.200q", ErrReply, err, data)
	}
	return a, nil
}

// rows returns the n rows of a reply in the order of the inputs, which must have
// dim components each where dim is not 0.
func (a answer) rows(n, dim int) ([][]float32, error) {
	lists := a.Embeddings.Float
	if len(a.Data) > 0 {
		lists = make([][]component, len(a.Data))
		for i, d := range a.Data {
			at := i
			if d.Index != nil {
				at = *d.Index
			}
			if at < 0 || at >= len(lists) || lists[at] != nil {
				return nil, fmt.Errorf("%w: among %d vectors it has no or two of place %d", ErrReply, len(lists), at)
			}
			if lists[at] = d.Embedding; d.Embedding == nil {
				lists[at] = []component{}
			}
		}
	}
	if len(lists) != n {
		return nil, fmt.Errorf("%w: it has %d vectors for %d inputs", ErrReply, len(lists), n)
	}
	rows := make([][]float32, n)
	for i, list := range lists {
		if len(list) == 0 || len(list) != len(lists[0]) {
			return nil, fmt.Errorf("vector %d has %d components and vector 0 has %d: %w", i, len(list), len(lists[0]), imagescope.ErrDimension)
		}
		if dim > 0 && len(list) != dim {
			return nil, fmt.Errorf("vectors have %d components, and Options.Dimensions asks for %d: the service or its model does not heed that; Options.Truncate would cut them here: %w", len(list), dim, imagescope.ErrDimension)
		}
		rows[i] = make([]float32, len(list))
		for j, x := range list {
			if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("component %d of vector %d: %w", j, i, imagescope.ErrNotFinite)
			}
			rows[i][j] = float32(x)
		}
	}
	return rows, nil
}
