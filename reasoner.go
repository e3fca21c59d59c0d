package imagescope

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrEmptyReply means that a model answered with nothing.
var ErrEmptyReply = errors.New("the model's reply is empty")

var errNoReasoner = errors.New("the Reasoner is nil: give the stage a model, for example one made by NewReasoner")

// Task says what a [Request] is for. It is not sent to the model: it lets a
// Reasoner choose between models, and a scripted one tell requests apart.
type Task string

// The tasks of this module's stages.
const (
	TaskCaption   Task = "caption"   // describe one image
	TaskInterpret Task = "interpret" // stage 1: edits and descriptions
	TaskPropose   Task = "propose"   // stage 2: propositions
	TaskVerify    Task = "verify"    // stage 2: questions about one image
	TaskRefine    Task = "refine"    // an unmet requirement and what to search for, where stage 2 was unsure
	TaskCompare   Task = "compare"   // stage 3: candidates against the reference, or each other
)

// DefaultMaxTokens is the longest reply asked for where a [Request] does not
// say: the limit of the authors' reasoner.
const DefaultMaxTokens = 2048

// Request is one question to a model.
type Request struct {
	Task   Task
	Prompt string
	Images []Image // shown before the prompt, in this order

	MaxTokens   int     // longest reply; 0 means [DefaultMaxTokens]
	MaxSide     int     // longest side, in pixels, of the images sent; 0 leaves it to the Reasoner
	Temperature float64 // 0 is greedy decoding, as the authors use throughout

	// YesNo asks to be told, with the reply, how probable it was that it began
	// with yes and with no. A Reasoner that cannot tell ignores it. (It is a
	// field, and no interface of its own, so that what wraps a Reasoner passes
	// it on without knowing of it.)
	YesNo bool
}

// Response is a model's reply.
type Response struct {
	Text      string
	Model     string // the model that answered, where known
	Truncated bool   // the reply was cut off at the token limit
	Cached    bool   // no model was asked

	PromptTokens, CompletionTokens int // 0 where not known

	// YesNo is how probable yes and no were at the beginning of the reply,
	// where [Request.YesNo] asked for it and the Reasoner can tell.
	YesNo Likelihood
}

// Reasoner is a language model, with or without eyes: a prompt about zero or
// more images goes in, text comes out. [NewReasoner] makes one of any
// langchaingo model, [ReasonerFunc] one of a function. Calls may overlap.
//
// Stages do not call Reason themselves but [Ask], which checks and counts.
type Reasoner interface {
	Reason(ctx context.Context, req Request) (Response, error)
}

// ReasonerFunc makes a function a [Reasoner]: a scripted model for a test.
type ReasonerFunc func(ctx context.Context, req Request) (Response, error)

// Reason calls f.
func (f ReasonerFunc) Reason(ctx context.Context, req Request) (Response, error) { return f(ctx, req) }

// ReplyError means that a model's reply could not be used.
type ReplyError struct {
	Task  Task
	Reply string // the evidence, as far as [MaxReply] goes
	Err   error
}

func (e *ReplyError) Error() string {
	return fmt.Sprintf("%s: %v (the reply begins %q)", e.Task, e.Err, head(e.Reply, 80))
}

// Unwrap returns the cause.
func (e *ReplyError) Unwrap() error { return e.Err }

// MaxReply is how many bytes of a reply are kept. Whatever a model sends
// beyond that is cut off.
const MaxReply = 256 << 10

// Ask puts req to r, and is how a stage should do so. It fills in the default
// of MaxTokens, reports a done context as an error whatever r returned, turns
// an empty reply into a [*ReplyError] of [ErrEmptyReply] and a panic into a
// [*PanicError], cuts replies at [MaxReply] and makes them valid UTF-8, and
// counts the call in the [Usage] of the pipeline stage that ctx belongs to.
// Where the [Budget] of the search is spent it asks nobody and returns
// [ErrBudget]. What r asks in turn by Ask belongs to the call and is neither
// counted nor bounded.
func Ask(ctx context.Context, r Reasoner, req Request) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, fmt.Errorf("%s: %w", req.Task, done(ctx))
	}
	if r == nil {
		return Response{}, fmt.Errorf("%s: %w", req.Task, errNoReasoner)
	}
	if req.MaxTokens <= 0 {
		req.MaxTokens = DefaultMaxTokens
	}
	m := meterOf(ctx)
	if err := m.reserve(ctx); err != nil {
		return Response{}, fmt.Errorf("%s: %w", req.Task, err)
	}
	resp, err := reason(unmetered(ctx), r, req)
	m.count(resp)
	if ctx.Err() != nil {
		return Response{}, fmt.Errorf("%s: %w", req.Task, done(ctx))
	}
	if err != nil {
		return Response{}, fmt.Errorf("%s: %w", req.Task, m.blame(err))
	}
	if isBlank(resp) {
		err := &ReplyError{req.Task, resp.Text, ErrEmptyReply}
		resp.Text = ""
		return resp, err
	}
	return resp, nil
}

// reason calls r as whoever stands before another Reasoner should: a nil one
// and a panic are errors, and no reply is longer than [MaxReply].
func reason(ctx context.Context, r Reasoner, req Request) (resp Response, err error) {
	if r == nil {
		return Response{}, errNoReasoner
	}
	err = guard(func() (err error) {
		resp, err = r.Reason(ctx, req)
		return err
	})
	resp.Text = clean(resp.Text)
	return resp, err
}

func isBlank(resp Response) bool { return strings.TrimSpace(resp.Text) == "" }

// clean returns a reply as valid UTF-8 of at most [MaxReply] bytes. It keeps
// nothing alive of what it cuts off.
func clean(reply string) string {
	if len(reply) > MaxReply {
		reply = strings.Clone(head(reply, MaxReply))
	}
	// A replacement is longer than what it replaces.
	return head(strings.ToValidUTF8(reply, "�"), MaxReply)
}

// head returns the first n bytes of s at most, not ending inside a character.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && n-end < utf8.UTFMax-1 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
