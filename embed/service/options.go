package service

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/redact"
)

// DefaultConcurrency is how many requests one call makes at once where nothing
// else is said.
const DefaultConcurrency = 4

// Options adjusts an [Embedder]. The zero value is ready to use with the hosted
// services, save for their Key, and with servers on this machine.
type Options struct {
	// URL is the whole address that requests go to; "" means that of the
	// protocol.
	URL string
	// Key is the API key, sent as a bearer token; "" sends none. It stands in no
	// error and goes to no other address than URL.
	Key string

	// Dimensions asks the service for vectors of this length, which its model must
	// have been trained for (Matryoshka); 0 asks for none. A service that sends
	// others is an imagescope.ErrDimension. [Cohere]'s models of version 3 have one
	// length only.
	Dimensions int
	// Truncate keeps the first components of each vector and brings it back to
	// length 1, for a service that cannot; 0 keeps all.
	Truncate int

	// QueryPrefix and DocumentPrefix are put before each text that is searched
	// with, and each that is searched in: the instruction of models whose service
	// has no field for it. They are sent as they are, a space at the end included.
	QueryPrefix, DocumentPrefix string
	// ImagePrompt is the text that goes with each picture that has no other, such
	// as "Represent the given image.". Only [VLLM] has a place for it.
	ImagePrompt string

	// BatchSize is how many inputs go into one request; 0 means what suits the
	// protocol. Where a request takes one, as with [VLLM], it is one.
	BatchSize int
	// Concurrency is how many requests one call makes at once; 0 means
	// [DefaultConcurrency]. Limit bounds those of all calls together.
	Concurrency int
	// MaxSide is the longest side, in pixels, of pictures as they are sent, as JPEG
	// files; 0 means imagescope.DefaultMaxSide.
	MaxSide int

	// HTTP makes the requests; nil means a client of its own. Redirects are not
	// followed, whatever it says.
	HTTP *http.Client
	// Retry says how requests are repeated, and when the service is taken to be
	// down; nil means the default of imagescope.NewRetrier.
	Retry *imagescope.RetryOptions
	// Limit bounds the requests in flight and in a minute, and the time of each;
	// nil means the default of imagescope.NewLimiter. Tokens are those that the
	// service counts, or else estimated: one for four bytes of text, and 258 for a
	// picture.
	Limit *imagescope.LimitOptions
}

// validate returns an error that names the field that cannot be used.
func (o Options) validate(p Protocol, model string) error {
	address, err := url.Parse(o.URL)
	switch {
	case err != nil:
		return errors.New("Options.URL is no address") // the error has it in full, with a password
	case address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
		return fmt.Errorf("Options.URL is %q: give a whole address, such as https://host/v1/embeddings", address.Redacted())
	case strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("Options.Key has spaces, line breaks or other characters that no header takes: trim it")
	case o.ImagePrompt != "" && p != VLLM:
		return fmt.Errorf("Options.ImagePrompt is set, and %s has no place for it", p)
	case o.Dimensions > 0 && p == Cohere && isCohere3(model):
		return fmt.Errorf("Options.Dimensions is %d, and %s has vectors of one length only: leave it 0", o.Dimensions, model)
	}
	for _, n := range []struct {
		field string
		value int
	}{
		{"Dimensions", o.Dimensions}, {"Truncate", o.Truncate}, {"BatchSize", o.BatchSize}, {"Concurrency", o.Concurrency}, {"MaxSide", o.MaxSide},
	} {
		if n.value < 0 {
			return fmt.Errorf("field Options.%s is %d: use 0 for the default", n.field, n.value)
		}
	}
	if o.Dimensions > 0 && o.Truncate > o.Dimensions {
		return fmt.Errorf("Options.Truncate is %d, and Dimensions %d: there would be too few to keep", o.Truncate, o.Dimensions)
	}
	return nil
}

// secrets returns the credentials of the options, as a service may write them
// that repeats what it was sent: the key, and those in the URL.
func (o Options) secrets() []string {
	secrets := []string{o.Key}
	address, err := url.Parse(o.URL)
	if err != nil {
		return secrets // unreachable: it is validated
	}
	if password, ok := address.User.Password(); ok {
		basic := base64.StdEncoding.EncodeToString([]byte(address.User.Username() + ":" + password))
		secrets = append(secrets, password, basic)
	}
	for name, values := range address.Query() {
		for _, value := range values {
			if pair := name + "=" + value; redact.Text(pair) != pair {
				secrets = append(secrets, value)
			}
		}
	}
	inJSON := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	inPHP := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `/`, `\/`) // whose JSON has slashes escaped
	for _, secret := range secrets {
		secrets = append(secrets, inJSON.Replace(secret), inPHP.Replace(secret), url.QueryEscape(secret), url.PathEscape(secret))
	}
	// The long ones first: a short one may be a part of them.
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(secrets)
}
