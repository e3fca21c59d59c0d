package intent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/internal/reply"
)

// RefineData is what the prompt for a round of refining is given. All texts
// are on one line each and cut.
type RefineData struct {
	Instruction  string
	Reference    string   // what is known of the reference or of the conversation; may be empty
	Descriptions []string // what was searched for
	Requirements []imagescope.Proposition
	Found        []Found // the best images, the surest first
}

// Found is an image that was found.
type Found struct {
	Caption string
	Misses  []int // the numbers, from 1, of the requirements that it does not meet
}

// Refine returns the prompt that has one unmet requirement chosen and the
// wanted image described anew. The reply is read as a JSON object with the
// number of the requirement in "unmet" and sentences in "descriptions".
func Refine() *template.Template { return prompts.Lookup("refine.tmpl") }

var (
	_ imagescope.Refiner = (*Interpreter)(nil)
	_ imagescope.Refiner = Rules{}
)

// Bounds on what a prompt for refining holds, and on what is taken of a reply.
const (
	maxRequirements = 32
	maxFound        = 10
	maxLine         = 1 << 10
	maxRefined      = 3 // descriptions
)

// Refine asks the model for the one requirement that the candidates fail, and
// for what to search for instead. A reply that cannot be used is an
// [*imagescope.ReplyError]. It costs one call.
func (in *Interpreter) Refine(ctx context.Context, q imagescope.Query, wanted imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) (imagescope.Refinement, error) {
	text, err := execute(in.opts.Refine, refineData(q, wanted, props, best))
	if err != nil {
		return imagescope.Refinement{}, err
	}
	resp, err := imagescope.Ask(ctx, in.model, imagescope.Request{
		Task: imagescope.TaskRefine, Prompt: text, MaxTokens: in.opts.MaxTokens,
	})
	if err != nil {
		return imagescope.Refinement{}, err
	}
	r, err := readRefinement(resp.Text, props)
	if err != nil {
		if resp.Truncated {
			err = fmt.Errorf("%w; it was cut off at the token limit", err)
		}
		return imagescope.Refinement{}, &imagescope.ReplyError{Task: imagescope.TaskRefine, Reply: resp.Text, Err: err}
	}
	return r, nil
}

func refineData(q imagescope.Query, wanted imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) RefineData {
	data := RefineData{Instruction: line(q.Text), Reference: line(q.Described())}
	for _, d := range wanted.Descriptions[:min(len(wanted.Descriptions), maxDescriptions)] {
		data.Descriptions = append(data.Descriptions, line(d))
	}
	props = props[:min(len(props), maxRequirements)]
	for _, p := range props {
		data.Requirements = append(data.Requirements, imagescope.Proposition{Question: line(p.Question), Want: p.Want})
	}
	for _, c := range best[:min(len(best), maxFound)] {
		f := Found{Caption: line(c.Image.Caption)}
		for k, p := range props[:min(len(props), len(c.Answers))] {
			if c.Answers[k].Yes != p.Want {
				f.Misses = append(f.Misses, k+1)
			}
		}
		data.Found = append(data.Found, f)
	}
	return data
}

// line returns the words of a text on one line.
func line(text string) string {
	return strings.Join(strings.Fields(reply.Cut(text, maxLine)), " ")
}

var errNoDescriptions = errors.New(`it has no descriptions in "descriptions"`)

func readRefinement(text string, props []imagescope.Proposition) (imagescope.Refinement, error) {
	obj, err := reply.Find(text, "descriptions")
	if err != nil {
		return imagescope.Refinement{}, err
	}
	var r imagescope.Refinement
	list, _ := reply.Strings(obj["descriptions"])
	for _, d := range list {
		if d = line(d); d != "" && len(r.Descriptions) < maxRefined {
			r.Descriptions = append(r.Descriptions, d)
		}
	}
	if len(r.Descriptions) == 0 {
		return imagescope.Refinement{}, errNoDescriptions
	}
	r.Unmet = unmet(obj["unmet"], props)
	return r, nil
}

// unmet returns the requirement that a number, or a text with one, names; or
// the text itself.
func unmet(raw json.RawMessage, props []imagescope.Proposition) string {
	said, isText := reply.String(raw)
	if !isText {
		said = string(raw)
	}
	if n, err := strconv.Atoi(strings.Trim(said, " .")); err == nil && n >= 1 && n <= len(props) {
		return stated(props[n-1])
	}
	if isText {
		return line(said)
	}
	return ""
}

// stated returns what a proposition asks for.
func stated(p imagescope.Proposition) string { return line(cmp.Or(p.Statement, p.Question)) }

// Refine names, of what has to be there, that which the fewest candidates
// show, and searches for it beside what was searched for before. Where all
// candidates show everything, and only have what they should not, there is
// nothing to search for. The only error is that of a done context.
func (Rules) Refine(ctx context.Context, _ imagescope.Query, wanted imagescope.Intent, props []imagescope.Proposition, best []imagescope.Candidate) (imagescope.Refinement, error) {
	if err := ctx.Err(); err != nil {
		return imagescope.Refinement{}, err
	}
	least, fewest := -1, len(best)
	for k, p := range props {
		shown := 0
		for _, c := range best {
			if k < len(c.Answers) && c.Answers[k].Yes {
				shown++
			}
		}
		if p.Want && shown < fewest {
			least, fewest = k, shown
		}
	}
	if least < 0 {
		return imagescope.Refinement{}, nil
	}
	said := stated(props[least])
	descriptions := append([]string{said}, wanted.Descriptions[:min(len(wanted.Descriptions), maxDescriptions)]...)
	return imagescope.Refinement{Unmet: said, Descriptions: descriptions}, nil
}
