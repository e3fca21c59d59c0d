package modeltest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/imagescope/imagescope"
)

// Model plays a model that sees: it answers the prompts of packages intent,
// verify, rank and embed, and others that want the same, from the truth about
// a [World]. It has three faces, which may be used at once from several
// goroutines: an imagescope.Reasoner for tests in one process, an
// [http.RoundTripper] for real clients without a socket, under virtual time
// too, and an [http.Handler] for real servers.
//
// What it says depends on its seed, the question and the pictures, and on
// nothing else, such as the order of requests. Whether a request fails depends
// also on how often the same one came before, so that a second try may help.
type Model struct {
	world *World
	opts  Options

	mu    sync.Mutex
	stats Stats
	tries [1 << 16]uint32 // how often requests came, by their hash: bounded, whatever is asked
}

// Options adjusts a [Model]. With the zero value it knows everything and
// answers at once.
type Options struct {
	// Seed chooses what the model gets wrong and which requests fail.
	Seed uint64
	// ErrorRate is the share of judgements that are wrong, from 0 to 1: of the
	// answers to questions, and of the requirements that it looks at for a
	// verdict or a ranking. It looks at them anew for each of these, so a
	// verdict can be right where an answer was wrong. Captions, intents and
	// propositions are always right.
	ErrorRate float64
	// Latency is how long a request takes, and Jitter by how much more it may
	// be, evenly.
	Latency, Jitter time.Duration
	// Faults are the shares of requests that fail.
	Faults Faults
	// RetryAfter is what a refused request is told to wait, in whole seconds;
	// 0 means one second.
	RetryAfter time.Duration
	// Oversize is the length of an oversized reply, in bytes; 0 means 10 MiB.
	Oversize int
	// Rewrite, if set, has the last word about each reply, those that are
	// malformed or refuse to answer included. Calls may overlap.
	Rewrite func(task imagescope.Task, reply string) string
}

// Faults are shares of requests, from 0 to 1, that fail each in its way. Where
// they add up to more than 1 the first ones count.
type Faults struct {
	RateLimit   float64 // status 429 with Retry-After
	ServerError float64 // status 500 with an empty body
	Hang        float64 // no answer until the client goes away
	Cut         float64 // the connection ends in mid-body
	Malformed   float64 // a reply that breaks off, with a text that was no JSON before
	Refusal     float64 // "I'm sorry, but I can't help with that."
	Oversized   float64 // the reply is followed by filling, [Options.Oversize] long
}

// Stats counts what a [Model] was asked.
type Stats struct {
	Requests         map[imagescope.Task]int // those that failed included
	Faults           map[string]int          // by the names of the fields of [Faults], and "BadRequest"
	Images           int                     // that were sent
	PromptTokens     int                     // of texts and images
	CompletionTokens int
	MaxInFlight      int // most requests at once

	inFlight int
}

// Total returns the number of all requests.
func (s Stats) Total() (n int) {
	for _, k := range s.Requests {
		n += k
	}
	return n
}

// New returns a model that knows w. opts may be nil.
func New(w *World, opts *Options) *Model {
	m := &Model{world: w}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.RetryAfter <= 0 {
		m.opts.RetryAfter = time.Second
	}
	if m.opts.Oversize <= 0 {
		m.opts.Oversize = 10 << 20
	}
	m.stats = m.stats.clone()
	return m
}

// Stats returns what was counted since the last [Model.Reset].
func (m *Model) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats.clone()
}

func (s Stats) clone() Stats {
	s.Requests, s.Faults = maps.Clone(s.Requests), maps.Clone(s.Faults)
	if s.Requests == nil {
		s.Requests, s.Faults = map[imagescope.Task]int{}, map[string]int{}
	}
	return s
}

// Reset sets all counts to zero, and has the model forget which requests came
// before.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats = Stats{inFlight: m.stats.inFlight, MaxInFlight: m.stats.inFlight}.clone()
	clear(m.tries[:])
}

// request is one question, however it came.
type request struct {
	task      imagescope.Task // "" where nobody says
	prompt    string
	seen      []sight
	maxTokens int // 0 means no limit
}

// response is what the model says to it.
type response struct {
	thought
	fault                          fault
	truncated                      bool
	promptTokens, completionTokens int
}

// begin counts a request in, and the returned function counts it out.
func (m *Model) begin() (end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.inFlight++
	m.stats.MaxInFlight = max(m.stats.MaxInFlight, m.stats.inFlight)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.stats.inFlight--
	}
}

// respond answers a request, in the time that it takes. The error is that of
// ctx or a *badRequest.
func (m *Model) respond(ctx context.Context, req request) (response, error) {
	a, err := read(req.prompt, req.task, len(panelsOf(req.seen)))
	key := m.key(req, a)
	nth := m.try(key)
	if werr := m.wait(ctx, key, nth); werr != nil {
		return response{}, werr
	}
	r := response{promptTokens: textTokens(req.prompt)}
	for _, s := range req.seen {
		r.promptTokens += s.tokens
	}
	if err == nil {
		r.thought, err = m.think(a, req.seen)
	}
	if err != nil {
		m.count(a.task, req, "BadRequest", response{})
		return response{}, &badRequest{err}
	}
	r.fault = m.fault(key, nth)
	switch r.fault {
	case hang:
		m.count(a.task, req, r.fault.String(), response{})
		<-ctx.Done()
		return response{}, context.Cause(ctx)
	case malformed:
		r.text = damaged(r.text)
	case refusal:
		r.thought = says("I'm sorry, but I can't help with that.")
	case oversized:
		r.text += strings.Repeat(" and so on", m.opts.Oversize/len(" and so on")+1)[:m.opts.Oversize]
	}
	if m.opts.Rewrite != nil {
		r.text = m.opts.Rewrite(a.task, r.text)
	}
	if r.completionTokens = textTokens(r.text); req.maxTokens > 0 && r.completionTokens > req.maxTokens && r.fault != oversized {
		r.text, r.completionTokens, r.truncated = strings.ToValidUTF8(r.text[:4*req.maxTokens], ""), req.maxTokens, true
	}
	m.count(a.task, req, r.fault.String(), r)
	return r, nil
}

// badRequest is what is wrong with a request, an error of the client's.
type badRequest struct{ error }

// key tells requests apart.
func (m *Model) key(req request, a asked) []string {
	key := []string{string(a.task), req.prompt}
	for _, n := range panelsOf(req.seen) {
		key = append(key, fmt.Sprint(n))
	}
	return key
}

// try counts a request, and returns how often it came before. Two requests in
// some ten thousands share a count.
func (m *Model) try(key []string) uint32 {
	at := m.hash("try", key...) % uint64(len(m.tries))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tries[at]++
	return m.tries[at]
}

// wait takes as long as a request takes.
func (m *Model) wait(ctx context.Context, key []string, nth uint32) error {
	d := m.opts.Latency
	if m.opts.Jitter > 0 {
		d += time.Duration(m.draw(fmt.Sprint("jitter", nth), key...) * float64(m.opts.Jitter))
	}
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (m *Model) count(task imagescope.Task, req request, fault string, r response) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.stats
	s.Requests[task]++
	s.Images += len(req.seen)
	s.PromptTokens += r.promptTokens
	s.CompletionTokens += r.completionTokens
	if fault != "" {
		s.Faults[fault]++
	}
}

// fault is one of the [Faults].
type fault int

const (
	none fault = iota
	rateLimit
	serverError
	hang
	cut
	malformed
	refusal
	oversized
)

// String returns the name of the field.
func (f fault) String() string {
	return [...]string{"", "RateLimit", "ServerError", "Hang", "Cut", "Malformed", "Refusal", "Oversized"}[f]
}

// fault draws what happens to a request the nth time that it comes.
func (m *Model) fault(key []string, nth uint32) fault {
	f := m.opts.Faults
	drawn := m.draw(fmt.Sprint("fault", nth), key...)
	for i, share := range []float64{f.RateLimit, f.ServerError, f.Hang, f.Cut, f.Malformed, f.Refusal, f.Oversized} {
		if drawn < share {
			return fault(i + 1)
		}
		if share > 0 {
			drawn -= share
		}
	}
	return none
}

// damaged returns what careless models make of a reply.
func damaged(text string) string {
	return "Sure! {here it is, " + text[:len(text)*2/3] + " …"
}

// Reason implements imagescope.Reasoner. Requests that are refused or cut off
// are an imagescope.StatusError, as over a wire with imagescope.NewHTTPClient.
func (m *Model) Reason(ctx context.Context, req imagescope.Request) (imagescope.Response, error) {
	defer m.begin()()
	r := request{task: req.Task, prompt: req.Prompt, maxTokens: req.MaxTokens}
	for i, img := range req.Images {
		s, err := m.world.eyes.image(img, req.MaxSide)
		if err != nil {
			return imagescope.Response{}, fmt.Errorf("modeltest: image %d: %w", i+1, err)
		}
		r.seen = append(r.seen, s)
	}
	resp, err := m.respond(ctx, r)
	if err != nil {
		return imagescope.Response{}, asStatus(err)
	}
	if err := resp.fault.asError(m.opts.RetryAfter); err != nil {
		return imagescope.Response{}, err
	}
	out := imagescope.Response{
		Text: resp.text, Model: "modeltest", Truncated: resp.truncated,
		PromptTokens: resp.promptTokens, CompletionTokens: resp.completionTokens,
	}
	if req.YesNo && !math.IsNaN(resp.yes) {
		out.YesNo = imagescope.Likelihood{Yes: resp.yes, No: 1 - resp.yes}
	}
	return out, nil
}

var _ imagescope.Reasoner = (*Model)(nil)
