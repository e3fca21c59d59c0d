package contract_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func TestEntries(t *testing.T) {
	entry := func(id string, vector ...float32) imagescope.Entry {
		return imagescope.Entry{ID: id, Vector: vector}
	}
	tests := []struct {
		name    string
		dim     int
		entries []imagescope.Entry
		ok      bool
		is      error
	}{
		{name: "none", ok: true},
		{name: "the first sets the dimension", entries: []imagescope.Entry{entry("a", 1, 2), entry("b", 3, 4)}, ok: true},
		{name: "two dimensions", entries: []imagescope.Entry{entry("a", 1, 2), entry("b", 3)}, is: imagescope.ErrDimension},
		{name: "another dimension", dim: 3, entries: []imagescope.Entry{entry("a", 1, 2)}, is: imagescope.ErrDimension},
		{name: "no vector", entries: []imagescope.Entry{entry("a")}, is: imagescope.ErrDimension},
		{name: "no ID", entries: []imagescope.Entry{entry("", 1)}},
		{name: "NaN", entries: []imagescope.Entry{entry("a", 1, nan)}, is: imagescope.ErrNotFinite},
		{name: "infinity", dim: 1, entries: []imagescope.Entry{entry("a", -inf)}, is: imagescope.ErrNotFinite},
	}
	for _, tt := range tests {
		if err := contract.Entries(tt.entries, tt.dim); (err == nil) != tt.ok || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: Entries: error %v, want %v", tt.name, err, tt.is)
		}
	}
}

func TestQuery(t *testing.T) {
	bad := imagescope.Filter{Where: []imagescope.Condition{{}}}
	tests := []struct {
		name   string
		dim    int
		query  []float32
		filter imagescope.Filter
		ok     bool
		is     error
	}{
		{name: "any dimension before the first entry", query: []float32{1, 2}, ok: true},
		{name: "the same dimension", dim: 2, query: []float32{1, 2}, ok: true},
		{name: "another dimension", dim: 2, query: []float32{1}, is: imagescope.ErrDimension},
		{name: "no query", dim: 2, is: imagescope.ErrDimension},
		{name: "NaN", query: []float32{nan}, is: imagescope.ErrNotFinite},
		{name: "a condition that tests nothing", query: []float32{1}, filter: bad},
	}
	for _, tt := range tests {
		if err := contract.Query(tt.query, tt.filter, tt.dim); (err == nil) != tt.ok || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: Query: error %v, want %v", tt.name, err, tt.is)
		}
	}
}

func TestLast(t *testing.T) {
	first, last := imagescope.Entry{ID: "b", Caption: "first"}, imagescope.Entry{ID: "b", Caption: "last"}
	got := contract.Last([]imagescope.Entry{first, {ID: "c"}, {ID: "a"}, last})
	if d := cmp.Diff([]imagescope.Entry{{ID: "a"}, last, {ID: "c"}}, got); d != "" {
		t.Errorf("Last: want is -, got is +\n%s", d)
	}
}
