package imagescope

import (
	"errors"
	"fmt"
	"strings"
)

// ErrEmptyQuery is returned for a [Query] with neither text nor reference.
var ErrEmptyQuery = errors.New("the query has neither a text nor a reference image")

// DefaultLimit is how many results a [Query] asks for where it does not say.
const DefaultLimit = 10

// Query is one request for images. [Text] and [Change] make the two usual
// kinds; all else is optional.
type Query struct {
	// Text describes the wanted image or, with a Reference, the change to it.
	// With a Reference it may be empty, which asks for the same image.
	Text string `json:"text"`

	// Reference is the image that Text wants changed; nil for text-to-image.
	// An Image with only an ID names one of the gallery. One made by [Bytes],
	// [File] or [Pixels] may come from anywhere; unless it brings a Caption,
	// Config.Captioner makes one.
	Reference *Image `json:"reference,omitempty"`

	// Carried is what a conversation has wanted until now, in one description;
	// Text then refines it. [Chat] keeps it. A Reference takes precedence.
	Carried string `json:"carried,omitempty"`

	// Limit is how many results are wanted; 0 means [DefaultLimit]. Fewer come
	// back where the gallery holds fewer.
	Limit int `json:"limit,omitempty"`

	// Filter narrows the gallery before anything is ranked.
	Filter Filter `json:"filter,omitzero"`

	// Budget bounds what the query may cost; where it says nothing, what
	// Config.Budget says holds. Do not take it from strangers.
	Budget Budget `json:"budget,omitzero"`

	// KeepReference lets the reference image itself be a result.
	KeepReference bool `json:"keep_reference,omitempty"`
}

// Text returns the query for images that show what the description says.
func Text(description string) Query { return Query{Text: description} }

// Change returns the query for images that look like ref with a change made,
// such as "make it blue, with long sleeves".
//
//	imagescope.Change(imagescope.Image{ID: "dresses/17.jpg"}, "make it blue")
//	imagescope.Change(imagescope.Bytes("", upload), "the same, at night")
func Change(ref Image, instruction string) Query {
	return Query{Text: instruction, Reference: &ref}
}

// Described returns what is known in words of the image that Text is about:
// the caption of Reference, or what the conversation carried, or "" where the
// query starts from nothing.
func (q Query) Described() string {
	if q.Reference != nil {
		return q.Reference.Caption
	}
	return q.Carried
}

// limit returns Limit or its default.
func (q Query) limit() int {
	if q.Limit == 0 {
		return DefaultLimit
	}
	return q.Limit
}

func (q Query) validate() error {
	if strings.TrimSpace(q.Text) == "" && q.Reference == nil {
		return ErrEmptyQuery
	}
	if q.Limit < 0 {
		return fmt.Errorf("Query.Limit is %d: use 0 for the default of %d, or a positive number", q.Limit, DefaultLimit)
	}
	if r := q.Reference; r != nil && r.ID == "" && !r.HasBytes() && r.Caption == "" {
		return errors.New("Query.Reference has no ID, no bytes and no caption: nothing tells what it is")
	}
	if err := q.Budget.validate(); err != nil {
		return fmt.Errorf("Query.Budget: %w", err)
	}
	if err := q.Filter.Validate(); err != nil {
		return fmt.Errorf("Query.Filter: %w", err)
	}
	return nil
}
