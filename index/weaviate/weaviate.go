package weaviate

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/imagescope/imagescope"
)

// Defaults and limits.
const (
	// DefaultClass is the name of the class.
	DefaultClass = "ImageScope"
	// DefaultScanLimit is below how many entries searches are exact.
	DefaultScanLimit = 10000
	// DefaultM is how many neighbours an entry of the HNSW index has, and
	// DefaultEfConstruction how many entries are looked at to find them: those
	// of Weaviate.
	DefaultM              = 32
	DefaultEfConstruction = 128

	// MaxKeys is how many different metadata keys the entries may have.
	MaxKeys = 256
	// MaxResults is the largest k that is answered where there are more
	// entries: Weaviate's QUERY_MAXIMUM_RESULTS.
	MaxResults = 10000
)

// Options says where an index is kept and how. The zero value is the default.
// All but the class, the client and the key count only when the class is made.
type Options struct {
	Class  string       // capital letter, then letters, digits and underscores; empty means [DefaultClass]
	Client *http.Client // nil means [http.DefaultClient]; the context limits the time
	APIKey string       // sent as a bearer token; empty means none

	ScanLimit      int // 0 means [DefaultScanLimit]
	M              int // 4 to 2047; 0 means [DefaultM]
	EfConstruction int // at least 4; 0 means [DefaultEfConstruction]
	Replicas       int // on how many nodes each entry is; 0 means 1
}

var className = regexp.MustCompile(`^[A-Z][A-Za-z0-9_]{0,127}$`)

func (o Options) validate() error {
	switch {
	case !className.MatchString(o.Class):
		return fmt.Errorf("Options.Class is %q: a capital letter, then at most 127 letters, digits and underscores", o.Class)
	case o.ScanLimit < 0:
		return fmt.Errorf("Options.ScanLimit is %d: use 0 for the default of %d", o.ScanLimit, DefaultScanLimit)
	case o.M < 4 || o.M > 2047:
		return fmt.Errorf("Options.M is %d: Weaviate takes 4 to 2047", o.M)
	case o.EfConstruction < 4:
		return fmt.Errorf("Options.EfConstruction is %d: Weaviate takes 4 or more", o.EfConstruction)
	case o.Replicas < 0:
		return fmt.Errorf("Options.Replicas is %d: use 0 for one", o.Replicas)
	}
	return nil
}

// Index is a gallery in a class of Weaviate. Make it with [New]. Several may
// use one class at once, in one process or several. All methods may be called
// at once from several goroutines.
//
// What can be checked without the server is checked before anything is sent.
// When the server then refuses an entry, or the context ends, entries before
// it and beside it may be stored: the same Upsert again completes the work.
type Index struct {
	base   *url.URL
	opts   Options
	client *http.Client

	large atomic.Bool // ScanLimit entries or more have been seen

	mu    sync.Mutex // held while the class is read or changed
	class class
}

var _ imagescope.VectorIndex = (*Index)(nil)

// New returns the index at a server, such as "http://127.0.0.1:8080". It does
// not speak to it yet. opts may be nil.
func New(server string, opts *Options) (*Index, error) {
	set := Options{}
	if opts != nil {
		set = *opts
	}
	set.Class = cmp.Or(set.Class, DefaultClass)
	set.ScanLimit = cmp.Or(set.ScanLimit, DefaultScanLimit)
	set.M = cmp.Or(set.M, DefaultM)
	set.EfConstruction = cmp.Or(set.EfConstruction, DefaultEfConstruction)
	set.Replicas = cmp.Or(set.Replicas, 1)
	if err := set.validate(); err != nil {
		return nil, fmt.Errorf("weaviate: new: %w", err)
	}
	base, err := url.Parse(strings.TrimSuffix(server, "/"))
	if err == nil && (base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "") {
		err = errors.New("it is no URL of a server, such as http://127.0.0.1:8080")
	}
	if err != nil {
		return nil, fmt.Errorf("weaviate: new: server %q: %w", server, err)
	}
	return &Index{base: base, opts: set, client: cmp.Or(set.Client, http.DefaultClient)}, nil
}
