package weaviate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/contract"
)

// class is what is known of the class at the server.
type class struct {
	dim  int             // 0 if there is no class, as far as is known
	keys map[string]bool // the names of the properties for metadata keys, without t_ and n_
}

// definition is a class as Weaviate describes it.
type definition struct {
	Class       string         `json:"class"`
	Description string         `json:"description"`
	Vectorizer  string         `json:"vectorizer"`
	IndexType   string         `json:"vectorIndexType,omitempty"`
	IndexConfig map[string]any `json:"vectorIndexConfig,omitempty"`
	Replication map[string]any `json:"replicationConfig,omitempty"`
	Properties  []property     `json:"properties"`
}

type property struct {
	Name         string   `json:"name"`
	DataType     []string `json:"dataType"`
	Tokenization string   `json:"tokenization,omitempty"`
	Filterable   bool     `json:"indexFilterable"`
	Searchable   bool     `json:"indexSearchable"` // by words
}

func textProperty(name string, filterable bool) property {
	return property{Name: name, DataType: []string{"text"}, Tokenization: "field", Filterable: filterable}
}

// described is the beginning of the class's description, before the dimension.
const described = "An index of imagescope. Components of its vectors: "

// look returns the class and reads it from the server where it is not known
// yet or lacks one of the keys.
func (ix *Index) look(ctx context.Context, keys ...string) (class, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.class.dim > 0 && ix.class.has(keys) {
		return ix.class, nil
	}
	err := ix.read(ctx)
	return ix.class, err
}

func (c class) has(keys []string) bool {
	for _, key := range keys {
		if !c.keys[propertyOf(key)] {
			return false
		}
	}
	return true
}

// read sets ix.class to what the server says.
func (ix *Index) read(ctx context.Context) error {
	var d definition
	err := ix.call(ctx, http.MethodGet, "schema/"+ix.opts.Class, nil, nil, &d)
	if errors.Is(err, errNotThere) {
		return nil
	}
	if err != nil {
		return err
	}
	number, ours := strings.CutPrefix(d.Description, described)
	dim, err := strconv.Atoi(number)
	if !ours || err != nil || dim < 1 {
		return fmt.Errorf("the class %s is not an index of this package: its description does not tell a dimension", ix.opts.Class)
	}
	known := class{dim: dim, keys: map[string]bool{}}
	for _, p := range d.Properties {
		if name, ok := strings.CutPrefix(p.Name, "n_"); ok { // made after t_
			known.keys[name] = true
		}
	}
	ix.class = known
	return nil
}

// prepare makes the class and the properties that entries need, checks the
// entries against it, and returns it.
func (ix *Index) prepare(ctx context.Context, entries []imagescope.Entry) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.class.dim == 0 {
		if err := ix.read(ctx); err != nil {
			return err
		}
	}
	if err := contract.Entries(entries, ix.class.dim); err != nil {
		return err
	}
	missing, err := ix.missing(ctx, entries)
	if err != nil {
		return err
	}
	if ix.class.dim == 0 {
		if err := ix.create(ctx, len(entries[0].Vector)); err != nil {
			return err
		}
		if err := contract.Entries(entries, ix.class.dim); err != nil {
			return err
		}
	}
	for _, name := range missing {
		if err := ix.extend(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// missing returns the properties that the class lacks for the metadata keys of
// entries, in order of appearance.
func (ix *Index) missing(ctx context.Context, entries []imagescope.Entry) (names []string, err error) {
	seen := map[string]bool{}
	for _, e := range entries {
		for key, value := range e.Meta {
			if len(value) > maxValue {
				return nil, fmt.Errorf("entry %q: the metadata value of %q has %d bytes, and Weaviate filters by %d at most", e.ID, key, len(value), maxValue)
			}
			if name := propertyOf(key); !ix.class.keys[name] && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 && ix.class.dim > 0 {
		if err := ix.read(ctx); err != nil { // somebody else may have added some
			return nil, err
		}
	}
	if n := len(ix.class.keys) + len(names); n > MaxKeys {
		return nil, fmt.Errorf("the metadata would have %d different keys, and a class takes %d: give the index only what is filtered by", n, MaxKeys)
	}
	return names, nil
}

// create makes the class. Where somebody else was faster it takes theirs.
func (ix *Index) create(ctx context.Context, dim int) error {
	err := ix.call(ctx, http.MethodPost, "schema", nil, definition{
		Class: ix.opts.Class, Description: described + strconv.Itoa(dim), Vectorizer: "none", IndexType: "hnsw",
		IndexConfig: map[string]any{
			"distance": "dot", "maxConnections": ix.opts.M, "efConstruction": ix.opts.EfConstruction, "flatSearchCutoff": ix.opts.ScanLimit + 1,
		},
		Replication: map[string]any{"factor": ix.opts.Replicas},
		Properties:  []property{textProperty("image_id", true), textProperty("caption", false), textProperty("meta", false)},
	}, nil)
	rerr := ix.read(ctx)
	if ix.class.dim == 0 {
		return errors.Join(err, rerr)
	}
	return rerr
}

// extend adds the properties of a metadata key. One that is there already is
// no error: somebody else added it.
func (ix *Index) extend(ctx context.Context, name string) error {
	for _, p := range []property{
		textProperty("t_"+name, true),
		{Name: "n_" + name, DataType: []string{"number"}, Filterable: true},
	} {
		err := ix.call(ctx, http.MethodPost, "schema/"+ix.opts.Class+"/properties", nil, p, nil)
		if err != nil && !strings.Contains(err.Error(), "already") {
			return err
		}
	}
	keys := maps.Clone(ix.class.keys) // the old one may be in use
	keys[name] = true
	ix.class.keys = keys
	return nil
}

// maxValue is how many bytes of a metadata value can be filtered by.
const maxValue = 8 << 10

// propertyOf names the properties of a metadata key, in the letters and the
// length that Weaviate takes.
func propertyOf(key string) string {
	const most = 64
	if len(key) > most {
		sum := sha256.Sum256([]byte(key))
		return "h" + hex.EncodeToString(sum[:])
	}
	return "x" + hex.EncodeToString([]byte(key))
}
