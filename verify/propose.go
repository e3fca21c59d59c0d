package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// Bounds on the propositions that are taken from a reply. What goes beyond is
// dropped: every question costs a call for each candidate.
const (
	maxPropositions = 32
	maxQuestion     = 1 << 10
)

var (
	errNoFence = errors.New("it holds no JSON in a ```json fence (Options.Lenient also reads JSON without one)")
	errNoStep2 = errors.New(`it has no propositions in "step2"`)
)

// Propose asks the proposer and reads its reply: a JSON object in a ```json
// fence, with statements in "step1" and in "step2" pairs of a question and the
// answer that is wanted, "True" or "False". Pairs of another form are left
// out: none of them could ever count for a candidate. A reply without
// propositions is an [*imagescope.ReplyError].
func (v *Verifier) Propose(ctx context.Context, q imagescope.Query, in imagescope.Intent) ([]imagescope.Proposition, error) {
	prompt, err := v.proposePrompt(q, in)
	if err != nil {
		return nil, err
	}
	resp, err := imagescope.Ask(ctx, v.opts.Proposer, imagescope.Request{
		Task: imagescope.TaskPropose, Prompt: prompt, MaxTokens: v.opts.MaxTokens,
	})
	if err != nil {
		return nil, err
	}
	props, err := v.readPropositions(resp.Text)
	if err != nil {
		if resp.Truncated {
			err = fmt.Errorf("%w; it was cut off at the token limit", err)
		}
		return nil, &imagescope.ReplyError{Task: imagescope.TaskPropose, Reply: resp.Text, Err: err}
	}
	return props, nil
}

func (v *Verifier) readPropositions(text string) ([]imagescope.Proposition, error) {
	obj, err := v.propositionsObject(text)
	if err != nil {
		return nil, err
	}
	list, ok := reply.Array(obj["step2"])
	if !ok {
		return nil, errNoStep2
	}
	statements, _ := reply.Array(obj["step1"])
	var props []imagescope.Proposition
	for i, raw := range list {
		pair, ok := reply.Array(raw)
		if !ok || len(pair) != 2 || len(props) == maxPropositions {
			continue
		}
		question, isText := reply.String(pair[0])
		want, known := v.readWanted(pair[1])
		if !isText || !known || len(question) > maxQuestion {
			continue
		}
		p := imagescope.Proposition{Question: question, Want: want}
		if len(statements) == len(list) {
			p.Statement, _ = reply.String(statements[i])
		}
		props = append(props, p)
	}
	return props, nil
}

func (v *Verifier) propositionsObject(text string) (reply.Object, error) {
	if v.opts.Lenient {
		return reply.Find(text, "step2")
	}
	body, ok := reply.Fenced(text)
	if !ok {
		return nil, errNoFence
	}
	return reply.Parse(body)
}

// readWanted reads an expected answer. The authors' code compares it with the
// strings True and False, to the letter.
func (v *Verifier) readWanted(raw []byte) (want, known bool) {
	if v.opts.Lenient {
		return reply.YesNoValue(raw)
	}
	switch s, _ := reply.String(raw); s {
	case "True":
		return true, true
	case "False":
		return false, true
	}
	return false, false
}
