package intent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// What the model is told of the reference where it is told no caption.
const (
	Blank = "A blank image."           // there is no reference, or nothing is known of it
	Shown = "The image that is shown." // the model sees it
)

// Options adjusts an [Interpreter]. The zero value is the paper's way.
type Options struct {
	// Prompt is used for queries and the first turn of a conversation; nil
	// means [General], and [OneCall] where that is set. It is executed with
	// [PromptData].
	Prompt *template.Template
	// Dialogue is used for the turns that go on from a carried description;
	// nil means the package's [Dialogue], and [OneCallDialogue] where OneCall
	// is set.
	Dialogue *template.Template
	// Refine is used for a round of refining; nil means the package's [Refine].
	// It is executed with [RefineData].
	Refine *template.Template
	// OneCall asks for the propositions of stage 2 as well: they come in
	// Intent.Propositions, and the pipeline asks its verifier for none. That
	// spares one call and its round trip. A Prompt of your own must then ask for
	// them too. Replies are read as with Lenient.
	OneCall bool
	// ShowReference shows the model the reference image itself instead of its
	// caption: set it where the model takes images. The pipeline then has no
	// caption made of a reference that has bytes and none, which spares another
	// call; the later stages, too, then do without that caption. A reference
	// without bytes, or whose bytes cannot be read, is told by its caption.
	ShowReference bool
	// MaxSide is the longest side, in pixels, of a reference that is shown; 0
	// means imagescope.DefaultMaxSide.
	MaxSide int
	// MaxTokens bounds the reply; 0 means imagescope.DefaultMaxTokens.
	MaxTokens int
	// Lenient also reads replies that the authors' code cannot: JSON without a
	// fence that nests or has braces in a text, and fences with another tag.
	Lenient bool
}

// Interpreter asks a model what a query means. Make it with [New]. It costs
// one call a query.
type Interpreter struct {
	model imagescope.Reasoner
	opts  Options
}

var (
	_ imagescope.ReferenceViewer = (*Interpreter)(nil)
	_ imagescope.Coster          = (*Interpreter)(nil)
)

// New returns an interpreter that asks model. A text model will do: unless
// Options.ShowReference is set it sees no image, only the reference's caption.
// opts may be nil.
func New(model imagescope.Reasoner, opts *Options) *Interpreter {
	in := &Interpreter{model: model}
	if opts != nil {
		in.opts = *opts
	}
	prompt, dialogue := General(), Dialogue()
	if in.opts.OneCall {
		prompt, dialogue = OneCall(), OneCallDialogue()
	}
	if in.opts.Prompt == nil {
		in.opts.Prompt = prompt
	}
	if in.opts.Dialogue == nil {
		in.opts.Dialogue = dialogue
	}
	if in.opts.Refine == nil {
		in.opts.Refine = Refine()
	}
	return in
}

// ViewsReference reports Options.ShowReference.
func (in *Interpreter) ViewsReference() bool { return in.opts.ShowReference }

// MaxCost returns the cost of one call, or of two where the reference is shown:
// one whose bytes cannot be read is told by its caption.
func (in *Interpreter) MaxCost(q imagescope.Query, _ int) imagescope.Cost {
	told, err := in.prompt(q, false)
	if err != nil {
		return imagescope.Cost{}
	}
	cost := imagescope.PromptCost(told, 0)
	if in.opts.ShowReference && q.Reference != nil {
		if shown, err := in.prompt(q, true); err == nil {
			cost = cost.Add(imagescope.PromptCost(shown, 1))
		}
	}
	return cost
}

// Interpret asks the model and reads its reply: a JSON object in a ```json
// fence, or else from the first opening to the first closing brace, with edits
// in "step1" and descriptions in "step2".
//
// A reply that cannot be used comes back as an [*imagescope.ReplyError]
// together with a fallback, marked as one: without JSON the whole text is one
// Modification; without descriptions the reference's is used, or what the
// conversation carried beside the text, or the text. A failed call is an error
// without a fallback.
//
// With Options.OneCall "step3" holds the propositions: lists of a statement, a
// question and the answer that is wanted, of which the statement may be
// missing. What is usable of such a reply is used; where it has no propositions
// an error says so, and the pipeline asks its verifier for them.
func (in *Interpreter) Interpret(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
	resp, err := in.ask(ctx, q, in.opts.ShowReference && q.Reference != nil && q.Reference.HasBytes())
	if err != nil && !errors.Is(err, imagescope.ErrEmptyReply) {
		return imagescope.Intent{}, err
	}
	intent, unread := in.read(resp.Text, q)
	if err != nil || unread == nil {
		return intent, err // an empty reply is reported as such
	}
	if resp.Truncated {
		unread = fmt.Errorf("%w (it was cut off at the token limit)", unread)
	}
	return intent, &imagescope.ReplyError{Task: imagescope.TaskInterpret, Reply: resp.Text, Err: unread}
}

// ask puts the query to the model, with the reference shown or told.
func (in *Interpreter) ask(ctx context.Context, q imagescope.Query, shown bool) (imagescope.Response, error) {
	text, err := in.prompt(q, shown)
	if err != nil {
		return imagescope.Response{}, err
	}
	req := imagescope.Request{Task: imagescope.TaskInterpret, Prompt: text, MaxTokens: in.opts.MaxTokens}
	if shown {
		req.Images, req.MaxSide = []imagescope.Image{*q.Reference}, in.opts.MaxSide
	}
	resp, err := imagescope.Ask(ctx, in.model, req)
	var unreadable *imagescope.ImageError
	if shown && ctx.Err() == nil && errors.As(err, &unreadable) && unreadable.ID == q.Reference.ID {
		return in.ask(ctx, q, false)
	}
	return resp, err
}

func (in *Interpreter) prompt(q imagescope.Query, shown bool) (string, error) {
	t := in.opts.Prompt
	if q.Carried != "" && q.Reference == nil {
		t = in.opts.Dialogue
	}
	return render(t, q, shown)
}

// read returns the intent that the reply holds, and a fallback with an error
// where it holds none.
func (in *Interpreter) read(text string, q imagescope.Query) (imagescope.Intent, error) {
	obj, err := in.object(text)
	if err != nil {
		return imagescope.Intent{
			Edits:        []imagescope.Edit{{Kind: imagescope.Modification, Text: q.Text}},
			Descriptions: fallback(q),
			Fallback:     true,
		}, err
	}
	intent := imagescope.Intent{Edits: edits(obj), Descriptions: descriptions(obj)}
	if len(intent.Descriptions) == 0 {
		intent.Descriptions, intent.Fallback = fallback(q), true
		err = errors.New(`it has no descriptions in "step2"`)
	}
	if in.opts.OneCall {
		if intent.Propositions = propositions(obj); len(intent.Propositions) == 0 {
			err = errors.Join(err, errors.New(`it has no propositions in "step3"`))
		}
	}
	return intent, err
}

// object finds the JSON object in a reply.
func (in *Interpreter) object(text string) (reply.Object, error) {
	var keys []string
	switch {
	case in.opts.OneCall:
		keys = []string{"step2", "step3"}
	case in.opts.Lenient:
		keys = []string{"step2"}
	}
	for _, key := range keys {
		if obj, err := reply.Find(text, key); err == nil {
			return obj, nil
		}
	}
	body, ok := reply.Fenced(text)
	if !ok {
		body, ok = reply.Braced(text)
	}
	if !ok {
		return nil, reply.ErrNoJSON
	}
	return reply.Parse(body)
}

// Bounds on what is taken from a reply. What goes beyond is dropped.
const (
	maxEdits        = 64
	maxDescriptions = 32
	maxPropositions = 32
	maxQuestion     = 1 << 10 // bytes; a longer question is dropped
)

func descriptions(obj reply.Object) []string {
	if text, ok := reply.String(obj["step2"]); ok && text == "" {
		return nil
	}
	list, _ := reply.Strings(obj["step2"])
	list = list[:min(len(list), maxDescriptions)]
	for i, d := range list {
		list[i] = reply.Cut(d, maxText)
	}
	return list
}

func edits(obj reply.Object) []imagescope.Edit {
	var list []imagescope.Edit
	pairs, _ := reply.Pairs(obj["step1"])
	for _, p := range pairs {
		kind, ok1 := reply.String(p[0])
		text, ok2 := reply.String(p[1])
		if ok1 && ok2 && len(list) < maxEdits {
			list = append(list, imagescope.Edit{Kind: imagescope.EditKind(reply.Cut(kind, maxText)), Text: reply.Cut(text, maxText)})
		}
	}
	return list
}

// propositions reads lists of a statement, a question and an answer, the
// statement of which may be missing. What is neither is left out.
func propositions(obj reply.Object) []imagescope.Proposition {
	var list []imagescope.Proposition
	elements, _ := reply.Array(obj["step3"])
	for _, raw := range elements {
		parts, _ := reply.Array(raw)
		n := len(parts)
		if n != 2 && n != 3 || len(list) == maxPropositions {
			continue
		}
		question, isText := reply.String(parts[n-2])
		want, known := reply.YesNoValue(parts[n-1])
		if !isText || !known || len(question) > maxQuestion || strings.TrimSpace(question) == "" {
			continue
		}
		p := imagescope.Proposition{Question: question, Want: want}
		if n == 3 {
			statement, _ := reply.String(parts[0])
			p.Statement = reply.Cut(statement, maxQuestion)
		}
		list = append(list, p)
	}
	return list
}

// fallback returns what to search for where the model gave no description.
func fallback(q imagescope.Query) []string {
	switch {
	case q.Reference != nil && strings.TrimSpace(q.Reference.Caption) != "":
		return []string{q.Reference.Caption}
	case q.Reference == nil && q.Carried != "":
		return []string{q.Carried, q.Text}
	}
	return []string{q.Text}
}
