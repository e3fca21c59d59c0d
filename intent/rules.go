package intent

import (
	"context"
	"strings"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/change"
	"github.com/imagescope/imagescope/internal/reply"
	"github.com/imagescope/imagescope/internal/words"
)

// Rules interprets queries without a model, by the words of plain English
// instructions. The zero value is ready to use.
//
// A description is searched for as it is, without words such as "find me a
// photo of" and without what it rules out. A change to a reference is split
// into edits, and these are made in the words of the reference's caption: of
// "A red car on a city street by day." and "make it night and the car blue"
// come "blue car at night", "A blue car at night." and "A blue car on a city
// street at night." A turn of a conversation, which may be a question with its
// answer, is made in the words carried so far, and the one description says
// all that is known.
//
// It understands the ways to ask that are common, and takes all else for a
// description of what is wanted. It knows no other language than English; a
// text that has no English word is searched for as it is.
//
// Whatever the text, a query takes milliseconds: of an instruction and of a
// caption the first 300 words and marks are read, of a caption 8 sentences at
// most, and of an instruction 32 changes are made. What comes behind is left
// out. A description with no reference is searched for up to 8 KiB.
type Rules struct{}

var (
	_ imagescope.Interpreter = Rules{}
	_ imagescope.Coster      = Rules{}
)

// maxRead is how many bytes of an instruction and of a caption are read.
const maxRead = 8 << 10

// MaxCost returns no cost.
func (Rules) MaxCost(imagescope.Query, int) imagescope.Cost { return imagescope.Cost{} }

// Interpret reads the query. The only error is that of a done context.
func (Rules) Interpret(ctx context.Context, q imagescope.Query) (imagescope.Intent, error) {
	if err := ctx.Err(); err != nil {
		return imagescope.Intent{}, err
	}
	text := strings.TrimSpace(reply.Cut(q.Text, maxRead))
	known := strings.TrimSpace(reply.Cut(q.Described(), maxRead))
	switch {
	case !words.IsEnglish(text):
		return foreign(text, known, q.Reference == nil), nil
	case q.Reference != nil:
		return composed(text, known), nil
	case known != "":
		return dialogue(text, known), nil
	}
	return description(text), nil
}

// foreign is the intent of a text that is not understood.
func foreign(text, known string, carried bool) imagescope.Intent {
	in := imagescope.Intent{Edits: []imagescope.Edit{{Kind: imagescope.Modification, Text: text}}, Descriptions: []string{text}}
	switch {
	case known == "":
	case carried:
		in.Descriptions = []string{known + ", " + text}
	default:
		in.Descriptions = []string{text, known}
	}
	return in
}

// composed is the intent of a change to a reference, of which the caption may
// be unknown.
func composed(text, known string) imagescope.Intent {
	changes := change.Parse(text)
	s := newSketch(known)
	for i, c := range changes {
		if c.Told && c.Kind == change.Addition && s.has(c.Thing) {
			changes[i].Kind = change.Modification
		}
	}
	s.edit(changes)
	if known == "" {
		return imagescope.Intent{Edits: edited(changes), Descriptions: distinct(core(changes, newSketch("")), "", s.sentence(), text)}
	}
	return imagescope.Intent{
		Edits:        edited(changes),
		Descriptions: distinct(core(changes, s), enhanced(changes, s), s.sentence(), text),
	}
}

// description is the intent of a text that wants an image, with no reference.
func description(text string) imagescope.Intent {
	wanted := change.WithoutSearch(words.Tokens(text))
	said := strings.TrimRight(words.Join(change.Affirmed(wanted)), " .,;:!?")
	if said == "" {
		said = text
	}
	return imagescope.Intent{Edits: edited(change.Describe(wanted)), Descriptions: []string{said}}
}

func edited(changes []change.Change) []imagescope.Edit {
	edits := make([]imagescope.Edit, len(changes))
	for i, c := range changes {
		edits[i] = imagescope.Edit{Kind: imagescope.EditKind(c.Kind), Text: c.String()}
	}
	return edits
}

// distinct returns the descriptions that are not empty and not the same as
// one before, and last where there is none.
func distinct(core, enhanced, full, last string) []string {
	var out []string
	for _, d := range []string{core, enhanced, full} {
		if d != "" && !(len(out) > 0 && same(out[len(out)-1], d)) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return []string{last}
	}
	return out
}

func same(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
