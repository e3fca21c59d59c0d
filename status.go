package imagescope

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// StatusError is a call that a model's server refused or did not answer. A
// [Reasoner] of [NewReasoner] returns it for every model that was given a
// client of [NewHTTPClient]; without one it finds the status only where the
// adapter has it in its error's text (openai, anthropic, mistral, googleai),
// and never a Retry-After. [NewStatusError] makes one for calls of one's own.
type StatusError struct {
	// Code is the HTTP status, 400 or more; 0 if the connection could not be
	// made or was cut off.
	Code int
	// RetryAfter is how long the server asks to wait; 0 if it does not.
	RetryAfter time.Duration
	// Err says what happened, without API keys.
	Err error
}

// NewStatusError returns a call that resp refuses, for the reason err. A nil
// resp stands for a connection that could not be made or was cut off.
func NewStatusError(resp *http.Response, err error) *StatusError {
	if resp == nil {
		return &StatusError{Err: err}
	}
	return &StatusError{Code: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now()), Err: err}
}

func (e *StatusError) Error() string {
	var b strings.Builder
	if e.Code > 0 {
		fmt.Fprintf(&b, "status %d", e.Code)
	} else {
		b.WriteString("the connection failed")
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", to be tried again after %v", e.RetryAfter.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s: %v", &b, e.Err)
}

// Unwrap returns Err.
func (e *StatusError) Unwrap() error { return e.Err }

// exchange is what an HTTP client of NewHTTPClient has seen of the last
// request of one call. The adapters lose it, so it goes past them, in the
// context of the call.
type exchange struct {
	mu         sync.Mutex
	code       int
	retryAfter time.Duration
	failed     bool // there was no reply, or not all of it

	yesNo *Likelihood // what is found of it; nil where it is not asked for
}

type exchangeKey struct{}

// observed returns a context whose requests are noted in e.
func (e *exchange) observed(ctx context.Context) context.Context {
	return context.WithValue(ctx, exchangeKey{}, e)
}

// exchangeOf returns the exchange of a call, or nil, which notes nothing.
func exchangeOf(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

func (e *exchange) note(resp *http.Response) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.code, e.retryAfter, e.failed = resp.StatusCode, retryAfter(resp.Header, time.Now()), false
}

func (e *exchange) fail() {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed = true
}

// explain returns the error of a call, as a StatusError if it is one. What
// the client has seen comes before what the text says.
func (e *exchange) explain(err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.code >= 400:
		return &StatusError{Code: e.code, RetryAfter: e.retryAfter, Err: err}
	case e.failed:
		return &StatusError{Err: err}
	case e.code > 0:
		return err // the server is content, whatever its reply says
	}
	if code := statusIn(err); code > 0 {
		return &StatusError{Code: code, Err: err}
	}
	return err
}

// statusText matches how adapters write a status, at the beginning of their
// errors: openai and anthropic, mistral, googleai.
var statusText = regexp.MustCompile(`(?:API returned unexpected status code: |\(HTTP Error |googleapi: Error )([45]\d\d)\b`)

// statusIn returns the status in an adapter's error, or 0. It looks only where
// the adapter writes, not into what the server has sent.
func statusIn(err error) int {
	for cause := err; ; cause = errors.Unwrap(cause) {
		if next := errors.Unwrap(cause); next != nil {
			continue
		}
		found := statusText.FindStringSubmatch(head(cause.Error(), 80))
		if found == nil {
			return 0
		}
		code, _ := strconv.Atoi(found[1]) // three digits
		return code
	}
}

// longestRetryAfter bounds what a server can ask for. Nobody waits that long.
const longestRetryAfter = 24 * time.Hour

// retryAfter returns how long a server asks to wait, by the header of RFC
// 9110, section 10.2.3, as seconds or a date, or by the one in milliseconds
// that OpenAI sends beside it.
func retryAfter(h http.Header, now time.Time) time.Duration {
	bounded := func(n float64, unit time.Duration) time.Duration {
		if !(n > 0) { // NaN too
			return 0
		}
		return time.Duration(min(n*float64(unit), float64(longestRetryAfter)))
	}
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return bounded(ms, time.Millisecond)
	}
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(seconds, time.Second)
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), longestRetryAfter)
	}
	return 0
}
