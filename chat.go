package imagescope

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Turn is one round of a conversation that was answered.
type Turn struct {
	// Text is what the user said.
	Text string `json:"text"`
	// Reference is the ID of the image that the user pointed at, if any.
	Reference string `json:"reference,omitempty"`
	// Description is what the conversation wants after this turn: the first
	// description of the turn's intent. The next turn starts from it.
	Description string `json:"description"`
}

// Chat is a conversation that closes in on an image, made by [Pipeline.Chat].
// Every turn is a search with all stages; from turn to turn only a description
// of what is wanted is carried, as in the paper.
//
// A Chat marshals to JSON, and unmarshalling into one made by any pipeline
// takes the conversation up again. Its methods may be called at once from
// several goroutines; turns are then taken one after the other. A turn that is
// being answered when Open, Undo or UnmarshalJSON changes the conversation is
// answered, and not taken.
type Chat struct {
	p    *Pipeline
	turn chan struct{} // holds one token while a turn is taken

	mu      sync.Mutex
	state   chatState
	changes int // how often Open, Undo or UnmarshalJSON changed the state
}

// chatState is the JSON form of a Chat.
type chatState struct {
	Version int    `json:"version"` // 1
	Opening string `json:"opening,omitempty"`
	Turns   []Turn `json:"turns"`
}

const chatVersion = 1

var errNoPipeline = errors.New("it belongs to no pipeline: make it with Pipeline.Chat")

// Chat starts a conversation.
func (p *Pipeline) Chat() *Chat {
	return &Chat{p: p, turn: make(chan struct{}, 1), state: chatState{Version: chatVersion}}
}

// Open sets the description that the first turn starts from, where it is known
// before anything is said: the caption that a VisDial dialogue begins with. It
// forgets the turns taken.
func (c *Chat) Open(description string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Opening, c.state.Turns = description, nil
	c.changes++
}

// Say takes a turn: the first says what is wanted, the others refine it.
// Errors are those of [Pipeline.Search]; a turn that fails is not taken.
func (c *Chat) Say(ctx context.Context, text string) (Result, error) {
	return c.Send(ctx, Text(text))
}

// Send takes a turn with a whole query: a limit, a filter, or a reference
// image to go on from. Query.Carried is set by the Chat.
func (c *Chat) Send(ctx context.Context, q Query) (Result, error) {
	return lastOf(c.Stages(ctx, q))
}

// Estimate returns what the next turn may cost at most, as [Pipeline.Estimate]
// does.
func (c *Chat) Estimate(q Query) (Estimate, error) {
	if c.p == nil {
		return Estimate{}, fmt.Errorf("imagescope: chat: %w", errNoPipeline)
	}
	q.Carried, _ = c.carried()
	return c.p.Estimate(q)
}

// Stages takes a turn like [Chat.Send] and yields the result after each stage,
// as [Pipeline.Stages] does. The turn is taken when the loop over it ends,
// early or not, unless it has yielded an error. Until then other turns wait,
// so the loop must not take one.
func (c *Chat) Stages(ctx context.Context, q Query) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		if err := c.begin(ctx); err != nil {
			yield(Result{}, fmt.Errorf("imagescope: chat: %w", err))
			return
		}
		defer func() { <-c.turn }()
		var start int
		q.Carried, start = c.carried()
		var last Result
		for r, err := range c.p.stages(ctx, q, true) {
			if err != nil {
				yield(Result{}, err)
				return
			}
			last = r
			if !yield(r, nil) {
				break
			}
		}
		c.take(q, last.Intent.Descriptions[0], start)
	}
}

// begin waits until no other turn is being taken.
func (c *Chat) begin(ctx context.Context) error {
	if c.p == nil {
		return errNoPipeline
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the turn before: %w", done(ctx))
	}
}

// take adds a turn that was answered, if the conversation is still the one that
// it began with.
func (c *Chat) take(q Query, description string, start int) {
	turn := Turn{Text: q.Text, Description: description}
	if q.Reference != nil {
		turn.Reference = q.Reference.ID
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == start {
		c.state.Turns = append(c.state.Turns, turn)
	}
}

// Undo takes the last turn back. It reports whether there was one.
func (c *Chat) Undo() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.state.Turns) - 1
	if last < 0 {
		return false
	}
	c.state.Turns = c.state.Turns[:last:last]
	c.changes++
	return true
}

// Turns returns the turns taken, first one first.
func (c *Chat) Turns() []Turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state.Turns)
}

// carried returns what the next turn starts from, and which state of the
// conversation that is.
func (c *Chat) carried() (description string, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := len(c.state.Turns) - 1; last >= 0 {
		return c.state.Turns[last].Description, c.changes
	}
	return c.state.Opening, c.changes
}

// MarshalJSON returns the conversation, without the results.
func (c *Chat) MarshalJSON() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return json.Marshal(c.state)
}

// UnmarshalJSON takes up a conversation that MarshalJSON wrote. The Chat must
// come from [Pipeline.Chat]; it is unchanged after an error.
func (c *Chat) UnmarshalJSON(data []byte) error {
	var state chatState
	if err := json.Unmarshal(data, &state); err != nil {
		return fmt.Errorf("imagescope: chat: %w", err)
	}
	if state.Version != chatVersion {
		return fmt.Errorf("imagescope: chat: version %d is not known, only %d", state.Version, chatVersion)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
	c.changes++
	return nil
}
