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
	Data       places `json:"data"`
	Embeddings struct {
		Float vectors `json:"float"`
	} `json:"embeddings"`
	Usage struct {
		TotalTokens float64 `json:"total_tokens"`
	} `json:"usage"`
}

// parse reads a reply with n vectors of dim components, or of any number of them
// where dim is 0. It returns them in the order of the inputs, and how many tokens
// they took, 0 where that is not said. More vectors, and vectors of more than
// most components, are an error before they take memory.
func parse(data []byte, n, dim int) (rows [][]float32, tokens int, err error) {
	var a answer
	a.Data.n, a.Embeddings.Float.n = n, n
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if rows = a.Embeddings.Float.rows; a.Data.rows != nil {
		rows = a.Data.rows
	}
	if len(rows) != n {
		return nil, 0, fmt.Errorf("%w: it has %d vectors for %d inputs", ErrReply, len(rows), n)
	}
	if err := check(rows, dim); err != nil {
		return nil, 0, err
	}
	// A server that claims more than any context holds is not to hold up the
	// calls that follow for as long.
	const context = 128 << 10
	return rows, int(max(0, min(a.Usage.TotalTokens, float64(n*context)))), nil
}

// most is how many components a vector may have: four times as many as those of
// the largest models that are known.
const most = 16_384

// vectors is a list of vectors in the order of the inputs.
type vectors struct {
	n    int // how many there may be
	rows [][]float32
}

// UnmarshalJSON implements [json.Unmarshaler].
func (v *vectors) UnmarshalJSON(data []byte) error {
	v.rows = nil
	return each(data, v.n, func(d *json.Decoder) error {
		var one vector
		err := d.Decode(&one)
		v.rows = append(v.rows, one)
		return err
	})
}

// places is a list of vectors of which each may say to which input it belongs.
type places struct {
	n    int // how many there may be
	rows [][]float32
}

// UnmarshalJSON implements [json.Unmarshaler].
func (p *places) UnmarshalJSON(data []byte) error {
	p.rows = nil
	type item struct {
		Index     *int   `json:"index"`
		Embedding vector `json:"embedding"`
	}
	var items []item
	err := each(data, p.n, func(d *json.Decoder) error {
		var one item
		err := d.Decode(&one)
		items = append(items, one)
		return err
	})
	if err != nil || len(items) == 0 {
		return err
	}
	p.rows = make([][]float32, len(items))
	taken := make([]bool, len(items))
	for i, it := range items {
		place := i
		if it.Index != nil {
			place = *it.Index
		}
		if place < 0 || place >= len(items) || taken[place] {
			return fmt.Errorf("among %d vectors it has no or two of place %d", len(items), place)
		}
		p.rows[place], taken[place] = it.Embedding, true
	}
	return nil
}

// each has decode called for each item of a list, of which there may be n.
func each(data []byte, n int, decode func(*json.Decoder) error) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if begin, err := d.Token(); err != nil || begin != json.Delim('[') {
		return errors.New("it has no list of vectors")
	}
	for i := 0; d.More(); i++ {
		if i == n {
			return fmt.Errorf("it has more than %d vectors for %d inputs", n, n)
		}
		if err := decode(d); err != nil {
			return fmt.Errorf("vector %d: %w", i, err)
		}
	}
	return nil
}

// vector is a list of numbers, of which null, which Go would read as 0, is NaN.
type vector []float32

// UnmarshalJSON implements [json.Unmarshaler]. null for the whole list makes an
// empty vector.
func (v *vector) UnmarshalJSON(data []byte) error {
	*v = nil
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	list, isList := bytes.CutPrefix(data, []byte("["))
	list = bytes.TrimSpace(bytes.TrimSuffix(list, []byte("]")))
	if !isList {
		return errors.New("it is no list of numbers")
	}
	if len(list) == 0 {
		return nil
	}
	n := 1 + bytes.Count(list, []byte(","))
	if n > most {
		return fmt.Errorf("it has %d components, more than %d: %w", n, most, imagescope.ErrDimension)
	}
	*v = make(vector, 0, n)
	for number := range bytes.SplitSeq(list, []byte(",")) {
		number = bytes.TrimSpace(number)
		if bytes.Equal(number, []byte("null")) {
			*v = append(*v, float32(math.NaN()))
			continue
		}
		x, err := strconv.ParseFloat(string(number), 32)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // which is an infinity
			return fmt.Errorf("component %d is no number", len(*v))
		}
		*v = append(*v, float32(x))
	}
	return nil
}

// inputError is what is wrong with the vector of one input.
type inputError struct {
	at  int
	err error
}

func (e *inputError) Error() string { return fmt.Sprintf("vector %d: %v", e.at, e.err) }

// Unwrap returns the cause.
func (e *inputError) Unwrap() error { return e.err }

// check returns an error unless all rows are finite and of one length, which is
// dim where that is not 0. A vector that is missing or not finite is an
// inputError.
func check(rows [][]float32, dim int) error {
	for i, row := range rows {
		switch {
		case len(row) == 0:
			return &inputError{i, fmt.Errorf("it has no components: %w", imagescope.ErrDimension)}
		case dim > 0 && len(row) != dim:
			return fmt.Errorf("vector %d has %d components, and Options.Dimensions asks for %d: the service or its model does not heed that; Options.Truncate would cut them here: %w", i, len(row), dim, imagescope.ErrDimension)
		case len(row) != len(rows[0]):
			return fmt.Errorf("vector %d has %d components and vector 0 has %d: %w", i, len(row), len(rows[0]), imagescope.ErrDimension)
		}
		for j, x := range row {
			if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
				return &inputError{i, fmt.Errorf("component %d: %w", j, imagescope.ErrNotFinite)}
			}
		}
	}
	return nil
}
